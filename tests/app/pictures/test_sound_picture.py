"""Pixels of a sound: from peaks and from tiles, each at its moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.pictures.sound_picture import ShownTiles, full_height, peaks_outline, point_s
from app.pictures.sound_tile import COLUMNS, SoundTile, TileKey, level_for, look_at, read_tile
from app.view_models.frequency_scale import FrequencyScale
from app.view_models.time_view import TimeView
from engine.peaks import Peaks, PeaksBuilder
from tests.sound_files import write_with_libsndfile

RATE_HZ = 48_000
SCALE = FrequencyScale.of_sound("log", RATE_HZ)


def peaks_of(mono: np.ndarray) -> Peaks:
    builder = PeaksBuilder(RATE_HZ)
    builder.feed(mono.astype(np.float32))
    return builder.finish()


def click(moment_s: float, duration_s: float = 10.0) -> np.ndarray:
    mono = np.zeros(round(duration_s * RATE_HZ))
    mono[round(moment_s * RATE_HZ)] = 1.0
    return mono


@pytest.mark.parametrize("view", [TimeView.whole(10.0), TimeView(10.0, 2.0, 9.0), TimeView(10.0, 2.9, 3.1)])
@pytest.mark.parametrize("width_px", [137, 800, 1999])
def test_a_click_in_the_peaks_is_at_its_pixel(view: TimeView, width_px: int) -> None:
    outline = peaks_outline(peaks_of(click(3.0)), view, width_px)
    pixels = np.flatnonzero(outline[:, 1] == 1.0)
    expected = view.x_px(3.0, width_px)
    point_px = max(1.0, point_s(peaks_of(click(3.0)), 0) / view.length_s * width_px)
    assert pixels[0] - point_px <= expected <= pixels[-1] + 1 + point_px


def test_peaks_that_end_early_leave_silence() -> None:
    outline = peaks_outline(peaks_of(np.ones(RATE_HZ)), TimeView.whole(2.0), 100)
    assert outline[:49, 1].tolist() == [1.0] * 49
    assert not outline[51:].any()
    assert not peaks_outline(peaks_of(np.zeros(0)), TimeView.whole(2.0), 100).any()


def test_quiet_sounds_are_drawn_up_to_four_times_as_high() -> None:
    assert full_height(peaks_of(np.full(1000, 0.9))) == pytest.approx(0.9, abs=0.01)
    assert full_height(peaks_of(np.full(1000, 0.01))) == 0.25
    assert full_height(None) == 1.0


class Drawn:
    """A sound in a file, and the tiles of a view of it."""

    def __init__(self, path: Path, mono: np.ndarray) -> None:
        sound = mono.astype(np.float32)[:, None]
        self.file = look_at(write_with_libsndfile(path, sound, kind="WAV", encoding="FLOAT"))
        self.shown = ShownTiles()

    def keys(self, view: TimeView, width_px: int) -> list[TileKey]:
        level = level_for(view.length_s / width_px, RATE_HZ)
        tile_s = COLUMNS * 2.0**level
        return [
            TileKey(self.file, SCALE, level, index)
            for index in range(int(view.start_s // tile_s), int(-(-view.end_s // tile_s)))
        ]

    def load(self, view: TimeView, width_px: int) -> None:
        keys = self.keys(view, width_px)
        self.shown.want(keys)
        for key in keys:
            self.shown.add(self.tile(key))

    def tile(self, key: TileKey) -> SoundTile:
        tile = read_tile(key, lambda: True)
        assert tile is not None
        return tile


@pytest.mark.parametrize("width_px", [137, 800, 1999])
@pytest.mark.parametrize("length_s", [10.0, 3.3, 0.5, 0.05])
def test_outline_and_spectrogram_show_a_click_at_the_same_pixel(tmp_path: Path, length_s: float, width_px: int) -> None:
    drawn = Drawn(tmp_path / "click.wav", click(3.0))
    start_s = max(0.0, 3.0 - 0.3 * length_s)
    view = TimeView(10.0, start_s, start_s + length_s)
    drawn.load(view, width_px)
    picture = drawn.shown.picture(view, width_px, None)
    clicks = np.flatnonzero(picture.outline[:, 1] == 1.0)
    expected = view.x_px(3.0, width_px)
    pixels_per_sample = width_px / (length_s * RATE_HZ)
    assert len(clicks) <= 1 + 2 * pixels_per_sample + 1
    assert clicks[0] - 1 - pixels_per_sample <= expected <= clicks[-1] + 1 + pixels_per_sample
    energy = picture.levels.astype(int).sum(axis=0)
    assert energy[clicks].max() == energy.max()


def test_peaks_draw_the_outline_until_one_is_closer_than_they_are(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path / "click.wav", click(3.0))
    other = peaks_of(np.full(10 * RATE_HZ, 0.5))  # not of this file, so that one can tell who drew
    far, near = TimeView.whole(10.0), TimeView(10.0, 2.9, 3.1)
    drawn.load(far, 800)
    assert drawn.shown.picture(far, 800, other).outline[:, 1].min() > 0.49
    drawn.load(near, 800)
    assert drawn.shown.picture(near, 800, other).outline[:, 1].max() == 1.0
    assert drawn.shown.picture(near, 800, other).outline[:, 1].min() == 0.0


def test_the_picture_before_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path / "noise.wav", np.random.default_rng(0).uniform(-1, 1, 10 * RATE_HZ))
    far, near = TimeView.whole(10.0), TimeView(10.0, 4.0, 5.0)
    drawn.load(far, 800)
    keys = drawn.keys(near, 800)
    drawn.shown.want(keys)
    stretched = drawn.shown.picture(near, 800, None).levels
    assert stretched.any(axis=0).all()
    drawn.shown.add(drawn.tile(keys[0]))
    assert drawn.shown.picture(near, 800, None).levels.any(axis=0).all()
    for key in keys[1:]:
        drawn.shown.add(drawn.tile(key))
    complete = drawn.shown.picture(near, 800, None).levels
    drawn.shown.clear()
    assert not drawn.shown.picture(near, 800, None).levels.any()
    drawn.load(near, 800)
    np.testing.assert_array_equal(drawn.shown.picture(near, 800, None).levels, complete)


def test_a_tile_that_nobody_wants_any_more_is_not_shown(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path / "noise.wav", np.random.default_rng(0).uniform(-1, 1, 10 * RATE_HZ))
    late = drawn.tile(drawn.keys(TimeView.whole(10.0), 800)[0])
    drawn.shown.want(drawn.keys(TimeView(10.0, 4.0, 5.0), 800))
    drawn.shown.add(late)
    assert not drawn.shown.picture(TimeView.whole(10.0), 800, None).levels.any()
