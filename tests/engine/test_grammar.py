"""From words to sounds and what joins them."""

from __future__ import annotations

import pytest

from engine.grammar import COMMA, Token, in_time, is_foreign, only_joins, parts_of, spoken
from engine.word_sense import WHOLE


def tokens(sentence: str) -> list[Token]:
    return [Token(",", COMMA) if word == "," else Token.word(word) for word in sentence.split()]


def parts(sentence: str) -> list[tuple[str, str]]:
    return [(part.joiner, part.text) for part in parts_of(tokens(sentence))]


def groups(sentence: str) -> list[list[str]]:
    return [[part.text for part in group] for group in in_time(parts_of(tokens(sentence)))]


def test_parts_in_the_order_in_which_they_are_named() -> None:
    assert parts("a bell after rain while wind blows without voices") == [
        ("and", "a bell"),
        ("after", "rain"),
        ("while", "wind blows"),
        ("not", "voices"),
    ]


def test_a_part_knows_its_place() -> None:
    rain, voices, bell = parts_of(tokens("rain , without voices then a bell"))
    assert (rain.begin, rain.end) == (0, 1)
    assert (voices.begin, voices.end) == (1, 4)
    assert (bell.begin, bell.end) == (4, 7)
    assert voices.negated


@pytest.mark.parametrize(
    ("sentence", "in_order"),
    [
        ("a then b before c", [["a"], ["b"], ["c"]]),
        ("a after b", [["b"], ["a"]]),
        ("a after b then c", [["b"], ["a"], ["c"]]),
        ("a then b after c", [["a"], ["c"], ["b"]]),
        ("bells after dogs after cats and birds", [["cats", "birds"], ["dogs"], ["bells"]]),
        ("after dogs , cats", [["dogs"], ["cats"]]),
        ("before dogs , cats", [["cats"], ["dogs"]]),
        ("dogs , cats and then birds", [["dogs"], ["cats"], ["birds"]]),
        ("dogs , cats and birds", [["dogs", "cats", "birds"]]),
        ("first dogs , cats , finally birds , bells", [["dogs"], ["cats"], ["birds"], ["bells"]]),
        ("no dogs", []),
        ("", []),
    ],
)
def test_in_time(sentence: str, in_order: list[list[str]]) -> None:
    assert groups(sentence) == in_order


def test_what_stood_in_braces_is_left_as_it_is() -> None:
    braced = [Token("it growls , then", WHOLE), *tokens("then it barks")]
    assert [part.text for part in parts_of(braced)] == ["it growls , then", "it barks"]


@pytest.mark.parametrize(
    ("sentence", "text"),
    [("a dog .", "a dog"), (", a , , dog ,", "a, dog"), ("Dr. Who", "Dr. Who"), ("...", "..."), ("", "")],
)
def test_spoken(sentence: str, text: str) -> None:
    assert spoken(tokens(sentence)) == text


@pytest.mark.parametrize(
    ("sentence", "foreign"),
    [
        ("ein Hund und eine Katze", True),
        ("le chien et la pluie", True),
        ("собака лает", True),
        ("a dog on the street", False),
        ("la la la", False),
        ("café noise", False),
        ("a samba in the style of os mutantes", False),
    ],
)
def test_other_languages(sentence: str, foreign: bool) -> None:
    assert is_foreign(tokens(sentence)) is foreign


def test_nothing_but_joining_words() -> None:
    assert only_joins(tokens(", then and"))
    assert not only_joins(tokens("then rain"))
