"""Long work on files of the library that a person asked for: one piece after the other, beside the GUI thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from app.workers.background import Background
from engine.errors import EngineError
from engine.exporting import GoOn
from engine.library import Library

Result = TypeVar("Result")
TELL_S = 0.05  # between two looks at how far it is


class LibraryJob(QObject):
    """One piece of work.

    progressed : how many files of how many are done
    """

    progressed = Signal(int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopped = threading.Event()
        self._told_s = 0.0

    def stop(self) -> None:
        """Between two files."""
        self._stopped.set()

    def go_on(self, done: int, total: int) -> bool:
        """For the thread that does the work."""
        now = time.monotonic()
        if now - self._told_s >= TELL_S:
            self._told_s = now
            self.progressed.emit(done, total)
        return not self._stopped.is_set()


class LibraryJobs(QObject):
    """Each piece has a `Library` of its own while it lasts, so that what a person says meanwhile need not wait."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._background = Background(1, name="library jobs", parent=self)
        self._looking = Background(1, name="looking up", parent=self)
        self._open: list[LibraryJob] = []

    def run(
        self,
        call: Callable[[Library, GoOn], Result],
        on_success: Callable[[Result], object],
        on_failure: Callable[[EngineError], object],
        *,
        read_only: bool = False,
    ) -> LibraryJob:
        """The callbacks are called in this thread; any other exception than an EngineError is raised here."""
        job = LibraryJob(self)
        self._open.append(job)

        def work() -> Result:
            # the indexing service reconciles
            with Library(self._folder, read_only=read_only, reconcile=False) as library:
                return call(library, job.go_on)

        def succeed(result: Result) -> None:
            self._end(job)
            on_success(result)

        def fail(error: Exception) -> None:
            self._end(job)
            if not isinstance(error, EngineError):
                raise error
            on_failure(error)

        self._background.run(work, succeed, fail)
        return job

    def look(self, call: Callable[[], Result], on_success: Callable[[Result], object] | None = None) -> None:
        """What needs no library, and waits for no other piece."""
        self._looking.run(call, on_success)

    def close(self) -> None:
        """Whatever runs ends with the file that it is at."""
        for job in self._open:
            job.stop()
        self._background.close()
        self._looking.close()

    def _end(self, job: LibraryJob) -> None:
        self._open.remove(job)
        job.deleteLater()
