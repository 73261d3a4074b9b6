"""Which files a person liked or disliked as answers to the question that is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine.question import Question

Verdict = Literal["liked", "disliked"]


@dataclass(frozen=True)
class Verdicts:
    liked: frozenset[Path] = frozenset()
    disliked: frozenset[Path] = frozenset()

    @classmethod
    def of(cls, question: Question) -> Verdicts:
        return cls(
            frozenset(example.path for example in question.liked),
            frozenset(example.path for example in question.disliked),
        )

    def on(self, path: Path) -> Verdict | None:
        if path in self.liked:
            return "liked"
        return "disliked" if path in self.disliked else None


def refines(question: Question, earlier: Question) -> bool:
    """Whether the same was asked before, when other answers were liked or disliked, or weaker ones were good enough."""
    return not question.is_browsing and _unrefined(question) == _unrefined(earlier)


def _unrefined(question: Question) -> Question:
    return replace(question, liked=(), disliked=(), strictness="normal")
