"""What is known of the watched folders, as the indexing service tells it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.services.indexing_service import IndexingService
from app.services.messages import (
    Failure,
    IndexFinished,
    Progress,
    Ready,
    RootInDoubt,
    RootsChanged,
    RootsInDoubt,
    Stored,
    Watching,
)
from app.view_models.sidebar_tree import RootStatus
from app.windows.folders import Folders
from app.workers.library_access import LibraryAccess
from app.workers.services import Services
from engine.library import Library
from engine.watch_state import WatchState

FINISHED = IndexFinished((), 3, 9, 6.0, 0, 3, 0, 0, ())


@pytest.fixture
def services(filled_library: Path, qtbot: QtBot) -> Iterator[Services]:
    """With an indexing service that has not been started: it takes orders, and does nothing."""
    services = Services(filled_library)
    services.indexing = IndexingService(filled_library, on_answer=lambda _: None, on_trouble=lambda _: None)
    yield services
    services.stop()


@pytest.fixture
def folders(filled_library: Path, services: Services) -> Iterator[Folders]:
    access = LibraryAccess(filled_library)
    yield Folders(access, services)
    access.close()


def test_files_are_counted_when_something_was_stored(folders: Folders, services: Services, qtbot: QtBot):
    with qtbot.waitSignals([folders.counted, folders.rows_changed]):
        services.stored.emit(Stored(3))
    assert [(counts.root.path.name, counts.files) for counts in folders.counts] == [("sounds", 3)]


def test_many_changes_are_counted_once(folders: Folders, services: Services, qtbot: QtBot):
    counted: list[object] = []
    folders.counted.connect(counted.append)
    for _ in range(20):
        services.stored.emit(Stored(1))
    services.roots_changed.emit(RootsChanged(None))
    qtbot.waitUntil(lambda: bool(counted))
    qtbot.wait(50)
    assert len(counted) == 1


def test_the_state_follows_what_the_service_tells(folders: Folders, services: Services):
    folders.begin("small")
    assert "small" in folders.state.sentence
    services.indexing_ready.emit(Ready("small", "0123", 1.0))
    services.progressed.emit(Progress(1, 3, 2.0, 100.0, 60.0))
    assert folders.state.sentence.startswith("Indexing 1 of 3")
    services.finished.emit(FINISHED)
    assert folders.state.sentence == "3 files ready"
    services.indexing_failed.emit(Failure(None, "The network is damaged."))
    assert folders.state.run == "given up"


def test_a_failed_request_is_not_the_end_of_indexing(folders: Folders, services: Services):
    services.finished.emit(FINISHED)
    services.indexing_failed.emit(Failure(4, "That is not a folder."))
    assert folders.state.run == "idle"


def test_pausing_while_listening_gives_way_to_a_pause_that_was_asked_for(folders: Folders):
    holds = []
    for do in (
        lambda: folders.pause_while_listening(True),
        lambda: folders.pause_while_listening(False),
        folders.toggle_pause,
        lambda: folders.pause_while_listening(True),
        folders.toggle_pause,
    ):
        do()
        holds.append(folders.state.hold)
    assert holds == ["listening", None, "asked", "asked", None]


def test_each_root_has_its_status(
    folders: Folders, services: Services, filled_library: Path, sounds: Path, qtbot: QtBot
):
    polling = WatchState(
        1, sounds, "polling", "The system watches no more folders, so this one is looked at now and then."
    )
    with qtbot.waitSignal(folders.statuses_changed) as told:
        services.watching.emit(Watching((polling,)))
    assert told.args == [{1: RootStatus("polling", polling.reason)}]
    with Library(filled_library) as library:
        library.set_root_paused(1, True)
    with qtbot.waitSignal(folders.statuses_changed) as told:
        services.roots_changed.emit(RootsChanged(None))
    assert told.args == [{1: RootStatus("paused", "Paused")}]


def test_files_that_vanish_all_at_once_are_in_doubt(folders: Folders, services: Services, sounds: Path, qtbot: QtBot):
    doubts = RootsInDoubt((RootInDoubt(1, sounds, 900),))
    with qtbot.waitSignals([folders.doubted, folders.statuses_changed]):
        services.roots_in_doubt.emit(doubts)
    with qtbot.assertNotEmitted(folders.doubted):
        services.roots_in_doubt.emit(doubts)  # is said once
    with qtbot.waitSignal(folders.statuses_changed) as told:
        folders.look_again()
    status = told.args[0][1]
    assert status.how == "offline"
    assert "900 sounds vanished from sounds" in status.sentence
