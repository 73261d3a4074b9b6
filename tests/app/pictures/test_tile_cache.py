"""Tiles that were seen lately are there at once, within a bound."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.pictures.sound_tile import SoundFile, SoundTile, TileKey
from app.pictures.tile_cache import TileCache
from app.view_models.frequency_scale import FrequencyScale

FILE = SoundFile(Path("a.wav"), 100, 200, 48_000, 10.0)
SCALE = FrequencyScale.of_sound("log", 48_000)
TILE_BYTES = 1000


def tile(index: int, file: SoundFile = FILE) -> SoundTile:
    return SoundTile(TileKey(file, SCALE, -8, index), np.zeros((0, 2), np.float32), np.zeros(TILE_BYTES, np.uint8))


def test_the_one_not_asked_for_longest_goes_first() -> None:
    cache = TileCache(3 * TILE_BYTES)
    for index in range(3):
        cache.put(tile(index))
    assert cache.get(tile(0).key) is not None
    cache.put(tile(3))
    assert [cache.get(tile(index).key) is not None for index in range(4)] == [True, False, True, True]
    assert cache.size_bytes == 3 * TILE_BYTES


def test_a_file_that_changed_is_not_found() -> None:
    cache = TileCache()
    cache.put(tile(0))
    assert cache.get(tile(0, SoundFile(FILE.path, 100, 201, 48_000, 10.0)).key) is None


def test_the_same_tile_is_kept_once() -> None:
    cache = TileCache()
    cache.put(tile(0))
    cache.put(tile(0))
    assert cache.size_bytes == TILE_BYTES


def test_a_tile_beyond_the_bound_is_not_kept_and_clear_forgets_all() -> None:
    cache = TileCache(TILE_BYTES - 1)
    cache.put(tile(0))
    assert cache.size_bytes == 0
    cache = TileCache()
    cache.put(tile(0))
    cache.clear()
    assert (cache.get(tile(0).key), cache.size_bytes) == (None, 0)
