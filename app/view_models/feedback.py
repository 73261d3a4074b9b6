"""Answers that a person liked or disliked, which refine the question they answered."""

from __future__ import annotations

from dataclasses import replace

from engine.query import clean
from engine.question import Example, Question


def liked(question: Question, example: Example) -> Question:
    """More like this, and no longer less like it; a file that is liked already is liked no more."""
    others = _besides(question.liked, example)
    if len(others) < len(question.liked):
        return replace(question, liked=others)
    return replace(question, liked=(*others, example), disliked=_besides(question.disliked, example))


def disliked(question: Question, example: Example) -> Question:
    """Less like this, and no longer more like it; a file that is disliked already is disliked no more."""
    others = _besides(question.disliked, example)
    if len(others) < len(question.disliked):
        return replace(question, disliked=others)
    return replace(question, disliked=(*others, example), liked=_besides(question.liked, example))


def worded(question: Question, text: str) -> Question:
    """The question with another sentence, as one types it. What was liked goes on to refine it only where the sentence
    goes on too, or where an example does.
    """
    other = replace(question, text=text)
    if question.examples or _goes_on(question.text, text):
        return other
    return replace(other, liked=(), disliked=())


def _besides(examples: tuple[Example, ...], example: Example) -> tuple[Example, ...]:
    """All but those of the same file: of a file that was found again another moment may match best."""
    return tuple(each for each in examples if each.path != example.path)


def _goes_on(before: str, after: str) -> bool:
    """Whether one sentence is the beginning of the other, or most words of the shorter one are in both."""
    one, other = clean(before).casefold(), clean(after).casefold()
    if not one or not other:
        return False
    shorter, longer = sorted((one.split(), other.split()), key=len)
    in_common = sum(word in longer for word in shorter)
    return one.startswith(other) or other.startswith(one) or 2 * in_common > len(shorter)
