"""Where the search has been: questions one can go back to, as in a browser."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from engine.library_rows import Scope
from engine.query import clean
from engine.question import Example, Question

MAX_QUESTIONS = 200
REFINING_S = 3.0  # typing on within this time is still the same question


class QueryHistory:
    """Visited questions, one of which is the present one; before the first visit there is none."""

    def __init__(self, questions: Iterable[Question] = ()) -> None:
        self._questions: list[Question] = []
        for question in questions:
            self._append(question)
        self._present = len(self._questions) - 1
        self._visited_s = -math.inf

    @property
    def present(self) -> Question | None:
        return self._questions[self._present] if self._questions else None

    @property
    def can_go_back(self) -> bool:
        return self._present > 0

    @property
    def can_go_forward(self) -> bool:
        return self._present < len(self._questions) - 1

    def visit(self, question: Question, at_s: float) -> None:
        """A question was asked. What could be gone forward to is forgotten; a question that was still being typed is
        replaced.

        at_s : on a clock that only runs forward
        """
        if self.present is None or not _same(question, self.present):
            del self._questions[self._present + 1 :]
            if self.present is not None and at_s - self._visited_s < REFINING_S and _refines(question, self.present):
                self._questions.pop()
            self._append(question)
            self._present = len(self._questions) - 1
        self._visited_s = at_s

    def back(self) -> Question | None:
        """The question before, which is the present one from now on; None at the beginning."""
        return self._go(-1) if self.can_go_back else None

    def forward(self) -> Question | None:
        return self._go(+1) if self.can_go_forward else None

    def recent_texts(self, most: int) -> list[str]:
        """What was asked in words, the latest first, nothing twice."""
        texts = dict.fromkeys(clean(question.text) for question in reversed(self._questions))
        return [text for text in texts if text][:most]

    def to_list(self) -> list[dict[str, Any]]:
        """As JSON can hold it."""
        return [_to_dict(question) for question in self._questions]

    @classmethod
    def from_list(cls, stored: object) -> QueryHistory:
        """What `to_list` gave; whatever else there is in the list is left out."""
        read = [_from_dict(each) for each in stored] if isinstance(stored, list) else []
        return cls(question for question in read if question is not None)

    def _append(self, question: Question) -> None:
        if not self._questions or not _same(question, self._questions[-1]):
            self._questions.append(question)
        del self._questions[:-MAX_QUESTIONS]

    def _go(self, step: int) -> Question:
        self._present += step
        self._visited_s = -math.inf  # what one came back to is not being typed
        return self._questions[self._present]


def _same(one: Question, other: Question) -> bool:
    return replace(one, text=clean(one.text)) == replace(other, text=clean(other.text))


def _refines(question: Question, earlier: Question) -> bool:
    """Whether it goes on where the earlier one was: same place, and at least half of the shorter text in common."""
    if replace(question, text="") != replace(earlier, text=""):
        return False
    one, other = question.text.casefold(), earlier.text.casefold()
    in_common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return 2 * in_common >= min(len(one), len(other))


# --- as JSON ----------------------------------------------------------------------------------------------------------


def _to_dict(question: Question) -> dict[str, Any]:
    scope = question.scope
    stored: dict[str, Any] = {
        "text": question.text,
        "roots": list(scope.root_ids),
        "folder": _path_text(scope.folder),
        "collection": scope.collection_id,
        "tags": list(scope.tags),
        "stars": scope.min_stars,
        "examples": [[_path_text(each.path), each.start_s, each.end_s] for each in question.examples],
    }
    return {name: value for name, value in stored.items() if value not in (None, [])}


def _from_dict(stored: object) -> Question | None:
    if not isinstance(stored, dict):
        return None
    try:
        scope = Scope(
            root_ids=tuple(int(id) for id in stored.get("roots", ())),
            folder=_path(stored.get("folder")),
            collection_id=_int(stored.get("collection")),
            tags=tuple(str(tag) for tag in stored.get("tags", ())),
            min_stars=_int(stored.get("stars")),
        )
        return Question(str(stored["text"]), scope, tuple(map(_example, stored.get("examples", ()))))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _example(stored: Any) -> Example:
    path, start_s, end_s = stored
    return Example(Path(path), float(start_s), None if end_s is None else float(end_s))


def _path(stored: Any) -> Path | None:
    return None if stored is None else Path(stored)


def _int(stored: Any) -> int | None:
    return None if stored is None else int(stored)


def _path_text(path: Path | None) -> str | None:
    """With undecodable bytes as half surrogates, which JSON escapes and gives back."""
    return None if path is None else os.fspath(path)
