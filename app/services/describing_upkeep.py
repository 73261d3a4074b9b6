"""Tags and captions for what was listened to: suggested by the indexing child whenever it has nothing else to do."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.agenda import Agenda
from app.services.messages import Described
from app.services.parent import Parent
from app.services.pulse import Pulse
from engine.library import Library

if TYPE_CHECKING:
    from engine.describing import DescribingProgress
    from engine.embedding import Embedder

TOLD_S = 0.5  # between two messages


class DescribingUpkeep:
    """`is_due` : whether there may be something to describe, as at first, when an earlier child may have left it."""

    def __init__(self, parent: Parent, agenda: Agenda, pulse: Pulse) -> None:
        self.is_due = True
        self._parent = parent
        self._agenda = agenda
        self._pulse = pulse

    def work_through(self, library: Library, embedder: Embedder, network_folder: Path) -> None:
        """Until all is described; held while paused, and left as soon as there is anything else to do, to be gone on
        with later. Raises EngineError, and then nothing is due until it is said again.
        """
        from engine.describing import Describer

        self.is_due = False
        telling = _Telling(self._parent, self._pulse)
        report = Describer(library, embedder, network_folder).describe(telling.tell, self._agenda.must_yield)
        self.is_due = report.stopped


class _Telling:
    """What the window is told while it goes on."""

    def __init__(self, parent: Parent, pulse: Pulse) -> None:
        self._parent = parent
        self._pulse = pulse
        self._told = 0
        self._told_at = 0.0

    def tell(self, seen: DescribingProgress) -> None:
        self._pulse.beat()
        is_last = seen.done == seen.total
        if seen.step == "describing" and (is_last or time.monotonic() - self._told_at >= TOLD_S):
            if seen.done > self._told:
                self._parent.send(Described(seen.done - self._told, seen.total - seen.done))
            self._told, self._told_at = seen.done, time.monotonic()
