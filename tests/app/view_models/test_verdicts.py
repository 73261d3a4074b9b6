from __future__ import annotations

from pathlib import Path

from app.view_models.verdicts import Verdicts, refines
from engine.question import Example, Question

DOG, CAR, RAIN = Path("/dog.wav"), Path("/car.wav"), Path("/rain.wav")


def test_a_file_was_liked_disliked_or_neither_whatever_its_moment() -> None:
    verdicts = Verdicts.of(Question("a dog", liked=(Example(DOG, 1.0, 2.0),), disliked=(Example(CAR),)))
    assert [verdicts.on(path) for path in (DOG, CAR, RAIN)] == ["liked", "disliked", None]


def test_what_was_liked_of_another_question_is_forgotten() -> None:
    assert Verdicts.of(Question("a car")) == Verdicts()


def test_a_question_is_refined_by_what_is_said_of_its_answers_and_by_strictness() -> None:
    dog = Question("a dog")
    assert refines(Question("a dog", liked=(Example(DOG),), strictness="strict"), dog)
    assert refines(dog, Question("a dog", disliked=(Example(CAR),)))
    assert not refines(Question("a car"), dog)
    assert not refines(Question("a dog", examples=(Example(DOG),)), dog)
    assert not refines(Question(), Question())
