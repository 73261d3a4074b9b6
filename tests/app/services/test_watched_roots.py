"""What the window is told of how roots are watched, and what comes on the agenda."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services import watched_roots
from app.services.agenda import Agenda
from app.services.messages import Watching
from app.services.watched_roots import WatchedRoots
from engine.library_rows import Root
from engine.watching import Timing

DEADLINE_S = 20


class Parent:
    def __init__(self) -> None:
        self.told: list[dict[int, str]] = []
        self._news = threading.Condition()

    def send(self, answer: Watching) -> None:
        with self._news:
            self.told.append({state.root_id: state.how for state in answer.states})
            self._news.notify_all()

    def await_last(self, states: dict[int, str]) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self.told and self.told[-1] == states, DEADLINE_S), self.told


@pytest.fixture
def parent() -> Parent:
    return Parent()


@pytest.fixture
def agenda() -> Agenda:
    return Agenda()


@pytest.fixture
def watched(parent: Parent, agenda: Agenda, monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchedRoots]:
    monkeypatch.setattr(watched_roots, "TIMING", Timing(settle_s=0.1, longest_s=2.0, poll_s=0.1, probe_s=0.05))
    watched = WatchedRoots(parent, agenda)  # type: ignore[arg-type]
    yield watched
    watched.follow([])


def test_each_state_is_told_once_and_what_stirs_is_on_the_agenda(
    watched: WatchedRoots, parent: Parent, agenda: Agenda, sounds: Path, tmp_path: Path
):
    away = Root(2, tmp_path / "away", "offline")
    watched.follow([Root(1, sounds, "ok"), away, Root(3, tmp_path, "ok", paused=True)])
    parent.await_last({1: "events", 2: "offline", 3: "paused"})
    (sounds / "a.wav").write_bytes(b"x")
    stirred: dict = {}
    while stirred.get(1) != {Path("a.wav")}:
        assert agenda.await_work(at_hand=False)
        stirred |= agenda.take_stirred()
    assert stirred == {1: {Path("a.wav")}, 2: None}
    sounds.rename(tmp_path / "unplugged")
    parent.await_last({1: "offline", 2: "offline", 3: "paused"})
    watched.follow([away])
    parent.await_last({2: "offline"})
    assert len(parent.told) == len({str(states) for states in parent.told}), "none is told twice"


def test_a_library_without_roots_is_told_too(watched: WatchedRoots, parent: Parent):
    watched.follow([])
    assert parent.told == [{}]
