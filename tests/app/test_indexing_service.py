"""The indexing service with its real child: runs, pauses, crashes, and files that kill their decoder."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.indexing_service import FATAL_FILE, NICENESS, IndexingService
from app.messages import Failure, FileFailed, IndexFinished, Progress, Ready
from engine.library import Library
from tests.app.service_children import Heard, is_running, serve_indexing_with_bad_decoder, wait_until
from tests.tones import write_different_sound

QUIET_S = 1.5  # a run that is not paused tells of itself three times meanwhile
FILES = 800

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")

Start = Callable[..., IndexingService]


@pytest.fixture
def start(tmp_path: Path, network: Path, heard: Heard) -> Iterator[Start]:
    services = []

    def start(**options: object) -> IndexingService:
        service = IndexingService(
            tmp_path / "library",
            network,
            on_answer=heard.answers.append,
            on_trouble=heard.troubles.append,
            **options,  # type: ignore[arg-type]
        )
        service.start()
        services.append(service)
        return service

    yield start
    for service in services:
        pid = service.pid
        started = time.monotonic()
        service.stop()
        assert time.monotonic() - started < 15  # under 3 s on a quiet machine
        assert pid is None or not is_running(pid)


def stored_names(library: Path) -> set[str]:
    with Library(library, read_only=True) as opened:
        return {file.path.name for root in opened.roots() for file in opened.files_under(root.id) if file.state == "ok"}


def test_a_run_is_paused_killed_and_finished_with_nothing_lost(
    start: Start, heard: Heard, sounds: Path, tmp_path: Path
):
    library = tmp_path / "library"
    names = {write_different_sound(sounds / f"{number}.wav", seconds=1.0).name for number in range(FILES)}
    service = start(workers=1)
    number = service.index([sounds])
    assert heard.await_one(Ready).network == "small"
    wait_until(lambda: any(progress.files_done for progress in heard.of(Progress)), explain=lambda: str(heard))
    assert service.pid is not None
    assert os.getpriority(os.PRIO_PROCESS, service.pid) >= min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)

    service.pause()
    await_quiet(heard)
    stored = stored_names(library)
    assert stored
    assert stored < names
    assert heard.of(IndexFinished) == []

    os.kill(service.pid, signal.SIGKILL)
    (trouble,) = heard.await_troubles(1)
    assert trouble.startswith("The indexing process ended unexpectedly (SIGKILL); it is started again")
    wait_until(lambda: len(heard.of(Ready)) == 2)
    await_quiet(heard)
    assert stored_names(library) == stored  # the new child is paused as the old one was

    service.set_workers(2)
    service.resume()
    finished = heard.await_one(IndexFinished)
    assert finished.numbers == (number,)
    assert (finished.files, finished.embedded, finished.unreadable) == (FILES, FILES - len(stored), 0)
    assert stored_names(library) == names
    assert heard.of(FileFailed) == []  # a kill from outside makes no file guilty


def await_quiet(heard: Heard) -> None:
    """Until nothing was said for so long."""
    said, since = -1, time.monotonic()

    def is_quiet() -> bool:
        nonlocal said, since
        if len(heard.answers) != said:
            said, since = len(heard.answers), time.monotonic()
        return time.monotonic() - since > QUIET_S

    wait_until(is_quiet, 30.0)


def test_files_that_kill_or_stop_their_decoder_are_quarantined_and_no_others(
    start: Start, heard: Heard, sounds: Path, tmp_path: Path
):
    good = {write_different_sound(sounds / name).name for name in ("a.wav", "embers.wav", "far.flac", "z.wav")}
    fatal = write_different_sound(sounds / "fatal.wav")
    endless = write_different_sound(sounds / "endless.wav")
    service = start(workers=2, target=serve_indexing_with_bad_decoder, hang_s=4.0)
    finished = heard.await_one(IndexFinished, service.index([sounds]))
    assert {failed.path for failed in heard.of(FileFailed)} == {fatal, endless}
    assert stored_names(tmp_path / "library") == good
    assert (finished.files, finished.unreadable) == (4, 2)
    with Library(tmp_path / "library", read_only=True) as library:
        assert {file.path: file.reason for file in library.unreadable()} == {fatal: FATAL_FILE, endless: FATAL_FILE}
    troubles = list(heard.troubles)
    assert any("(SIGSEGV)" in trouble for trouble in troubles)
    assert any("did not respond" in trouble for trouble in troubles)

    # the next run knows them, and needs no more victims
    again = heard.await_one(IndexFinished, service.index())
    assert (again.embedded, again.unreadable) == (0, 2)
    assert heard.troubles == troubles


def test_several_requests_and_what_cannot_be_done(start: Start, heard: Heard, sounds: Path, tmp_path: Path):
    write_different_sound(sounds / "one.wav")
    broken = write_different_sound(sounds / "broken.wav")
    sound = broken.read_bytes()
    broken.write_bytes(bytes(len(sound)))
    other = tmp_path / "other"
    write_different_sound(other / "two.wav")
    service = start()
    service.pause()
    first, wrong, second = service.index([sounds]), service.index([tmp_path / "nothing"]), service.index([other])
    service.resume()
    assert "nothing" in heard.await_one(Failure).sentence
    wait_until(lambda: {first, second} <= {number for done in heard.of(IndexFinished) for number in done.numbers})
    assert heard.of(Failure)[0].number == wrong
    assert stored_names(tmp_path / "library") == {"one.wav", "two.wav"}

    # a file that changed without its size and time telling is tried again when that is asked for
    before = broken.stat()
    broken.write_bytes(sound)
    os.utime(broken, ns=(before.st_atime_ns, before.st_mtime_ns))
    finished = heard.await_one(IndexFinished, service.index(retry=True))
    assert finished.unreadable == 0
    assert heard.troubles == []
