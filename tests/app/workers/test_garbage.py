from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.workers.garbage import GarbageCollection, collect_what_is_due


class Cycle:
    """Something that only the collector can free; it tells in which thread."""

    def __init__(self, freed_in: list[int]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: freed_in.append(threading.get_ident()))


@pytest.fixture
def collection(qtbot: QtBot) -> Iterator[GarbageCollection]:
    was_on = gc.isenabled()
    opened = GarbageCollection()
    yield opened
    opened.close()
    assert gc.isenabled()
    if not was_on:
        gc.disable()


def make_garbage(freed_in: list[int]) -> None:
    for _ in range(2 * gc.get_threshold()[0]):
        Cycle(freed_in)


def test_what_another_thread_leaves_is_collected_here(collection: GarbageCollection, qtbot: QtBot) -> None:
    freed_in: list[int] = []
    thread = threading.Thread(target=make_garbage, args=(freed_in,))
    thread.start()
    thread.join()
    assert not freed_in  # however much there was, it did nothing
    qtbot.waitUntil(lambda: len(freed_in) > 0)
    assert set(freed_in) == {threading.get_ident()}


def test_what_is_not_due_is_left_alone() -> None:
    gc.collect()
    freed_in: list[int] = []
    Cycle(freed_in)
    collect_what_is_due()
    assert not freed_in
    gc.collect()
    assert freed_in
