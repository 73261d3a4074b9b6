"""Why a sound was found, as a picture of it shows: how clearly each clause is heard when, and at which frequencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.view_models.query_chips import Chip, chips_of
from app.view_models.time_view import TimeView
from engine.explanation import Explanation, HeatMap, Relevance
from engine.question import Question

GOOD = 0.5  # from here on, a clause is heard as clearly as in a good match


@dataclass(frozen=True, eq=False)
class Reason:
    """A sound that was asked for, in the colour of its chip, and what is known of it by now.

    colour : see `ClauseSpan`; None for what should not be heard
    is_overall : what the file is on the whole has a say in its score
    """

    text: str
    colour: int | None
    relevance: Relevance | None = None
    heat_map: HeatMap | None = None
    is_overall: bool = False

    @property
    def unknown(self) -> Reason:
        """The same, without what is known of it."""
        return replace(self, relevance=None, heat_map=None)


@dataclass(frozen=True, eq=False)
class Reasons:
    """The clauses of a question over one sound.

    alone : the text of the only clause that somebody wants to see now; the others step back
    has_heat : whether heat maps are wanted; that of the clause that is seen alone is shown in any case
    note : what to do so that something is known, where it takes a person to do it
    """

    clauses: tuple[Reason, ...] = ()
    alone: str | None = None
    has_heat: bool = False
    note: str = ""

    @property
    def heated(self) -> tuple[Reason, ...]:
        """The clauses the heat maps of which are to be seen."""
        shown = self._alone or (self.clauses if self.has_heat else ())
        return tuple(clause for clause in shown if clause.heat_map is not None)

    @property
    def wants_heat(self) -> bool:
        return self.has_heat or bool(self._alone)

    @property
    def has_curves(self) -> bool:
        return any(clause.relevance is not None for clause in self.clauses)

    @property
    def covers_spectrogram(self) -> bool:
        """Whether heat maps lie over it, or will in a moment."""
        return bool(self.heated) or (self.has_heat and bool(self.clauses))

    def names(self, clauses: tuple[Reason, ...]) -> bool:
        """Whether these are its clauses, whatever is known of them."""
        named, known = (
            [(each.text, each.colour, each.is_overall) for each in some] for some in (clauses, self.clauses)
        )
        return named == known

    def steps_back(self, clause: Reason) -> bool:
        return bool(self._alone) and clause.text != self.alone

    def of_another_sound(self) -> Reasons:
        """Of which nothing is known yet."""
        return replace(self, clauses=tuple(each.unknown for each in self.clauses), note="")

    def without_heat(self) -> Reasons:
        return replace(self, clauses=tuple(replace(each, heat_map=None) for each in self.clauses))

    @property
    def _alone(self) -> tuple[Reason, ...]:
        return tuple(clause for clause in self.clauses if clause.text == self.alone)


def clauses_of(question: Question) -> tuple[Reason, ...]:
    """The sounds that a question names, each once, without anything known of them."""
    sounds = [chip for chip in chips_of(question, {}) if chip.kind in ("clause", "negated", "example")]
    named = [chip for chip in sounds if chip.kind != "example"]
    first = {chip.text: chip for chip in reversed(named)}
    each_once = [first[text] for text in dict.fromkeys(chip.text for chip in named)]
    return tuple(Reason(chip.text, chip.colour, is_overall=_is_overall(chip, sounds)) for chip in each_once)


def _is_overall(chip: Chip, sounds: Sequence[Chip]) -> bool:
    """As `engine.search` scores: of a sound that is asked for alone, and of each that should not be heard."""
    return chip.kind == "negated" or len(sounds) == 1


def with_relevance(clauses: tuple[Reason, ...], explanation: Explanation) -> tuple[Reason, ...]:
    found: Mapping[str, Relevance] = {each.text: each for each in explanation.relevance}
    return tuple(replace(clause, relevance=found.get(clause.text)) for clause in clauses)


def with_heat(clauses: tuple[Reason, ...], explanation: Explanation) -> tuple[Reason, ...]:
    found: Mapping[str, HeatMap] = {each.text: each for each in explanation.heat_maps}
    return tuple(replace(clause, heat_map=found.get(clause.text)) for clause in clauses)


def value_at(relevance: Relevance, moment_s: float) -> float | None:
    """None where nothing is known."""
    step = int((moment_s - relevance.start_s) // relevance.step_s)
    return float(relevance.values[step]) if 0 <= step < len(relevance.values) else None


def values_in(relevance: Relevance, view: TimeView, width_px: int) -> np.ndarray:
    """(width_px,) float32, one for each pixel: of the steps that begin in it the clearest, so that no event is lost; 0
    where nothing is known.
    """
    steps = len(relevance.values)
    edges_s = view.start_s + np.arange(width_px + 1) * (view.length_s / width_px)
    edges = np.floor((edges_s - relevance.start_s) / relevance.step_s + 1e-6).astype(int)
    is_known = (edges[:-1] >= 0) & (edges[:-1] < steps)
    values = np.zeros(width_px, np.float32)
    if is_known.any():
        firsts = edges[:-1][is_known]
        end = min(steps, max(edges[-1], firsts[-1] + 1))
        values[is_known] = np.maximum.reduceat(relevance.values[:end], firsts)
    return values
