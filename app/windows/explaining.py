"""Why the sound in the picture was found: asked once a person stays with it, and shown while it holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.messages import Explained, Failure
from app.services.search_service import SearchService
from app.settings import Settings
from app.view_models.query_chips import Chip
from app.view_models.reasons import Reasons, clauses_of, with_heat, with_relevance
from app.view_models.time_view import TimeView
from app.widgets.sound.sound_view import SoundView
from app.windows.choices import Choices
from app.workers.services import Services
from engine.question import Question

SETTLE_MS = 250  # sounds that are only passed by are not explained, nor stretches
FINE_S = 60.0  # of more there are coarser curves and no heat maps, see `engine.explaining`
LONG_S = 600.0  # of more the library must have heard it before, and its curves are those of the whole sound
TOO_LONG = "Zoom in to ten minutes to see where each sound is heard."
TOO_LONG_FOR_HEAT = "Zoom in to one minute to see the heat map."
NO_HEAT = "This network makes no heat maps."


class Explaining(QObject):
    """First how clearly each clause is heard, in the whole sound or, more finely, in the part that is on show and
    somewhat beyond; then, if wanted, at which frequencies in that part.

    failed : a sentence
    spectrogram_wanted : somebody wants heat maps where there is nothing that they could lie over
    """

    failed = Signal(str)
    spectrogram_wanted = Signal()

    def __init__(self, services: Services, choices: Choices, view: SoundView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._view = view
        self._path: Path | None = None
        self._reasons = Reasons(has_heat=choices.settings.heat_map)
        self._curved: TimeView | None = None  # the stretch of which curves were asked for
        self._heated: TimeView | None = None  # and heat maps
        self._has_failed = False
        self._number: int | None = None  # of what was asked and is not answered yet
        self._is_for_heat = False
        self._asked: SearchService | None = None  # who was asked it
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self._ask)
        view.stretch_changed.connect(self._follow_view)
        choices.changed.connect(self._follow_choices)
        services.searching_ready.connect(self._follow_service)
        services.explained.connect(self._take_explained)
        services.question_failed.connect(self._take_failure)

    @property
    def alone(self) -> str | None:
        """The text of the clause that is shown alone."""
        return self._reasons.alone

    @Slot(object)
    def follow_question(self, question: Question) -> None:
        clauses = clauses_of(question)
        if not self._reasons.names(clauses):
            self._show(replace(self._reasons, clauses=clauses, note=""))
            self._begin_anew()

    @Slot(object)
    def point_at_chip(self, chip: Chip | None) -> None:
        self.point_at(chip.text if chip is not None else None)

    @Slot(object)
    def point_at(self, text: str | None) -> None:
        """At one of the clauses: it is shown alone, until somebody points elsewhere."""
        if text != self._reasons.alone:
            self._show(replace(self._reasons, alone=text))
            self._settling.start()

    @Slot()
    def _follow_view(self) -> None:
        if self._view.path != self._path:
            self._path = self._view.path
            self._show(self._reasons.of_another_sound())
            self._begin_anew()
        self._settling.start()

    @Slot(object, object)
    def _follow_choices(self, new: Settings, old: Settings) -> None:
        if new.heat_map != self._reasons.has_heat:
            self._show(replace(self._reasons, has_heat=new.heat_map))
            if new.heat_map and not self._view.has_spectrogram:
                self.spectrogram_wanted.emit()
            self._settling.start()

    @Slot()
    def _follow_service(self) -> None:
        """Another one, perhaps with another network, knows nothing of what the one before was asked."""
        if self._services.search is not self._asked:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._curved, self._heated, self._has_failed = None, None, False
        self._wait_for(None)
        self._settling.start()

    # --- what is asked ------------------------------------------------------------------------------------------------

    @Slot()
    def _ask(self) -> None:
        """For what is missing of what is to be seen."""
        stretch = self._view.stretch
        is_seen = self._view.isVisible() and bool(self._reasons.clauses)
        if stretch is None or not is_seen or self._has_failed or self._services.search is None:
            return
        if stretch.length_s > FINE_S:
            self._drop_heat()
        around = _around(stretch)
        curved = self._curved
        has_curves = curved is not None and curved.holds(stretch) and curved.length_s <= around.length_s
        if (note := self._note(stretch, has_curves)) != self._reasons.note:
            self._show(replace(self._reasons, note=note))
        if not has_curves:
            self._curved, self._heated = around, None
            self._explain(around, with_heat=False)
        elif self._can_have_heat(stretch) and stretch != self._heated and (self._number is None or self._is_for_heat):
            self._heated = stretch
            self._explain(stretch, with_heat=True)

    def _can_have_heat(self, stretch: TimeView) -> bool:
        return self._reasons.wants_heat and self._view.has_spectrogram and stretch.length_s <= FINE_S

    def _drop_heat(self) -> None:
        """What is known of a part would look like all of it."""
        self._heated = None
        self._show(self._reasons.without_heat())

    def _note(self, stretch: TimeView, has_curves: bool) -> str:
        if has_curves and self._number is None and not self._reasons.has_curves:
            return TOO_LONG
        if not (self._reasons.has_heat and self._view.has_spectrogram):
            return ""
        if stretch.length_s > FINE_S:
            return TOO_LONG_FOR_HEAT
        is_answered = stretch == self._heated and self._number is None
        return NO_HEAT if is_answered and not self._reasons.heated else ""

    def _explain(self, stretch: TimeView, *, with_heat: bool) -> None:
        assert self._path is not None
        texts = [clause.text for clause in self._reasons.clauses]
        overall = [clause.text for clause in self._reasons.clauses if clause.is_overall]
        self._asked, self._is_for_heat = self._services.search, with_heat
        number = self._services.explain(
            self._path, texts, stretch.start_s, stretch.end_s, with_heat=with_heat, overall=overall
        )
        self._wait_for(number)

    def _wait_for(self, number: int | None) -> None:
        self._number = number
        self._view.set_explaining(number is not None)

    # --- what is answered ---------------------------------------------------------------------------------------------

    @Slot(object)
    def _take_explained(self, answer: Explained) -> None:
        if answer.number != self._number:
            return
        self._wait_for(None)
        learn = with_heat if self._is_for_heat else with_relevance
        self._show(replace(self._reasons, clauses=learn(self._reasons.clauses, answer.explanation)))
        self._ask()

    @Slot(object)
    def _take_failure(self, failure: Failure) -> None:
        if failure.number is not None and failure.number == self._number:
            self._has_failed = True
            self._wait_for(None)
            self.failed.emit(failure.sentence)

    def _show(self, reasons: Reasons) -> None:
        self._reasons = reasons
        self._view.set_reasons(reasons)


def _around(stretch: TimeView) -> TimeView:
    """More than is on show, so that one can look around; no more than can be shown finely, if that is little."""
    if stretch.length_s > LONG_S:
        return TimeView.whole(stretch.duration_s)
    return stretch.widened(FINE_S if stretch.length_s <= FINE_S else LONG_S)
