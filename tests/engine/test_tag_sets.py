"""A set of tags on its way out and in again; and what is no set of tags."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from engine.errors import EngineError
from engine.personal_tags import Sounds, learn, scores
from engine.tag_sets import NamedExample, NamedTag, TagSet, from_json, to_json
from tests.indexed_files import DIM, random_embeddings

FILE = Path("tags.json")
LIKES = [random_embeddings(f"like {number}") for number in range(3)]
LIBRARY = [random_embeddings(number) for number in range(100)]


@pytest.fixture(params=[1, 3, 5], ids=["name", "cache", "head"])
def tags(request: pytest.FixtureRequest) -> TagSet:
    likes = (LIKES * 2)[: request.param]
    learned = learn(LIKES[0].clip, likes if request.param > 1 else [], [], LIBRARY)
    examples = tuple(NamedExample(Path(f"/sounds/{number}.wav"), 1.0, 2.5, b"\1\2") for number in range(request.param))
    not_meant = (NamedExample(Path(os.fsdecode(b"/sounds/caf\xe9.wav"))),)  # no text in any encoding
    return TagSet("small-1", (NamedTag("Ächzen", examples, not_meant, learned), NamedTag("to be learned", examples)))


def test_a_set_comes_back_as_it_went(tags: TagSet):
    back = from_json(to_json(tags), FILE)
    assert back.checkpoint_id == "small-1"
    for one, other in zip(tags.tags, back.tags, strict=True):
        assert (one.name, one.likes, one.unlikes) == (other.name, other.likes, other.unlikes)
    assert back.tags[1].learned is None
    assert to_json(back) == to_json(tags)


def test_what_came_back_scores_the_same(tags: TagSet):
    learned, back = tags.tags[0].learned, from_json(to_json(tags), FILE).tags[0].learned
    assert learned is not None
    assert back is not None
    sounds = Sounds.of(LIBRARY, DIM)
    assert scores(back, sounds) == pytest.approx(scores(learned, sounds), abs=1e-4)
    assert (back.kind, back.threshold, back.quality) == (learned.kind, learned.threshold, learned.quality)


def test_for_another_network_names_and_examples_are_left(tags: TagSet):
    assert tags.learned_with("small-1") is tags
    other = tags.learned_with("small-2")
    assert other.checkpoint_id == "small-2"
    assert [(tag.name, tag.likes, tag.learned) for tag in other.tags] == [
        (tag.name, tag.likes, None) for tag in tags.tags
    ]


def changed(tags: TagSet, *keys: str | int, to: object) -> str:
    """The set's JSON with one value changed."""
    content: Any = json.loads(to_json(tags))
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = to
    return json.dumps(content)


class TestOtherFiles:
    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", "7", '{"format": "earmark personal tags"}', "[" * 100_000])
    def test_what_is_no_set_is_said_in_a_sentence(self, text: str):
        with pytest.raises(EngineError, match=r"tags\.json holds no tags that can be taken over"):
            from_json(text, FILE)

    @pytest.mark.parametrize(
        ("keys", "to"),
        [
            (("format",), "another"),
            (("checkpoint_id",), 7),
            (("tags",), {"a": 1}),
            (("tags", 0, "name"), "  "),
            (("tags", 0, "like"), None),
            (("tags", 0, "unlike", 0, "path"), 7),
            (("tags", 0, "unlike", 0, "end_s"), 0.0),
            (("tags", 0, "unlike", 0, "start_s"), -1.0),
            (("tags", 0, "unlike", 0, "sound"), "xyz"),
            (("tags", 0, "learned", "kind"), "guess"),
            (("tags", 0, "learned", "weights"), "AAAA"),
            (("tags", 0, "learned", "weights"), "AADAfw=="),  # not a number
            (("tags", 0, "learned", "values"), [1.0, 2.0, 3.0, 4.0]),
            (("tags", 0, "learned", "bias"), float("nan")),
            (("tags", 0, "learned", "quality"), {"found": 1}),
        ],
    )
    def test_a_changed_one_is_refused_as_a_whole(self, tags: TagSet, keys: tuple[str | int, ...], to: object):
        with pytest.raises(EngineError, match=r"tags\.json holds no tags"):
            from_json(changed(tags, *keys, to=to), FILE)

    def test_one_from_a_newer_earmark_asks_for_an_update(self, tags: TagSet):
        with pytest.raises(EngineError, match="newer Earmark"):
            from_json(changed(tags, "version", to=2), FILE)
