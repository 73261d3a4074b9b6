from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.long_spectrogram import HOP_SAMPLES, MOST_COLUMNS, SAMPLE_RATE_HZ, LongSpectrogram

SECOND = SAMPLE_RATE_HZ


def tone(hz: float, seconds: float) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * SECOND)) / SECOND).astype(np.float32)


def loudest_hz(spectrogram: LongSpectrogram, at_s: float) -> float:
    column = int(np.searchsorted(spectrogram.edges_s, at_s)) - 1
    row = int(spectrogram.levels_db[:, column].argmax())
    return float(spectrogram.edges_hz[row : row + 2].mean())


def low_then_high(seconds: int) -> Iterator[np.ndarray]:
    """In blocks of a second, of which the first half are at 500 Hz and the others at 5 kHz."""
    for second in range(seconds):
        yield tone(500 if second < seconds // 2 else 5000, 1)


def test_every_moment_has_its_frequencies() -> None:
    spectrogram = LongSpectrogram([tone(500, 1), tone(5000, 1)], 3.0)
    assert spectrogram.levels_db.shape == (len(spectrogram.edges_hz) - 1, len(spectrogram.edges_s) - 1)
    assert spectrogram.end_s == 5.0
    assert spectrogram.edges_s[0] == pytest.approx(3.0 - HOP_SAMPLES / 2 / SECOND)
    assert spectrogram.edges_s[-1] == pytest.approx(5.0, abs=0.02)
    assert loudest_hz(spectrogram, 3.5) == pytest.approx(500, abs=13)
    assert loudest_hz(spectrogram, 4.5) == pytest.approx(5000, abs=13)


def test_however_it_is_cut_it_looks_the_same() -> None:
    sound = np.random.default_rng(0).standard_normal(3 * SECOND).astype(np.float32)
    pieces = np.split(sound, [5, 1000, 1001, SECOND, 2 * SECOND + 77])
    assert LongSpectrogram(pieces, 0.0).levels_db == pytest.approx(LongSpectrogram([sound], 0.0).levels_db, abs=1e-3)


def test_a_long_sound_has_as_many_columns_as_a_short_one_and_events_where_they_are() -> None:
    spectrogram = LongSpectrogram(low_then_high(101), 0.0)
    columns = spectrogram.levels_db.shape[1]
    assert MOST_COLUMNS <= columns < 2 * MOST_COLUMNS
    assert spectrogram.edges_s[-1] == pytest.approx(101.0, abs=0.1)
    assert loudest_hz(spectrogram, 49.9) == pytest.approx(500, abs=13)
    assert loudest_hz(spectrogram, 50.1) == pytest.approx(5000, abs=13)


def test_a_click_in_a_long_silence_is_seen() -> None:
    silence = np.zeros(SECOND, np.float32)
    click = silence.copy()
    click[1000:1100] = 1.0
    spectrogram = LongSpectrogram([*[silence] * 60, click, *[silence] * 60], 0.0)
    loud = spectrogram.levels_db.max(axis=0)
    at_s = spectrogram.edges_s[int(loud.argmax())]
    assert at_s == pytest.approx(60.02, abs=0.1)
    assert np.count_nonzero(loud > loud.max() - 60) <= 4
