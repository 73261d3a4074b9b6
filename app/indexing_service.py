"""The indexing service: a child process of low priority that listens to files, and the window's hold on it.

Native decoders may crash on a damaged file and take the process with them. So every file is announced before it is
opened. When a child died, the next one first decodes the files that were being decoded, each alone: the one over which
a child dies alone is stored as unreadable, and the run goes on without it.

The work itself is in `app.indexing_work`, which the child alone imports.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from app.messages import (
    Answer,
    Decoding,
    Examine,
    Examined,
    Failure,
    Index,
    IndexFinished,
    Pause,
    Progress,
    Quarantine,
    Request,
    Resume,
    SetWorkers,
)
from app.parent import Parent
from app.supervisor import HANG_S, Supervised

NICENESS = 10
FATAL_FILE = "the process that decoded it crashed or came to a standstill"


class IndexingService:
    """Tells the child what to do, and finds out which file it died of.

    `on_answer` gets `Ready`, `Progress`, `FileFailed`, `IndexFinished` and `Failure`; `on_trouble` gets a sentence when
    the child had to be replaced. Both are called in a thread of their own.
    """

    def __init__(
        self,
        library_folder: Path,
        network_folder: Path | None = None,
        *,
        workers: int | None = None,
        on_answer: Callable[[Answer], None],
        on_trouble: Callable[[str], None],
        target: Callable[[Connection, Path, Path | None], None] | None = None,
        hang_s: float = HANG_S,
    ) -> None:
        """`workers` is None for as many as the machine has cores; `target` is what the child runs.

        hang_s : a child that gives no sign of life for so long is replaced
        """
        self._on_answer = on_answer
        self._lock = threading.Lock()
        self._number = 0
        self._wanted: dict[int, Index] = {}  # until they are finished
        self._paused = False
        self._workers = workers
        self._decoded_by: dict[int, Path] = {}  # worker -> the file it opened last
        self._suspects: list[Path] = []  # to be examined, in this order
        self._guilty: list[Path] = []  # in the runs that are not finished
        self._child = Supervised(
            "indexing",
            target or serve_indexing,
            (library_folder, network_folder),
            on_answer=self._take,
            on_trouble=on_trouble,
            resume=self._resume,
            hang_s=hang_s,
        )
        if workers is not None:
            self._child.send(SetWorkers(workers))

    @property
    def pid(self) -> int | None:
        return self._child.pid

    def start(self) -> None:
        self._child.start()

    def stop(self) -> None:
        """Within 3 s; what was finished is kept, and the next run takes up the rest."""
        self._child.stop()

    def index(self, folders: Sequence[Path] = (), *, retry: bool = False) -> int:
        """Watch these folders, or all roots if there are none, and index what differs; returns the request's number.

        retry : try unreadable files again that have not changed
        """
        with self._lock:
            self._number += 1
            request = self._wanted[self._number] = Index(self._number, tuple(folders), retry)
        self._child.send(request)
        return request.number

    def pause(self) -> None:
        """Within about a second; nothing of what was decoded is lost."""
        self._paused = True
        self._child.send(Pause())

    def resume(self) -> None:
        self._paused = False
        self._child.send(Resume())

    def set_workers(self, workers: int) -> None:
        """At most so many threads from now on, of the decoders and of the network each."""
        self._workers = workers
        self._child.send(SetWorkers(workers))

    def _take(self, answer: Answer) -> None:
        match answer:
            case Decoding():
                self._decoded_by[answer.worker] = answer.path
                return
            case Examined():
                self._suspects = [path for path in self._suspects if path != answer.path]
                return
            case IndexFinished():
                self._decoded_by.clear()
                self._settle(answer.numbers)
            case Failure(number=int(number)):
                self._settle([number])
        if isinstance(answer, IndexFinished) or (isinstance(answer, Progress) and answer.files_done):
            self._child.succeeded()
        self._on_answer(answer)

    def _settle(self, numbers: Sequence[int]) -> None:
        with self._lock:
            for number in numbers:
                self._wanted.pop(number, None)
            if not self._wanted:
                self._guilty.clear()

    def _resume(self) -> Sequence[Request]:
        """What the next child must know, the files to be careful with first."""
        decoded = list(dict.fromkeys(self._decoded_by.values()))
        if not self._suspects:
            self._suspects = decoded
        elif self._suspects[0] in decoded:  # otherwise the child died before it came to examine any
            self._guilty.append(self._suspects.pop(0))
            self._child.succeeded()  # one file fewer: any number of them can be found so
        self._decoded_by.clear()
        requests: list[Request] = [] if self._workers is None else [SetWorkers(self._workers)]
        if self._paused:
            requests.append(Pause())
        requests += [Quarantine(path, FATAL_FILE) for path in self._guilty]
        if self._suspects:
            requests.append(Examine(tuple(self._suspects)))
        with self._lock:
            return [*requests, *self._wanted.values()]


def serve_indexing(connection: Connection, library_folder: Path, network_folder: Path | None) -> None:
    """What the child runs."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    from app.indexing_work import IndexingWork, before_opening_sounds

    parent = Parent(connection)
    work = IndexingWork(parent, library_folder, network_folder)
    parent.listen(work.take, work.is_moving)
    before_opening_sounds(work.announce)
    work.run()
    parent.leave()
