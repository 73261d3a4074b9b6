"""Which network the search child answers with: the chosen one, once it has listened to all there is.

Until then one that was in use before answers, with what it heard: a change of networks takes hours in a large library,
and nobody is to search in a part of it meanwhile. So it is after a restart, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.messages import Ready
from engine.errors import DamagedCheckpoint
from engine.library import INDEX_FILE, LIBRARY_FILE, Library

if TYPE_CHECKING:
    from engine.embedding import Embedder


class AnsweringNetwork:
    """`on_ready` is told of the network that answers from then on, whenever it is another."""

    def __init__(
        self,
        library_folder: Path,
        chosen: Path | None,
        former: Sequence[Path | None],
        on_ready: Callable[[Ready], object],
    ) -> None:
        """chosen : its folder; former : those of others that were in use, the last one first; None is Earmark's own"""
        self._library_folder = library_folder
        self._chosen = chosen
        self._former = tuple(former)
        self._on_ready = on_ready
        self._embedder: Embedder | None = None
        self._awaited: tuple[str, str] | None = None  # id and name of the chosen one while another answers

    def embedder(self) -> Embedder:
        """Raises EngineError if the chosen network cannot be loaded."""
        if self._embedder is None:
            self._choose()
        assert self._embedder is not None
        return self._embedder

    def look_again(self) -> None:
        """The chosen one may have listened to everything by now. Raises EngineError."""
        if self._awaited is not None and not self._unheard(self._awaited[0]):
            self._choose()

    def _choose(self) -> None:
        from engine.embedding import Embedder

        started = time.monotonic()
        chosen = Embedder.load(self._chosen)
        self._awaited = None
        answering = chosen
        if self._former and self._unheard(chosen.checkpoint_id):
            stand_in = self._stand_in(chosen)
            if stand_in is not None:
                answering, self._awaited = stand_in, (chosen.checkpoint_id, chosen.name)
        self._embedder = answering
        awaited = self._awaited[1] if self._awaited else ""
        load_s = time.monotonic() - started
        self._on_ready(Ready(answering.name, answering.checkpoint_id, load_s, awaited=awaited))

    def _stand_in(self, chosen: Embedder) -> Embedder | None:
        """The former network that heard most, if that is more than the chosen one did."""
        from engine.embedding import Embedder

        heard = self._heard()
        best, most = None, heard.get(chosen.checkpoint_id, 0)
        for folder in self._former:
            try:
                embedder = Embedder.load(folder)
            except DamagedCheckpoint:  # it was deleted, or is not there now
                continue
            if heard.get(embedder.checkpoint_id, 0) > most:
                best, most = embedder, heard[embedder.checkpoint_id]
        return best

    def _heard(self) -> dict[str, int]:
        """By how many files, for each network by its id."""
        with Library(self._library_folder, read_only=True) as library:
            return {checkpoint.id: checkpoint.files for checkpoint in library.checkpoints()}

    def _unheard(self, checkpoint_id: str) -> int:
        if not all((self._library_folder / name).exists() for name in (LIBRARY_FILE, INDEX_FILE)):
            return 0
        with Library(self._library_folder, read_only=True) as library:
            return library.unheard(checkpoint_id)
