from __future__ import annotations

import pytest

from engine.comparatives import relative_filters
from engine.query import ParsedQuery, parse


def read(sentence: str, duration_s: float | None = 1.5) -> tuple[list[str], list[str], list[str]]:
    """What should be heard, what must not be, and the filters."""
    query = relative_filters(parse(sentence), duration_s)
    return (
        [clause.text for clause in query.heard],
        [clause.text for clause in query.unheard],
        [str(condition) for condition in query.filters],
    )


@pytest.mark.parametrize(
    ("sentence", "condition"),
    [
        ("longer", "duration:>1.5s"),
        ("but longer", "duration:>1.5s"),
        ("Longer than this", "duration:>1.5s"),
        ("like this but longer", "duration:>1.5s"),
        ("like this one, a little longer", "duration:1.5s..2.25s"),
        ("a bit shorter", "duration:1s..1.5s"),
        ("similar, but shorter", "duration:<1.5s"),
        ("shorter than that sound", "duration:<1.5s"),
        ("sounds like this but much shorter", "duration:<0.75s"),
        ("the same but far longer", "duration:>3s"),
        ("similar but not longer", "-duration:>1.5s"),
    ],
)
def test_compared_lengths_become_filters(sentence: str, condition: str) -> None:
    assert read(sentence) == ([], [], [condition])


@pytest.mark.parametrize(
    ("sentence", "heard", "unheard", "filters"),
    [
        ("like this, but longer, without voices", [], ["voices"], ["duration:>1.5s"]),
        ("like that, longer, with rain", ["rain"], [], ["duration:>1.5s"]),
        ("rain then bell, but shorter", ["rain", "bell"], [], ["duration:<1.5s"]),
        ("longer, format:wav", [], [], ["format:wav", "duration:>1.5s"]),
        ("like this", [], [], []),
        ("more like this", [], [], []),
        ("like this and a dog barking", ["a dog barking"], [], []),
        ("but a dog", ["a dog"], [], []),
    ],
)
def test_the_rest_is_asked_for_as_ever(sentence: str, heard: list[str], unheard: list[str], filters: list[str]) -> None:
    assert read(sentence) == (heard, unheard, filters)


@pytest.mark.parametrize(
    "sentence", ["longer rain", "this old man", "similar sounds", "louder", "like thisone", "a dog like this"]
)
def test_words_that_name_a_sound_stay(sentence: str) -> None:
    assert read(sentence) == ([sentence], [], [])


def test_order_stays_as_it_was_asked_for() -> None:
    query = relative_filters(parse("longer, rain then bell while wind"), 1.0)
    assert [(clause.text, clause.group, clause.together) for clause in query.clauses] == [
        ("rain", 0, False),
        ("bell", 1, False),
        ("wind", 1, True),
    ]
    assert query.text == "rain then bell while wind"


def test_without_a_length_nothing_is_compared() -> None:
    assert read("like this, but longer, rain", None) == (["rain"], [], [])


def test_lengths_are_written_in_milliseconds_and_never_nothing() -> None:
    assert read("longer", 1 / 3)[2] == ["duration:>0.333s"]
    assert read("shorter", 0.0001)[2] == ["duration:<0.001s"]
    assert read("longer", 36000.0)[2] == ["duration:>36000s"]


def test_nothing_said_is_nothing_asked() -> None:
    assert relative_filters(ParsedQuery(()), 1.0) == ParsedQuery(())
