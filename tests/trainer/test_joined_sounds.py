from __future__ import annotations

import numpy as np
import pytest

from tests.small_corpora import make_clip
from trainer.errors import TrainerError
from trainer.evaluate.sentences import PREPOSITIONS
from trainer.joined_sounds import cross_faded, draw_joined, join, tells_order

RATE_HZ = 1000
CARS, TRUCK = make_clip("street", "cars"), make_clip("road", "truck")


def test_the_overlap_is_exactly_a_second_and_nothing_else_changes() -> None:
    first, second = np.full(2500, 0.5, np.float32), np.full(1700, -0.25, np.float32)
    joined = cross_faded(first, second, RATE_HZ)
    assert len(joined) == 2500 + 1700 - RATE_HZ
    assert (joined[:1500] == 0.5).all()
    assert (joined[2500:] == -0.25).all()
    assert ((joined[1500:2500] < 0.5) & (joined[1500:2500] > -0.25)).mean() > 0.7


def test_the_powers_of_the_weights_sum_to_one() -> None:
    ones, nothing = np.ones(40, np.float32), np.zeros(40, np.float32)
    out, into = cross_faded(ones, nothing, 40), cross_faded(nothing, ones, 40)
    np.testing.assert_allclose(out**2 + into**2, 1.0, atol=1e-6)
    assert (np.diff(out) < 0).all()


@pytest.mark.parametrize(("first", "second", "length"), [(300, 5000, 5150), (5000, 301, 5151), (1, 1, 2), (0, 7, 7)])
def test_of_a_sound_shorter_than_the_overlap_half_is_heard_alone(first: int, second: int, length: int) -> None:
    assert len(cross_faded(np.ones(first, np.float32), np.ones(second, np.float32), RATE_HZ)) == length


@pytest.mark.parametrize(
    ("preposition", "said", "swapped"),
    [
        ("before", "Two cars pass before a truck honks", "A truck honks before two cars pass"),
        ("after", "A truck honks after two cars pass", "Two cars pass after a truck honks"),
        ("then", "Two cars pass then a truck honks", "A truck honks then two cars pass"),
        ("followed by", "Two cars pass followed by a truck honks", "A truck honks followed by two cars pass"),
    ],
)
def test_the_sentence_says_what_is_heard_first(preposition: str, said: str, swapped: str) -> None:
    joined = join((CARS, "Two cars pass."), (TRUCK, "A truck honks"), preposition, part_s=5.0)
    assert (joined.first, joined.second) == (CARS, TRUCK)
    assert joined.captions == (said,)
    assert joined.swapped_caption == swapped


def test_words_in_capitals_stay() -> None:
    joined = join((CARS, "TV static"), (TRUCK, "I sing"), "after", part_s=5.0)
    assert joined.caption == "I sing after TV static"
    assert joined.swapped_caption == "TV static after I sing"


def test_only_sentences_without_order_are_joined() -> None:
    assert all(tells_order(f"A dog barks {word.upper()} a cat") for word in PREPOSITIONS)
    assert not tells_order("people followed a lathering band")  # "followed" and "after" within words
    clips = [make_clip("zoo", f"{number}") for number in range(6)]
    captions = [["a dog"], ["a cat then a dog"], ["Thunder after rain", "rain"], [], ["."], ["a bell"]]
    drawn = draw_joined(clips, captions, 200, part_s=5.0, seed=3)
    assert {clip.recording for joined in drawn for clip in (joined.first, joined.second)} == {"0", "2", "5"}
    assert all(joined.first.recording != joined.second.recording for joined in drawn)
    assert "hunder" not in "".join(joined.caption for joined in drawn)
    counts = [sum(f" {word} " in joined.caption for joined in drawn) for word in PREPOSITIONS]
    assert counts == [50] * 4


def test_what_is_drawn_depends_on_the_seed_alone() -> None:
    clips = [make_clip("zoo", f"{number}") for number in range(9)]
    captions = [[f"sound {number}"] for number in range(9)]
    assert draw_joined(clips, captions, 20, part_s=5.0, seed=1) == draw_joined(clips, captions, 20, part_s=5.0, seed=1)
    assert draw_joined(clips, captions, 20, part_s=5.0, seed=1) != draw_joined(clips, captions, 20, part_s=5.0, seed=2)


@pytest.mark.parametrize("recordings", [["one"], ["same", "same"]])
def test_there_must_be_two_recordings(recordings: list[str]) -> None:
    clips = [make_clip("zoo", recording) for recording in recordings]
    with pytest.raises(TrainerError, match="joined_pairs"):
        draw_joined(clips, [[f"sound {number}"] for number in range(len(clips))], 1, part_s=5.0, seed=1)
