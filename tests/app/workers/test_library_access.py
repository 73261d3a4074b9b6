"""The window's own hold on the library."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.workers.library_access import LibraryAccess
from engine.library import Library
from engine.library_rows import NameCount
from tests.indexed_files import CHECKPOINT, DIM, indexed_file, store


@pytest.fixture
def access(qtbot: QtBot, tmp_path: Path) -> Iterator[LibraryAccess]:
    access = LibraryAccess(tmp_path / "library")
    yield access
    access.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("library ")]


def test_a_library_is_made_and_what_is_written_can_be_read(access: LibraryAccess, qtbot: QtBot):
    came = []
    access.write(lambda library: library.collections.create("Doors"))
    access.write(lambda library: None, lambda done: access.read(Library.collection_counts, came.append))
    qtbot.waitUntil(lambda: bool(came))
    assert came == [[NameCount("Doors", 0, 1)]]


def test_reading_waits_until_there_is_a_library(access: LibraryAccess, qtbot: QtBot):
    came = []
    access.read(lambda library: library.roots(), came.append)
    qtbot.waitUntil(lambda: came == [[]])


def test_a_library_that_cannot_be_opened_is_told_of_in_one_sentence(qtbot: QtBot, tmp_path: Path):
    (tmp_path / "library").write_text("not a folder")
    access = LibraryAccess(tmp_path / "library")
    told = []
    access.failed.connect(told.append)
    access.read(lambda library: library.roots(), lambda roots: None)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert all("cannot hold a library" in sentence or "library" in sentence for sentence in told)
    access.close()


def test_a_newer_listing_makes_the_older_one_void(access: LibraryAccess, qtbot: QtBot):
    came, go_on = [], threading.Event()
    access.list(lambda library: go_on.wait(30), lambda outcome: came.append("old"))
    access.list(lambda library: "new", came.append)
    go_on.set()
    qtbot.waitUntil(lambda: bool(came))
    assert came == ["new"]


def test_a_query_that_runs_for_long_is_broken_off_for_a_newer_one(access: LibraryAccess, qtbot: QtBot):
    started, came = threading.Event(), []

    def count_long(library: Library) -> object:
        started.set()
        return library.index_db.rows(
            "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) SELECT count(*) FROM number"
        )

    access.list(count_long, came.append, came.append)
    assert started.wait(30)
    qtbot.waitUntil(lambda: _is_broken_off(access, came))
    assert came[-1] == "new"
    assert len(set(came)) == 1


def _is_broken_off(access: LibraryAccess, came: list) -> bool:
    if not came:
        access.list(lambda library: "new", came.append)  # a statement that has not begun cannot be interrupted
    return bool(came)


def test_what_a_person_said_last_is_written_before_the_end(qtbot: QtBot, tmp_path: Path):
    with Library(tmp_path / "library") as library:
        library.register_checkpoint(CHECKPOINT, "a network", DIM, 0.5)
        library.store_indexed([indexed_file(library.add_root(tmp_path), "a.wav")])
    access = LibraryAccess(tmp_path / "library")
    access.write(lambda library: library.set_note(1, "too loud"))
    access.close()
    with Library(tmp_path / "library") as library:
        assert library.note_of(1) == "too loud"


def test_what_was_computed_can_be_forgotten_and_the_library_goes_on(qtbot: QtBot, tmp_path: Path):
    with Library(tmp_path / "library") as library:
        file_id = store(library, library.add_root(tmp_path), "dog.wav")
        library.set_note(file_id, "too loud")
    access, came = LibraryAccess(tmp_path / "library"), []
    access.read(lambda library: library.peaks_of(file_id), came.append)
    qtbot.waitUntil(lambda: bool(came))
    assert came[0] is not None
    access.forget_computed(lambda done: None)
    access.read(lambda library: (library.peaks_of(file_id), library.note_of(file_id)), came.append)
    access.list(lambda library: [hit.file_id for hit in library.search_text("dog", 5)], came.append)
    qtbot.waitUntil(lambda: len(came) == 3)
    assert (None, "too loud") in came
    assert [file_id] in came, "files are found by their words again"
    access.close()
