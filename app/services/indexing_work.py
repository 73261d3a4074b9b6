"""What the indexing service's child does, in its main thread, while `app.services.parent` hears the window in another
and a Watcher looks after each root in one of its own.

It pauses in the middle of a run, with all that is decoded kept; to change the roots or the number of its threads it
ends the run, because the next run takes up whatever is missing.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.agenda import Agenda, Order
from app.services.describing_upkeep import DescribingUpkeep
from app.services.graph_upkeep import GraphUpkeep
from app.services.indexing_run import IndexingRuns
from app.services.loaded_network import LoadedNetwork
from app.services.messages import (
    Decoding,
    Describe,
    Examine,
    Examined,
    Failure,
    FileFailed,
    GraphRenewed,
    Index,
    IndexFinished,
    MoveRoot,
    PauseRoot,
    Quarantine,
    RemoveRoot,
    Request,
    Resume,
    RootsChanged,
)
from app.services.parent import Parent
from app.services.pulse import Pulse
from app.services.wanted import Wanted
from app.services.watched_roots import WatchedRoots
from engine.audio import AUDIO_SUFFIXES
from engine.decoding import DecodingJob, decode
from engine.errors import EngineError, NotInLibrary
from engine.library import Library
from engine.library_rows import FileStat, Root

if TYPE_CHECKING:
    from engine.indexing import IndexReport


def before_opening_sounds(announce: Callable[[Path], None]) -> None:
    """Have every sound file announced from now on, for the life of this process.

    Python tells of a file before it opens it, in the thread that does; and no decoder is given a file that Python has
    not opened before, to look at its header.
    """

    def notice(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str):
            path = Path(arguments[0])
            if path.suffix.lower() in AUDIO_SUFFIXES:
                announce(path)

    sys.addaudithook(notice)


class IndexingWork:
    """`take`, `is_moving` and `announce` are for other threads, `run` is for the main thread."""

    def __init__(self, parent: Parent, library_folder: Path, network_folder: Path | None, device: str) -> None:
        self._parent = parent
        self._library_folder = library_folder
        self._agenda = Agenda()
        self._pulse = Pulse()
        self._network = LoadedNetwork(parent, network_folder, device)
        self._watched_roots = WatchedRoots(parent, self._agenda)
        self._graph = GraphUpkeep(library_folder, self._agenda.must_stop, self._tell_renewed, self._tell_failure)
        self._describing = DescribingUpkeep(parent, self._agenda, self._pulse)
        self._announced: dict[int, Path] = {}  # by thread, since the last run
        self._failure_told = ""
        self._suspects: list[Path] = []
        self._wanted = Wanted()
        self._failed: set[int] = set()  # roots whose last run could not be finished: all of them must be looked at
        self._library: Library | None = None
        self._runs = IndexingRuns(parent, self._agenda, self._pulse)

    # --- in other threads ---------------------------------------------------------------------------------------------

    def take(self, request: Request) -> None:
        if isinstance(request, Resume):
            self._pulse.rest()  # what was paused takes a moment to move again
        self._agenda.take(request)

    def is_moving(self) -> bool:
        return self._agenda.paused or self._pulse.is_felt()

    def announce(self, path: Path) -> None:
        worker = threading.get_ident()
        if self._announced.get(worker) != path:
            self._announced[worker] = path
            self._parent.send(Decoding(worker, path))

    def _tell_renewed(self) -> None:
        self._parent.send(GraphRenewed())

    def _tell_failure(self, sentence: str) -> None:
        """Of what nobody asked for: once, however often it is tried."""
        if sentence != self._failure_told:
            self._failure_told = sentence
            self._parent.send(Failure(None, sentence))

    # --- in the main thread -------------------------------------------------------------------------------------------

    def run(self) -> None:
        self._attempt([], self._opened_library)
        self._attempt([], self._network.embedder, self._agenda.workers)
        while self._agenda.await_work(at_hand=bool(self._suspects or self._wanted or self._describing.is_due)):
            if orders := self._agenda.take_orders():
                for order in orders:
                    self._attempt(_numbers(order), self._obey, order)
            elif self._suspects:
                if not self._attempt([], self._examine, self._suspects[0]):
                    self._suspects.clear()
            elif not self._attempt(self._wanted.numbers, self._run_wanted):
                self._failed |= self._wanted.roots.keys()
                self._wanted = Wanted()
                self._describing.is_due = False
            self._pulse.rest()
        if self._library is not None:
            self._library.close()

    def _attempt(self, numbers: Sequence[int], do: Callable[..., object], *arguments: object) -> bool:
        """Whether it could be done; if not, the window is told, for the requests of these numbers."""
        try:
            do(*arguments)
        except EngineError as error:
            for number in numbers:
                self._parent.send(Failure(number, str(error)))
            if not numbers:
                self._tell_failure(str(error))
            return False
        return True

    def _opened_library(self) -> Library:
        """Its roots are watched from its opening on. Raises EngineError."""
        if self._library is None:
            self._library = Library(self._library_folder)
            self._watched_roots.follow(self._library.roots())
        return self._library

    def _obey(self, order: Order) -> None:
        """Raises EngineError."""
        match order:
            case Examine():
                self._suspects += order.paths
            case Quarantine():
                self._quarantine(order)
            case Describe():
                self._describing.is_due = True
            case RemoveRoot() | PauseRoot() | MoveRoot():
                self._change_roots(order)
            case Index() if order.folders:
                self._wanted.add(order, self._change_roots(order))
            case _:
                self._wanted.add(order, self._opened_library().roots())

    def _change_roots(self, order: Index | RemoveRoot | PauseRoot | MoveRoot) -> list[Root]:
        """The roots that were added. Raises EngineError."""
        library, added = self._opened_library(), []
        try:
            match order:
                case Index():
                    added = [library.add_root(folder) for folder in order.folders]
                case RemoveRoot():
                    with suppress(NotInLibrary):  # it was removed before
                        library.remove_root(order.root_id)
                case PauseRoot():
                    library.set_root_paused(order.root_id, order.paused)
                case MoveRoot():
                    library.move_root(order.root_id, order.folder)
        finally:
            self._watched_roots.follow(library.roots())
            self._runs.tell_doubts(library.roots())
        self._parent.send(RootsChanged(order.number))
        return added

    # --- files that may be fatal --------------------------------------------------------------------------------------

    def _examine(self, path: Path) -> None:
        """Decode a file that nothing else is decoded beside; this process may die of it. Raises EngineError."""
        embedder = self._network.embedder(self._agenda.workers)
        job = DecodingJob(0, Path(path.name), path, FileStat(0, 0, 0))
        self._pulse.beat()
        with suppress(Exception):  # that it can be told is all that counts here; the run will store the reason
            for _ in decode(job, embedder.sample_rate_hz, embedder.samples_per_window):
                if self._agenda.must_break():
                    return
                self._pulse.beat()
        self._suspects.remove(path)
        self._parent.send(Examined(path))

    def _quarantine(self, request: Quarantine) -> None:
        self._runs.quarantined.add(request.path)
        library = self._opened_library()
        for root in library.roots():
            if request.path.is_relative_to(root.path):
                with suppress(OSError):  # it is gone, or out of reach: the next scan will tell
                    stat = FileStat.of(os.stat(request.path))
                    library.store_failure(root.id, request.path.relative_to(root.path), stat, request.reason)
                    self._parent.send(FileFailed(request.path, request.reason))
                return

    # --- runs ---------------------------------------------------------------------------------------------------------

    def _run_wanted(self) -> None:
        """Until all is done, or something presses; tags and captions when nothing is wanted. Raises EngineError."""
        wanted, threads, library = self._wanted, self._agenda.workers, self._opened_library()
        stirred, known = self._agenda.take_stirred(), {root.id for root in library.roots()}
        for root_id in stirred.keys() & known:
            wanted.look_at(root_id, None if root_id in self._failed else stirred[root_id])
        embedder = self._network.embedder(threads)
        if not wanted:
            self._describing.work_through(library, embedder, self._network.folder)
            return
        report = self._runs.work_through(wanted, library, embedder, threads)
        wanted.embedded += report.embedded
        wanted.reused += report.reused
        wanted.vanished += report.vanished
        if report.stopped:
            return
        self._wanted = Wanted()
        self._failed -= wanted.roots.keys()
        self._failure_told = ""
        self._runs.quarantined.clear()
        self._announced.clear()  # before the window forgets them too
        self._parent.send(_finished(wanted, report))
        self._graph.look(embedder.checkpoint_id, threads)
        self._describing.is_due = True


def _numbers(order: Order) -> tuple[int, ...]:
    """Under which its answer is awaited, if any is."""
    return () if isinstance(order, Describe | Examine | Quarantine) else (order.number,)


def _finished(wanted: Wanted, report: IndexReport) -> IndexFinished:
    return IndexFinished(
        numbers=tuple(wanted.numbers),
        files=report.files,
        segments=report.segments,
        audio_seconds=report.audio_seconds,
        unreadable=len(report.unreadable),
        embedded=wanted.embedded,
        reused=wanted.reused,
        vanished=wanted.vanished,
        offline=tuple(report.offline),
    )
