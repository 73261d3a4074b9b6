"""From a question to what the list shows: the words' answer at once, the network's a moment later."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot

from app.services.messages import Failure, Hits
from app.view_models.results import Results
from app.view_models.verdicts import refines
from app.workers.library_access import LibraryAccess
from app.workers.services import Services
from engine.errors import EngineError
from engine.library import Library
from engine.library_rows import FileRow, Order
from engine.question import Question

MOST_HITS = 500
FIRST_ROWS = 64  # more than fit on most screens

Found = tuple[Results, dict[int, FileRow]]


class Finding(QObject):
    """Asks, and shows. The newest question wins.

    rows_read : {file id: FileRow} of what is about to be shown, as far as it is known
    shown : Results, and whether they answer the question that was already answered in part: then the list should keep
        its place
    waiting : whether an answer of the network's is on its way
    failed : a sentence
    """

    rows_read = Signal(object)
    shown = Signal(object, bool)
    waiting = Signal(bool)
    failed = Signal(str)

    def __init__(self, access: LibraryAccess, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._services = services
        self._number: int | None = None  # of the question that the network has not answered yet
        self._by_relevance: Results | None = None
        self._is_heard = False  # what is shown is the network's answer
        self.question = Question()
        self.is_waiting = False  # for an answer of the network's
        self.order: Order | None = None  # None: by relevance, or by name where nothing was asked
        self.results = Results.browsing(())
        services.heard.connect(self._take_hits)
        services.question_failed.connect(self._take_failure)

    def ask(self, question: Question) -> None:
        """Start anew; but what a question that is only refined has found stays until the network answers it again, for
        the words say the same.
        """
        is_refined = self._is_heard and refines(question, self.question)
        self.question = question
        if is_refined:
            self._set_waiting(True)
            self._ask_the_network()
        else:
            self._find(again=False)

    @Slot()
    def library_changed(self) -> None:
        """What is listed may be out of date; what was found stays until something is asked again."""
        if self.question.is_browsing:
            self._find(again=True)

    def sort(self, order: Order | None) -> None:
        """None: the best first."""
        self.order = order
        if self.question.is_browsing:
            self._find(again=False)
        elif self._by_relevance is not None:
            self._show(self._by_relevance, again=False)

    def _find(self, *, again: bool) -> None:
        """The network is asked once the words have answered: both look for the words, and either would wait."""
        question = self.question
        self._number = None
        self._by_relevance = None
        self._is_heard = False
        self._set_waiting(not question.is_browsing)
        if question.is_browsing:
            self._list_everything(question, again=again)
        elif question.words:
            self._access.list(
                lambda library: _with_first_rows(
                    library, Results.of_words(library.search_text(question.words, MOST_HITS, question.part))
                ),
                self._take_words,
                self._take_no_words,
            )
        else:
            self._ask_the_network()

    def _list_everything(self, question: Question, *, again: bool) -> None:
        order = self.order or Order()
        self._access.list(
            lambda library: _with_first_rows(library, Results.browsing(library.listing(question.part, order))),
            lambda found: self._show_as_is(*found, again=again),
        )

    def _take_words(self, found: Found) -> None:
        self._ask_the_network()
        results, rows = found
        self._by_relevance = results
        if self.order is None:
            self._show_as_is(results, rows, again=False)
        else:
            self._sort(results, self.order, again=False)

    def _take_no_words(self, error: Exception) -> None:
        if not isinstance(error, EngineError):
            raise error
        self.failed.emit(str(error))
        self._ask_the_network()

    def _ask_the_network(self) -> None:
        search, question = self._services.search, self.question
        if search is None:
            self._set_waiting(False)
        else:
            self._number = search.search(question, MOST_HITS)

    def _set_waiting(self, is_waiting: bool) -> None:
        self.is_waiting = is_waiting
        self.waiting.emit(is_waiting)

    @Slot(object)
    def _take_hits(self, answer: Hits) -> None:
        if answer.number != self._number:
            return
        self._number = None
        self._set_waiting(False)
        self._is_heard = True
        self._show(Results.of_answer(answer.answer), again=True)

    @Slot(object)
    def _take_failure(self, failure: Failure) -> None:
        if failure.number is None or failure.number == self._number:
            self._number = None
            self._set_waiting(False)
            self.failed.emit(failure.sentence)

    def _show(self, results: Results, *, again: bool) -> None:
        """The best first, or in the order that was asked for."""
        self._by_relevance = results
        if self.order is None:
            self._show_as_is(results, {}, again=again)
        else:
            self._sort(results, self.order, again=again)

    def _sort(self, results: Results, order: Order, *, again: bool) -> None:
        wanted, scope = set(results.file_ids.tolist()), self.question.part
        self._access.list(
            lambda library: [file_id for file_id in library.listing(scope, order).tolist() if file_id in wanted],
            lambda ids: self._show_as_is(results.reordered(ids), {}, again=again),
        )

    def _show_as_is(self, results: Results, rows: Mapping[int, FileRow], *, again: bool) -> None:
        self.results = results
        self.rows_read.emit(rows)
        self.shown.emit(results, again)


def _with_first_rows(library: Library, results: Results) -> Found:
    """With what is seen first, so that the list need not ask for it while it is drawn."""
    return results, library.rows(results.ids_between(0, FIRST_ROWS - 1))
