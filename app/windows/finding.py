"""From a question to what the list shows: the words' answer at once, the network's a moment later."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.messages import Failure, Hits
from app.view_models.question import Question
from app.view_models.results import Results
from app.workers.library_access import LibraryAccess
from app.workers.services import Services
from engine.library_rows import Order
from engine.text_index import TextHit

MOST_HITS = 500


class Finding(QObject):
    """Asks, and shows. The newest question wins.

    shown : Results, and whether they answer the question that was already answered in part: then the list should keep
        its place
    waiting : whether an answer of the network's is on its way
    failed : a sentence
    """

    shown = Signal(object, bool)
    waiting = Signal(bool)
    failed = Signal(str)

    def __init__(self, access: LibraryAccess, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._services = services
        self._number: int | None = None  # of the question that the network has not answered yet
        self._by_relevance: Results | None = None
        self.question = Question()
        self.order: Order | None = None  # None: by relevance, or by name where nothing was asked
        self.results = Results.browsing(())
        services.heard.connect(self._take_hits)
        services.question_failed.connect(self._take_failure)

    def ask(self, question: Question) -> None:
        """Start anew."""
        self.question = question
        self._find(again=False)

    @property
    def is_waiting(self) -> bool:
        """For an answer of the network's."""
        return self._number is not None

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
        question = self.question
        self._number = None
        self._by_relevance = None
        if question.is_browsing:
            order = self.order or Order()
            self._access.list(
                lambda library: library.listing(question.scope, order),
                lambda ids: self._show_as_is(Results.browsing(ids), again=again),
            )
            self.waiting.emit(False)
            return
        if question.text and not again:
            self._access.list(
                lambda library: library.search_text(question.text, MOST_HITS, question.scope), self._take_words
            )
        self._ask_the_network(question)

    def _ask_the_network(self, question: Question) -> None:
        search = self._services.search
        if search is None:
            return
        if question.example is not None:
            example = question.example
            self._number = search.similar(example.path, example.start_s, example.end_s, MOST_HITS, question.scope)
        else:
            self._number = search.search(question.text, MOST_HITS, question.scope)
        self.waiting.emit(True)

    def _take_words(self, found: list[TextHit]) -> None:
        if self._number is not None or self._services.search is None:  # otherwise the network was faster
            self._show(Results.of_words(found), again=False)

    @Slot(object)
    def _take_hits(self, answer: Hits) -> None:
        if answer.number != self._number:
            return
        self._number = None
        self._access.stop_listing()
        self.waiting.emit(False)
        self._show(Results.of_hits(answer.hits), again=True)

    @Slot(object)
    def _take_failure(self, failure: Failure) -> None:
        if failure.number is None or failure.number == self._number:
            self._number = None
            self.waiting.emit(False)
            self.failed.emit(failure.sentence)

    def _show(self, results: Results, *, again: bool) -> None:
        """As they are, the best first, or in the order that was asked for."""
        self._by_relevance = results
        order, scope = self.order, self.question.scope
        if order is None:
            self._show_as_is(results, again=again)
            return
        wanted = set(results.file_ids)
        self._access.list(
            lambda library: [file_id for file_id in library.listing(scope, order) if file_id in wanted],
            lambda ids: self._show_as_is(results.reordered(ids), again=again),
        )

    def _show_as_is(self, results: Results, *, again: bool) -> None:
        self.results = results
        self.shown.emit(results, again)
