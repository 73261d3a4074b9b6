from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.clap.audio_encoder import AudioEncoder, fold_batch_norms
from engine.clap.config import AudioEncoderConfig

MELS = 32
CONFIGS = {
    "convnext": AudioEncoderConfig(stem_channels=(4, 4, 8, 8), width=16, blocks=2, kernel_columns=3),
    "transformer": AudioEncoderConfig("transformer", (4, 4, 8, 8), width=16, blocks=2, heads=2),
    "mobilenet": AudioEncoderConfig("mobilenet", (4, 4, 8, 8), width=16, blocks=2, kernel_columns=3, expansion=2),
    "vit": AudioEncoderConfig("vit", width=16, blocks=2, heads=2),
}
LOCAL = ["convnext", "mobilenet"]  # what a column hears is bounded
EVERY_KIND = pytest.mark.parametrize("kind", CONFIGS)


def make_encoder(kind: str) -> AudioEncoder:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        encoder = AudioEncoder(CONFIGS[kind], MELS).eval().requires_grad_(False)
        for name, buffer in encoder.named_buffers():
            if name.endswith("running_var"):
                buffer.uniform_(0.05, 0.2)  # or the levels would fade in an untrained stem
        return encoder


def levels(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def changed_columns(kind: str, columns: int, beyond: int) -> list[bool]:
    """Which columns are other ones when the levels from column `beyond` on are."""
    encoder, before = make_encoder(kind), levels(1, MELS, 16 * columns)
    after = before.clone()
    after[:, :, 16 * beyond :] += 3.0
    changed: list[bool] = ((encoder(before) - encoder(after)).abs().amax(dim=(0, 2)) > 1e-6).tolist()
    return changed


@EVERY_KIND
@pytest.mark.parametrize("columns", [1, 4, 7, 300])
def test_a_column_stands_for_every_16_frames(kind: str, columns: int) -> None:
    found = make_encoder(kind)(levels(2, MELS, columns * 16))
    assert found.shape == (2, columns, 16)
    assert found.isfinite().all()


def test_a_column_of_fewer_stages_is_shorter() -> None:
    config = replace(CONFIGS["convnext"], stem_channels=(4, 8))
    assert config.frames_per_column == 4
    assert AudioEncoder(config, MELS)(levels(2, MELS, 20)).shape == (2, 5, 16)


@EVERY_KIND
def test_columns_do_not_depend_on_the_batch(kind: str) -> None:
    encoder, batch = make_encoder(kind), levels(5, MELS, 160)
    torch.testing.assert_close(encoder(batch)[2:3], encoder(batch[2:3]), atol=1e-5, rtol=0)


@EVERY_KIND
def test_a_column_depends_on_its_neighbourhood(kind: str) -> None:
    changed = changed_columns(kind, columns=12, beyond=6)
    assert changed[5:8] == [True] * 3


def test_what_happens_far_away_changes_no_column_of_convnext() -> None:
    # the stem looks back alone; each of the two blocks reaches one column to either side
    assert changed_columns("convnext", columns=20, beyond=15) == [False] * 13 + [True] * 7


@pytest.mark.parametrize("kind", LOCAL)
def test_a_longer_sound_begins_with_the_columns_of_a_shorter_one(kind: str) -> None:
    encoder, sound = make_encoder(kind), levels(1, MELS, 480)
    torch.testing.assert_close(encoder(sound)[:, :10], encoder(sound[:, :, :320])[:, :10], atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", ["transformer", "vit"])
def test_attention_hears_the_whole_sound(kind: str) -> None:
    assert changed_columns(kind, columns=20, beyond=19)[0]


@EVERY_KIND
def test_what_repeats_in_time_is_told_from_its_reverse(kind: str) -> None:
    # the order of columns matters: no kind is a bag of frames
    encoder, sound = make_encoder(kind), levels(1, MELS, 160)
    backwards = sound.unflatten(2, (10, 16)).flip(2).flatten(2)
    assert (encoder(sound) - encoder(backwards).flip(1)).abs().max() > 1e-3


@EVERY_KIND
def test_columns_are_normalised(kind: str) -> None:
    columns = make_encoder(kind)(levels(2, MELS, 160))
    torch.testing.assert_close(columns.mean(-1), torch.zeros(2, 10), atol=1e-5, rtol=0)
    torch.testing.assert_close(columns.var(-1, correction=0), torch.ones(2, 10), atol=1e-2, rtol=0)


@EVERY_KIND
@pytest.mark.parametrize("half", [False, True])
def test_every_weight_learns(kind: str, half: bool) -> None:
    encoder = make_encoder(kind).train().requires_grad_(True)
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        columns = encoder(levels(4, MELS, 160))
    (columns.float() * levels(4, 10, 16)).sum().backward()
    without = [
        name for name, weight in encoder.named_parameters() if weight.grad is None or not weight.grad.abs().sum() > 0
    ]
    assert without == []


@EVERY_KIND
def test_half_precision_hears_nearly_the_same(kind: str) -> None:
    encoder, sound = make_encoder(kind), levels(2, MELS, 160)
    with torch.autocast("cpu", torch.bfloat16):
        in_half = encoder(sound).float()
    assert torch.nn.functional.cosine_similarity(in_half, encoder(sound), dim=-1).min() > 0.99


@pytest.mark.parametrize("kind", LOCAL)
def test_without_batch_norms_the_encoder_says_the_same(kind: str) -> None:
    encoder, heard = make_encoder(kind), levels(2, MELS, 128)
    columns = encoder(heard)
    fold_batch_norms(encoder)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in encoder.modules())
    torch.testing.assert_close(encoder(heard), columns, atol=1e-5, rtol=1e-4)
