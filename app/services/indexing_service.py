"""The indexing service: a child process of low priority that watches folders and listens to files, and the window's
hold on it.

From its start it looks after every root by itself: a file that comes, changes or goes is noticed within seconds. It is
the one that writes roots, and all that is computed; so whatever the window wants of a root is asked of it.

Native decoders may crash on a damaged file and take the process with them. So every file is announced before it is
opened. When a child died, the next one first decodes the files that were being decoded, each alone: the one over which
a child dies alone is stored as unreadable, and the run goes on without it.

The work itself is in `app.services.indexing_work`, which the child alone imports.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from app.services.messages import (
    Answer,
    ConfirmGone,
    Decoding,
    Describe,
    Examine,
    Examined,
    Failure,
    Index,
    IndexFinished,
    MoveRoot,
    Pause,
    PauseRoot,
    Progress,
    Quarantine,
    RemoveRoot,
    Request,
    Rescan,
    Resume,
    Retry,
    RootRequest,
    RootsChanged,
    SetWorkers,
)
from app.services.parent import Parent
from app.services.supervisor import HANG_S, Supervised

NICENESS = 10
FATAL_FILE = "the process that decoded it crashed or came to a standstill"


class IndexingService:
    """Tells the child what to do, and finds out which file it died of.

    `on_answer` gets all of `app.services.messages.IndexingNews`, `Ready` and `Failure`; `on_trouble` gets a sentence
    when the child had to be replaced. Both are called in a thread of their own.

    Each request returns its number. It is answered with a `Failure` of that number, or, where it changes the roots,
    with `RootsChanged`; and where files are to be listened to, in the end with an `IndexFinished` of that number.
    """

    def __init__(
        self,
        library_folder: Path,
        network_folder: Path | None = None,
        *,
        device: str = "auto",
        workers: int | None = None,
        on_answer: Callable[[Answer], None],
        on_trouble: Callable[[str], None],
        target: Callable[[Connection, Path, Path | None, str], None] | None = None,
        hang_s: float = HANG_S,
    ) -> None:
        """`target` is what the child runs.

        network_folder : None for the network Earmark brings
        device : where the network computes: "cpu", "cuda", "mps", or "auto" for the fastest there is. `Ready` tells
            which it is, the processor where the machine lacks what was asked for
        workers : None for as many as the machine has cores
        hang_s : a child that gives no sign of life for so long is replaced
        """
        self._on_answer = on_answer
        self._lock = threading.Lock()
        self._number = 0
        self._wanted: dict[int, RootRequest] = {}  # until they are finished
        self._paused = False
        self._workers = workers
        self._decoded_by: dict[int, Path] = {}  # worker -> the file it opened last
        self._suspects: list[Path] = []  # to be examined, in this order
        self._guilty: list[Path] = []  # in the runs that are not finished
        self._child = Supervised(
            "indexing",
            target or serve_indexing,
            (library_folder, network_folder, device),
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
        """Make these folders roots, and index what differs in them; or in all roots, if there are none.

        retry : try unreadable files again that have not changed
        """
        return self._ask(lambda number: Index(number, tuple(folders), retry))

    def rescan(self, root_id: int) -> int:
        """Look through this root now."""
        return self._ask(lambda number: Rescan(number, root_id))

    def retry(self, paths: Sequence[Path]) -> int:
        """Try these unreadable files again."""
        return self._ask(lambda number: Retry(number, tuple(paths)))

    def confirm_gone(self, root_id: int) -> int:
        """What `RootsInDoubt` told of this root was deleted indeed: it counts as missing from now on."""
        return self._ask(lambda number: ConfirmGone(number, root_id))

    def remove_root(self, root_id: int) -> int:
        """Watch it no longer. Its files are forgotten, but for those of which a person said something."""
        return self._ask(lambda number: RemoveRoot(number, root_id))

    def pause_root(self, root_id: int, paused: bool) -> int:
        """Leave it alone, even in a run under way, until it is not paused any more."""
        return self._ask(lambda number: PauseRoot(number, root_id, paused))

    def move_root(self, root_id: int, folder: Path) -> int:
        """An offline root lies in another folder now, with all its files."""
        return self._ask(lambda number: MoveRoot(number, root_id, folder))

    def _ask(self, make: Callable[[int], RootRequest]) -> int:
        with self._lock:
            self._number += 1
            request = self._wanted[self._number] = make(self._number)
        self._child.send(request)
        return request.number

    def describe(self) -> None:
        """See to it, after all else, that what is suggested is made of what a person gave as examples by now."""
        self._child.send(Describe())

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
            case RootsChanged(number=int(number)):
                self._settle_roots(number)
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

    def _settle_roots(self, number: int) -> None:
        with self._lock:
            request = self._wanted.get(number)
            if isinstance(request, Index):  # another child need not add the folders: the person may remove them again
                self._wanted[number] = Index(number, retry=request.retry)
                return
        self._settle([number])

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


def serve_indexing(connection: Connection, library_folder: Path, network_folder: Path | None, device: str) -> None:
    """What the child runs."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    from app.services.indexing_work import IndexingWork, before_opening_sounds

    parent = Parent(connection)
    work = IndexingWork(parent, library_folder, network_folder, device)
    parent.listen(work.take, work.is_moving)
    before_opening_sounds(work.announce)
    work.run()
    parent.leave()
