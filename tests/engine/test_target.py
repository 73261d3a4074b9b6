from __future__ import annotations

import numpy as np
import pytest

from engine.query import Clause, ParsedQuery
from engine.target import Sound, Target, like, opposite_of, sounds_of, vectors_of, whole_of

VECTORS = {
    "dog": np.array([1.0, 0.0, 0.0], np.float32),
    "car": np.array([0.0, 1.0, 0.0], np.float32),
    "dog then car": np.array([0.6, 0.8, 0.0], np.float32),
}
DOG, CAR, NO_CAR = Clause("dog"), Clause("car", group=1), Clause("car", negated=True)


def test_every_clause_becomes_a_sound() -> None:
    query = ParsedQuery(clauses=(DOG, Clause("car", group=1, together=True), NO_CAR), text="dog then car")
    sounds = sounds_of(query, VECTORS.__getitem__)
    assert [(sound.text, sound.group, sound.together, sound.negated) for sound in sounds] == [
        ("dog", 0, False, False),
        ("car", 1, True, False),
        ("car", 0, False, True),
    ]
    assert vectors_of(sounds).tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    ("clauses", "whole"),
    [
        ((DOG,), [1, 0, 0]),  # the clause itself
        ((DOG, CAR), [0.6, 0.8, 0]),  # the sentence
        ((DOG, NO_CAR), [1, 0, 0]),  # what should not be heard has no part in it
        ((NO_CAR,), [0, -1, 0]),  # what is least like it
        ((NO_CAR, Clause("dog", negated=True)), [-(0.5**0.5), -(0.5**0.5), 0]),
    ],
)
def test_whole_question_as_one_vector(clauses: tuple[Clause, ...], whole: list[float]) -> None:
    query = ParsedQuery(clauses=clauses, text="dog then car")
    assert whole_of(query, VECTORS.__getitem__) == pytest.approx(whole)


def test_sounds_that_must_be_heard_at_once_go_together() -> None:
    vector = np.ones(1, np.float32)
    sounds = [
        Sound("rain", vector),
        Sound("no wind", vector, negated=True),
        Sound("voice", vector, together=True),
        Sound("bell", vector, group=1),
    ]
    target = Target(tuple(sounds), vector, {})
    assert target.at_once == [[0, 1], [2]]
    assert [sound.text for sound in target.wanted] == ["rain", "voice", "bell"]
    assert [sound.text for sound in target.unwanted] == ["no wind"]


def test_a_sound_beside_the_others_has_no_place_among_them() -> None:
    vector = np.ones(1, np.float32)
    sounds = (Sound("rain", vector), Sound("voice", vector, together=True), Sound("like a.wav", vector, beside=True))
    target = Target(sounds, vector, {})
    assert [sound.text for sound in target.arranged] == ["rain", "voice"]
    assert [sound.text for sound in target.beside] == ["like a.wav"]
    assert target.wanted == sounds
    assert target.at_once == [[0, 1]]


def test_several_recordings_are_what_they_have_in_common() -> None:
    one, other = VECTORS["dog"], VECTORS["car"]
    both = like([one, other], ["a.wav", "b.wav"])
    assert (both.text, both.recorded) == ("like a.wav and b.wav", True)
    assert both.vector == pytest.approx([0.5**0.5, 0.5**0.5, 0])
    assert like([one, -one], ["a.wav", "b.wav"]).vector.tolist() == one.tolist()  # nothing: the first


def test_opposite_is_least_like_all() -> None:
    assert opposite_of([VECTORS["dog"], VECTORS["car"]]) == pytest.approx([-(0.5**0.5), -(0.5**0.5), 0])
