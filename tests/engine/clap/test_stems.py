from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.clap.config import AudioEncoderConfig
from engine.clap.stems import FrameExcitation, InvertedResidual, PatchStem, Positions, convolution_stem, mobile_stem

VIT = AudioEncoderConfig("vit", width=16, blocks=1, heads=2)
MOBILE = AudioEncoderConfig("mobilenet", (4, 6, 8, 12), blocks=2, expansion=2)


def image(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("stem", [convolution_stem((4, 6, 8, 12)), mobile_stem(MOBILE)])
def test_four_stages_halve_time_and_frequency(stem: nn.Module) -> None:
    assert stem.eval()(image(2, 1, 80, 32)).shape == (2, 12, 5, 2)


def test_only_the_later_half_of_a_mobile_stem_repeats_and_listens_to_itself() -> None:
    residuals = [layer for layer in mobile_stem(MOBILE) if isinstance(layer, InvertedResidual)]
    assert [residual.adds for residual in residuals] == [False, False, True, False, True]
    excited = [any(isinstance(part, FrameExcitation) for part in residual.modules()) for residual in residuals]
    assert excited == [False, True, True, True, True]


def test_excitation_stays_within_a_frame() -> None:
    excitation = FrameExcitation(8).requires_grad_(False)
    before = image(1, 8, 10, 4)
    after = before.clone()
    after[:, :, 6] += 3.0
    changed = (excitation(before) - excitation(after)).abs().amax(dim=(0, 1, 3)) > 0
    assert changed.tolist() == [frame == 6 for frame in range(10)]


def test_excitation_hears_every_frequency() -> None:
    excitation = FrameExcitation(64).requires_grad_(False)  # of its eight gates not all are shut
    before = image(1, 64, 1, 4)
    after = before.clone()
    after[..., 3] += 3.0
    assert (excitation(before) - excitation(after))[..., 0].abs().max() > 1e-4


def test_patches_are_cut_column_by_column() -> None:
    stem = PatchStem(VIT, mels=32)
    frames = torch.arange(48 * 32.0).reshape(1, 1, 48, 32)
    patches = stem.patches(frames)
    assert patches.shape == (1, 6, 256)
    # the third patch is the lower one of the second column
    torch.testing.assert_close(patches[0, 2], frames[0, 0, 16:32, :16].flatten())
    torch.testing.assert_close(patches[0, 3], frames[0, 0, 16:32, 16:].flatten())


def test_tall_patches_are_fewer() -> None:
    stem = PatchStem(AudioEncoderConfig("vit", width=16, blocks=1, heads=2, patch_bands=32), mels=64)
    assert stem.patches(image(1, 1, 48, 64)).shape == (1, 6, 512)
    assert stem(image(1, 1, 48, 64)).shape == (1, 16, 3, 2)


def test_what_stands_at_a_place_comes_from_the_patch_there() -> None:
    stem = PatchStem(VIT, mels=32)
    stem.blocks = nn.Sequential()
    sound = image(1, 1, 48, 32)
    tokens = stem.tokens(stem.patches(sound))
    torch.testing.assert_close(stem(sound)[0, :, 2, 1], tokens[0, 5])


def test_positions_tell_every_patch_from_every_other() -> None:
    positions = Positions(rows=4, width=16)(4 * 100)
    distances = torch.cdist(positions, positions) + 9.0 * torch.eye(400)
    assert distances.min() > 0.01


def test_positions_of_a_longer_sound_begin_with_those_of_a_shorter_one() -> None:
    positions = Positions(rows=4, width=16)
    torch.testing.assert_close(positions(400)[:40], positions(40))
