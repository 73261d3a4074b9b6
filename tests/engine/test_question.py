from __future__ import annotations

from pathlib import Path

from engine.library_rows import EVERYTHING, Scope
from engine.question import Example, Question


def test_where_nothing_is_listened_for_the_library_is_browsed():
    assert Question().is_browsing
    assert Question("  ", Scope(tags=("loud",))).is_browsing
    assert Question('format:wav "take 12"').is_browsing
    assert not Question("dog").is_browsing
    assert not Question("without rain").is_browsing
    assert not Question(examples=(Example(Path("dog.wav")),)).is_browsing


def test_filters_and_quoted_words_narrow_the_part_that_is_looked_at():
    assert Question("dog").part == EVERYTHING
    part = Question('dog "take 12" format:wav', Scope(tags=("loud",), says=("reel",))).part
    assert part.tags == ("loud",)
    assert part.says == ("reel", "take 12")
    assert [str(condition) for condition in part.filters] == ["format:wav"]


def test_words_are_those_of_what_should_be_heard():
    assert Question("dog then car without rain").words == "dog car"
    assert Question().words == ""
