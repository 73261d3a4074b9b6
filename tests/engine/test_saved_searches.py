"""Sentences to ask again."""

from __future__ import annotations

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
