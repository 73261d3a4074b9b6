"""The selected sound as a part of the question: what is like it, among what, and whether it was a right answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.view_models.history import MOST_AMONG
from app.widgets.sound.sound_view import SoundView
from app.windows.audition import Audition
from app.windows.searching import Searching
from app.windows.selecting import Selecting
from engine.library_rows import FileRow, Scope
from engine.question import Example, Question

Moment = tuple[Path, float, float | None]


class Comparing(QObject):
    """said : a sentence on why nothing happens"""

    said = Signal(str)

    def __init__(
        self,
        searching: Searching,
        selecting: Selecting,
        audition: Audition,
        view: SoundView,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._searching = searching
        self._selecting = selecting
        self._audition = audition
        self._view = view

    # --- what is like it ----------------------------------------------------------------------------------------------

    def find_similar(self) -> None:
        if (file := self._file()) is not None:
            self._searching.ask_like(file.path)

    def find_similar_to_region(self) -> None:
        """To the selected part of the sound in the picture."""
        path, region = self._view.path, self._view.region()
        if path is None or region is None:
            self.said.emit("Choose a region first: drag in the waveform, or press [ and ] while it plays.")
        else:
            self._searching.ask_like(path, region.start_s, region.end_s)

    # --- among what is listed -----------------------------------------------------------------------------------------

    def find_similar_within(self) -> None:
        """Among the files that are listed; a part of the library that is browsed is one already."""
        if (file := self._file()) is not None:
            self._ask_within(replace(_nothing_of(self._searching.question), examples=(Example(file.path),)))

    def search_within(self) -> None:
        """Whatever is asked next."""
        self._ask_within(_nothing_of(self._searching.question))

    def _ask_within(self, question: Question) -> None:
        self._searching.ask(replace(question, scope=self._listed()))

    def _listed(self) -> Scope:
        asked = self._searching.question
        if asked.is_browsing:
            return asked.scope
        listed = self._selecting.model.results.ids_between(0, MOST_AMONG - 1)
        return replace(asked.scope, among=tuple(listed))

    def _file(self) -> FileRow | None:
        current = self._selecting.current
        return current[0] if current is not None else self._audition.file

    # --- whether it was a right answer --------------------------------------------------------------------------------

    def like(self) -> None:
        if (moment := self._answered_moment()) is not None:
            self._searching.like(*moment)

    def dislike(self) -> None:
        if (moment := self._answered_moment()) is not None:
            self._searching.dislike(*moment)

    def _answered_moment(self) -> Moment | None:
        if self._searching.question.is_browsing:
            self.said.emit("Ask for a sound first; then say which answers are right. W finds sounds like this one.")
            return None
        if self._selecting.current is None:
            return None
        file, result = self._selecting.current
        return (file.path, 0.0, None) if result.end_s is None else (file.path, result.start_s, result.end_s)


def _nothing_of(question: Question) -> Question:
    """Without anything that is listened for."""
    return replace(question, text="", examples=(), liked=(), disliked=())
