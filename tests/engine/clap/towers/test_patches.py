from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
import torch
from torch import Tensor, nn

from engine.clap.config import MelConfig
from engine.clap.towers.config import AudioTowerConfig
from engine.clap.towers.patches import PatchTower, make_positions

MEL = MelConfig(16000, 512, 400, 160, 32, 50, 8000)
CONFIG = AudioTowerConfig("patches", width=16, layers=2, heads=2, hidden=32)


def make_tower(config: AudioTowerConfig = CONFIG, mels: int = 32) -> PatchTower:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return PatchTower(config, replace(MEL, mels=mels)).eval().requires_grad_(False)


def levels(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_counts_of_the_papers() -> None:
    assert make_tower(mels=80).patches(levels(1, 80, 608)).shape == (1, 190, 256)  # D02
    # K13: 15 s of 128 mels are 750 patches, the last column being three quarters of one
    tower = make_tower(mels=128)
    patches = tower.patches(levels(1, 128, 1500))
    assert 750 * tower.patch_numbers == 128 * 1500
    assert patches.shape[1] == 752
    assert tower.enter(patches[:, :750]).shape == (1, 750, 16)
    assert tower.patches(levels(1, 128, 1024)).shape[1] == 512  # K24


def test_patches_are_cut_column_by_column_from_the_lowest_up() -> None:
    tower = make_tower()
    sound = torch.arange(40 * 32.0).reshape(1, 32, 40)
    patches = tower.patches(sound)
    assert patches.shape == (1, 6, 256)
    torch.testing.assert_close(patches[0, 2], sound[0, :16, 16:32].T.flatten())
    torch.testing.assert_close(patches[0, 3], sound[0, 16:, 16:32].T.flatten())
    torch.testing.assert_close(patches[0, 5, :128], sound[0, 16:, 32:].T.flatten())
    assert (patches[0, 5, 128:] == 0).all()  # of the last column half is missing


def test_a_token_depends_on_its_own_patch() -> None:
    tower, patches = make_tower(), levels(1, 6, 256)
    other = patches.clone()
    other[:, 3] += 1.0
    changed = (tower.enter(patches) - tower.enter(other)).abs().amax(-1)[0] > 0
    assert changed.tolist() == [position == 3 for position in range(6)]


@pytest.mark.parametrize("activation", ["gelu", "silu"])
def test_patches_that_are_left_out_are_never_seen(activation: Literal["gelu", "silu"]) -> None:
    tower = make_tower(replace(CONFIG, activation=activation))
    sound, kept = levels(2, 32, 64), torch.tensor([[5, 0, 2], [1, 7, 3]])
    some = tower(sound, torch.tensor([64, 40]), kept)
    # the eighth patch of the second sound is padding
    assert some.valid.tolist() == [[True] * 3, [True, False, True]]
    tokens = tower.enter(tower.patches(sound))
    torch.testing.assert_close(some.states[0], tower.encode(tokens[:1, [5, 0, 2]])[0], atol=1e-6, rtol=0)
    torch.testing.assert_close(some.states[1, [0, 2]], tower.encode(tokens[1:, [1, 3]])[0], atol=1e-6, rtol=0)


def test_all_patches_in_any_order_are_the_whole_sound() -> None:
    tower, sound, order = make_tower(), levels(1, 32, 64), torch.tensor([[3, 1, 0, 2, 7, 6, 5, 4]])
    torch.testing.assert_close(tower(sound, kept=order).states, tower(sound).states[:, order[0]], atol=1e-5, rtol=0)


def test_blocks_do_not_begin_alike() -> None:
    first, second = make_tower().blocks
    assert not torch.equal(first.linear1.weight, second.linear1.weight)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["sinusoidal", "sinusoidal in time"])
def test_positions_tell_every_patch_from_every_other(kind: Literal["sinusoidal", "sinusoidal in time"]) -> None:
    tower = make_tower(replace(CONFIG, positions=kind), mels=64)
    positions = tower.positions_of(4 * 100)
    assert positions.shape == (400, 16)
    assert (torch.cdist(positions, positions) + 9.0 * torch.eye(400)).min() > 0.01
    torch.testing.assert_close(tower.positions_of(39), positions[:39])


def test_waves_in_time_are_fixed_and_rows_of_frequency_learned() -> None:
    learned = dict(make_positions("sinusoidal in time", 4, 16).named_parameters())
    assert [weight.shape for weight in learned.values()] == [(4, 16)]  # K12
    assert list(make_positions("sinusoidal", 4, 16).parameters()) == []
    assert list(make_positions("sinusoidal", 4, 16).state_dict()) == []


def test_one_half_of_fixed_positions_tells_the_column_and_the_other_the_row() -> None:
    positions = make_positions("sinusoidal", 3, 8)(12).reshape(4, 3, 8)
    assert (positions[:, :1, :4] == positions[..., :4]).all()
    assert (positions[:1, :, 4:] == positions[..., 4:]).all()
    torch.testing.assert_close(positions[2, 1], torch.tensor([2.0, 0.02, 0, 0, 1.0, 0.01, 0, 0]).sin() + cosines(2, 1))


def cosines(column: float, row: float) -> Tensor:
    waves = torch.tensor([0, 0, column, 0.01 * column, 0, 0, row, 0.01 * row]).cos()
    return waves * torch.tensor([0, 0, 1, 1, 0, 0, 1, 1])


def test_frame_features_set_the_rows_of_a_column_beside_each_other() -> None:
    tower = make_tower()
    heard = tower(levels(2, 32, 64))
    features = tower.frame_features(heard)
    assert features.shape == (2, 4, 32)
    torch.testing.assert_close(features[1, 2], torch.cat([heard.states[1, 4], heard.states[1, 5]]))
    with torch.device("meta"):  # D24: 3840 numbers for 160 ms
        tower = PatchTower(AudioTowerConfig("patches", layers=1), replace(MEL, mels=80))
        assert tower.frame_features(tower(torch.empty(1, 80, 608))).shape == (1, 38, 3840)


def test_every_weight_learns() -> None:
    tower = make_tower(replace(CONFIG, positions="sinusoidal in time")).train().requires_grad_(True)
    (tower(levels(2, 32, 64)).states * levels(2, 8, 16)).sum().backward()
    assert isinstance(tower, nn.Module)
    assert [name for name, weight in tower.named_parameters() if weight.grad is None or not weight.grad.any()] == []
