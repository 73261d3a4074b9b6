"""The tiles seen last, so that a sound that is looked at again is there at once."""

from __future__ import annotations

from collections import OrderedDict

from app.pictures.sound_tile import SoundTile, TileKey

MOST_BYTES = 128 * 2**20


class TileCache:
    """Up to `most_bytes` of tiles; the one not asked for longest goes first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._tiles: OrderedDict[TileKey, SoundTile] = OrderedDict()
        self.size_bytes = 0

    def get(self, key: TileKey) -> SoundTile | None:
        if key not in self._tiles:
            return None
        self._tiles.move_to_end(key)
        return self._tiles[key]

    def put(self, tile: SoundTile) -> None:
        before = self._tiles.pop(tile.key, None)
        self._tiles[tile.key] = tile
        self.size_bytes += tile.size_bytes - (before.size_bytes if before else 0)
        while self.size_bytes > self._most_bytes and self._tiles:
            self.size_bytes -= self._tiles.popitem(last=False)[1].size_bytes

    def clear(self) -> None:
        self._tiles.clear()
        self.size_bytes = 0
