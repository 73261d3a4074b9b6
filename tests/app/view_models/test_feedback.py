"""Answers that were liked or disliked."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.view_models.feedback import disliked, liked, worded
from engine.question import Example, Question

BELL, SIREN = Example(Path("/s/bell.wav"), 0.5, 1.0), Example(Path("/s/siren.wav"))


def test_likes_and_dislikes_gather() -> None:
    question = disliked(liked(liked(Question("dog"), BELL), SIREN), Example(Path("/s/car.wav")))
    assert question == Question("dog", liked=(BELL, SIREN), disliked=(Example(Path("/s/car.wav")),))


def test_the_same_a_second_time_takes_it_back_wherever_it_was_heard_then() -> None:
    elsewhere = Example(BELL.path, 3.0, 4.0)
    assert liked(liked(Question("dog"), BELL), elsewhere) == Question("dog")
    assert disliked(disliked(Question("dog"), BELL), elsewhere) == Question("dog")


def test_nobody_likes_what_they_dislike() -> None:
    assert liked(disliked(Question("dog"), BELL), BELL) == Question("dog", liked=(BELL,))
    assert disliked(liked(Question("dog"), BELL), BELL) == Question("dog", disliked=(BELL,))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("dog", "dog barks"),
        ("dog barks", "dog b"),
        ("dog", "do"),
        ("Church bell", "a church bell rings"),
        ("dog then car", "car then dog"),
    ],
)
def test_a_sentence_that_goes_on_keeps_them(before: str, after: str) -> None:
    question = Question(before, liked=(BELL,), disliked=(SIREN,))
    assert worded(question, after) == Question(after, liked=(BELL,), disliked=(SIREN,))


@pytest.mark.parametrize("after", ["", "  ", "rain", "a car passes"])
def test_another_sentence_does_not(after: str) -> None:
    assert worded(Question("a dog barks", liked=(BELL,), disliked=(SIREN,)), after) == Question(after)


def test_beside_an_example_they_stay() -> None:
    question = Question("dog", examples=(SIREN,), liked=(BELL,))
    assert worded(question, "longer") == Question("longer", examples=(SIREN,), liked=(BELL,))
