from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from engine.clap.config import MelConfig
from trainer.augmentations import (
    augment_levels,
    mixup,
    mixup_share,
    random_resize_crop,
    spec_augment,
    structured_patchout,
)

MEL = MelConfig(8000, 256, 200, 80, mels=40, low_hz=50.0, high_hz=4000.0, mean_db=-40.0, deviation_db=20.0)


def drawn(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def levels(frames: int = 60) -> Tensor:
    return torch.randn(frames, MEL.mels, generator=drawn(0))


@pytest.mark.parametrize(
    "treatment",
    [
        lambda row, generator: augment_levels(row, MEL, generator),
        lambda row, generator: spec_augment(row, generator, most_bands=20, most_frames=30),
        lambda row, generator: random_resize_crop(row, generator),
    ],
)
def test_a_row_depends_on_its_generator_alone(treatment: object) -> None:
    assert callable(treatment)
    row = levels()
    one, again, other = (treatment(row.clone(), drawn(seed)) for seed in (3, 3, 4))
    assert one.shape == row.shape
    assert torch.isfinite(one).all()
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert torch.equal(row, levels())  # as it was


def test_augmented_levels_stay_above_the_floor() -> None:
    floor = (MEL.floor_db - MEL.mean_db) / MEL.deviation_db
    assert all((augment_levels(levels(), MEL, drawn(seed)) >= floor - 1e-5).all() for seed in range(10))


def test_spec_augment_hides_one_stretch_of_frames_and_one_of_bands() -> None:
    lengths = []
    for seed in range(200):
        hidden = spec_augment(levels() + 9.0, drawn(seed), most_bands=8, most_frames=15) == 0.0
        bands, frames = hidden.all(0), hidden.all(1)
        assert torch.equal(hidden, frames.unsqueeze(1) | bands)
        for stretch in (bands, frames):
            assert int((stretch.int().diff() != 0).sum()) <= 2  # in one piece
        lengths.append((int(bands.sum()), int(frames.sum())))
    assert {bands for bands, _ in lengths} == set(range(9))
    assert max(frames for _, frames in lengths) == 15
    assert min(frames for _, frames in lengths) == 0


def test_more_may_be_hidden_than_there_is() -> None:
    assert spec_augment(levels(5), drawn(1), most_bands=400, most_frames=400).shape == (5, MEL.mels)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_mixup_adds_powers(share: float) -> None:
    one, other = levels(), levels().flip(0)

    def power(of: Tensor) -> Tensor:
        return 10.0 ** ((of * MEL.deviation_db + MEL.mean_db) / 10.0)

    mixed = mixup(one, other, share, MEL)
    torch.testing.assert_close(power(mixed), share * power(one) + (1.0 - share) * power(other), rtol=1e-4, atol=1e-9)


def test_mixup_shares_are_beta_distributed() -> None:
    shares = torch.tensor([mixup_share(0.5, drawn(seed)) for seed in range(2000)])
    assert float(shares.mean()) == pytest.approx(0.5, abs=0.03)
    assert float(shares.var()) == pytest.approx(1 / 8, abs=0.01)  # 1 / (4 (2 alpha + 1))
    assert mixup_share(0.0, drawn(1)) == 1.0
    assert mixup_share(0.5, drawn(7)) == mixup_share(0.5, drawn(7))


def test_a_resized_crop_is_a_stretched_part() -> None:
    ramp = torch.arange(60.0).unsqueeze(1).expand(60, 40) + 100.0
    slopes = [float(random_resize_crop(ramp, drawn(seed), most=1.0).diff(dim=0)[5:-5].mean()) for seed in range(40)]
    assert 0.6 * 0.95 < min(slopes) < 0.75  # the part of 36 frames is stretched to 60
    assert 0.9 < max(slopes) < 1.05


@pytest.mark.parametrize(
    ("columns", "rows", "share", "kept"),
    [(38, 5, 0.5, 4 * 24), (38, 5, 0.0, 190), (64, 8, 0.5, 6 * 43), (1, 1, 0.9, 1), (3, 1, 0.5, 2)],
)
def test_whole_rows_and_columns_drop_out(columns: int, rows: int, share: float, kept: int) -> None:
    left = structured_patchout(columns, rows, share, drawn(1))
    assert len(left) == kept
    assert math.isclose(kept, (1.0 - share) * columns * rows, rel_tol=0.03) or columns * rows < 4
    grid = torch.zeros(columns * rows, dtype=torch.bool)
    grid[left] = True
    grid = grid.view(columns, rows)
    assert torch.equal(grid, grid.any(1, keepdim=True) & grid.any(0))
    assert torch.equal(left, left.sort().values)
    seen = {tuple(structured_patchout(columns, rows, share, drawn(seed)).tolist()) for seed in range(8)}
    assert len(seen) == 1 if kept == columns * rows else len(seen) > 1
