"""What the indexing service's child does, in its main thread, while `app.parent` hears the window in another.

It pauses in the middle of a run, with all that is decoded kept; it stops, and changes the number of its threads, by
ending the run, because the next run takes up whatever is missing.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.messages import (
    Decoding,
    Examine,
    Examined,
    Failure,
    FileFailed,
    Index,
    IndexFinished,
    Pause,
    Progress,
    Quarantine,
    Ready,
    Request,
    Resume,
    SetWorkers,
    Stop,
)
from app.parent import Parent
from engine.audio import AUDIO_SUFFIXES
from engine.decoding import DecodingJob, decode
from engine.errors import EngineError
from engine.library import Library
from engine.library_rows import FileStat, Root
from engine.scanning import Changes, FoundFile, find_changes

if TYPE_CHECKING:
    from engine import progress
    from engine.embedding import Embedder
    from engine.indexing import IndexReport

STANDSTILL_S = 120.0  # after so long without any progress a run counts as hung

Work = Index | Examine | Quarantine


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

    def __init__(self, parent: Parent, library_folder: Path, network_folder: Path | None) -> None:
        self._parent = parent
        self._library_folder = library_folder
        self._network_folder = network_folder
        self._changed = threading.Condition()
        self._waiting: list[Work] = []
        self._paused = False
        self._stopping = False
        self._workers: int | None = None
        self._in_use: int | None = None  # of the workers
        self._moved_at: float | None = None  # None while nothing need move: at rest, paused, or scanning
        self._done = (0, 0.0)  # files and seconds of sound, at the last progress
        self._announced: dict[int, Path] = {}  # by thread
        self._quarantined: set[Path] = set()  # in the runs that are asked for
        self._embedder: Embedder | None = None
        self._library: Library | None = None

    # --- in other threads ---------------------------------------------------------------------------------------------

    def take(self, request: Request) -> None:
        with self._changed:
            match request:
                case Stop():
                    self._stopping = True
                case Pause():
                    self._paused = True
                case Resume():
                    self._paused = False
                case SetWorkers():
                    self._workers = request.workers
                case Index() | Examine() | Quarantine():
                    self._waiting.append(request)
            self._changed.notify_all()

    def is_moving(self) -> bool:
        moved_at = self._moved_at
        return self._paused or moved_at is None or time.monotonic() - moved_at < STANDSTILL_S

    def announce(self, path: Path) -> None:
        worker = threading.get_ident()
        if self._announced.get(worker) != path:
            self._announced[worker] = path
            self._parent.send(Decoding(worker, path))

    # --- in the main thread -------------------------------------------------------------------------------------------

    def run(self) -> None:
        self._attempt(None, self._capped_embedder)
        while (work := self._next()) is not None:
            match work:
                case Quarantine():
                    self._attempt(None, self._quarantine, work)
                case Examine():
                    self._attempt(None, self._examine, work)
                case Index():
                    self._index([work, *self._others_like(work)])
            self._moved_at = None
        if self._library is not None:
            self._library.close()

    def _attempt(self, number: int | None, do: Callable[..., object], *arguments: object) -> bool:
        """Whether it could be done; if not, the window is told."""
        try:
            do(*arguments)
        except EngineError as error:
            self._parent.send(Failure(number, str(error)))
            return False
        return True

    def _next(self) -> Work | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or (self._waiting and not self._paused))
            return None if self._stopping else self._waiting.pop(0)

    def _wait_while_paused(self) -> None:
        with self._changed:
            if self._paused:
                self._changed.wait_for(lambda: self._stopping or not self._paused)
                self._moved_at = None

    def _opened_library(self) -> Library:
        self._library = self._library or Library(self._library_folder)
        return self._library

    def _capped_embedder(self) -> Embedder:
        """With as many workers as there may be now. Raises EngineError."""
        started = time.monotonic()
        from engine.embedding import CORES, Embedder

        if self._embedder is None:
            self._embedder = Embedder.load(self._network_folder)
            load_s = time.monotonic() - started
            self._parent.send(Ready(self._embedder.name, self._embedder.checkpoint_id, load_s))
        if self._workers != self._in_use:
            self._in_use = self._workers
            loaded = self._embedder
            self._embedder = Embedder(loaded.network, loaded.checkpoint_id, threads=self._in_use or CORES)
        return self._embedder

    # --- files that may be fatal --------------------------------------------------------------------------------------

    def _examine(self, request: Examine) -> None:
        """Decode files that nothing else is decoded beside; this process may die of it."""
        embedder = self._capped_embedder()
        for path in request.paths:
            job = DecodingJob(0, Path(path.name), path, FileStat(0, 0, 0))
            self._moved_at = time.monotonic()
            with suppress(Exception):  # that it can be told is all that counts here; the run will store the reason
                for _ in decode(job, embedder.sample_rate_hz, embedder.samples_per_window):
                    self._moved_at = time.monotonic()
                    self._wait_while_paused()
                    if self._stopping:
                        return
            self._parent.send(Examined(path))

    def _quarantine(self, request: Quarantine) -> None:
        self._quarantined.add(request.path)
        library = self._opened_library()
        for root in library.roots():
            if request.path.is_relative_to(root.path):
                with suppress(OSError):  # it is gone, or out of reach: the next scan will tell
                    stat = FileStat.of(os.stat(request.path))
                    library.store_failure(root.id, request.path.relative_to(root.path), stat, request.reason)
                    self._parent.send(FileFailed(request.path, request.reason))
                return

    # --- runs ---------------------------------------------------------------------------------------------------------

    def _others_like(self, first: Index) -> list[Index]:
        """The requests that one run can answer too; they need not wait any more."""
        with self._changed:
            others = [work for work in self._waiting if isinstance(work, Index) and work.retry == first.retry]
            self._waiting = [work for work in self._waiting if work not in others]
            return others

    def _index(self, requests: Sequence[Index]) -> None:
        root_ids: set[int] = set()
        numbers = [
            request.number for request in requests if self._attempt(request.number, self._add, request, root_ids)
        ]
        try:
            report = self._finish_run(root_ids, retry=requests[0].retry) if numbers else None
        except EngineError as error:
            for number in numbers:
                self._parent.send(Failure(number, str(error)))
            return
        if report is not None:
            self._quarantined.clear()
            self._parent.send(_finished(tuple(numbers), report))

    def _add(self, request: Index, root_ids: set[int]) -> None:
        library = self._opened_library()
        if request.folders:
            root_ids.update([library.add_root(folder).id for folder in request.folders])
        else:
            root_ids.update(root.id for root in library.roots())

    def _finish_run(self, root_ids: set[int], *, retry: bool) -> IndexReport | None:
        """None if this process is to end before it is finished."""
        from engine.indexing import Indexer

        library = self._opened_library()
        while True:
            indexer = Indexer(library, self._capped_embedder(), threads=self._in_use)
            roots = [root for root in library.roots() if root.id in root_ids]  # one may have become part of another
            report = indexer.apply_all(
                [(root, self._changes(library, root, retry)) for root in roots],
                on_progress=self._tell,
                should_stop=self._should_stop,
            )
            self._moved_at = None
            if self._stopping:
                return None
            if not report.stopped:  # otherwise the number of workers was changed
                return report

    def _changes(self, library: Library, root: Root, retry: bool) -> Changes:
        changes = find_changes(library, root)
        if retry and not changes.offline:
            unreadable = [file for file in library.unreadable() if file.root_id == root.id]
            changes.changed += [
                FoundFile(file.relative_path, file.stat) for file in unreadable if file.path not in self._quarantined
            ]
        return changes

    def _should_stop(self) -> bool:
        """Asked by a run again and again."""
        self._wait_while_paused()
        return self._stopping or self._workers != self._in_use

    def _tell(self, seen: progress.Progress) -> None:
        done = (seen.files_done, seen.audio_seconds)
        if self._moved_at is None or done != self._done:
            self._moved_at, self._done = time.monotonic(), done
        self._parent.send(
            Progress(seen.files_done, seen.files_total, seen.audio_seconds, seen.speed, seen.seconds_left)
        )


def _finished(numbers: tuple[int, ...], report: IndexReport) -> IndexFinished:
    return IndexFinished(
        numbers=numbers,
        files=report.files,
        segments=report.segments,
        audio_seconds=report.audio_seconds,
        unreadable=len(report.unreadable),
        embedded=report.embedded,
        reused=report.reused,
        vanished=report.vanished,
        offline=tuple(report.offline),
    )
