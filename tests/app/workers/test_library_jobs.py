"""Long work on files: beside the GUI thread, one piece after the other, and it can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.workers.library_jobs import LibraryJobs
from engine.errors import EngineError
from engine.exporting import GoOn
from engine.library import Library


@pytest.fixture
def jobs(tmp_path: Path, qtbot: QtBot) -> Iterator[LibraryJobs]:
    Library(tmp_path / "library").close()
    jobs = LibraryJobs(tmp_path / "library")
    yield jobs
    jobs.close()


def never(error: EngineError) -> None:
    raise AssertionError(str(error))


def test_work_is_done_elsewhere_and_its_outcome_arrives_here(jobs: LibraryJobs, qtbot: QtBot) -> None:
    outcomes: list[tuple[int, int]] = []
    here = threading.get_ident()

    def work(library: Library, go_on: GoOn) -> tuple[int, int]:
        return library.counts().files, threading.get_ident()

    jobs.run(work, outcomes.append, never)
    qtbot.waitUntil(lambda: bool(outcomes))
    assert outcomes[0][0] == 0
    assert outcomes[0][1] != here


def test_an_error_of_the_world_is_told(jobs: LibraryJobs, qtbot: QtBot) -> None:
    told: list[str] = []

    def untold(outcome: int) -> None:
        told.append("It was done.")

    def work(library: Library, go_on: GoOn) -> int:
        raise EngineError("The disk is full.")

    jobs.run(work, untold, lambda error: told.append(str(error)))
    qtbot.waitUntil(lambda: told == ["The disk is full."])


def test_progress_is_told_and_heeded(jobs: LibraryJobs, qtbot: QtBot) -> None:
    ended: list[int] = []
    seen: list[tuple[int, int]] = []

    def work(library: Library, go_on: GoOn) -> int:
        done = 0
        while go_on(done, 10**9):
            done += 1
        return done

    job = jobs.run(work, ended.append, never)
    job.progressed.connect(lambda done, total: seen.append((done, total)))
    qtbot.waitUntil(lambda: len(seen) > 1)
    assert not ended
    job.stop()
    qtbot.waitUntil(lambda: bool(ended))


def test_closing_ends_what_runs_and_drops_what_waits(jobs: LibraryJobs, qtbot: QtBot) -> None:
    begun, done = threading.Event(), []

    def work(library: Library, go_on: GoOn) -> None:
        while go_on(0, 1):
            begun.set()

    jobs.run(work, done.append, never)
    jobs.run(work, done.append, never)
    assert begun.wait(60)
    jobs.close()
    assert done == []


def test_what_needs_no_library_waits_for_no_work(jobs: LibraryJobs, qtbot: QtBot) -> None:
    answers: list[str] = []
    job = jobs.run(lambda library, go_on: _until_stopped(go_on), answers.append, never)
    jobs.look(lambda: "looked", answers.append)
    qtbot.waitUntil(lambda: answers == ["looked"])
    job.stop()
    qtbot.waitUntil(lambda: answers == ["looked", "stopped"])


def _until_stopped(go_on: GoOn) -> str:
    while go_on(0, 1):
        pass
    return "stopped"
