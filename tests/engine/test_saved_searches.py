"""Sentences to ask again."""

from __future__ import annotations

import pytest

from engine.errors import EngineError, NotInLibrary
from engine.library import Library
from engine.saved_searches import SavedSearch


def test_a_search_is_saved_under_its_name(library: Library):
    library.saved_searches.save("Storm", "wind howls then thunder")
    library.saved_searches.save("Door", "door slams\0")
    assert library.saved_searches.all() == [
        SavedSearch("Door", "door slams"),
        SavedSearch("Storm", "wind howls then thunder"),
    ]


def test_a_name_that_is_taken_gets_the_new_sentence(library: Library):
    library.saved_searches.save("Door", "door slams")
    library.saved_searches.save("Door", "door creaks")
    assert library.saved_searches.all() == [SavedSearch("Door", "door creaks")]


def test_a_deleted_search_is_gone(library: Library):
    library.saved_searches.save("Door", "door slams")
    library.saved_searches.delete("Door")
    assert library.saved_searches.all() == []


def test_a_renamed_search_asks_the_same(library: Library):
    library.saved_searches.save("Door", "door slams")
    library.saved_searches.rename("Door", "Slam")
    library.saved_searches.rename("Slam", "Slam ")
    assert library.saved_searches.all() == [SavedSearch("Slam", "door slams")]


def test_a_name_that_is_taken_or_a_search_that_is_not_there_is_said_in_a_sentence(library: Library):
    library.saved_searches.save("Door", "door slams")
    library.saved_searches.save("Storm", "wind")
    with pytest.raises(EngineError, match="named Storm already"):
        library.saved_searches.rename("Door", "Storm")
    with pytest.raises(NotInLibrary, match="named Snow"):
        library.saved_searches.rename("Snow", "Rain")
    assert [search.query for search in library.saved_searches.all()] == ["door slams", "wind"]
