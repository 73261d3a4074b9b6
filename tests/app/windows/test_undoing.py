from __future__ import annotations

from collections.abc import Hashable

from app.windows.undoing import MOST_STEPS, Step, UndoStack


def step(sentence: str, field: Hashable = None) -> Step:
    return Step(sentence, (1,), lambda library: None, field)


def test_the_last_is_taken_back_first() -> None:
    steps = UndoStack()
    steps.add(step("one"))
    steps.add(step("two"))
    taken = [steps.pop(), steps.pop(), steps.pop()]
    assert [each.sentence if each else None for each in taken] == ["two", "one", None]


def test_words_are_taken_back_as_a_whole() -> None:
    """They are stored with each pause; the first way back is the one to what was there before."""
    steps = UndoStack()
    first = step("note", ("note", 1))
    for each in (first, step("note", ("note", 1)), step("note", ("note", 2)), step("tag")):
        steps.add(each)
    assert len(steps) == 3
    steps.pop()
    steps.pop()
    assert steps.pop() is first


def test_what_is_long_ago_is_forgotten() -> None:
    steps = UndoStack()
    for number in range(MOST_STEPS + 1):
        steps.add(step(str(number)))
    assert len(steps) == MOST_STEPS
