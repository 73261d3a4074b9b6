"""The window's own hold on the library: what is read and what a person says, in threads beside the GUI thread.

Each thread opens the library for itself, because a SQLite connection belongs to one thread. One looks things up, one
lists and searches (where a newer question makes an older one void), one writes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from app.workers.background import Background
from engine.errors import EngineError, UnusableLibrary
from engine.library import Library, delete_index

Result = TypeVar("Result")
Failed = Callable[[Exception], object]


class _Desk:
    """One thread with a Library of its own, opened when it is first needed."""

    def __init__(self, open_library: Callable[[], Library], name: str) -> None:
        self._open_library = open_library
        self.background = Background(1, name=name)
        self._library: Library | None = None

    def call(self, do: Callable[[Library], Result]) -> Result:
        if self._library is None:
            self._library = self._open_library()
        return do(self._library)

    def interrupt(self) -> None:
        """Any thread: what is being asked of the database ends with an error."""
        if self._library is not None:
            self._library.interrupt()

    def close(self) -> None:
        self.background.run(self.let_go)
        self.background.finish()

    def let_go(self) -> None:
        """In the thread: the next call opens the library anew."""
        if self._library is not None:
            self._library.close()
            self._library = None


class LibraryAccess(QObject):
    """Runs functions of a `Library` in the right thread; callbacks come back on the GUI thread.

    failed : carries the sentence of an EngineError that no `on_failure` took
    """

    failed = Signal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        """The library is made if there is none, or brought up to this version; until then what reads it waits."""
        super().__init__(parent)
        self._folder = folder
        self._made = threading.Event()
        self._usable = threading.Event()  # not while index.db is thrown away
        self._usable.set()
        self._reading = _Desk(self._open_to_read, "library reader")
        self._listing = _Desk(self._open_to_read, "library lister")
        # the indexing service reconciles, in a process in which nobody waits for it
        self._writing = _Desk(lambda: Library(folder, reconcile=False), "library writer")
        self._listed: Future[Any] | None = None
        self._listings = 0
        opened = self.write(lambda library: None)
        opened.add_done_callback(lambda done: self._made.set())

    def read(
        self,
        call: Callable[[Library], Result],
        on_success: Callable[[Result], object],
        on_failure: Failed | None = None,
    ) -> Future[Result]:
        return self._run(self._reading, call, on_success, on_failure)

    def list(
        self,
        call: Callable[[Library], Result],
        on_success: Callable[[Result], object],
        on_failure: Failed | None = None,
    ) -> None:
        """As `read`, in another thread; what was listed before and has not come back is void."""
        self.stop_listing()
        number = self._listings

        def if_wanted(callback: Callable[[Any], object]) -> Callable[[Any], object]:
            return lambda outcome: callback(outcome) if number == self._listings else None

        self._listed = self._run(self._listing, call, if_wanted(on_success), if_wanted(on_failure or self._tell))

    def stop_listing(self) -> None:
        """What is being listed is void."""
        self._listings += 1
        if self._listed is not None:
            self._listed.cancel()
        self._listing.interrupt()  # also what was listed before that, and is not over yet

    def write(
        self,
        call: Callable[[Library], Result],
        on_success: Callable[[Result], object] | None = None,
        on_failure: Failed | None = None,
    ) -> Future[Result]:
        """In the order in which it was handed in."""
        return self._run(self._writing, call, on_success, on_failure)

    def forget_computed(self, on_success: Callable[[None], object]) -> None:
        """Delete index.db, which is made anew; no other process may have the library open. Waits for what is read."""
        self.stop_listing()
        self._usable.clear()
        closed = [desk.background.run(desk.let_go) for desk in (self._reading, self._listing)]

        def forget() -> None:
            for future in closed:
                future.result()
            self._writing.let_go()
            delete_index(self._folder)
            Library(self._folder).close()  # which makes it anew, and files can be found by their words at once

        forgotten = self._writing.background.run(forget, on_success, self._tell)
        forgotten.add_done_callback(lambda done: self._usable.set())

    def close(self) -> None:
        """What was handed in to be written is written; nothing is called back any more."""
        self.stop_listing()
        self._writing.close()
        self._reading.close()
        self._listing.close()

    def _run(
        self,
        desk: _Desk,
        call: Callable[[Library], Result],
        on_success: Callable[[Result], object] | None,
        on_failure: Failed | None,
    ) -> Future[Result]:
        return desk.background.run(lambda: desk.call(call), on_success, on_failure or self._tell)

    def _open_to_read(self) -> Library:
        self._usable.wait()
        try:
            return Library(self._folder, read_only=True)
        except UnusableLibrary:
            if self._made.is_set():
                raise
        self._made.wait()  # there is none yet, or one of an older version
        return Library(self._folder, read_only=True)

    def _tell(self, error: Exception) -> None:
        if not isinstance(error, EngineError):
            raise error
        self.failed.emit(str(error))
