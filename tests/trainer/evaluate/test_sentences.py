from __future__ import annotations

import pytest

from engine.query import parse
from trainer.evaluate.sentences import CONNECTIVES, OF_THREE, clauses_swapped, names_word, word_swapped


@pytest.mark.parametrize("template", [*CONNECTIVES.values(), *OF_THREE])
def test_every_template_says_the_order_of_its_places(template: str) -> None:
    sounds = ("a dog barking", "a bell", "rain")
    heard = parse(template.format(*sounds)).heard
    assert [clause.text for clause in heard] == list(sounds[: len(heard)])
    assert [clause.group for clause in heard] == list(range(len(heard)))
    assert len(heard) == 2 + (template in OF_THREE)


@pytest.mark.parametrize(
    ("sentence", "swapped"),
    [
        # the example of the fifth paper
        (
            "Two cars drive past before a distant semi truck honks",
            "Two cars drive past after a distant semi truck honks",
        ),
        ("A bell rings after a dog barks", "A bell rings before a dog barks"),
        ("Before and after, beforehand", "after and before, beforehand"),
        ("a dog barks", "a dog barks"),
    ],
)
def test_bat_swaps_the_word(sentence: str, swapped: str) -> None:
    assert word_swapped(sentence, "before", "after") == swapped


@pytest.mark.parametrize(
    ("sentence", "swapped"),
    [
        (
            "Two cars drive past before a distant semi truck honks",
            "a distant semi truck honks before Two cars drive past",
        ),
        ("A dog barks, and then rain falls.", "rain falls, and then A dog barks"),
        ("A dog followed by a bell then rain", "a bell then rain followed by A dog"),
        ("Then a dog barks", "Then a dog barks"),
        ("A dog barks, then", "A dog barks, then"),
        ("a dog barks", "a dog barks"),
    ],
)
def test_pte_swaps_the_clauses(sentence: str, swapped: str) -> None:
    assert clauses_swapped(sentence) == swapped


def test_a_word_is_a_word_of_its_own() -> None:
    assert names_word("A man talks as rain falls", "as")
    assert not names_word("A man laughs at last", "as")
