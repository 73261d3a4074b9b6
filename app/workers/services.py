"""Both children in Qt's manners: what they answer arrives as signals on the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance, Slot

from app.services.indexing_service import IndexingService
from app.services.messages import (
    Answer,
    Described,
    Explained,
    Failure,
    FileFailed,
    GraphRenewed,
    Hits,
    IndexFinished,
    Learned,
    Progress,
    Ready,
    RootsChanged,
    RootsInDoubt,
    Stored,
    Watching,
)
from app.services.search_service import SearchService
from app.settings import Settings
from engine.tag_examples import ExamplesOfTag

MOST_SUGGESTIONS = 200


class Services(QObject):
    """The search service and the indexing service of one library. Everything here is for the GUI thread.

    searching_ready, indexing_ready : Ready, whenever the child loaded its network, or answers with another
    heard : Hits, the answer to the newest question
    learned : Learned, what the newest personal tag learned
    explained : Explained, the newest explanation
    question_failed : Failure, of the newest question, of `learn` or of `explain` by its number; or of no number if the
        network cannot be loaded
    indexing_failed : Failure
    progressed, stored, described, finished, file_failed, watching, roots_changed, roots_in_doubt : the message of
        about that name
    troubled : a sentence; a child had to be replaced
    """

    searching_ready = Signal(object)
    indexing_ready = Signal(object)
    heard = Signal(object)
    learned = Signal(object)
    explained = Signal(object)
    question_failed = Signal(object)
    indexing_failed = Signal(object)
    progressed = Signal(object)
    stored = Signal(object)
    described = Signal(object)
    finished = Signal(object)
    file_failed = Signal(object)
    watching = Signal(object)
    roots_changed = Signal(object)
    roots_in_doubt = Signal(object)
    troubled = Signal(str)
    _searched = Signal(object)
    _indexed = Signal(object)
    _trouble = Signal(str)

    def __init__(self, library_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library_folder = library_folder
        self.search: SearchService | None = None
        self.indexing: IndexingService | None = None
        queued = Qt.ConnectionType.QueuedConnection
        self._searched.connect(self._take_searched, queued)
        self._indexed.connect(self._take_indexed, queued)
        self._trouble.connect(self.troubled, queued)

    @property
    def running(self) -> bool:
        return self.search is not None

    def start(self, settings: Settings) -> None:
        """With the network, device and number of threads that a person chose. Roots are watched from now on."""
        self.search = SearchService(
            self._library_folder,
            settings.network_folder,
            former=settings.former_networks,
            on_answer=self._searched.emit,
            on_trouble=self._trouble.emit,
        )
        self.indexing = IndexingService(
            self._library_folder,
            settings.network_folder,
            workers=settings.workers,
            device=settings.compute,
            on_answer=self._indexed.emit,
            on_trouble=self._trouble.emit,
        )
        self.search.start()
        self.indexing.start()

    def stop(self) -> None:
        """End both children, side by side, within 3 s."""
        stopping = [threading.Thread(target=child.stop) for child in (self.search, self.indexing) if child is not None]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        self.search = self.indexing = None

    def learn(self, name: str, examples: ExamplesOfTag | None = None, limit: int = MOST_SUGGESTIONS) -> int | None:
        """Learn a personal tag from its stored examples, or from these. Returns the number that `learned` or
        `question_failed` will bear; None while nothing runs.
        """
        return self.search.learn(name, examples, limit) if self.search is not None else None

    def explain(
        self,
        path: Path,
        texts: Sequence[str],
        start_s: float,
        end_s: float,
        *,
        with_heat: bool = False,
        overall: Sequence[str] = (),
    ) -> int | None:
        """Where in a file these texts are heard, as `Explain` says. Returns the number that `explained` or
        `question_failed` will bear; None while nothing runs.
        """
        if self.search is None:
            return None
        return self.search.explain(path, texts, start_s, end_s, with_heat, overall)

    @Slot(object)
    def _take_searched(self, answer: Answer) -> None:
        _emit(
            answer,
            {
                Ready: self.searching_ready,
                Hits: self.heard,
                Learned: self.learned,
                Explained: self.explained,
                Failure: self.question_failed,
            },
        )

    @Slot(object)
    def _take_indexed(self, answer: Answer) -> None:
        _emit(
            answer,
            {
                Ready: self.indexing_ready,
                Progress: self.progressed,
                Stored: self.stored,
                Described: self.described,
                IndexFinished: self.finished,
                FileFailed: self.file_failed,
                Watching: self.watching,
                RootsInDoubt: self.roots_in_doubt,
                RootsChanged: self.roots_changed,
                Failure: self.indexing_failed,
            },
        )
        if isinstance(answer, Stored | GraphRenewed | IndexFinished) and self.search is not None:
            self.search.refresh(run_is_over=isinstance(answer, IndexFinished))


def _emit(answer: Answer, signals: Mapping[type, SignalInstance]) -> None:
    signal = signals.get(type(answer))
    if signal is not None:
        signal.emit(answer)
