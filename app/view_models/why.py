"""Why a file was found, in plain words."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from app.view_models import order_texts
from app.view_models.clause_spans import FAINTLY, colours_of
from app.view_models.wording import moment
from engine.hits import ClauseMatch, Hit
from engine.library_rows import FileRow
from engine.text_index import searchable

CLEARLY, PROBABLY = 0.75, 0.5  # scores
ELSEWHERE = "In what is written about it"


@dataclass(frozen=True)
class Heard:
    """A clause, and where it was heard best.

    colour : see `ClauseSpan`; None for what should not be heard
    strength : 0..1
    """

    colour: int | None
    text: str
    start_s: float
    end_s: float
    moment: str
    strength: float
    how: str


@dataclass(frozen=True)
class Why:
    """What was heard, what should not be heard, and sentences: of the order, of places where words of the query stand
    written, of chance.
    """

    heard: tuple[Heard, ...]
    said: tuple[str, ...]


def why(hit: Hit, row: FileRow) -> Why:
    heard = tuple(map(_heard, colours_of(hit.clauses), hit.clauses))
    written = _said(hit.words, row)
    wanted = [clause for clause in hit.clauses if not clause.negated]
    if written and wanted and all(clause.score < FAINTLY for clause in wanted):
        unwanted = tuple(each for each in heard if each.colour is None)
        return Why(unwanted, (*written, "It was not heard: only what is written says so."))
    order = order_texts.sentence(hit.order_margin, len(wanted))
    chance = "This may be chance." if hit.weak else ""
    return Why(heard, tuple(filter(None, (order, *written, chance))))


def _heard(colour: int | None, clause: ClauseMatch) -> Heard:
    return Heard(
        colour=colour,
        text=clause.text,
        start_s=clause.start_s,
        end_s=clause.end_s,
        moment=moment(clause.start_s, clause.end_s),
        strength=min(max(clause.score, 0.0), 1.0),
        how=_how(clause.score) if not clause.negated or clause.score >= FAINTLY else "not heard",
    )


def _how(score: float) -> str:
    if score >= CLEARLY:
        return "clearly heard"
    if score >= PROBABLY:
        return "probably heard"
    return "faintly heard" if score >= FAINTLY else "hardly heard"


def _said(words: tuple[str, ...], row: FileRow) -> tuple[str, ...]:
    """For each place the words that stand there; every word once, where a person would look first."""
    places = {
        "In its name": _spoken(row.name),
        "In its tags": _spoken(" ".join(row.tags)),
        "In its folder": _spoken(row.folder),
    }
    found: dict[str, list[str]] = {}
    for word in words:
        asked = _plain(word)
        place = next((name for name, spoken in places.items() if any(one.startswith(asked) for one in spoken)), None)
        found.setdefault(place or ELSEWHERE, []).append(word)
    order = [*places, ELSEWHERE]
    return tuple(f"{place}: {', '.join(found[place])}" for place in order if place in found)


def _spoken(text: str) -> list[str]:
    return [_plain(word) for word in searchable(text).split()]


def _plain(text: str) -> str:
    """As keywords are compared: no capitals, no accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
