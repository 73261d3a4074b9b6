"""Describing beside everything else: it tells of itself, is held while paused, and gives way to any other work."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from app.services.agenda import Agenda
from app.services.describing_upkeep import DescribingUpkeep
from app.services.messages import Described, Pause, Rescan, Resume
from app.services.parent import Parent
from app.services.pulse import Pulse
from engine import describing
from engine.embedding import Embedder
from engine.errors import UnusableLibrary
from engine.indexing import index_folders
from engine.library import INDEX_FILE, Library
from tests.app.service_children import wait_until
from tests.tones import write_different_sound

FILES = 12


@pytest.fixture
def window() -> Iterator[tuple[Connection, Parent]]:
    """The window's end of the pipe, and what the child holds of it."""
    here, there = multiprocessing.Pipe()
    with here, there:
        yield here, Parent(there)


@pytest.fixture
def listened(library: Library, sounds: Path, tone_embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> Library:
    """With some files, each of which is stored by itself."""
    for number in range(FILES):
        write_different_sound(sounds / f"{number}.wav")
    index_folders(library, tone_embedder, [sounds])
    monkeypatch.setattr(describing, "GROUP_FILES", 1)
    return library


def said(window: Connection) -> list[Described]:
    messages = []
    while window.poll():
        messages.append(window.recv())
    return messages


def waiting(library: Library) -> int:
    return len(library.suggestions.never_described(library.listing().tolist()))


def test_the_window_is_told_of_every_file_that_is_described(
    listened: Library, window: tuple[Connection, Parent], tone_embedder: Embedder, network: Path
):
    here, parent = window
    pulse = Pulse()
    upkeep = DescribingUpkeep(parent, Agenda(), pulse)
    due_before = upkeep.is_due
    upkeep.work_through(listened, tone_embedder, network)
    assert (due_before, upkeep.is_due) == (True, False)
    assert not pulse.resting
    told = said(here)
    assert sum(one.files for one in told) == FILES
    assert told[-1].left == 0
    upkeep.work_through(listened, tone_embedder, network)  # nothing is left to be told of
    assert said(here) == []


def test_it_is_held_while_paused_and_ends_for_any_order(
    listened: Library, window: tuple[Connection, Parent], tone_embedder: Embedder, network: Path
):
    _, parent = window
    agenda = Agenda()
    upkeep = DescribingUpkeep(parent, agenda, Pulse())
    agenda.take(Pause())
    working = in_thread(lambda library: upkeep.work_through(library, tone_embedder, network), listened)
    working.join(0.05)
    assert working.is_alive()
    assert waiting(listened) == FILES
    agenda.take(Rescan(1, 1))
    wait_until(lambda: not working.is_alive())
    assert upkeep.is_due  # to be gone on with
    agenda.take_orders()
    agenda.take(Resume())
    upkeep.work_through(listened, tone_embedder, network)
    assert waiting(listened) == 0
    assert not upkeep.is_due


def test_it_gives_way_to_a_root_that_stirs(
    listened: Library, window: tuple[Connection, Parent], tone_embedder: Embedder, network: Path
):
    _, parent = window
    agenda = Agenda()
    agenda.stir(1, None)
    upkeep = DescribingUpkeep(parent, agenda, Pulse())
    upkeep.work_through(listened, tone_embedder, network)
    assert upkeep.is_due
    assert waiting(listened) == FILES


def test_what_failed_is_not_due_until_it_is_said_again(
    listened: Library, window: tuple[Connection, Parent], tone_embedder: Embedder, network: Path
):
    _, parent = window
    upkeep = DescribingUpkeep(parent, Agenda(), Pulse())
    listened.index_db.execute("PRAGMA query_only = ON")  # as on a disk that can no longer be written
    with pytest.raises(UnusableLibrary, match=INDEX_FILE):
        upkeep.work_through(listened, tone_embedder, network)
    assert not upkeep.is_due


def in_thread(work: Callable[[Library], None], library: Library) -> threading.Thread:
    """With a library of its own, as connections belong to threads."""

    def run() -> None:
        with Library(library.folder) as own:
            work(own)

    thread = threading.Thread(target=run)
    thread.start()
    return thread
