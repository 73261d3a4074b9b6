"""The tables of words."""

from __future__ import annotations

import pytest

from engine.connectives import PHRASES_BY_FIRST_WORD, is_adjective, is_verb_form, may_be_verb


def test_of_phrases_that_begin_alike_the_longest_is_tried_first() -> None:
    for phrases in PHRASES_BY_FIRST_WORD.values():
        lengths = [len(phrase) for phrase, _ in phrases]
        assert lengths == sorted(lengths, reverse=True)


def test_no_phrase_means_two_things() -> None:
    for phrases in PHRASES_BY_FIRST_WORD.values():
        names = [phrase for phrase, _ in phrases]
        assert len(set(names)) == len(names)


def test_phrases_are_lower_case_words() -> None:
    for first, phrases in PHRASES_BY_FIRST_WORD.items():
        for phrase, _ in phrases:
            assert phrase[0] == first
            assert all(word == word.casefold() and word for word in phrase)


@pytest.mark.parametrize("word", ["barks", "passes", "cries", "idling", "humming", "slammed", "is", "glorping"])
def test_forms_of_verbs(word: str) -> None:
    assert is_verb_form(word)


@pytest.mark.parametrize("word", ["bark", "dog", "building", "string", "footsteps", "rain"])
def test_what_is_none(word: str) -> None:
    assert not is_verb_form(word)


def test_a_base_form_may_be_a_verb_or_a_noun() -> None:
    assert may_be_verb("bark")
    assert not may_be_verb("dog")


@pytest.mark.parametrize(
    ("word", "quality"), [("loud", True), ("thunderous", True), ("rain-like", True), ("dog", False)]
)
def test_adjectives(word: str, quality: bool) -> None:
    assert is_adjective(word) is quality
