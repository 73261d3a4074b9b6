"""The question: as it is typed, shown in parts, gone back to, saved, and put to the library."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.view_models import feedback, query_chips
from app.view_models.history import QueryHistory
from app.view_models.query_chips import Chip, ChipKey, chips_of
from app.view_models.scopes import narrowed
from app.widgets.search.search_bar import SearchBar
from app.windows.finding import Finding
from engine.hits import Strictness
from engine.library_rows import EVERYTHING, NameCount, RootCounts, Scope
from engine.query import Joiner
from engine.question import Example, Question
from engine.saved_searches import SavedSearch

MOST_SUGGESTIONS = 12
MOST_EXAMPLES = 5  # as many as there are colours


class Searching(QObject):
    """Keeps the search bar, the history and what is asked of the library at one.

    asked : Question, whenever another one is asked
    """

    asked = Signal(object)

    def __init__(self, bar: SearchBar, finding: Finding, history: QueryHistory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bar = bar
        self._finding = finding
        self.history = history
        self._root_names: Mapping[ChipKey, str] = {}
        self._collection_names: Mapping[ChipKey, str] = {}
        self._saved: Sequence[SavedSearch] = ()
        bar.query_changed.connect(self._take_text)
        bar.chip_removed.connect(self._remove_chip)
        bar.chip_moved.connect(self._move_chip)
        bar.chip_joined.connect(self._join_chip)
        bar.chip_renamed.connect(self._rename_chip)
        bar.chip_negated.connect(self._negate_chip)
        bar.chips_cleared.connect(self.clear)
        bar.strictness_changed.connect(self.set_strictness)
        bar.back_requested.connect(self.go_back)
        bar.forward_requested.connect(self.go_forward)
        bar.files_dropped.connect(self._take_dropped)
        finding.waiting.connect(bar.set_busy)

    @property
    def question(self) -> Question:
        return self._finding.question

    # --- what is asked ------------------------------------------------------------------------------------------------

    def ask(self, question: Question, *, remember: bool = True) -> None:
        if remember:
            self.history.visit(question, time.monotonic())
        if question.text != self._bar.text():
            self._bar.set_text(question.text)
        self._finding.ask(question)
        self._show_parts()
        self.asked.emit(question)

    def ask_for(self, text: str) -> None:
        """For words alone, in the same part of the library as before."""
        self.ask(replace(self.question, text=text, examples=(), liked=(), disliked=()))

    def ask_like(self, path: Path, start_s: float = 0.0, end_s: float | None = None) -> None:
        """For what sounds like a file, or a part of it, and for nothing else."""
        alone = replace(self.question, text="", liked=(), disliked=())
        self.ask(replace(alone, examples=(Example(path, start_s, end_s),)))

    def ask_also_like(self, examples: Sequence[Example]) -> None:
        """For what was asked in words, and sounds like these instead of other examples."""
        self._change(replace(self.question, examples=tuple(examples)))

    def like(self, path: Path, start_s: float = 0.0, end_s: float | None = None) -> None:
        """More answers like this one; a second time, no more than of others."""
        self._change(feedback.liked(self.question, Example(path, start_s, end_s)))

    def dislike(self, path: Path, start_s: float = 0.0, end_s: float | None = None) -> None:
        """Fewer answers like this one; a second time, no fewer than of others."""
        self._change(feedback.disliked(self.question, Example(path, start_s, end_s)))

    @Slot(str)
    def set_strictness(self, strictness: Strictness) -> None:
        self._change(replace(self.question, strictness=strictness))

    def look_in(self, part: Scope, add: bool) -> None:
        """Ask the same of another part of the library; with `add` only of what is in both."""
        self.ask(replace(self.question, scope=narrowed(self.question.scope, part) if add else part))

    def look_everywhere(self) -> None:
        self.ask(replace(self.question, scope=EVERYTHING))

    @Slot()
    def clear(self) -> None:
        self.ask(query_chips.without_any(self.question))

    @Slot(object)
    def forget(self, example: Path) -> None:
        """A sound to search by is there no more."""
        self.history.forget(example)
        self._show_parts()

    @Slot()
    def go_back(self) -> None:
        if (question := self.history.back()) is not None:
            self.ask(question, remember=False)

    @Slot()
    def go_forward(self) -> None:
        if (question := self.history.forward()) is not None:
            self.ask(question, remember=False)

    @Slot(str)
    def _take_text(self, text: str) -> None:
        self.ask(feedback.worded(self.question, text))

    @Slot(object)
    def _take_dropped(self, paths: Sequence[Path]) -> None:
        self.ask_also_like([Example(path) for path in paths[:MOST_EXAMPLES]])

    def _change(self, question: Question) -> None:
        """A step of its own to go back to, even soon after the sentence was typed."""
        self.history.visit(self.question, -math.inf)
        self.ask(question)

    # --- its parts, one by one ----------------------------------------------------------------------------------------

    @Slot(object)
    def _remove_chip(self, chip: Chip) -> None:
        self._change(query_chips.without(self.question, chip))

    @Slot(object, int)
    def _move_chip(self, chip: Chip, to: int) -> None:
        self._change(query_chips.moved(self.question, chip, to))

    @Slot(object, object)
    def _join_chip(self, chip: Chip, joiner: Joiner) -> None:
        self._change(query_chips.joined(self.question, chip, joiner))

    @Slot(object, str)
    def _rename_chip(self, chip: Chip, name: str) -> None:
        self._change(query_chips.renamed(self.question, chip, name))

    @Slot(object, bool)
    def _negate_chip(self, chip: Chip, unheard: bool) -> None:
        self._change(query_chips.negated(self.question, chip, unheard))

    # --- what it is called --------------------------------------------------------------------------------------------

    def set_roots(self, roots: Sequence[RootCounts]) -> None:
        self._root_names = {("root", counts.root.id): counts.root.path.name for counts in roots}
        self._show_parts()

    def set_collections(self, collections: Sequence[NameCount]) -> None:
        self._collection_names = {("collection", each.id or 0): each.name for each in collections}
        self._show_parts()

    def set_saved(self, saved: Sequence[SavedSearch]) -> None:
        self._saved = saved
        self._suggest()

    def _show_parts(self) -> None:
        self._bar.set_chips(chips_of(self.question, {**self._root_names, **self._collection_names}))
        self._bar.set_has_example(bool(self.question.examples))
        self._bar.set_strictness(None if self.question.is_browsing else self.question.strictness)
        self._bar.set_history(self.history.can_go_back, self.history.can_go_forward)
        self._suggest()

    def _suggest(self) -> None:
        texts = [*self.history.recent_texts(MOST_SUGGESTIONS), *(search.query for search in self._saved)]
        self._bar.set_suggestions(list(dict.fromkeys(texts)))
