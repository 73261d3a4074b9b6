"""What a search found: plain values that may cross from one process to another, without what it takes to find them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WEAK_SCORE = 0.5  # below it the evidence is nearer to that of any sound than to that of a find


@dataclass(frozen=True)
class ClauseMatch:
    """Where a clause was heard best; `score` in 0..1 is for what was heard alone, whatever the file's words say."""

    text: str
    start_s: float
    end_s: float
    score: float


@dataclass(frozen=True)
class Hit:
    """One ranked file; `score` in 0..1 can be compared between files and, roughly, between queries.

    `words` are those words of the query that the file's name, folder, tags or metadata say.
    """

    file_id: int
    path: Path
    score: float
    start_s: float
    end_s: float
    clauses: tuple[ClauseMatch, ...]
    words: tuple[str, ...]
    duration_s: float
