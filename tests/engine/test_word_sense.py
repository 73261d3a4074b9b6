"""Whether a word joins two sounds or belongs to one."""

from __future__ import annotations

import pytest

from engine.connectives import Mark
from engine.word_sense import Place, acts_alone, count_of_subject, goes_on_without, is_phrase, joins, separates


def at(sentence: str, phrase: str) -> Place:
    before, after = sentence.split(f"[{phrase}]")
    return Place(phrase, before.split(), after.split(",")[0].split(), first=False)


@pytest.mark.parametrize(
    ("mark", "phrase", "sentence"),
    [
        ("while", "as", "people talk [as] a train passes"),
        ("while", "as", "a bell rings [as] a xylophone tinkles"),
        ("while", "with", "forest [with] birds singing"),
        ("while", "with", "speech [with] a tv in the background"),
        ("while", "over", "speech [over] loud music"),
        ("while", "during", "a cough [during] a concert"),
        ("and", "and", "a dog barks [and] a cat meows"),
        ("not", "no", "rain [no] thunder"),
        ("then", "then", "a dog barks [then] a cat meows"),
    ],
)
def test_it_joins(mark: Mark, phrase: str, sentence: str) -> None:
    assert joins(mark, at(sentence, phrase))


@pytest.mark.parametrize(
    ("mark", "phrase", "sentence"),
    [
        ("while", "as", "as loud [as] a train passing"),
        ("while", "as", "dressed [as] a clown"),
        ("while", "with", "walking [with] heavy walking boots"),
        ("while", "over", "a plane flies [over] a house"),
        ("while", "during", "birds [during] the day"),
        ("and", "and", "an old [and] rusty door"),
        ("and", "and", "louder [and] louder"),
        ("and", "and", "a dog barks [and] growls"),
        ("and", "and", "a man [and] a woman talk"),
        ("and", "and", "a dialogue between a man [and] a robot"),
        ("not", "no", "a man says [no] to her"),
        ("then", "then", "a dog [then]"),
    ],
)
def test_it_belongs_to_one_sound(mark: Mark, phrase: str, sentence: str) -> None:
    assert not joins(mark, at(sentence, phrase))


@pytest.mark.parametrize(
    ("sentence", "two_sounds"),
    [
        ("a dog [,] a cat", True),
        ("a loud [,] metallic bang", False),
        ("a long [,] shimmering wash", False),
        ("kick [,] short", False),
        ("a dog barks [,] growling", True),
    ],
)
def test_commas_part_sounds_or_qualities(sentence: str, two_sounds: bool) -> None:
    assert separates(at(sentence, ",")) is two_sounds


@pytest.mark.parametrize(
    ("after", "goes_on"),
    [("music", True), ("traffic noise", True), ("a dog", False), ("birds singing", False), ("", False)],
)
def test_what_goes_on_after_without(after: str, goes_on: bool) -> None:
    assert goes_on_without(after.split()) is goes_on


@pytest.mark.parametrize(
    ("words", "alone"), [("growls", True), ("running away", True), ("whistling kettle", False), ("a dog barks", False)]
)
def test_somebody_is_missing(words: str, alone: bool) -> None:
    assert acts_alone(words.split()) is alone


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("a dog barks", "a dog"),
        ("a barking dog runs", "a barking dog"),
        ("washing machine running", "washing machine"),
        ("people talk", "people"),
        ("a xylophone tinkles", "a xylophone"),
        ("heavy rain falls", "heavy rain"),
        ("footsteps", ""),
        ("", ""),
    ],
)
def test_who_acts(words: str, subject: str) -> None:
    assert " ".join(words.split()[: count_of_subject(words.split())]) == subject


def test_by_then_is_a_phrase_only_where_nobody_passes_by() -> None:
    assert is_phrase(at("crickets [by then] barely audible", "by then"))
    assert not is_phrase(at("a car passes [by then] a dog barks", "by then"))
    assert is_phrase(at("a car passes [back then] a dog barks", "back then"))
