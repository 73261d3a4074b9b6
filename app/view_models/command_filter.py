"""Which commands a few typed letters mean, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LETTER = 1
_IN_A_ROW = 4  # the letter before it was typed too
_WORD_START = 8
_TEXT_ALONE = 3  # the command's own text holds all that was typed, without its section


@dataclass(frozen=True)
class Entry:
    """One command as a person may look for it."""

    id: str
    section: str
    text: str


def filtered(entries: Iterable[Entry], typed: str, recent: Sequence[str] = ()) -> list[Entry]:
    """The entries that hold the typed letters in their order, best first; of equals the recently used, the latest of
    them first, then the order in which they came.

    recent : ids, the latest first
    """
    ages = {id: age for age, id in enumerate(recent)}
    found = [(score, entry) for entry in entries if (score := _entry_score(entry, typed)) is not None]
    found.sort(key=lambda scored: (-scored[0], ages.get(scored[1].id, len(ages))))
    return [entry for _, entry in found]


def _entry_score(entry: Entry, typed: str) -> int | None:
    alone = subsequence_score(typed, entry.text)
    together = subsequence_score(typed, f"{entry.section} {entry.text}")
    if alone is None or together is None:
        return together
    return max(alone + _TEXT_ALONE, together)


def subsequence_score(typed: str, text: str) -> int | None:
    """How well a text holds the typed letters in their order, each one wherever it counts most: at the start of a word,
    or next to the one before. Case and spaces do not matter. None if it does not hold them.
    """
    letters = "".join(typed.casefold().split())
    folded = text.casefold()
    # best[position]: the best score of the letters so far with the last of them at this position
    best: list[int | None] | None = None
    for letter in letters:
        best = _with_letter(best, letter, folded)
    if best is None:
        return 0
    return max((score for score in best if score is not None), default=None)


def _with_letter(best: list[int | None] | None, letter: str, text: str) -> list[int | None]:
    scores: list[int | None] = []
    reached: int | None = 0 if best is None else None  # the best that ends anywhere before this position
    for position, character in enumerate(text):
        adjacent = best[position - 1] if best is not None and position > 0 else None
        if adjacent is not None:
            reached = max(adjacent, reached) if reached is not None else adjacent
        if character != letter or reached is None:
            scores.append(None)
            continue
        before = max(reached, adjacent + _IN_A_ROW) if adjacent is not None else reached
        starts_word = position == 0 or not text[position - 1].isalnum()
        scores.append(before + _LETTER + (_WORD_START if starts_word else 0))
    return scores
