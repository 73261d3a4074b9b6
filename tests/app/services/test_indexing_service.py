"""The indexing service with its real child: runs, pauses, crashes, files that kill their decoder, roots that change."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.indexing_service import FATAL_FILE, NICENESS, IndexingService
from app.services.messages import (
    Described,
    Failure,
    FileFailed,
    IndexFinished,
    Progress,
    Ready,
    RootInDoubt,
    RootsChanged,
    RootsInDoubt,
    Stored,
    Watching,
)
from engine.library import Library
from engine.library_rows import AudioFile
from engine.tag_examples import TagExample
from tests.app.service_children import (
    Heard,
    is_running,
    serve_indexing_at_short_notice,
    serve_indexing_with_bad_decoder,
    wait_until,
)
from tests.tones import write_different_sound

QUIET_S = 1.5  # a run that is not paused tells of itself three times meanwhile
FILES = 800
PER_ROOT = 120

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")

Start = Callable[..., IndexingService]


@pytest.fixture
def start(tmp_path: Path, network: Path, heard: Heard, capfd: pytest.CaptureFixture[str]) -> Iterator[Start]:
    """Nothing that it starts may print anything."""
    services = []

    def start(**options: object) -> IndexingService:
        service = IndexingService(
            tmp_path / "library",
            network,
            on_answer=heard.answers.append,
            on_trouble=heard.troubles.append,
            **{"hang_s": 120.0, **options},  # type: ignore[arg-type]  # slow is not hanging
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
    assert capfd.readouterr() == ("", "")


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
    service = start(workers=2, target=serve_indexing_with_bad_decoder, hang_s=8.0)
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
    whole = {
        path: path.read_bytes() for path in map(write_different_sound, (sounds / "broken.wav", sounds / "bad.wav"))
    }
    for path, content in whole.items():
        path.write_bytes(bytes(len(content)))
    other = tmp_path / "other"
    write_different_sound(other / "two.wav")
    service = start()
    service.pause()
    first, wrong, second = service.index([sounds]), service.index([tmp_path / "nothing"]), service.index([other])
    assert "nothing" in heard.await_one(Failure).sentence
    assert heard.of(IndexFinished) == []
    service.resume()
    wait_until(lambda: {first, second} <= {number for done in heard.of(IndexFinished) for number in done.numbers})
    assert heard.of(Failure)[0].number == wrong
    assert stored_names(tmp_path / "library") == {"one.wav", "two.wav"}
    assert "root number 99" in heard.await_one(Failure, service.rescan(99)).sentence

    # files that changed without their size and time telling are tried again when that is asked for
    for path, content in whole.items():
        before = path.stat()
        path.write_bytes(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert heard.await_one(IndexFinished, service.rescan(1)).unreadable == 2
    finished = heard.await_one(IndexFinished, service.retry([sounds / "broken.wav"]))
    assert (finished.embedded, finished.unreadable) == (1, 1)
    finished = heard.await_one(IndexFinished, service.index(retry=True))
    assert (finished.embedded, finished.unreadable) == (1, 0)
    assert heard.troubles == []


# --- roots ------------------------------------------------------------------------------------------------------------


def files_of(library: Path) -> dict[str, AudioFile]:
    """All files of all roots by name."""
    with Library(library, read_only=True) as opened:
        return {file.path.name: file for root in opened.roots() for file in opened.files_under(root.id)}


def root_ids(library: Path) -> dict[str, int]:
    with Library(library, read_only=True) as opened:
        return {root.path.name: root.id for root in opened.roots()}


def write_sounds(folder: Path, count: int, seconds: float = 0.5) -> set[str]:
    return {write_different_sound(folder / f"{folder.name} {n}.wav", seconds).name for n in range(count)}


def test_roots_are_removed_and_paused_in_the_middle_of_a_run_and_a_kill_leaves_nothing_undone(
    start: Start, heard: Heard, tmp_path: Path
):
    library = tmp_path / "library"
    names = {name: write_sounds(tmp_path / name, PER_ROOT, seconds=1.0) for name in ("first", "second", "third")}
    service = start(workers=1, target=serve_indexing_at_short_notice)
    number = service.index([tmp_path / name for name in names])
    assert heard.await_one(RootsChanged, number)  # at once, long before anything was heard
    assert heard.of(IndexFinished) == []
    wait_until(lambda: heard.of(Stored), explain=lambda: str(heard))
    service.pause()
    await_quiet(heard)
    stored = stored_names(library)
    assert stored < names["first"], "or this test proves nothing"
    ids = root_ids(library)

    # orders about roots are obeyed though the run is held
    answers = [service.remove_root(ids["first"]), service.pause_root(ids["second"], True)]
    for answer in answers:
        heard.await_one(RootsChanged, answer)
    assert heard.of(IndexFinished) == []
    assert root_ids(library).keys() == {"second", "third"}
    assert {state.folder.name: state.how for state in heard.of(Watching)[-1].states} == {
        "second": "paused",
        "third": "events",
    }

    # the run goes on with the root that is left
    service.resume()
    assert heard.await_one(IndexFinished, number).embedded >= PER_ROOT + len(stored)
    assert stored_names(library) == names["third"]

    # the other makes up for it when it is no longer paused; killed meanwhile, the service goes on unasked
    runs = len(heard.of(IndexFinished))
    service.pause_root(ids["second"], False)
    wait_until(lambda: stored_names(library) - names["third"], explain=lambda: str(heard))
    assert service.pid is not None
    os.kill(service.pid, signal.SIGKILL)
    assert not names["second"] <= stored_names(library), "or this test proves nothing"
    wait_until(lambda: len(heard.of(IndexFinished)) > runs, explain=lambda: str(heard))
    wait_until(lambda: stored_names(library) == names["second"] | names["third"], explain=lambda: str(heard))
    assert len(heard.troubles) == 1
    assert heard.of(Failure) == []
    wait_until(lambda: has_graph(library), explain=lambda: str(heard))


def has_graph(library: Path) -> bool:
    with Library(library, read_only=True) as opened:
        return opened.index_db.first("SELECT id FROM graph WHERE state = 'ready'") is not None


def test_what_happens_in_a_watched_folder_is_taken_over_and_a_root_that_goes_loses_nothing(
    start: Start, heard: Heard, sounds: Path, tmp_path: Path
):
    library = tmp_path / "library"
    write_sounds(sounds, 40)
    service = start(target=serve_indexing_at_short_notice)
    heard.await_one(IndexFinished, service.index([sounds]))
    (root_id,) = root_ids(library).values()
    before = files_of(library)
    with Library(library) as opened:
        opened.add_tag([before["sounds 7.wav"].id], "kept")

    # added, changed, renamed, deleted
    write_different_sound(sounds / "sub" / "new.wav")
    write_different_sound(sounds / "sounds 1.wav", seconds=0.7)
    (sounds / "sounds 2.wav").rename(sounds / "renamed.wav")
    (sounds / "sounds 3.wav").unlink()
    wait_until(
        lambda: (
            (files := files_of(library)).keys() >= {"new.wav", "renamed.wav"}
            and files["sounds 1.wav"].duration_s == 0.7
            and files["sounds 3.wav"].state == "missing"
        ),
        explain=lambda: str(heard),
    )
    assert files_of(library)["renamed.wav"].id == before["sounds 2.wav"].id
    wait_until(lambda: sum(stored.files for stored in heard.of(Stored)) >= 44, explain=lambda: str(heard))

    # out of reach, and back
    known = files_of(library)
    sounds.rename(tmp_path / "unplugged")
    wait_until(lambda: heard.of(Watching)[-1].states[0].how == "offline", explain=lambda: str(heard))
    wait_until(lambda: not is_online(library), explain=lambda: str(heard))
    assert files_of(library) == known
    confirmed = service.confirm_gone(root_id)
    assert "out of reach, so nothing of it counts as deleted" in heard.await_one(Failure, confirmed).sentence
    (tmp_path / "unplugged").rename(sounds)
    wait_until(lambda: is_online(library), explain=lambda: str(heard))
    assert files_of(library) == known

    # moved to another place
    sounds.rename(tmp_path / "elsewhere")
    wait_until(lambda: not is_online(library), explain=lambda: str(heard))
    heard.await_one(RootsChanged, service.move_root(root_id, tmp_path / "elsewhere"))
    wait_until(lambda: is_online(library), explain=lambda: str(heard))
    assert {name: file.id for name, file in files_of(library).items()} == {name: known[name].id for name in known}
    assert {file.path.parent for file in files_of(library).values()} == {
        tmp_path / "elsewhere",
        tmp_path / "elsewhere/sub",
    }

    # most of it deleted: that is believed when a person says so
    for number in range(10, 40):
        (tmp_path / f"elsewhere/sounds {number}.wav").unlink()
    in_doubt = RootInDoubt(root_id, tmp_path / "elsewhere", 30)
    wait_until(lambda: heard.of(RootsInDoubt)[-1:] == [RootsInDoubt((in_doubt,))], explain=lambda: str(heard))
    assert [file.state for file in files_of(library).values()].count("ok") == 40
    heard.await_one(IndexFinished, service.confirm_gone(root_id))
    assert heard.of(RootsInDoubt)[-1] == RootsInDoubt(())
    states = [file.state for file in files_of(library).values()]
    assert (states.count("ok"), states.count("missing")) == (10, 31)
    assert is_online(library)
    with Library(library, read_only=True) as opened:
        assert opened.tags_of(before["sounds 7.wav"].id) == ["kept"]
    assert heard.troubles == []


def test_tags_are_suggested_when_all_is_heard_and_again_when_examples_are_given(
    start: Start, heard: Heard, sounds: Path, tmp_path: Path
):
    for number in range(20):
        write_different_sound(sounds / f"{number}.wav")
    service = start()
    heard.await_one(IndexFinished, service.index([sounds]))
    wait_until(lambda: described(heard) == 20, explain=lambda: str(heard))
    with Library(tmp_path / "library", reconcile=False) as library:
        ids = library.listing().tolist()
        assert all(library.caption_is_suggested(file_id) for file_id in ids)
        library.tag_examples.give("mine", likes=[TagExample(ids[0])])
    service.describe()
    wait_until(lambda: described(heard) == 40, explain=lambda: str(heard))
    assert heard.of(Described)[-1].left == 0
    assert heard.troubles == []


def described(heard: Heard) -> int:
    return sum(message.files for message in heard.of(Described))


def is_online(library: Path) -> bool:
    with Library(library, read_only=True) as opened:
        (root,) = opened.roots()
        return root.online
