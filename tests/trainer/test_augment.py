from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from trainer import augment

FLOOR_DB = -100.0
ROWS, FRAMES, MELS = 20, 40, 16

TREATMENTS: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {
    "gain": augment.gain,
    "equalise": augment.equalise,
    "shift_pitch": augment.shift_pitch,
    "reverberate": partial(augment.reverberate, floor_db=FLOOR_DB),
    "add_noise": augment.add_noise,
    "compress": augment.compress,
    "limit_band": partial(augment.limit_band, floor_db=FLOOR_DB),
    "code": partial(augment.code, floor_db=FLOOR_DB),
    "mask": partial(augment.mask, floor_db=FLOOR_DB),
    "augment": partial(augment.augment, floor_db=FLOOR_DB),
}


def seeded(seed: int = 0, device: str = "cpu") -> torch.Generator:
    return torch.Generator(device).manual_seed(seed)


def levels(seed: int = 0, device: str = "cpu") -> Tensor:
    drawn = torch.rand(ROWS, FRAMES, MELS, generator=seeded(seed, device), device=device)
    return drawn * (10.0 - FLOOR_DB) + FLOOR_DB


def flat(level_db: float) -> Tensor:
    return torch.full((ROWS, FRAMES, MELS), level_db)


def test_mixing_adds_powers() -> None:
    torch.testing.assert_close(augment.mix(flat(-20.0), flat(-20.0)), flat(-16.9897), atol=1e-3, rtol=0)
    one, other = levels(1), levels(2)
    expected = 10 * torch.log10(10.0 ** (one / 10.0) + 10.0 ** (other / 10.0))
    torch.testing.assert_close(augment.mix(one, other), expected, atol=1e-3, rtol=0)


def test_mixing_with_silence_changes_nothing_one_can_hear() -> None:
    torch.testing.assert_close(augment.mix(flat(-30.0), flat(FLOOR_DB)), flat(-30.0), atol=1e-4, rtol=0)


def test_levels_come_back_from_powers_and_never_below_the_floor() -> None:
    torch.testing.assert_close(augment.to_db(augment.to_power(levels()), floor_db=FLOOR_DB), levels())
    assert (augment.to_db(torch.zeros(3), floor_db=FLOOR_DB) == FLOOR_DB).all()


@pytest.mark.parametrize("name", TREATMENTS)
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_every_treatment_keeps_shape_and_type_and_leaves_its_input_alone(name: str, device: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    before = levels(device=device)
    given_levels = before.clone()
    treated = TREATMENTS[name](given_levels, seeded(device=device))
    assert treated.shape == before.shape
    assert (treated.dtype, treated.device) == (torch.float32, before.device)
    assert treated.isfinite().all()
    assert torch.equal(given_levels, before)


@pytest.mark.parametrize("name", TREATMENTS)
def test_every_treatment_is_decided_by_its_generator(name: str) -> None:
    one, again, other = (TREATMENTS[name](levels(), seeded(seed)) for seed in (7, 7, 8))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("name", TREATMENTS)
def test_every_row_is_treated_in_its_own_way(name: str) -> None:
    alike = levels()[:1].repeat(ROWS, 1, 1)
    assert len(torch.unique(TREATMENTS[name](alike, seeded()), dim=0)) > ROWS // 4


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    level_db=st.floats(FLOOR_DB, 27.5, width=32),
    rows=st.integers(1, 9),
    frames=st.integers(1, 30),
)
def test_whatever_happens_levels_stay_finite_and_at_or_above_the_floor(
    seed: int, level_db: float, rows: int, frames: int
) -> None:
    treated = augment.augment(torch.full((rows, frames, MELS), level_db), seeded(seed), floor_db=FLOOR_DB)
    assert treated.isfinite().all()
    assert treated.min() >= FLOOR_DB


def test_gain_is_one_number_for_a_row_and_mostly_near_the_recorded_level() -> None:
    gains = augment.gain(torch.zeros(2000, 2, 3), seeded())
    assert torch.equal(gains, gains[:, :1, :1].expand(-1, 2, 3))
    assert gains.min() >= -35.0
    assert gains.max() <= 8.0
    assert 0.6 < (gains[:, 0, 0].abs() <= 8.0).float().mean() < 0.85


def test_equalising_is_one_smooth_curve_for_all_frames() -> None:
    change = augment.equalise(levels(), seeded(), strength_db=6.0) - levels()
    torch.testing.assert_close(change, change[:, :1].expand(-1, FRAMES, -1), atol=1e-4, rtol=0)
    assert change.abs().max() <= 6.0 + 1e-4
    assert change.diff(dim=2).abs().max() < 12.0 * 3 / (MELS - 1) + 1e-4


