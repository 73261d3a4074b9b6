"""What each column of pixels shows of a sound: its outline and its spectrum, from stored peaks and from tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.pictures import spectrogram
from app.pictures.sound_tile import COLUMNS, SoundTile, TileKey
from app.view_models.time_view import TimeView
from engine.peaks import ZOOM_STEP, Peaks

LEAST_FULL_HEIGHT = 0.25


@dataclass(frozen=True, eq=False)
class SoundPicture:
    """outline : (width, 2) float32, lowest and highest sample of each pixel; 1 is full scale
    levels : (spectrogram.ROWS, width) uint8 as `spectrogram.levels` makes them; 0 where nothing is known yet
    """

    outline: np.ndarray
    levels: np.ndarray


class ShownTiles:
    """The tiles of the newest view as far as they have come, over those of the view before."""

    def __init__(self) -> None:
        self._wanted: frozenset[TileKey] = frozenset()
        self._newest: dict[TileKey, SoundTile] = {}
        self._before: dict[TileKey, SoundTile] = {}

    def clear(self) -> None:
        self._wanted = frozenset()
        self._newest, self._before = {}, {}

    def want(self, keys: Sequence[TileKey]) -> None:
        if any(key.level != other.level or key.scale != other.scale for key in keys[:1] for other in self._newest):
            self._before, self._newest = self._newest, {}
        self._wanted = frozenset(keys)
        self._newest = {key: tile for key, tile in self._newest.items() if key in self._wanted}

    def add(self, tile: SoundTile) -> None:
        if tile.key in self._wanted:
            self._newest[tile.key] = tile
        if len(self._newest) == len(self._wanted):
            self._before = {}

    def picture(self, view: TimeView, width_px: int, peaks: Peaks | None) -> SoundPicture:
        """Stored peaks give the outline where they are fine enough for these pixels, tiles everything else."""
        levels = np.zeros((spectrogram.ROWS, width_px), np.uint8)
        outline = np.zeros((width_px, 2), np.float32) if peaks is None else peaks_outline(peaks, view, width_px)
        are_peaks_enough = peaks is not None and point_s(peaks, 0) <= view.length_s / width_px
        for tiles in (self._before, self._newest):
            if tiles:
                mosaic = _Mosaic(list(tiles.values()), view, width_px)
                mosaic.draw_levels(levels)
                if not are_peaks_enough:
                    mosaic.draw_outline(outline)
        return SoundPicture(outline, levels)


def full_height(peaks: Peaks | None) -> float:
    """The sample that is drawn at full height: quiet sounds are drawn up to four times as high as they are."""
    if peaks is None:
        return 1.0
    loudest = int(np.abs(peaks.levels[-1].astype(np.int16)).max(initial=0))
    return max(LEAST_FULL_HEIGHT, loudest / 127)


def point_s(peaks: Peaks, level: int) -> float:
    """How long a point of `peaks.levels[level]` lasts."""
    return float(peaks.samples_per_point * ZOOM_STEP**level / peaks.sample_rate_hz)


def peaks_outline(peaks: Peaks, view: TimeView, width_px: int) -> np.ndarray:
    """(width_px, 2) float32; nothing is lost where pixels are longer than points."""
    if not len(peaks.levels[0]):
        return np.zeros((width_px, 2), np.float32)
    pixel_s = view.length_s / width_px
    level = max((level for level in range(len(peaks.levels)) if point_s(peaks, level) <= pixel_s), default=0)
    points = peaks.levels[level]
    edges = _column_at(view, width_px, 0.0, point_s(peaks, level))
    firsts = np.clip(edges[:-1], 0, len(points) - 1)
    end = int(np.clip(edges[-1], firsts[-1] + 1, len(points)))
    lowest = np.minimum.reduceat(points[:end, 0], firsts)
    highest = np.maximum.reduceat(points[:end, 1], firsts)
    outline = np.stack([lowest, highest], axis=1) / np.float32(127)
    outline[edges[:-1] >= len(points)] = 0  # the sound is a little shorter than was said
    return outline


def _column_at(view: TimeView, width_px: int, origin_s: float, column_s: float) -> np.ndarray:
    """The column that each edge of a pixel lies in: (width_px + 1,) int."""
    edges_s = view.start_s + np.arange(width_px + 1) * (view.length_s / width_px)
    columns: np.ndarray = np.floor((edges_s - origin_s) / column_s + 1e-6).astype(int)
    return columns


class _Mosaic:
    """Tiles of one zoom, laid side by side where they belong."""

    def __init__(self, tiles: Sequence[SoundTile], view: TimeView, width_px: int) -> None:
        self._first = min(tile.key.index for tile in tiles)
        self._tiles = tiles
        columns = (max(tile.key.index for tile in tiles) - self._first + 1) * COLUMNS
        key = tiles[0].key
        edges = _column_at(view, width_px, self._first * COLUMNS * key.column_s, key.column_s)
        is_there = np.zeros(columns, bool)
        for tile in tiles:
            is_there[self._place(tile)] = True
        self._columns = columns
        # at most two columns begin in a pixel, see `sound_tile.level_for`; but for a moment, after a change of zoom
        firsts = np.clip(edges[:-1], 0, columns - 1)
        lasts = np.clip(np.maximum(edges[1:] - 1, edges[:-1]), 0, columns - 1)
        self._pixels = np.flatnonzero((edges[:-1] >= 0) & (edges[:-1] < columns) & is_there[firsts])
        self._firsts, self._lasts = firsts[self._pixels], lasts[self._pixels]

    def draw_levels(self, picture: np.ndarray) -> None:
        levels = np.zeros((len(picture), self._columns), np.uint8)
        for tile in self._tiles:
            levels[:, self._place(tile)] = tile.levels
        picture[:, self._pixels] = np.maximum(levels[:, self._firsts], levels[:, self._lasts])

    def draw_outline(self, picture: np.ndarray) -> None:
        outline = np.zeros((self._columns, 2), np.float32)
        for tile in self._tiles:
            outline[self._place(tile)] = tile.outline
        first, last = outline[self._firsts], outline[self._lasts]
        picture[self._pixels, 0] = np.minimum(first[:, 0], last[:, 0])
        picture[self._pixels, 1] = np.maximum(first[:, 1], last[:, 1])

    def _place(self, tile: SoundTile) -> slice:
        start = (tile.key.index - self._first) * COLUMNS
        return slice(start, start + COLUMNS)
