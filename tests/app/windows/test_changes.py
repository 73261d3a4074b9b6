"""Each change of what a person says, and that its way back leads to where it began."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.windows import changes
from app.windows.changes import Change
from engine.library import Library
from engine.tag_examples import ExamplesOfTag, TagExample
from tests.indexed_files import store


@pytest.fixture
def library(library: Library, sounds: Path) -> Library:
    """Of three files, 1, 2 and 3, the first is a loud dog with two stars and an example of dogs."""
    root = library.add_root(sounds)
    for name in ("a.wav", "b.wav", "c.wav"):
        store(library, root, name)
    library.add_tag([1], "dog")
    library.add_tag([1], "loud")
    library.set_rating([1], 2)
    library.set_note(1, "wind")
    library.set_caption(1, "A dog.")
    library.tag_examples.give("dog", [TagExample(1)], [TagExample(3)])
    return library


def said(library: Library) -> list[object]:
    """All of it."""
    names = library.tag_examples.names()
    of_files = [
        (library.tags_of(id), library.rating_of(id), library.note_of(id), library.caption_of(id)) for id in (1, 2, 3)
    ]
    return [*of_files, names, [library.tag_examples.of(name) for name in names]]


@pytest.mark.parametrize(
    ("change", "look", "after"),
    [
        (changes.adding_tags([1, 2], ["dog", "yard"]), lambda it: it.tags_of(2), ["dog", "yard"]),
        (changes.removing_tag([1, 2], "dog"), lambda it: it.tags_of(1), ["loud"]),
        (changes.renaming_tag("dog", "hound"), lambda it: it.tags_of(1), ["hound", "loud"]),
        (changes.renaming_tag("dog", "Dog"), lambda it: it.tags_of(1), ["Dog", "loud"]),
        (changes.renaming_tag("loud", "dog"), lambda it: it.tags_of(1), ["dog"]),
        (changes.dropping_tag("dog"), lambda it: it.tag_examples.names(), []),
        (changes.rating([1, 2], 4), lambda it: it.rating_of(2), 4),
        (changes.toggling_favourite([1, 2]), lambda it: it.rating_of(1), 5),
        (changes.writing_note([1, 2], "rain"), lambda it: it.note_of(1), "rain"),
        (changes.writing_caption([1, 2], "Two dogs."), lambda it: it.caption_of(2), "Two dogs."),
        (changes.giving_examples("cat", [TagExample(2)]), lambda it: it.tag_examples.names(), ["cat", "dog"]),
        (
            changes.giving_examples("dog", [TagExample(2), TagExample(3)]),
            lambda it: it.tag_examples.of("dog"),
            ExamplesOfTag((TagExample(1), TagExample(2), TagExample(3))),
        ),
        (changes.taking_back_examples("dog", [1]), lambda it: it.tag_examples.of("dog").likes, ()),
        (changes.forgetting_examples("dog"), lambda it: it.tag_examples.names(), []),
    ],
)
def test_there_and_back(library: Library, change: Change, look: Callable[[Library], object], after: object) -> None:
    before = said(library)
    undo = change(library)
    assert look(library) == after
    undo(library)
    assert said(library) == before


def test_a_renamed_tag_takes_its_examples_along(library: Library) -> None:
    changes.renaming_tag("dog", "hound")(library)
    assert library.tag_examples.names() == ["hound"]


def test_what_is_like_a_tag_gets_it_and_what_is_not_is_rejected(library: Library) -> None:
    undo = changes.giving_examples("cat", [TagExample(2)], [TagExample(3)])(library)
    assert library.tags_of(2) == ["cat"]
    assert library.tag_examples.rejected_for("cat") == [3]
    undo(library)
    assert library.tag_examples.rejected_for("cat") == []


def test_a_rejected_suggestion_may_come_back(library: Library) -> None:
    undo = changes.rejecting({"rain": (1, 2)})(library)
    assert library.tag_examples.rejected_for("rain") == [1, 2]
    undo(library)
    assert library.tag_examples.rejected_for("rain") == []


def test_a_caption_that_was_only_suggested_does_not_become_a_persons(library: Library) -> None:
    library.set_suggested_caption(2, "a bell rings")
    changes.writing_caption([2], "My bell.")(library)(library)
    assert library.caption_is_suggested(2)


@pytest.mark.parametrize("change", [changes.forgetting_examples("dog"), changes.dropping_tag("dog")])
def test_what_was_learned_elsewhere_comes_back_too(library: Library, change: Change) -> None:
    library.tag_examples.keep_learned("dog", {"network": "{}"})
    undo = change(library)
    assert library.tag_examples.learned_elsewhere("dog") == {}
    undo(library)
    assert library.tag_examples.learned_elsewhere("dog") == {"network": "{}"}
