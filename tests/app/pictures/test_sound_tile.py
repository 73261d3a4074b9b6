"""Tiles read from files: in time, in full, and only as long as they are wanted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.pictures import sound_tile, spectrogram
from app.pictures.sound_tile import COLUMNS, SoundFile, SoundTile, TileKey, level_for, look_at, read_tile
from app.view_models.frequency_scale import FrequencyScale
from engine.errors import UnreadableAudio
from tests.sound_files import write_with_libsndfile


def written(path: Path, mono: np.ndarray, rate_hz: int = 48_000) -> SoundFile:
    sound = mono.astype(np.float32)[:, None]
    return look_at(write_with_libsndfile(path, sound, kind="WAV", encoding="FLOAT", sample_rate_hz=rate_hz))


def tile(file: SoundFile, level: int, index: int = 0) -> SoundTile:
    key = TileKey(file, FrequencyScale.of_sound("log", file.sample_rate_hz), level, index)
    found = read_tile(key, lambda: True)
    assert found is not None
    return found


@pytest.mark.parametrize("level", [-12, -9, -7, -5, -3, -1])
@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000])
def test_an_impulse_lies_in_the_column_of_its_moment_in_outline_and_spectrogram(
    tmp_path: Path, rate_hz: int, level: int
) -> None:
    for moment_s in (0.3, 1.0, 1.7531):
        mono = np.zeros(2 * rate_hz)
        mono[round(moment_s * rate_hz)] = 1.0
        file = written(tmp_path / "click.wav", mono, rate_hz)
        moment_s = round(moment_s * rate_hz) / rate_hz
        index, column = divmod(int(moment_s / 2.0**level + 1e-9), COLUMNS)
        found = tile(file, level, index)
        assert np.flatnonzero(found.outline[:, 1] > 0.5).tolist() == [column]
        energy = found.levels.astype(int).sum(axis=0)
        assert energy[column] == energy.max()


def test_tiles_side_by_side_hold_every_sample_once(tmp_path: Path) -> None:
    mono = np.random.default_rng(0).uniform(-1, 1, 48_000 * 2)
    file = written(tmp_path / "noise.wav", mono)
    level = -8  # 187.5 samples to a column
    outline = np.concatenate([tile(file, level, index).outline for index in range(2)])
    edges = np.ceil(np.arange(len(outline) + 1) * 187.5).astype(int)
    for column in (0, 1, 200, 255, 256, 257, 511):
        samples = mono[edges[column] : edges[column + 1]].astype(np.float32)
        assert outline[column].tolist() == [samples.min(), samples.max()]


def test_a_tone_is_at_0_db_wherever_a_tile_begins(tmp_path: Path) -> None:
    mono = np.sin(2 * np.pi * 1000 * np.arange(48_000 * 3) / 48_000)
    file = written(tmp_path / "tone.wav", mono)
    for index in (0, 1, 2):
        loudest = tile(file, -8, index).levels.max(axis=0)[10:-10]
        assert np.abs(spectrogram.decibels(loudest)).max() <= 0.5


def test_after_the_end_of_the_file_there_is_silence(tmp_path: Path) -> None:
    file = written(tmp_path / "short.wav", np.full(24_000, 0.5))
    found = tile(file, -8)
    assert found.outline[:127, 1].tolist() == [0.5] * 127
    assert not found.outline[130:].any()
    assert not found.levels[:, 140:].any()


def test_a_file_that_breaks_off_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    file = written(tmp_path / "cut.wav", np.full(48_000, 0.5))
    os.truncate(file.path, 48_000 * 4 // 2)
    found = tile(look_at(file.path), -8)
    assert found.outline[100].tolist() == [0.5, 0.5]
    assert not found.outline[150:].any()


def test_in_a_very_long_sound_a_part_of_each_column_stands_for_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate_hz = 8_000
    mono = np.repeat([0.0, 0.5, 0.0, 1.0], 2 * rate_hz)  # 2 s each
    found = tile(written(tmp_path / "long.wav", mono, rate_hz), level=1)
    assert found.outline[:5, 1].tolist() == [0.0, 0.5, 0.0, 1.0, 0.0]
    assert [bool(column.any()) for column in found.levels.T[:5]] == [False, True, False, True, False]
    monkeypatch.setattr(sound_tile, "_PATIENCE_S", -1.0)
    hurried = tile(written(tmp_path / "long.wav", mono, rate_hz), level=1)
    assert hurried.outline[:5, 1].tolist() == [0.0] * 5  # the first column stands for those that follow


def test_what_is_not_wanted_any_more_is_given_up(tmp_path: Path) -> None:
    file = written(tmp_path / "noise.wav", np.random.default_rng(0).uniform(-1, 1, 48_000 * 60))
    scale = FrequencyScale.of_sound("log", 48_000)
    for level in (-3, 0):
        answers = iter([True, False])
        assert read_tile(TileKey(file, scale, level, 0), answers.__next__) is None


def test_zooms_give_one_or_two_columns_to_a_pixel_but_never_less_than_a_sample() -> None:
    for pixel_s in (0.0004, 0.001, 0.0123, 0.4, 0.9):
        assert 2.0 ** level_for(pixel_s, 48_000) <= pixel_s < 2.0 ** (level_for(pixel_s, 48_000) + 1)
    assert 2.0 ** level_for(1e-6, 48_000) >= 1 / 48_000
    assert 25.0 <= 2.0 ** level_for(25.0, 48_000) <= 50.0  # ten hours on a screen


def test_another_size_or_time_of_change_is_another_file(tmp_path: Path) -> None:
    before = written(tmp_path / "a.wav", np.zeros(4800))
    after = written(tmp_path / "a.wav", np.zeros(9600))
    assert before.path == after.path
    assert before != after
    assert (after.sample_rate_hz, after.duration_s) == (48_000, 0.2)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"no sound")])
def test_what_cannot_be_read_is_said_so(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    file = written(tmp_path / "a.wav", np.zeros(4800))
    spoil(file.path)
    with pytest.raises(UnreadableAudio, match=r"a\.wav cannot be read"):
        look_at(file.path)
    with pytest.raises(UnreadableAudio, match=r"a\.wav cannot be read"):
        tile(file, -8)
