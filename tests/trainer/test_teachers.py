"""The front ends and how both teachers are brought together, on small teachers; then the real ones, where they are."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.audio import read_audio
from tests.small_teachers import CLASSES, YAMNET_LACKS
from trainer.errors import TrainerError
from trainer.teachers import (
    COLUMN_S,
    MN04_DIM,
    TEACHER_RATE_HZ,
    YAMNET_DIM,
    YAMNET_RATE_HZ,
    Labels,
    TeacherFiles,
    Teachers,
    columns_in,
    halve_rate,
    mel_bank,
)


@pytest.fixture(scope="module")
def teachers(small_shared: Path) -> Teachers:
    return Teachers(files_of(small_shared))


@pytest.fixture
def real_teachers(real_shared: Path) -> Teachers:
    return Teachers(files_of(real_shared))


def files_of(shared: Path) -> TeacherFiles:
    return TeacherFiles(shared / "teacher", shared / "labels" / "class_labels_indices.csv")


def tone(hz: float, seconds: float, *, from_s: float = 0.0) -> np.ndarray:
    """(samples,): a tone that begins at `from_s`."""
    time_s = np.arange(round(seconds * TEACHER_RATE_HZ)) / TEACHER_RATE_HZ
    return np.where(time_s >= from_s, 0.5 * np.sin(2 * np.pi * hz * time_s), 0.0).astype(np.float32)


def label(teachers: Teachers, y: np.ndarray) -> Labels:
    return teachers.label_all([y])[0]


def mn04_class(hz: float) -> int:
    bank = mel_bank(128, 0.0, 15_000.0, fft=1024, rate_hz=TEACHER_RATE_HZ)
    return int(bank[round(hz * 1024 / TEACHER_RATE_HZ)].argmax())


def yamnet_class(hz: float) -> int:
    bank = mel_bank(64, 125.0, 7_500.0, fft=512, rate_hz=YAMNET_RATE_HZ)
    return YAMNET_LACKS + int(bank[round(hz * 512 / YAMNET_RATE_HZ)].argmax())


def test_triangles_of_a_mel_bank_rise_where_their_neighbour_falls() -> None:
    bank = mel_bank(64, 125.0, 7_500.0, fft=512, rate_hz=16_000).numpy()
    assert bank.shape == (257, 64)
    bins_hz = np.arange(257) * 16_000 / 512
    edges_hz = 700.0 * np.expm1(np.linspace(np.log1p(125 / 700), np.log1p(7500 / 700), 66))
    inner = (bins_hz > edges_hz[1]) & (bins_hz < edges_hz[-2])
    np.testing.assert_allclose(bank[inner].sum(axis=1), 1.0, atol=1e-5)
    assert not bank[(bins_hz <= 125.0) | (bins_hz >= 7500.0)].any()
    assert np.all(np.diff(bank.argmax(axis=0)) >= 0)


def test_the_nyquist_bin_belongs_to_no_triangle() -> None:
    assert not mel_bank(8, 0.0, 9_000.0, fft=512, rate_hz=16_000)[-1].any()


def test_classes_are_named_in_the_order_of_the_list(small_shared: Path) -> None:
    names = files_of(small_shared).class_names()
    assert names[:2] == ["Band 0", "Band 1"]
    assert len(names) == CLASSES


def test_a_missing_class_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"There is no class list .*classes\.csv"):
        TeacherFiles(tmp_path, tmp_path / "classes.csv").class_names()


@pytest.mark.parametrize(
    ("samples", "columns"), [(1, 1), (3_000, 1), (32_000, 3), (160_000, 16), (320_000, 31), (384_000, 38)]
)
def test_there_is_a_label_for_every_320_ms_and_one_for_the_clip(teachers: Teachers, samples: int, columns: int) -> None:
    labels = label(teachers, tone(1000.0, samples / TEACHER_RATE_HZ))
    assert labels.columns.tolist() == [columns]
    assert labels.column_scores.shape == (1, columns, CLASSES)
    assert labels.clip_scores.shape == (1, CLASSES)
    assert labels.embeddings.shape == (1, MN04_DIM + YAMNET_DIM)
    for values in (labels.column_scores, labels.clip_scores):
        assert values.min() >= 0.0
        assert values.max() <= 1.0
    lengths = [part.norm().item() for part in labels.embeddings[0].split([MN04_DIM, YAMNET_DIM])]
    assert lengths == pytest.approx([1.0, 1.0], abs=1e-5)


def test_sounds_that_are_heard_together_are_labelled_as_each_alone(teachers: Teachers) -> None:
    # of lengths that need one window of mn04 or two, one patch of YAMNet or many, and padding beside the others
    sounds = [tone(hz, seconds) for hz, seconds in [(500.0, 0.2), (3000.0, 11.0), (1500.0, 2.0), (800.0, 17.3)]]
    lengths = torch.tensor([len(y) for y in sounds])
    padded = torch.stack(
        [torch.nn.functional.pad(torch.from_numpy(y), (0, int(lengths.max()) - len(y))) for y in sounds]
    )
    together = teachers.label(padded, lengths)
    assert_close = partial(torch.testing.assert_close, atol=1e-3, rtol=0)  # sums in another order, and their logarithm
    for row, alone in enumerate(teachers.label_all(sounds)):
        columns = int(alone.columns[0])
        assert int(together.columns[row]) == columns
        assert_close(together.column_scores[row, :columns], alone.column_scores[0])
        assert_close(together.clip_scores[row], alone.clip_scores[0])
        assert_close(together.embeddings[row], alone.embeddings[0])


def test_a_sound_has_the_nearest_number_of_columns_but_at_least_one() -> None:
    assert columns_in(torch.tensor([1, 15_000, 16_000, 320_000])).tolist() == [1, 1, 2, 31]


def test_at_half_the_rate_a_tone_is_the_same_tone() -> None:
    halved = halve_rate(torch.from_numpy(tone(1000.0, 0.5)[None]))[0].numpy()
    expected = 0.5 * np.sin(2 * np.pi * 1000.0 * np.arange(8_000) / YAMNET_RATE_HZ)
    np.testing.assert_allclose(halved[100:-100], expected[100:-100], atol=0.005)


def test_what_half_the_rate_cannot_hold_is_gone_instead_of_folded_back() -> None:
    halved = halve_rate(torch.from_numpy(tone(11_000.0, 0.5)[None]))[0]
    assert halved[100:-100].abs().max() < 0.001


def test_an_odd_sample_is_kept_at_half_the_rate() -> None:
    assert halve_rate(torch.zeros(2, 7)).shape == (2, 4)


@pytest.mark.parametrize("hz", [400.0, 1000.0, 3000.0])
def test_each_teacher_hears_the_tone_in_its_own_band(teachers: Teachers, hz: float) -> None:
    scores = label(teachers, tone(hz, 2.415)).clip_scores[0]  # four patches of YAMNet's, without padding
    assert scores[mn04_class(hz)] == pytest.approx(0.5, abs=0.02)  # one of two is certain, the other says no
    assert scores[yamnet_class(hz)] == pytest.approx(0.5, abs=0.02)


def test_where_yamnet_has_no_such_class_mn04_alone_decides(teachers: Teachers) -> None:
    hz = 100.0
    assert mn04_class(hz) < YAMNET_LACKS
    assert label(teachers, tone(hz, 2.0)).clip_scores[0, mn04_class(hz)] > 0.98


@pytest.mark.parametrize("seconds", [3.0, 12.0, 18.0, 31.0])
def test_labels_lie_in_time_where_the_sound_is(teachers: Teachers, seconds: float) -> None:
    # also beyond the first ten seconds, which is as much as mn04 hears at once
    hz, from_s = 2000.0, seconds - 1.28
    labels = label(teachers, tone(hz, seconds, from_s=from_s))
    centres_s = COLUMN_S * (torch.arange(int(labels.columns[0])) + 0.5)
    heard = labels.column_scores[0, :, mn04_class(hz)]
    assert heard[centres_s > from_s + COLUMN_S].min() > 0.2
    assert heard[centres_s < from_s - COLUMN_S].max() < heard.max() - 0.2


def test_short_sound_is_tiled_for_mn04(teachers: Teachers) -> None:
    # a tenth of a second of a tone is a tone to it, not ten seconds of near silence
    hz = 2000.0
    assert label(teachers, tone(hz, 0.1)).clip_scores[0, mn04_class(hz)] > 0.4


def heard_in(shared: Path, teachers: Teachers, path: Path, names: Sequence[str]) -> Labels:
    labels = label(teachers, read_audio(path, sample_rate_hz=TEACHER_RATE_HZ))
    best = [files_of(shared).class_names()[tag] for tag in labels.clip_scores[0].topk(5).indices]
    assert set(names) & set(best), f"{path.name}: {best}"
    return labels


@pytest.mark.parametrize(
    ("spoken", "names"),
    [
        ("dog bark", ["Dog", "Bark", "Domestic animals, pets"]),
        ("rooster", ["Chicken, rooster", "Crowing, cock-a-doodle-doo", "Fowl"]),
        ("rain", ["Rain", "Rain on surface", "Raindrop"]),
    ],
)
def test_the_real_teachers_know_what_they_hear(
    real_shared: Path, real_teachers: Teachers, spoken: str, names: list[str]
) -> None:
    with (real_shared / "sounds" / "dev.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == "esc10" and spoken in row["label"]]
    labels = heard_in(real_shared, real_teachers, real_shared / "sounds" / rows[0]["path"], names)
    assert labels.column_scores.shape == (1, 16, 527)


def test_the_real_mn04_hears_a_tiled_clip_as_the_same_clip(real_shared: Path, real_teachers: Teachers) -> None:
    path = next((real_shared / "sounds" / "dev" / "esc10").glob("*.opus"))
    y = read_audio(path, sample_rate_hz=TEACHER_RATE_HZ)[: 2 * TEACHER_RATE_HZ]
    once, five_times = (
        real_teachers._ask_mn04(torch.from_numpy(waveform)[None], torch.tensor([len(waveform)]), torch.tensor([0.16]))
        for waveform in (y, np.tile(y, 5))
    )
    torch.testing.assert_close(once.clip_scores, five_times.clip_scores, atol=1e-5, rtol=0)
