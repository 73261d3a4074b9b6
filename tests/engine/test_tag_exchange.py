"""Personal tags from one library to another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import NotInLibrary
from engine.library import Library
from engine.tag_examples import ExamplesOfTag, TagExample
from engine.tag_exchange import TakenOver, known_names, tag_set_of, take_over
from engine.tag_learning import TagLearner
from engine.tag_sets import NamedExample, NamedTag, TagSet, from_json, to_json
from tests.heard_sounds import CHECKPOINT, embedder_of_axes, near, store_heard
from tests.indexed_files import content_id_of, indexed_file

SOUNDS = {"a.wav": near("creak", seed=1), "b.wav": near("creak", seed=2), "c.wav": near("horn", seed=3)}


@pytest.fixture
def stored(library: Library, sounds: Path) -> dict[str, int]:
    stored = store_heard(library, library.add_root(sounds), SOUNDS)
    library.tag_examples.give(
        "Squeal", [TagExample(stored["a.wav"], 0.5, 2.0), TagExample(stored["b.wav"])], [TagExample(stored["c.wav"])]
    )
    library.tag_examples.give("toot", [TagExample(stored["c.wav"])])
    return stored


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Library]:
    """A library that has two of the sounds, elsewhere and under other names."""
    folder = tmp_path / "other sounds"
    folder.mkdir()
    with Library(tmp_path / "other") as opened:
        heard = {"x.wav": SOUNDS["a.wav"], "y.wav": SOUNDS["c.wav"]}
        root = opened.add_root(folder)
        opened.register_checkpoint(CHECKPOINT, "axes", SOUNDS["a.wav"].clip.size, 1.0)
        for name, sound in (("x.wav", "a.wav"), ("y.wav", "c.wav")):
            opened.store_indexed([indexed_file(root, name, sound, checkpoint_id=CHECKPOINT, embeddings=heard[name])])
        yield opened


def test_a_set_names_the_examples_by_path_and_sound(library: Library, stored: dict[str, int], sounds: Path):
    learned = TagLearner(library, embedder_of_axes()).learn_stored(["Squeal"])
    (tag,) = tag_set_of(library, ["Squeal"], CHECKPOINT, learned).tags
    assert tag.likes == (
        NamedExample(sounds / "a.wav", 0.5, 2.0, content_id_of("a.wav")),
        NamedExample(sounds / "b.wav", 0.0, None, content_id_of("b.wav")),
    )
    assert tag.unlikes == (NamedExample(sounds / "c.wav", 0.0, None, content_id_of("c.wav")),)
    assert tag.learned is learned["Squeal"]


def test_another_library_takes_the_sounds_it_has_wherever_they_lie(
    library: Library, stored: dict[str, int], other: Library, tmp_path: Path
):
    tags = from_json(to_json(tag_set_of(library, ["Squeal", "toot"], CHECKPOINT, {})), tmp_path / "tags.json")
    assert take_over(other, tags) == [TakenOver("Squeal", 2, 3), TakenOver("toot", 1, 1)]
    x, y = (other.file_at(tmp_path / "other sounds" / name) for name in ("x.wav", "y.wav"))
    assert x is not None
    assert y is not None
    assert other.tag_examples.of("squeal") == ExamplesOfTag((TagExample(x.id, 0.5, 2.0),), (TagExample(y.id),))


def test_what_the_tags_have_already_stays(library: Library, stored: dict[str, int], sounds: Path):
    given = TagSet(CHECKPOINT, (NamedTag("toot", (NamedExample(sounds / "b.wav"),)), NamedTag("new")))
    assert take_over(library, given) == [TakenOver("toot", 1, 1), TakenOver("new", 0, 0)]
    assert library.tag_examples.of("toot").likes == (TagExample(stored["b.wav"]), TagExample(stored["c.wav"]))
    assert library.tag_examples.names() == ["new", "Squeal", "toot"]


def test_another_sound_at_the_path_is_not_taken_for_the_example(library: Library, stored: dict[str, int], sounds: Path):
    gone = NamedExample(sounds / "b.wav", content_id=content_id_of("gone.wav"))
    assert take_over(library, TagSet(CHECKPOINT, (NamedTag("toot", (gone,)),))) == [TakenOver("toot", 0, 1)]


def test_names_are_found_in_any_case_and_all_are_meant_if_none_is_said(library: Library, stored: dict[str, int]):
    assert known_names(library, ["SQUEAL", "squeal"]) == ["Squeal"]
    assert known_names(library, []) == ["Squeal", "toot"]
    with pytest.raises(NotInLibrary, match="no personal tag whoosh"):
        known_names(library, ["toot", "whoosh"])


def test_where_no_example_is_found_a_tag_brings_what_it_learned(
    library: Library, stored: dict[str, int], tmp_path: Path
):
    learned = TagLearner(library, embedder_of_axes()).learn_stored()
    tags = from_json(to_json(tag_set_of(library, ["Squeal"], CHECKPOINT, learned)), tmp_path / "tags.json")
    with Library(tmp_path / "empty") as empty:
        assert take_over(empty, tags) == [TakenOver("Squeal", 0, 3, learned=True)]
        learner = TagLearner(empty, embedder_of_axes())
        assert learner.learn("Squeal", empty.tag_examples.of("Squeal")).elsewhere
        handed_on = tag_set_of(empty, ["Squeal"], CHECKPOINT, learner.learn_stored())
    assert handed_on.tags[0].learned is not None
    assert handed_on.tags[0].learned.quality.likes == 2


def test_a_name_alone_is_learned_here_as_well_as_elsewhere(library: Library, sounds: Path):
    tag = TagLearner(library, embedder_of_axes()).learn("creak", ExamplesOfTag()).tag
    assert take_over(library, TagSet(CHECKPOINT, (NamedTag("creak", learned=tag),))) == [TakenOver("creak", 0, 0)]
    assert library.tag_examples.learned_elsewhere("creak") == {}