def test_band_limit_silences_the_top_and_nothing_below_the_middle() -> None:
    silent = augment.limit_band(flat(0.0), seeded(), floor_db=FLOOR_DB) == FLOOR_DB
    assert torch.equal(silent, silent[:, :1].expand(-1, FRAMES, -1))
    assert not silent[:, :, : MELS // 2].any()
    assert silent[:, :, -1].all()
    assert (silent.int().diff(dim=2) >= 0).all()


def test_pitch_shift_moves_bands_together() -> None:
    ramp = torch.arange(MELS, dtype=torch.float32)
    shifted = augment.shift_pitch(ramp.expand(200, 2, MELS), seeded(), most_bands=2)
    shifts = (ramp[8] - shifted[:, 0, 8]).int()
    for row, shift in zip(shifted, shifts.tolist(), strict=True):
        assert torch.equal(row, (ramp - shift).clamp(0, MELS - 1).expand(2, MELS))
    assert set(shifts.tolist()) == {-2, -1, 0, 1, 2}


def test_noise_never_makes_a_sound_softer() -> None:
    assert augment.add_noise(flat(FLOOR_DB), seeded()).mean() > FLOOR_DB + 5.0
    assert (augment.add_noise(levels(), seeded()) >= levels() - 1e-4).all()


def test_a_click_in_a_room_decays_by_sixty_decibels_in_the_time_of_the_room() -> None:
    click = torch.full((5, 200, 2), -300.0)
    click[:, 10, 1] = 0.0
    room = augment.reverberate(click, seeded(), floor_db=-300.0, shortest_s=0.5, longest_s=0.5)
    assert (room[:, :10] < -290.0).all()  # nothing before it
    assert (room[:, :, 0] < -290.0).all()  # and nothing in another band
    decay_db = room[:, 11:161, 1].diff(dim=1)
    torch.testing.assert_close(decay_db, torch.full_like(decay_db, -60.0 / 50), atol=1e-2, rtol=0)
    assert (room[:, 10, 1] <= 0.0).all()
    assert len(room[:, 11, 1].unique()) == 5  # near and far in it


def test_a_steady_sound_keeps_its_level_in_a_room() -> None:
    steady = torch.full((ROWS, 400, MELS), -30.0)
    room = augment.reverberate(steady, seeded(), floor_db=FLOOR_DB)
    torch.testing.assert_close(room[:, 200:], steady[:, 200:], atol=0.05, rtol=0)


def test_a_codec_drops_what_is_far_below_the_loudest_band_of_its_frame() -> None:
    ramp = -100.0 * torch.arange(MELS, dtype=torch.float32) / MELS  # from 0 dB downwards
    coded = augment.code(ramp.expand(ROWS, FRAMES, MELS), seeded(), floor_db=FLOOR_DB)
    kept = coded > FLOOR_DB
    assert torch.equal(coded[kept], ramp.expand_as(coded)[kept])
    assert kept[:, :, ramp >= -30.0].all()
    assert not kept[:, :, ramp < -60.0].any()


def test_compression_raises_quiet_frames_as_a_whole_and_leaves_the_loudest() -> None:
    stairs = torch.arange(-FRAMES, 0, dtype=torch.float32).unsqueeze(1) + torch.linspace(-30.0, 0.0, MELS)
    rows = stairs.expand(ROWS, FRAMES, MELS)
    raised = augment.compress(rows, seeded(), most_db=15.0) - rows
    torch.testing.assert_close(raised, raised[:, :, :1].expand_as(raised), atol=1e-4, rtol=0)
    torch.testing.assert_close(raised[:, -1], torch.zeros(ROWS, MELS), atol=1e-4, rtol=0)
    assert (raised.diff(dim=1) <= 1e-4).all()
    assert raised.min() >= -1e-4
    assert 10.0 < raised.max() <= 15.0 + 1e-4


def test_a_mask_is_whole_bands_and_whole_frames() -> None:
    masked = augment.mask(flat(0.0), seeded(), floor_db=FLOOR_DB) == FLOOR_DB
    bands, frames = masked.all(dim=1), masked.all(dim=2)
    assert torch.equal(masked, bands.unsqueeze(1) | frames.unsqueeze(2))
    assert frames.any(dim=1).all()
    assert bands.any(dim=1).all()
    assert bands[~frames.all(dim=1)].sum(dim=1).max() <= 8
