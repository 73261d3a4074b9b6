"""What a person says of files is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.windows.annotating import Annotating
from app.workers.library_access import LibraryAccess
from engine.library import Library
from engine.library_rows import EVERYTHING, Scope


@pytest.fixture
def access(filled_library: Path, qtbot: QtBot) -> Iterator[LibraryAccess]:
    access = LibraryAccess(filled_library)
    yield access
    access.close()


@pytest.fixture
def annotating(access: LibraryAccess) -> Annotating:
    return Annotating(access)


@pytest.fixture
def read(access: LibraryAccess, qtbot: QtBot) -> Callable[[Callable[[Library], Any]], Any]:
    """What the library says, after everything that was written before."""

    def read(call: Callable[[Library], Any]) -> Any:
        found: list[Any] = []
        access.write(call, found.append)
        qtbot.waitUntil(lambda: bool(found))
        return found[0]

    return read


def test_tags_of_several_files(annotating: Annotating, read: Callable[..., Any]):
    annotating.add_tags([1, 2], ["loud", "bright"])
    annotating.remove_tag([2], "loud")
    assert read(lambda library: [library.tags_of(1), library.tags_of(2)]) == [["bright", "loud"], ["bright"]]


def test_ratings_and_favourites(annotating: Annotating, read: Callable[..., Any]):
    annotating.rate([1, 2], 3)
    annotating.toggle_favourite([1])
    assert read(lambda library: [library.rating_of(1), library.rating_of(2)]) == [5, 3]
    annotating.toggle_favourite([1, 2])
    assert read(lambda library: [library.rating_of(1), library.rating_of(2)]) == [5, 5]
    annotating.toggle_favourite([1, 2])
    assert read(lambda library: [library.rating_of(1), library.rating_of(2)]) == [None, None]


def test_notes_and_captions(annotating: Annotating, read: Callable[..., Any]):
    annotating.set_note([1], "too loud")
    annotating.set_caption([1], "a bell rings")
    assert read(lambda library: (library.note_of(1), library.caption_of(1))) == ("too loud", "a bell rings")


def test_collections(annotating: Annotating, read: Callable[..., Any]):
    annotating.create_collection("Doors", [1])
    annotating.collect([1, 2, 3], 1)
    annotating.take_out([1], 1)
    annotating.rename_collection(1, "Gates")
    assert read(lambda library: [(each.name, each.files) for each in library.collection_counts()]) == [("Gates", 2)]
    assert read(lambda library: sorted(library.listing(Scope(collection_id=1)))) == [2, 3]
    annotating.delete_collection(1)
    assert read(lambda library: library.collection_counts()) == []
    assert read(lambda library: len(library.listing(EVERYTHING))) == 3, "the files themselves stay"


def test_saved_searches(annotating: Annotating, read: Callable[..., Any]):
    annotating.save_search("Rain", "rain falls")
    annotating.rename_saved_search("Rain", "Wet")
    assert read(lambda library: [(saved.name, saved.query) for saved in library.saved_searches.all()]) == [
        ("Wet", "rain falls")
    ]
    annotating.delete_saved_search("Wet")
    assert read(lambda library: library.saved_searches.all()) == []


def test_the_window_is_told_what_differs(annotating: Annotating, qtbot: QtBot):
    with qtbot.waitSignal(annotating.names_changed), qtbot.waitSignal(annotating.files_changed) as told:
        annotating.add_tags([2], ["loud"])
    assert told.args == [[2]]


def test_a_file_that_is_gone_is_told_of_in_one_sentence(access: LibraryAccess, annotating: Annotating, qtbot: QtBot):
    with qtbot.waitSignal(access.failed) as told:
        annotating.set_note([99], "who?")
    assert told.args == ["The library has no file number 99."]
