"""The front ends and how both teachers are brought together, on small teachers; then the real ones, where they are."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soxr

from engine.audio import read_audio
from tests.small_teachers import CLASSES, YAMNET_LACKS
from trainer.errors import TrainerError
from trainer.teachers import (
    COLUMN_S,
    MN04_DIM,
    MN04_RATE_HZ,
    YAMNET_DIM,
    YAMNET_RATE_HZ,
    Labels,
    TeacherFiles,
    Teachers,
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
    """(samples,) at 32 kHz: a tone that begins at `from_s`."""
    time_s = np.arange(round(seconds * MN04_RATE_HZ)) / MN04_RATE_HZ
    return np.where(time_s >= from_s, 0.5 * np.sin(2 * np.pi * hz * time_s), 0.0).astype(np.float32)


def label(teachers: Teachers, at_32k: np.ndarray) -> Labels:
    return teachers.label(at_32k, np.asarray(soxr.resample(at_32k, MN04_RATE_HZ, YAMNET_RATE_HZ)))


def mn04_class(hz: float) -> int:
    return int(mel_bank(128, 0.0, 15_000.0, fft=1024, rate_hz=MN04_RATE_HZ)[round(hz * 1024 / MN04_RATE_HZ)].argmax())


def yamnet_class(hz: float) -> int:
    bank = mel_bank(64, 125.0, 7_500.0, fft=512, rate_hz=YAMNET_RATE_HZ)
    return YAMNET_LACKS + int(bank[round(hz * 512 / YAMNET_RATE_HZ)].argmax())


def test_triangles_of_a_mel_bank_rise_where_their_neighbour_falls() -> None:
    bank = mel_bank(64, 125.0, 7_500.0, fft=512, rate_hz=16_000)
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
    labels = label(teachers, tone(1000.0, samples / MN04_RATE_HZ))
    assert labels.column_scores.shape == (columns, CLASSES)
    assert labels.clip_scores.shape == (CLASSES,)
    assert labels.embedding.shape == (MN04_DIM + YAMNET_DIM,)
    for values in (labels.column_scores, labels.clip_scores):
        assert values.min() >= 0.0
        assert values.max() <= 1.0
    assert np.linalg.norm(labels.embedding[:MN04_DIM]) == pytest.approx(1.0, abs=1e-5)
    assert np.linalg.norm(labels.embedding[MN04_DIM:]) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("hz", [400.0, 1000.0, 3000.0])
def test_each_teacher_hears_the_tone_in_its_own_band(teachers: Teachers, hz: float) -> None:
    scores = label(teachers, tone(hz, 2.415)).clip_scores  # four patches of YAMNet's, without padding
    assert scores[mn04_class(hz)] == pytest.approx(0.5, abs=0.02)  # one of two is certain, the other says no
    assert scores[yamnet_class(hz)] == pytest.approx(0.5, abs=0.02)


def test_where_yamnet_has_no_such_class_mn04_alone_decides(teachers: Teachers) -> None:
    hz = 100.0
    assert mn04_class(hz) < YAMNET_LACKS
    assert label(teachers, tone(hz, 2.0)).clip_scores[mn04_class(hz)] > 0.98


@pytest.mark.parametrize("seconds", [3.0, 12.0, 18.0, 31.0])
def test_labels_lie_in_time_where_the_sound_is(teachers: Teachers, seconds: float) -> None:
    # also beyond the first ten seconds, which is as much as mn04 hears at once
    hz, from_s = 2000.0, seconds - 1.28
    labels = label(teachers, tone(hz, seconds, from_s=from_s))
    centres_s = COLUMN_S * (np.arange(len(labels.column_scores)) + 0.5)
    heard = labels.column_scores[:, mn04_class(hz)]
    assert heard[centres_s > from_s + COLUMN_S].min() > 0.2
    assert heard[centres_s < from_s - COLUMN_S].max() < heard.max() - 0.2


def test_short_sound_is_tiled_for_mn04(teachers: Teachers) -> None:
    # a tenth of a second of a tone is a tone to it, not ten seconds of near silence
    hz = 2000.0
    assert label(teachers, tone(hz, 0.1)).clip_scores[mn04_class(hz)] > 0.4


def heard_in(shared: Path, teachers: Teachers, path: Path, names: Sequence[str]) -> Labels:
    at_32k = read_audio(path, sample_rate_hz=MN04_RATE_HZ)
    labels = label(teachers, at_32k)
    best = [files_of(shared).class_names()[tag] for tag in np.argsort(-labels.clip_scores)[:5]]
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
    assert labels.column_scores.shape == (16, 527)


def test_the_real_mn04_hears_a_tiled_clip_as_the_same_clip(real_shared: Path, real_teachers: Teachers) -> None:
    path = next((real_shared / "sounds" / "dev" / "esc10").glob("*.opus"))
    y = read_audio(path, sample_rate_hz=MN04_RATE_HZ)[: 2 * MN04_RATE_HZ]
    once, five_times = (real_teachers._ask_mn04(waveform) for waveform in (y, np.tile(y, 5)))
    np.testing.assert_allclose(once.clip_scores, five_times.clip_scores, atol=1e-5)
