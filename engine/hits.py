"""What a search found: plain values that may cross from one process to another, without what it takes to find them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Strictness = Literal["loose", "normal", "strict"]


@dataclass(frozen=True)
class ClauseMatch:
    """Where a clause was heard best; `score` in 0..1 is for what was heard alone, whatever the file's words say.

    negated : the clause should not be heard, and this is where it was heard most
    """

    text: str
    start_s: float
    end_s: float
    score: float
    negated: bool = False


@dataclass(frozen=True)
class Hit:
    """One ranked file; `score` in 0..1 can be compared between files and, roughly, between queries.

    words : those words of the query that the file's name, folder, tags or metadata say
    order_margin : by how many deviations the order that was asked for is better heard than the best other order; None
        where none was asked for, or where not all sounds are heard, so that none can be told
    weak : it may be here by chance; see `engine.cut`
    """

    file_id: int
    path: Path
    score: float
    start_s: float
    end_s: float
    clauses: tuple[ClauseMatch, ...]
    words: tuple[str, ...]
    duration_s: float
    order_margin: float | None = None
    weak: bool = False


@dataclass(frozen=True)
class Answer:
    """Hits, the best first. `hits[:cut]` are good matches, the others weak ones; `reason` says so in a sentence.

    least_score : of a good match; what scores less may be here by chance
    """

    hits: tuple[Hit, ...]
    cut: int
    reason: str
    least_score: float = 0.5


NOTHING = Answer((), 0, "Nothing was found.")
