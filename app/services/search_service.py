"""The search service: a child process that holds the network and the vector index, and the window's hold on it.

The child reads the library and never writes it. Whatever needs a network is imported by the child alone: the window
imports this module too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.answering_network import AnsweringNetwork
from app.services.messages import (
    Answer,
    Enquiry,
    Explain,
    Explained,
    Failure,
    Hits,
    Learn,
    Learned,
    Refresh,
    Request,
    Search,
    Stop,
)
from app.services.parent import Parent
from app.services.supervisor import HANG_S, Supervised
from engine.errors import EngineError, UnusableLibrary
from engine.hits import NOTHING
from engine.library import INDEX_FILE, LIBRARY_FILE, Library
from engine.question import Question
from engine.tag_examples import ExamplesOfTag

if TYPE_CHECKING:
    from engine import search
    from engine.explaining import Explainer
    from engine.personal_tagging import PersonalTagger
    from engine.vector_index import VectorIndex

FATAL_QUESTION = "The search process ended twice over this question; nothing stored is lost, and others can be asked."
NOTHING_HEARD = "No sound was listened to yet, so that there is nothing to learn from: add a folder first."

_FIRST_TO_LAST: tuple[type[Enquiry], ...] = (Search, Learn, Explain)


class SearchService:
    """Asks the child. Of each kind of question only the newest is answered: a search with `Hits`, what is to be learned
    with `Learned`, what is to be explained with `Explained`, and any of them with a `Failure` of its number instead.

    `on_answer` also gets `Ready` whenever another network answers, and `Failure(None, ...)` if it cannot be;
    `on_trouble` gets a sentence when the child had to be replaced. Both are called in a thread of their own.
    """

    def __init__(
        self,
        library_folder: Path,
        network_folder: Path | None = None,
        *,
        former: Sequence[Path | None] = (),
        on_answer: Callable[[Answer], None],
        on_trouble: Callable[[str], None],
        target: Callable[[Connection, Path, Path | None, Sequence[Path | None]], None] | None = None,
        hang_s: float = HANG_S,
    ) -> None:
        """`network_folder` is None for the network Earmark brings; `target` is what the child runs.

        former : networks that were in use before, the last one first; one of them answers until the other has listened
            to everything
        hang_s : a child that gives no sign of life for so long is replaced
        """
        self._on_answer = on_answer
        self._lock = threading.Lock()
        self._number = 0
        self._open: dict[type[Enquiry], Enquiry] = {}  # the newest of each kind, until it is answered
        self._asked_again: set[int] = set()  # the numbers of those that a second child was asked
        self._child = Supervised(
            "search",
            target or serve_searches,
            (library_folder, network_folder, tuple(former)),
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
        """Returns the number of the question, for its answer; every older search is void."""
        return self._ask(lambda number: Search(number, question, limit))

    def learn(self, name: str, examples: ExamplesOfTag | None, limit: int) -> int:
        """As `Learn` says. Returns its number; what else was to be learned is void."""
        return self._ask(lambda number: Learn(number, name, examples, limit))

    def explain(
        self,
        path: Path,
        texts: Sequence[str],
        start_s: float,
        end_s: float,
        with_heat: bool,
        overall: Sequence[str] = (),
    ) -> int:
        """As `Explain` says. Returns its number; what else was to be explained is void."""
        return self._ask(lambda number: Explain(number, path, tuple(texts), start_s, end_s, with_heat, tuple(overall)))

    def refresh(self, *, run_is_over: bool = False) -> None:
        """Take in what was stored, as soon as no question waits."""
        self._child.send(Refresh(run_is_over))

    def _ask(self, numbered: Callable[[int], Enquiry]) -> int:
        with self._lock:
            self._number += 1
            enquiry = numbered(self._number)
            self._open[type(enquiry)] = enquiry
        self._child.send(enquiry)
        return enquiry.number

    def _take(self, answer: Answer) -> None:
        if isinstance(answer, Hits | Learned | Explained | Failure) and answer.number is not None:
            with self._lock:
                if not self._close(answer.number):
                    return  # a newer one was asked, or this one was answered by an earlier child
            self._child.succeeded()
        self._on_answer(answer)

    def _close(self, number: int) -> bool:
        """What was asked under this number is no longer open; False if it was not."""
        self._asked_again.discard(number)
        for kind, enquiry in self._open.items():
            if enquiry.number == number:
                del self._open[kind]
                return True
        return False

    def _resume(self) -> Sequence[Request]:
        """What is open is asked once more, but for that over which a second child died."""
        with self._lock:
            fatal = [enquiry for enquiry in self._open.values() if enquiry.number in self._asked_again]
            for enquiry in fatal:
                self._close(enquiry.number)
            again = list(self._open.values())
            self._asked_again = {enquiry.number for enquiry in again}
        for enquiry in fatal:
            self._on_answer(Failure(enquiry.number, FATAL_QUESTION))
        return again


def serve_searches(
    connection: Connection, library_folder: Path, network_folder: Path | None, former: Sequence[Path | None] = ()
) -> None:
    """What the child runs."""
    parent = Parent(connection)
    searches = _Searches(parent, library_folder, network_folder, former)
    parent.listen(searches.take)
    searches.run()
    parent.leave()


class _Searches:
    """The child's work, in its main thread; `take` is called in another."""

    def __init__(
        self, parent: Parent, library_folder: Path, network_folder: Path | None, former: Sequence[Path | None] = ()
    ) -> None:
        self._parent = parent
        self._library_folder = library_folder
        self._network = AnsweringNetwork(library_folder, network_folder, former, parent.send)
        self._changed = threading.Condition()
        self._newest: dict[type[Enquiry], Enquiry] = {}
        self._stopping = False
        self._is_stale = True  # so that the first question need not wait for what takes long
        self._run_is_over = False
        self._library: Library | None = None
        self._index: VectorIndex | None = None
        self._searcher: search.Searcher | None = None
        self._tagger: PersonalTagger | None = None
        self._explainer: Explainer | None = None

    def take(self, request: Request) -> None:
        with self._changed:
            if isinstance(request, Stop):
                self._stopping = True
            elif isinstance(request, Refresh):
                self._is_stale = True
                self._run_is_over |= request.run_is_over
            elif isinstance(request, Search | Learn | Explain):
                self._newest[type(request)] = request  # an older one of its kind that still waits is void
            self._changed.notify()

    def run(self) -> None:
        while (request := self._next()) is not None:
            if isinstance(request, Refresh):
                self._refresh(look_again=request.run_is_over)
            else:
                answer = self._answer(request)
                if answer is not None:
                    self._parent.send(answer)
        self._close_library()

    def _next(self) -> Enquiry | Refresh | None:
        """Searches first, then the others; None if this process is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._newest or self._is_stale)
            if self._stopping:
                return None
            for kind in _FIRST_TO_LAST:
                if kind in self._newest:
                    return self._newest.pop(kind)
            refresh = Refresh(self._run_is_over)
            self._is_stale = self._run_is_over = False
            return refresh

    def _refresh(self, *, look_again: bool) -> None:
        """look_again : whether another network may answer from now on"""
        try:
            if look_again:
                self._network.look_again()
            self._refreshed_searcher()
        except EngineError as error:
            self._close_library()
            self._parent.send(Failure(None, str(error)))

    def _answer(self, enquiry: Enquiry) -> Answer | None:
        """None if it has to wait once more."""
        try:
            match enquiry:
                case Search():
                    return self._found(enquiry)
                case Learn():
                    return self._learned(enquiry)
                case Explain():
                    return self._explained(enquiry)
        except EngineError as error:
            if isinstance(error, UnusableLibrary):
                self._close_library()  # the next question looks at it afresh
            return Failure(enquiry.number, str(error))

    def _found(self, search: Search) -> Hits:
        searcher = self._refreshed_searcher()
        return Hits(search.number, searcher.find(search.question, search.limit) if searcher else NOTHING)

    def _learned(self, learn: Learn) -> Learned:
        self._refreshed_searcher()
        if self._tagger is None:
            raise EngineError(NOTHING_HEARD)
        return Learned(learn.number, self._tagger.learn(learn.name, learn.examples, learn.limit))

    def _explained(self, explain: Explain) -> Explained | None:
        from engine.explaining import Explainer, ExplainingStopped

        self._refreshed_searcher()
        explainer = self._explainer or Explainer(self._network.embedder())
        try:
            found = explainer.explain(
                explain.path,
                explain.texts,
                explain.start_s,
                explain.end_s,
                explain.with_heat,
                overall=explain.overall,
                should_stop=self._is_overtaken,
            )
        except ExplainingStopped:
            with self._changed:
                self._newest.setdefault(Explain, explain)
            return None
        return Explained(explain.number, found)

    def _is_overtaken(self) -> bool:
        """Whether something waits that goes before an explanation, or another one."""
        with self._changed:
            return self._stopping or bool(self._newest)

    def _refreshed_searcher(self) -> search.Searcher | None:
        """With all that is stored by now; None while nothing was ever indexed. Raises EngineError."""
        embedder = self._network.embedder()
        if self._index is not None and self._index.checkpoint_id != embedder.checkpoint_id:
            self._close_library()
        if self._searcher is not None and self._index is not None:
            self._index.refresh()
            return self._searcher
        if not all((self._library_folder / name).exists() for name in (LIBRARY_FILE, INDEX_FILE)):
            return None
        from engine.explaining import Explainer
        from engine.known_sounds import KnownSounds
        from engine.personal_tagging import PersonalTagger
        from engine.search import Searcher
        from engine.vector_index import VectorIndex

        self._library = Library(self._library_folder, read_only=True)
        self._index = VectorIndex(self._library.index_db, embedder.checkpoint_id)
        self._tagger = PersonalTagger(self._library, self._index, embedder)
        self._explainer = Explainer(embedder, KnownSounds(self._library, self._index))
        self._searcher = Searcher(self._library, self._index, embedder)
        return self._searcher

    def _close_library(self) -> None:
        if self._library is not None:
            self._library.close()
        self._library = self._index = self._searcher = self._tagger = self._explainer = None
