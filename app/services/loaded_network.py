"""The network that the indexing child listens with: loaded once, on the fastest device, with as many threads as it may
use now.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.messages import Ready
from app.services.parent import Parent
from engine.paths import default_network_folder

if TYPE_CHECKING:
    from engine.clap.device import Device
    from engine.embedding import Embedder

FASTEST_FIRST: tuple[Device, ...] = ("cuda", "mps", "cpu")


class LoadedNetwork:
    def __init__(self, parent: Parent, folder: Path | None, device: str) -> None:
        """`device` is "auto" for the fastest that the machine has; the processor stands in for one that it lacks."""
        self.folder = folder or default_network_folder()
        self._parent = parent
        self._device = device
        self._embedder: Embedder | None = None
        self._threads: int | None = None

    def embedder(self, threads: int | None) -> Embedder:
        """With so many threads, None for as many as the machine has cores. Raises EngineError."""
        if self._embedder is None:
            self._embedder = self._load()
        from engine.embedding import CORES, Embedder

        if threads != self._threads:
            self._threads = threads
            loaded = self._embedder
            self._embedder = Embedder(
                loaded.network, loaded.checkpoint_id, threads=threads or CORES, device=loaded.device.type
            )
        return self._embedder

    def _load(self) -> Embedder:
        started = time.monotonic()
        from engine.clap.device import is_available
        from engine.embedding import Embedder

        wanted = [device for device in FASTEST_FIRST if self._device in ("auto", device)]
        device = next(filter(is_available, wanted), "cpu")
        embedder = Embedder.load(self.folder, device=device)
        load_s = time.monotonic() - started
        self._parent.send(Ready(embedder.name, embedder.checkpoint_id, load_s, device))
        return embedder
