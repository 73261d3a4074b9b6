from __future__ import annotations

import torch
from torch import Tensor

from engine.clap.config import MelConfig
from engine.clap.towers.config import AudioTowerConfig
from engine.clap.towers.htsat import SwinTower

MEL = MelConfig(16000, 512, 400, 160, 32, 50, 8000)
CONFIG = AudioTowerConfig("htsat", width=8, depths=(2, 2), heads_of=(1, 2), window_patches=4, square_bands=64)


def make_tower() -> SwinTower:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return SwinTower(CONFIG, MEL).eval().requires_grad_(False)


def levels(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def moved_columns(frames: int, at: slice) -> Tensor:
    """How far each column goes when the levels of some frames change."""
    tower, before = make_tower(), levels(1, 32, frames)
    after = before.clone()
    after[:, :, at] += 3.0
    return (tower(before).states - tower(after).states).norm(dim=-1)[0]


def test_stretches_of_time_lie_above_each_other() -> None:
    tower, sound = make_tower(), levels(1, 32, 256)
    squares = tower.squares(sound)
    assert squares.shape == (1, 2, 1, 64, 64)
    normed = tower.norm(sound)[0]
    torch.testing.assert_close(squares[0, 0, 0, :32], normed[:, :64])
    torch.testing.assert_close(squares[0, 0, 0, 32:], normed[:, 64:128])
    torch.testing.assert_close(squares[0, 1, 0, 32:], normed[:, 192:])


def test_a_short_sound_is_repeated_until_the_square_is_full() -> None:
    tower, sound = make_tower(), levels(2, 32, 50)
    squares = tower.squares(sound, torch.tensor([50, 20]))
    assert squares.shape == (2, 1, 1, 64, 64)
    torch.testing.assert_close(squares[0, 0, 0, :32, 50:], squares[0, 0, 0, :32, :14])
    torch.testing.assert_close(squares[1, 0, 0, :32, 20:40], squares[1, 0, 0, :32, :20])
    torch.testing.assert_close(squares[1, 0, 0, 32:, :16], squares[1, 0, 0, :32, 4:20])


def test_squares_do_not_hear_each_other() -> None:
    moved = moved_columns(256, slice(128, None))
    assert len(moved) == 32
    assert moved[:16].max() == 0.0
    assert moved[16:].min() > 0.0


def test_what_sounds_in_a_column_is_heard_there_most() -> None:
    # the first stretch is in columns 0 to 7, the second in 8 to 15, though it lies in the lower half of the image
    for column in (1, 6, 9, 14):
        assert moved_columns(128, slice(8 * column, 8 * column + 8)).argmax() == column


def test_windows_of_every_other_block_are_shifted() -> None:
    shifts = [[block.shift_size for block in stage.blocks] for stage in make_tower().swin.encoder.layers]
    assert shifts == [[0, 2], [0, 2]]
