"""Back and forward through what was asked."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from app.view_models.history import MAX_QUESTIONS, MOST_AMONG, REFINING_S, QueryHistory
from engine.library_rows import Scope
from engine.question import Example, Question

DOG, CAT, RAIN = Question("dog barking"), Question("cat"), Question("rain")
LATER_S = REFINING_S + 1


def visited(*questions: Question) -> QueryHistory:
    """With enough time between them."""
    history = QueryHistory()
    for number, question in enumerate(questions):
        history.visit(question, number * LATER_S)
    return history


def test_at_first_there_is_nowhere_to_go() -> None:
    history = QueryHistory()
    assert history.present is None
    assert not history.can_go_back
    assert not history.can_go_forward
    assert history.back() is None
    assert history.forward() is None


def test_back_and_forward() -> None:
    history = visited(DOG, CAT, RAIN)
    assert history.back() == CAT
    assert history.back() == DOG
    assert not history.can_go_back
    assert history.back() is None
    assert history.forward() == CAT
    assert history.forward() == RAIN
    assert not history.can_go_forward


def test_asking_anew_forgets_what_one_could_go_forward_to() -> None:
    history = visited(DOG, CAT)
    history.back()
    history.visit(RAIN, 100.0)
    assert not history.can_go_forward
    assert history.back() == DOG


def test_asking_the_same_again_adds_nothing_and_forgets_nothing() -> None:
    history = visited(DOG, CAT)
    history.back()
    history.visit(Question("dog  barking "), 100.0)
    assert history.forward() == CAT


def test_typing_on_replaces_what_was_being_typed() -> None:
    history = visited(CAT)
    for number, text in enumerate(["d", "dog", "dog brk", "dog bark", "dog barking"]):
        history.visit(Question(text), 50.0 + number)
    assert history.back() == CAT
    assert history.forward() == DOG


def test_a_question_that_has_settled_stays() -> None:
    history = visited(DOG)
    history.visit(Question("dog barking loudly"), REFINING_S)
    assert history.back() == DOG


def test_deleting_what_has_settled_to_type_something_else_leaves_one_question() -> None:
    history = visited(DOG)
    for number, text in enumerate(["dog b", "d", "", "c", "cat"]):
        history.visit(Question(text), 100.0 + number)
    assert history.back() == DOG
    assert history.forward() == CAT


def test_something_else_does_not_replace_however_quick_it_comes() -> None:
    history = QueryHistory()
    history.visit(DOG, 0.0)
    history.visit(RAIN, 0.1)
    assert history.back() == DOG


def test_the_same_words_somewhere_else_are_another_question() -> None:
    history = QueryHistory()
    history.visit(DOG, 0.0)
    history.visit(Question(DOG.text, Scope(root_ids=(1,))), 0.1)
    assert history.back() == DOG


def test_what_one_came_back_to_is_not_replaced() -> None:
    history = visited(DOG, CAT)
    history.visit(Question("cat meows"), 100.0)
    history.back()
    history.visit(Question("cat purrs"), 100.1)
    assert history.back() == CAT


def test_typing_back_to_the_question_before_leaves_it_there_once() -> None:
    history = visited(RAIN, CAT)
    history.visit(Question("ca"), 100.0)
    history.visit(CAT, 100.5)
    assert history.present == CAT
    assert history.back() == RAIN


def test_only_so_many_are_kept() -> None:
    history = visited(*(Question(f"{number} sounds") for number in range(MAX_QUESTIONS + 10)))
    assert len(json.loads(history.to_json())) == MAX_QUESTIONS
    assert history.present == Question(f"{MAX_QUESTIONS + 9} sounds")
    while history.can_go_back:
        history.back()
    assert history.present == Question("10 sounds")


def test_recent_texts_come_latest_first_and_once() -> None:
    history = visited(DOG, CAT, Question(" dog  barking"), Question("", Scope(min_stars=3)))
    assert history.recent_texts(10) == ["dog barking", "cat"]
    assert history.recent_texts(1) == ["dog barking"]


def test_it_survives_being_stored_as_json() -> None:
    questions = [
        DOG,
        Question("犬", Scope((1, 2), Path("/sounds/\udcff"), 7, ("rain", "a & b"), 3)),
        Question(examples=(Example(Path("/a.wav"), 1.5, None),)),
        Question("like this", examples=(Example(Path("/a.wav"), 1.5, 2.0),)),
        Question("dog", liked=(Example(Path("/a.wav"), 1.5, 2.0),), disliked=(Example(Path("/b.wav")),)),
        Question("dog", Scope(says=("take 12",), among=(3, 1)), strictness="strict"),
        Question("dog", Scope(among=())),
    ]
    history = QueryHistory.from_json(visited(*questions).to_json())
    assert history.present == questions[-1]
    assert [history.back() for _ in questions[1:]] == questions[-2::-1]


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        "dog",
        [None, 3, "x", {}],
        [{"text": "a", "roots": ["x"]}],
        [{"text": "a", "roots": 5}],
        [{"text": "a", "stars": math.inf}],
        [{"text": "a", "folder": 3}],
        [{"text": "a", "examples": [["only a path"]]}],
        [{"text": "a", "examples": [["/a.wav", -1, None]]}],
        [{"text": "a", "liked": [["/a.wav", 2, 1]]}],
        [{"text": "a", "disliked": [["/a.wav", math.nan, None]]}],
        [{"text": "a", "disliked": [["/a\0.wav", 0, None]]}],
        [{"text": "a", "liked": 3}],
        [{"text": "a", "strictness": "fierce"}],
        [{"text": "a", "strictness": ["strict"]}],
        [{"text": "a", "among": ["x"]}],
        [{"text": "a", "among": 5}],
        [{"text": "a", "among": list(range(MOST_AMONG + 1))}],
        [{"text": "a", "collection": 2**63}],
    ],
)
def test_what_makes_no_sense_is_left_out(nonsense: object) -> None:
    assert QueryHistory.from_json(json.dumps(nonsense)).present is None


def test_what_is_no_json_is_left_out() -> None:
    assert QueryHistory.from_json("{").present is None


def test_what_was_asked_by_a_sound_that_is_gone_is_forgotten() -> None:
    gone = Path("/recording.wav")
    history = visited(
        DOG, Question(examples=(Example(gone),)), CAT, Question("longer", examples=(Example(gone),)), RAIN
    )
    history.back()
    history.forget(gone)
    assert history.present == CAT
    assert history.back() == DOG
    assert [history.forward(), history.forward()] == [CAT, RAIN]
    alone = visited(Question(examples=(Example(gone),)))
    alone.forget(gone)
    assert alone.present is None
