"""A personal tag while it is being taught."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.view_models import learned_tags
from app.view_models.learned_tags import Draft, ShownSound
from engine.learned_tag import FoundSound, LearnedTag
from engine.tag_examples import ExamplesOfTag, TagExample
from tests.app.shown_files import file_row

GATE = LearnedTag("gate", "cache", found=1, likes=2, mistaken=0, unlikes=0, suggestions=(FoundSound(7, 0.9, 2.0, 5.0),))


def test_examples_are_kept_in_order_and_on_one_side() -> None:
    draft = Draft("gate").with_examples([TagExample(3), TagExample(1)], is_like=True)
    draft = draft.with_examples([TagExample(3, 1.0, 2.0)], is_like=False)
    assert draft.examples == ExamplesOfTag((TagExample(1),), (TagExample(3, 1.0, 2.0),))
    assert draft.without([1]).file_ids == [3]


@pytest.mark.parametrize(("text", "can_learn"), [("", False), ("  ", False), (" creaky  gate ", True)])
def test_it_learns_once_it_has_a_name(text: str, can_learn: bool) -> None:
    assert Draft().named(text).can_learn == can_learn


def test_examples_are_shown_with_their_parts() -> None:
    rows = {1: file_row(1, name="gate.wav")}
    whole, part, gone = learned_tags.shown_examples([TagExample(1), TagExample(1, 2.0, 5.0), TagExample(9)], rows)
    assert (whole.name, whole.moment) == ("gate.wav", "")
    assert part.moment == "0:02–0:05"
    assert gone.name == "A file that is not there now"


def test_only_what_is_there_is_shown_as_found() -> None:
    assert learned_tags.shown_found(GATE, {}) == []
    (found,) = learned_tags.shown_found(GATE, {7: file_row(7, name="gate.wav", folder="Field")})
    assert found == ShownSound(7, "gate.wav", "Field", "0:02–0:05", 2.0, 5.0, 0.9)


@pytest.mark.parametrize(
    ("duration_s", "example"),
    [(8.0, TagExample(7)), (None, TagExample(7)), (600.0, TagExample(7, 2.0, 5.0))],
)
def test_of_a_long_file_only_the_moment_is_an_example(duration_s: float | None, example: TagExample) -> None:
    (found,) = learned_tags.shown_found(GATE, {7: file_row(7)})
    assert learned_tags.example_of(found, duration_s) == example


def test_its_quality_is_told_honestly() -> None:
    assert learned_tags.quality(GATE) == (
        "It finds 1 of your 2 examples, each of them left out in turn. It suggests 1 sound."
    )
    one = LearnedTag("gate", "cache", 0, 1, 0, 0, ())
    assert "cannot be told" in learned_tags.quality(one)
    assert "Nothing in the library" in learned_tags.quality(one)


def test_what_the_buttons_say() -> None:
    assert learned_tags.adding_text(0) == "Add selected"
    assert learned_tags.adding_text(1) == "Add the selected"
    assert learned_tags.adding_text(12) == "Add 12 selected"
    assert learned_tags.adding_text(1, "dog.wav") == "Add the region of dog.wav"
    assert learned_tags.giving_text(14, 20) == "Give the first 14 the tag"
    assert learned_tags.giving_text(20, 20) == "Give all 20 the tag"


def test_from_twenty_examples_on_the_network_can_learn() -> None:
    nineteen = ExamplesOfTag(tuple(TagExample(number) for number in range(19)))
    assert not learned_tags.can_tune(nineteen)
    assert learned_tags.can_tune(ExamplesOfTag((*nineteen.likes, TagExample(19))))
    command = learned_tags.tuning_command("creaky gate; rm", Path("/data/mine/my library"))
    assert command == (
        "earmark-train personal '/data/mine/my library' --tag 'creaky gate; rm' --out /data/mine/network-creaky-gate-rm"
    )
