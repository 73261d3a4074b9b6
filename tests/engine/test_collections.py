"""Files put together under a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.collections import Collections
from engine.errors import EngineError, NotInLibrary
from engine.library import Library
from tests.indexed_files import store


def test_files_are_added_and_taken_out(library: Library, sounds: Path):
    root = library.add_root(sounds)
    a, b, c = (store(library, root, name) for name in ("a.wav", "b.wav", "c.wav"))
    rain = library.collections.create("Rain")
    library.collections.add(rain.id, [c, a, b])
    library.collections.add(rain.id, [a])
    library.collections.remove(rain.id, [b, 99])
    assert library.collections.files(rain.id) == [a, c]


def test_files_that_the_library_does_not_know_are_left_out(library: Library):
    rain = library.collections.create("Rain")
    library.collections.add(rain.id, [99])
    assert library.collections.files(rain.id) == []


def test_a_name_stands_for_one_collection(library: Library):
    collections = Collections(library.library_db)
    rain = collections.create(" Rain\0 ")
    assert rain.name == "Rain"
    assert collections.create("Rain") == rain
    wind = collections.create("Wind")
    assert collections.all() == [rain, wind]


def test_a_deleted_collection_leaves_its_files(library: Library, sounds: Path):
    file_id = store(library, library.add_root(sounds), "a.wav")
    rain = library.collections.create("Rain")
    library.collections.add(rain.id, [file_id])
    library.collections.delete(rain.id)
    assert (library.collections.all(), library.collections.files(rain.id)) == ([], [])
    assert library.file(file_id) is not None


def test_a_file_stays_in_its_collection_while_it_is_missing_and_after(library: Library, sounds: Path):
    root = library.add_root(sounds)
    file_id = store(library, root, "a.wav", "rain")
    rain = library.collections.create("Rain")
    library.collections.add(rain.id, [file_id])
    library.mark_missing([file_id])
    store(library, root, "b.wav", "rain")
    assert library.collections.files(rain.id) == [file_id]


def test_a_renamed_collection_keeps_its_files(library: Library, sounds: Path):
    file_id = store(library, library.add_root(sounds), "a.wav")
    rain, wind = library.collections.create("Rain"), library.collections.create("Wind")
    library.collections.add(rain.id, [file_id])
    library.collections.rename(rain.id, " Storm ")
    library.collections.rename(rain.id, "Storm")
    assert [(known.id, known.name) for known in library.collections.all()] == [(rain.id, "Storm"), (wind.id, "Wind")]
    assert library.collections.files(rain.id) == [file_id]


def test_a_name_that_is_taken_or_a_collection_that_is_not_there_is_said_in_a_sentence(library: Library):
    rain, wind = library.collections.create("Rain"), library.collections.create("Wind")
    with pytest.raises(EngineError, match="named Wind already"):
        library.collections.rename(rain.id, "Wind")
    with pytest.raises(NotInLibrary, match="collection number 99"):
        library.collections.rename(99, "Snow")
    assert library.collections.all() == [rain, wind]
