"""What a tag learned crosses from one process to another."""

from __future__ import annotations

import pickle

import pytest

from engine.learned_tag import FoundSound, LearnedTag, quality_sentence


def test_a_learned_tag_is_the_same_in_another_process() -> None:
    one = LearnedTag("whoosh", "cache", 2, 3, 0, 1, (FoundSound(7, 0.8, 0.0, 1.28),))
    assert pickle.loads(pickle.dumps(one)) == one


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        (LearnedTag("creak", "name", 0, 0, 0, 0, ()), "It goes by its name alone: give it an example to learn from."),
        (
            LearnedTag("creak", "cache", 1, 1, 0, 1, ()),
            "From one example it cannot be told how well it does: give it a second. It does not take the one that you"
            " do not mean.",
        ),
        (
            LearnedTag("creak", "head", 8, 10, 1, 3, ()),
            "It finds 8 of your 10 examples, each of them left out in turn. It takes 1 of the 3 that you do not mean.",
        ),
        (
            LearnedTag("creak", "cache", 0, 2, 0, 2, (), unheard=1),
            "It finds none of your 2 examples, each of them left out in turn. It takes none of the 2 that you do not"
            " mean. 1 example was left out: index the library to have it heard.",
        ),
        (
            LearnedTag("creak", "head", 9, 12, 1, 3, (), elsewhere=True),
            "It was learned elsewhere from 12 examples; none of them can be heard here. Give it one from here, and it"
            " learns from that.",
        ),
        (
            LearnedTag("creak", "cache", 0, 1, 0, 0, (), unheard=1, elsewhere=True),
            "It was learned elsewhere from one example; it cannot be heard here. Give it one from here, and it learns"
            " from that. 1 example was left out: index the library to have it heard.",
        ),
    ],
)
def test_its_quality_is_said_as_it_is(tag: LearnedTag, sentence: str) -> None:
    assert quality_sentence(tag) == sentence
