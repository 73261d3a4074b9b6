"""Gets the tiles of one sound after the other, beside the GUI thread; what is not wanted any more is not finished."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.pictures.sound_tile import SoundFile, SoundTile, TileKey, look_at, read_tile
from app.pictures.tile_cache import TileCache
from app.workers.background import Background
from app.workers.throttle import Throttle
from engine.errors import EngineError

_LEAST_INTERVAL_MS = 120


class TileLoader(QObject):
    """looked_at : the SoundFile that was asked for last
    tile_ready : a SoundTile that is still wanted
    failed : the file cannot be read, in one sentence
    """

    looked_at = Signal(object)
    tile_ready = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background(1, name="tiles", parent=self)
        self._throttle = Throttle(_LEAST_INTERVAL_MS, self)
        self._cache = TileCache()
        self._jobs: dict[TileKey, _Job] = {}
        self._path: Path | None = None

    def look_at(self, path: Path) -> None:
        """Nothing of another file is wanted any more."""
        self.drop()
        self._path = path
        self._throttle.call(partial(self._start_looking, path))

    def want(self, keys: Sequence[TileKey]) -> list[SoundTile]:
        """These tiles in this order and no others; returns those that are there already."""
        there = {key: self._cache.get(key) for key in keys}
        missing = [key for key, tile in there.items() if tile is None]
        for key in self._jobs.keys() - set(missing):
            self._jobs.pop(key).drop()
        for key in missing:
            if key not in self._jobs:
                self._jobs[key] = self._start(key)
        return [tile for tile in there.values() if tile is not None]

    def drop(self) -> None:
        """Nothing is wanted any more."""
        self._path = None
        self._throttle.cancel()
        self.want(())

    @property
    def cached_bytes(self) -> int:
        return self._cache.size_bytes

    def clear_cache(self) -> None:
        self._cache.clear()

    def close(self) -> None:
        self.drop()
        self._background.close()

    def _start_looking(self, path: Path) -> None:
        self._background.run(partial(look_at, path), self._deliver_look, partial(self._fail, path))

    def _start(self, key: TileKey) -> _Job:
        dropped = threading.Event()
        call = partial(read_tile, key, lambda: not dropped.is_set())
        return _Job(dropped, self._background.run(call, self._deliver_tile, partial(self._fail, key.file.path)))

    def _deliver_look(self, file: SoundFile) -> None:
        if file.path == self._path:
            self.looked_at.emit(file)

    def _deliver_tile(self, tile: SoundTile | None) -> None:
        if tile is None:
            return
        self._cache.put(tile)
        if self._jobs.pop(tile.key, None) is not None:
            self.tile_ready.emit(tile)

    def _fail(self, path: Path, error: Exception) -> None:
        if not isinstance(error, EngineError):
            raise error
        if path == self._path:
            self.drop()
            self.failed.emit(str(error))


class _Job:
    def __init__(self, dropped: threading.Event, future: Future[SoundTile | None]) -> None:
        self._dropped = dropped
        self._future = future

    def drop(self) -> None:
        self._dropped.set()
        self._future.cancel()
