"""What is said of a file's sounds, in one sentence."""

from __future__ import annotations

import re
from itertools import permutations

import pytest

from engine.captions import UNCLEAR, template_caption
from engine.ontology import sound_kinds
from engine.tagging import Span, Strength, SuggestedTag

IDS = {kind.synonyms[0]: kind.id for kind in sound_kinds()}
SCORES: dict[Strength, float] = {"very likely": 0.9, "likely": 0.7, "maybe": 0.5}


def heard(name: str, *spans: Span, strength: Strength = "very likely", less: float = 0.0) -> SuggestedTag:
    return SuggestedTag(IDS[name], strength, SCORES[strength] - less, spans or ((0.0, 2.0),))


def early(name: str) -> SuggestedTag:
    return heard(name, (0.0, 2.0))


def then(name: str) -> SuggestedTag:
    return heard(name, (2.0, 4.0))


def last(name: str) -> SuggestedTag:
    return heard(name, (5.0, 7.0))


def lasting(name: str, strength: Strength = "very likely") -> SuggestedTag:
    return heard(name, (0.0, 10.0), strength=strength)


def at_once(name: str, less: float = 0.01) -> SuggestedTag:
    return heard(name, (0.0, 2.0), less=less)


def likely(name: str) -> SuggestedTag:
    return heard(name, strength="likely")


def maybe(name: str) -> SuggestedTag:
    return heard(name, strength="maybe")


SENTENCES: list[tuple[list[SuggestedTag], str]] = [
    # nothing is clear
    ([], UNCLEAR),
    ([maybe("cat")], "perhaps a cat"),
    ([maybe("owl")], "perhaps an owl"),
    ([maybe("rain")], "perhaps rain"),
    ([maybe("footsteps")], "perhaps footsteps"),
    ([maybe("keys jangling")], "perhaps jangling keys"),
    ([maybe("small room")], "perhaps a sound in a small room"),
    ([maybe("small room"), maybe("cat")], "perhaps a cat"),
    # one sound
    ([early("dog")], "a dog barks"),
    ([likely("dog")], "a dog barks"),
    ([early("insect")], "an insect is heard"),
    ([early("rain")], "rain falls"),
    ([early("typing")], "someone types"),
    ([early("scissors")], "scissors snip"),
    ([early("man speaking")], "a man speaks"),
    ([early("conversation")], "people talk"),
    ([early("hammond organ")], "a Hammond organ plays"),
    ([early("latin music")], "Latin music plays"),
    ([early("silence")], "silence"),
    ([early("small room")], "a sound in a small room"),
    ([early("echo")], "an echoing sound"),
    ([early("small room"), at_once("dog")], "a dog barks"),
    ([early("dog"), maybe("cat")], "a dog barks"),
    ([heard("dog", (0.0, 1.0), (4.0, 5.0))], "a dog barks"),
    # the same said twice
    ([early("dog"), at_once("bow-wow")], "a dog barks"),
    ([early("ding"), at_once("bell")], "something dings while a bell rings"),
    ([early("violin"), at_once("cello")], "a violin plays"),
    ([early("violin"), then("cello")], "a violin plays, then a cello plays"),
    # in order
    ([early("dog"), then("car")], "a dog barks, then a car passes"),
    ([then("car"), early("dog")], "a dog barks, then a car passes"),
    ([then("dog"), early("car")], "a car passes, then a dog barks"),
    ([early("thunder"), then("rain")], "thunder rumbles, then rain falls"),
    ([early("dog"), then("car"), last("bell")], "a dog barks, then a car passes, then a bell rings"),
    ([last("dog"), then("car"), early("bell")], "a bell rings, then a car passes, then a dog barks"),
    ([heard("dog", (0.0, 4.0)), heard("car", (3.0, 7.0), less=0.1)], "a dog barks, then a car passes"),
    # at once
    ([early("rain"), at_once("wind")], "rain falls while wind blows"),
    ([early("wind"), at_once("rain")], "wind blows while rain falls"),
    ([early("rain"), likely("thunder")], "rain falls, with thunder in the background"),
    ([lasting("rain"), early("dog")], "a dog barks, with rain in the background"),
    ([lasting("rain", "likely"), then("bell")], "a bell rings, with rain in the background"),
    ([lasting("crowd"), then("whistle")], "a whistle blows, with a crowd in the background"),
    ([lasting("air conditioning"), early("typing")], "someone types, with air conditioning in the background"),
    ([heard("dog", (0.0, 2.0)), heard("car", (1.0, 3.0), less=0.1)], "a dog barks while a car passes"),
    ([early("rain"), at_once("wind"), at_once("thunder", 0.02)], "rain falls while wind blows and thunder rumbles"),
    # by turns
    ([heard("dog", (0.0, 1.0), (4.0, 5.0)), heard("cat", (2.0, 3.0), less=0.1)], "a dog barks and a cat meows"),
    # both
    ([early("dog"), at_once("wind"), last("bell")], "a dog barks while wind blows, then a bell rings"),
    (
        [early("dog"), last("bell"), heard("wind", (5.0, 7.0), less=0.1)],
        "a dog barks, then a bell rings while wind blows",
    ),
    ([lasting("rain"), early("dog"), last("car")], "a dog barks, then a car passes, with rain in the background"),
    (
        [lasting("music"), early("laughter"), last("applause")],
        "someone laughs, then people applaud, with music in the background",
    ),
    # more than can be said
    (
        [early("dog"), then("car"), last("bell"), heard("owl", (8.0, 9.0), strength="likely")],
        "a dog barks, then a car passes, then a bell rings, and other sounds are heard",
    ),
    (
        [lasting("rain"), early("dog"), last("car"), heard("owl", (8.0, 9.0), strength="likely")],
        "a dog barks, then a car passes, with rain in the background, and other sounds are heard",
    ),
    ([early("dog"), then("car"), last("bell"), maybe("owl")], "a dog barks, then a car passes, then a bell rings"),
]


@pytest.mark.parametrize(("tags", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_sentence(tags: list[SuggestedTag], sentence: str) -> None:
    assert template_caption(tags) == sentence


def test_what_is_implied_is_not_said() -> None:
    animal = SuggestedTag(IDS["animal"], "very likely", 0.9, ((0.0, 2.0),), implied=True)
    assert template_caption([animal, early("dog")]) == "a dog barks"


def test_the_order_of_the_tags_changes_nothing() -> None:
    tags = [lasting("rain"), early("dog"), last("car"), at_once("owl")]
    assert len({template_caption(order) for order in permutations(tags)}) == 1


@pytest.mark.parametrize("kind", sound_kinds(), ids=lambda kind: kind.id)
def test_every_kind_makes_sentences(kind) -> None:
    alone = [SuggestedTag(kind.id, "very likely", 0.9, ((0.0, 2.0),))]
    before = [early("dog"), SuggestedTag(kind.id, "very likely", 0.8, ((3.0, 4.0),))]
    for sentence in (template_caption(alone), template_caption(before), template_caption([maybe(kind.synonyms[0])])):
        assert sentence == " ".join(sentence.split())
        assert not re.search(r"\ba [aeio]|\ban [^aeio]|\b(a|an) (a|an|the)\b", sentence)
