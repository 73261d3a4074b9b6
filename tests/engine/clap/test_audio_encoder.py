from __future__ import annotations

import pytest
import torch

from engine.clap.audio_encoder import AudioEncoder, ColumnBlock
from engine.clap.config import AudioEncoderConfig

CONFIG = AudioEncoderConfig(stem_channels=(4, 8), width=16, blocks=2, kernel_columns=3)


@pytest.fixture
def encoder() -> AudioEncoder:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return AudioEncoder(CONFIG, mels=8).eval().requires_grad_(False)


def levels(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("columns", [1, 2, 7])
def test_a_column_stands_for_every_frames_per_column_frames(encoder: AudioEncoder, columns: int) -> None:
    assert CONFIG.frames_per_column == 4
    assert encoder(levels(3, 8, columns * 4)).shape == (3, columns, 16)


def test_columns_do_not_depend_on_the_batch(encoder: AudioEncoder) -> None:
    batch = levels(5, 8, 40)
    torch.testing.assert_close(encoder(batch)[2:3], encoder(batch[2:3]), atol=1e-6, rtol=0)


def test_what_happens_far_away_changes_no_column(encoder: AudioEncoder) -> None:
    before = levels(1, 8, 80)
    after = before.clone()
    after[:, :, 60:] += 3.0  # the last 5 of 20 columns
    changed = (encoder(before) - encoder(after)).abs().amax(dim=(0, 2)) > 1e-6
    # the stem looks back alone; each of the two blocks reaches one column to either side
    assert changed.tolist() == [False] * 13 + [True] * 7


def test_columns_are_normalised(encoder: AudioEncoder) -> None:
    columns = encoder(levels(2, 8, 40))
    torch.testing.assert_close(columns.mean(-1), torch.zeros(2, 10), atol=1e-5, rtol=0)
    torch.testing.assert_close(columns.var(-1, correction=0), torch.ones(2, 10), atol=1e-3, rtol=0)


def test_a_block_adds_to_its_input() -> None:
    block = ColumnBlock(CONFIG).requires_grad_(False)
    block.contract.weight.zero_()
    block.contract.bias.zero_()
    columns = levels(2, 5, 16)
    torch.testing.assert_close(block(columns), columns)
