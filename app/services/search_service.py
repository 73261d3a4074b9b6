"""The search service: a child process that holds the network and the vector index, and the window's hold on it.

The child reads the library and never writes it. Whatever needs a network is imported by the child alone: the window
imports this module too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.messages import Answer, Failure, Hits, Ready, Refresh, Request, Search, Stop
from app.services.parent import Parent
from app.services.supervisor import HANG_S, Supervised
from engine.errors import EngineError, UnusableLibrary
from engine.hits import NOTHING
from engine.library import INDEX_FILE, LIBRARY_FILE, Library
from engine.question import Question

if TYPE_CHECKING:
    from engine import search
    from engine.embedding import Embedder
    from engine.vector_index import VectorIndex

FATAL_QUESTION = "The search process ended twice over this question; nothing stored is lost, and others can be asked."


class SearchService:
    """Asks the child. Only the newest question is answered, with `Hits` or a `Failure` of its number.

    `on_answer` also gets `Ready` whenever a network was loaded, and `Failure(None, ...)` if it cannot be;
    `on_trouble` gets a sentence when the child had to be replaced. Both are called in a thread of their own.
    """

    def __init__(
        self,
        library_folder: Path,
        network_folder: Path | None = None,
        *,
        on_answer: Callable[[Answer], None],
        on_trouble: Callable[[str], None],
        target: Callable[[Connection, Path, Path | None], None] | None = None,
        hang_s: float = HANG_S,
    ) -> None:
        """`network_folder` is None for the network Earmark brings; `target` is what the child runs.

        hang_s : a child that gives no sign of life for so long is replaced
        """
        self._on_answer = on_answer
        self._lock = threading.Lock()
        self._number = 0
        self._open: Search | None = None  # the newest question, until it is answered
        self._asked_again = 0  # the number of the last question that a second child was asked
        self._child = Supervised(
            "search",
            target or serve_searches,
            (library_folder, network_folder),
            on_answer=self._take,
            on_trouble=on_trouble,
            resume=self._resume,
            hang_s=hang_s,
        )

    @property
    def pid(self) -> int | None:
        return self._child.pid

    def start(self) -> None:
        self._child.start()

    def stop(self) -> None:
        """Within 3 s."""
        self._child.stop()

    def search(self, question: Question, limit: int) -> int:
        """Returns the number of the question, for its answer; every older question is void."""
        with self._lock:
            self._number += 1
            search = self._open = Search(self._number, question, limit)
        self._child.send(search)
        return search.number

    def refresh(self) -> None:
        """Take in what was stored, as soon as no question waits."""
        self._child.send(Refresh())

    def _take(self, answer: Answer) -> None:
        if isinstance(answer, Hits | Failure) and answer.number is not None:
            with self._lock:
                if self._open is None or answer.number != self._open.number:
                    return  # a newer question was asked, or this one was answered by an earlier child
                self._open = None
            self._child.succeeded()
        self._on_answer(answer)

    def _resume(self) -> Sequence[Request]:
        """The open question is asked once more, unless a second child died over it."""
        with self._lock:
            question = self._open
            if question is None:
                return []
            if question.number != self._asked_again:
                self._asked_again = question.number
                return [question]
            self._open = None
        self._on_answer(Failure(question.number, FATAL_QUESTION))
        return []


def serve_searches(connection: Connection, library_folder: Path, network_folder: Path | None) -> None:
    """What the child runs."""
    parent = Parent(connection)
    searches = _Searches(parent, library_folder, network_folder)
    parent.listen(searches.take)
    searches.run()
    parent.leave()


class _Searches:
    """The child's work, in its main thread; `take` is called in another."""

    def __init__(self, parent: Parent, library_folder: Path, network_folder: Path | None) -> None:
        self._parent = parent
        self._library_folder = library_folder
        self._network_folder = network_folder
        self._changed = threading.Condition()
        self._newest: Search | None = None
        self._stopping = False
        self._is_stale = True  # so that the first question need not wait for what takes long
        self._embedder: Embedder | None = None
        self._library: Library | None = None
        self._index: VectorIndex | None = None
        self._searcher: search.Searcher | None = None

    def take(self, request: Request) -> None:
        with self._changed:
            if isinstance(request, Stop):
                self._stopping = True
            elif isinstance(request, Refresh):
                self._is_stale = True
            elif isinstance(request, Search):
                self._newest = request  # an older one that still waits is void
            self._changed.notify()

    def run(self) -> None:
        while (request := self._next()) is not None:
            if isinstance(request, Refresh):
                self._refresh()
            else:
                self._parent.send(self._answer(request))
        self._close_library()

    def _next(self) -> Search | Refresh | None:
        """Questions first; None if this process is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._newest or self._is_stale)
            if self._stopping:
                return None
            question, self._newest = self._newest, None
            if question is None:
                self._is_stale = False
            return question or Refresh()

    def _refresh(self) -> None:
        try:
            self._refreshed_searcher()
        except EngineError as error:
            self._close_library()
            self._parent.send(Failure(None, str(error)))

    def _answer(self, search: Search) -> Hits | Failure:
        try:
            searcher = self._refreshed_searcher()
            return Hits(search.number, searcher.find(search.question, search.limit) if searcher else NOTHING)
        except UnusableLibrary as error:
            self._close_library()  # the next question looks at it afresh
            return Failure(search.number, str(error))
        except EngineError as error:
            return Failure(search.number, str(error))

    def _refreshed_searcher(self) -> search.Searcher | None:
        """With all that is stored by now; None while nothing was ever indexed. Raises EngineError."""
        embedder = self._embedder = self._embedder or self._load_network()
        if self._searcher is not None and self._index is not None:
            self._index.refresh()
            return self._searcher
        if not all((self._library_folder / name).exists() for name in (LIBRARY_FILE, INDEX_FILE)):
            return None
        from engine.search import Searcher
        from engine.vector_index import VectorIndex

        self._library = Library(self._library_folder, read_only=True)
        self._index = VectorIndex(self._library.index_db, embedder.checkpoint_id)
        self._searcher = Searcher(self._library, self._index, embedder)
        return self._searcher

    def _load_network(self) -> Embedder:
        started = time.monotonic()
        from engine.embedding import Embedder

        embedder = Embedder.load(self._network_folder)
        self._parent.send(Ready(embedder.name, embedder.checkpoint_id, time.monotonic() - started))
        return embedder

    def _close_library(self) -> None:
        if self._library is not None:
            self._library.close()
        self._library = self._index = self._searcher = None
