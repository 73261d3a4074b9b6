"""Where the search has been: questions one can go back to, as in a browser."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from app.view_models.strictness import CHOICES
from engine.library_rows import Scope
from engine.query import clean
from engine.question import Example, Question

MAX_QUESTIONS = 200
MOST_AMONG = 2000  # files that a question may be asked of by number
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

    def forget(self, example: Path) -> None:
        """Questions asked by an example that is there no more cannot be asked again."""
        kept = [(at, each) for at, each in enumerate(self._questions) if example not in {e.path for e in each.examples}]
        self._present = sum(at <= self._present for at, _ in kept) - 1
        self._questions = [each for _, each in kept]

    def to_json(self) -> str:
        return json.dumps([_to_dict(question) for question in self._questions])

    @classmethod
    def from_json(cls, text: str) -> QueryHistory:
        """What `to_json` gave; whatever else there is in it is left out."""
        try:
            stored = json.loads(text)
        except ValueError:
            stored = None
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
        "says": list(scope.says),
        "strictness": question.strictness,
        "examples": _example_lists(question.examples),
        "liked": _example_lists(question.liked),
        "disliked": _example_lists(question.disliked),
    }
    told = {name: value for name, value in stored.items() if value not in (None, [])}
    return told if scope.among is None else {**told, "among": list(scope.among)}


def _from_dict(stored: object) -> Question | None:
    if not isinstance(stored, dict):
        return None
    try:
        scope = Scope(
            root_ids=tuple(map(_id, stored.get("roots", ()))),
            folder=_path(stored.get("folder")),
            collection_id=_optional_id(stored.get("collection")),
            tags=tuple(str(tag) for tag in stored.get("tags", ())),
            min_stars=_optional_id(stored.get("stars")),
            says=tuple(str(words) for words in stored.get("says", ())),
            among=_among(stored.get("among")),
        )
        return Question(
            str(stored["text"]),
            scope,
            _examples(stored.get("examples", ())),
            _examples(stored.get("liked", ())),
            _examples(stored.get("disliked", ())),
            CHOICES[CHOICES.index(stored.get("strictness", "normal"))],
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _example_lists(examples: Iterable[Example]) -> list[list[Any]]:
    return [[_path_text(each.path), each.start_s, each.end_s] for each in examples]


def _examples(stored: Any) -> tuple[Example, ...]:
    return tuple(map(_example, stored))


def _example(stored: Any) -> Example:
    path, start_s, end_s = stored
    found = Example(_known_path(path), float(start_s), None if end_s is None else float(end_s))
    if not 0 <= found.start_s < (math.inf if found.end_s is None else found.end_s):
        raise ValueError(f"not a part of a sound: {stored}")
    return found


def _among(stored: Any) -> tuple[int, ...] | None:
    if stored is not None and len(stored) > MOST_AMONG:
        raise ValueError("more files than are ever listed")
    return None if stored is None else tuple(map(_id, stored))


def _id(stored: Any) -> int:
    """As SQLite can hold it."""
    if not -(2**63) <= (number := int(stored)) < 2**63:
        raise ValueError(f"no number of anything: {number}")
    return number


def _optional_id(stored: Any) -> int | None:
    return None if stored is None else _id(stored)


def _path(stored: Any) -> Path | None:
    return None if stored is None else _known_path(stored)


def _known_path(stored: Any) -> Path:
    path = Path(stored)
    if "\0" in os.fspath(path):
        raise ValueError("no path of any file")
    return path


def _path_text(path: Path | None) -> str | None:
    """With undecodable bytes as half surrogates, which JSON escapes and gives back."""
    return None if path is None else os.fspath(path)
