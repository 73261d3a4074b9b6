"""The roots as the indexing child watches them, and what the window is told of that."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from app.services.agenda import Agenda
from app.services.messages import Watching
from app.services.parent import Parent
from engine.library_rows import Root
from engine.scanning import Touched
from engine.watch_state import WatchState
from engine.watching import USUAL, Watcher

TIMING = USUAL


class WatchedRoots:
    """Puts every root that stirs on the agenda, and tells the window whenever one is watched in another way."""

    def __init__(self, parent: Parent, agenda: Agenda) -> None:
        self._parent = parent
        self._agenda = agenda
        self._watcher = Watcher(self._stir, timing=TIMING)
        self._telling = threading.Lock()
        self._told: tuple[WatchState, ...] | None = None

    def follow(self, roots: Sequence[Root]) -> None:
        """Watch these roots, but for those that are paused, and no others."""
        self._watcher.follow(roots)
        self._tell()

    def _stir(self, root_id: int, touched: Touched) -> None:
        """In a thread of the root."""
        self._tell()
        self._agenda.stir(root_id, touched)

    def _tell(self) -> None:
        with self._telling:
            states = tuple(self._watcher.states())
            if states != self._told:
                self._told = states
                self._parent.send(Watching(states))
