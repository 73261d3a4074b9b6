"""When a Watcher asks for a scan: real folders, real observers, short patience."""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from engine.library_rows import Root
from engine.scanning import Touched, list_audio
from engine.watching import MOST_TOUCHED, Timing, Watcher, WatchState, _Hints, would_be_scanned

DEADLINE_S = 20
QUICK = Timing(settle_s=0.3, longest_s=5.0, poll_s=0.1, probe_s=0.05, recheck_s=600.0)
SLOW_WRITE_S = 0.1  # between two pieces of a file
PATIENT = replace(QUICK, settle_s=10 * SLOW_WRITE_S, longest_s=30.0)

needs_inotify = pytest.mark.skipif(not Path("/proc/sys/fs/inotify").is_dir(), reason="needs Linux")

# told to stop while it takes up a new folder, watchdog's thread dies of the closed descriptor instead of ending
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class Reports:
    """What the watcher reported, each time with what a scan would have found just then."""

    def __init__(self) -> None:
        self.folders: dict[int, Path] = {}
        self.seen: list[tuple[int, dict[Path, int]]] = []  # root, and sizes of its files
        self.touched: list[Touched] = []
        self._news = threading.Condition()

    def take(self, root_id: int, touched: Touched) -> None:
        try:
            files = {path: stat.size for path, stat in list_audio(self.folders[root_id]).files.items()}
        except OSError:
            files = {}
        with self._news:
            self.seen.append((root_id, files))
            self.touched.append(touched)
            self._news.notify_all()

    def wait_for(self, count: int) -> dict[Path, int]:
        """What the newest report saw, once there have been `count`."""
        self.wait_until(lambda: len(self.seen) >= count)
        assert len(self.seen) == count
        return self.seen[-1][1]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(condition, DEADLINE_S)


@pytest.fixture
def reports(sounds: Path) -> Reports:
    reports = Reports()
    reports.folders[1] = sounds
    return reports


def write_slowly(path: Path, pieces: int) -> None:
    """1000 bytes a piece, each on disk at once."""
    with path.open("wb", buffering=0) as file:
        for _ in range(pieces):
            file.write(b"x" * 1000)
            time.sleep(SLOW_WRITE_S)


@pytest.fixture
def watcher(reports: Reports) -> Iterator[Watcher]:
    with Watcher(reports.take, timing=QUICK) as watcher:
        yield watcher


@pytest.fixture
def watched(watcher: Watcher, reports: Reports, sounds: Path) -> Watcher:
    """Root 1 is `sounds`, and has been reported once."""
    watcher.watch(1, sounds)
    reports.wait_for(1)
    return watcher


def let_another_root_settle_twice(watcher: Watcher, reports: Reports, folder: Path) -> None:
    """Time enough for whatever began before to have been reported too."""
    folder.mkdir()
    reports.folders[99] = folder
    watcher.watch(99, folder)
    reports.wait_until(lambda: (99, {}) in reports.seen)
    (folder / "1.wav").write_bytes(b"x")
    reports.wait_until(lambda: any(len(files) == 1 for root_id, files in reports.seen if root_id == 99))
    (folder / "2.wav").write_bytes(b"x")
    reports.wait_until(lambda: any(len(files) == 2 for root_id, files in reports.seen if root_id == 99))


def state_of(watcher: Watcher, root_id: int = 1) -> WatchState:
    (state,) = [state for state in watcher.states() if state.root_id == root_id]
    return state


def wait_for_state(watcher: Watcher, how: str) -> WatchState:
    deadline = time.monotonic() + DEADLINE_S
    while state_of(watcher).how != how:
        assert time.monotonic() < deadline, state_of(watcher)
        time.sleep(0.01)
    return state_of(watcher)


def on_network(folder: Path, proc: Path) -> Path:
    """A /proc in which `folder` is on a server."""
    proc.mkdir()
    (proc / "mounts").write_text(f"nas:/x {folder} nfs4 rw 0 0\n")
    return proc


class TestWhatHappensToFiles:
    def test_a_root_is_reported_when_watching_begins_for_nobody_looked_before(self, watched: Watcher, sounds: Path):
        assert watched.states() == [WatchState(1, sounds, "events", "")]

    def test_created_rewritten_renamed_and_deleted_are_reported_once_each(
        self, watched: Watcher, reports: Reports, sounds: Path
    ):
        (sounds / "a.wav").write_bytes(b"x")
        assert reports.wait_for(2) == {Path("a.wav"): 1}
        (sounds / "a.wav").write_bytes(b"xyz")
        assert reports.wait_for(3) == {Path("a.wav"): 3}
        (sounds / "a.wav").rename(sounds / "b.wav")
        assert reports.wait_for(4) == {Path("b.wav"): 3}
        (sounds / "b.wav").unlink()
        assert reports.wait_for(5) == {}

    def test_a_folder_moved_in_and_out_again(self, watched: Watcher, reports: Reports, sounds: Path, tmp_path: Path):
        (tmp_path / "pack").mkdir()
        (tmp_path / "pack/a.wav").write_bytes(b"x")
        (tmp_path / "pack").rename(sounds / "pack")
        assert reports.wait_for(2) == {Path("pack/a.wav"): 1}
        (sounds / "pack").rename(tmp_path / "pack")
        assert reports.wait_for(3) == {}

    def test_a_file_written_in_pieces_is_reported_once_and_whole(self, reports: Reports, sounds: Path):
        with Watcher(reports.take, timing=PATIENT) as watcher:
            watcher.watch(1, sounds)
            reports.wait_for(1)
            write_slowly(sounds / "a.wav", pieces=12)
            assert reports.wait_for(2) == {Path("a.wav"): 12_000}

    @needs_inotify
    def test_one_written_through_memory_is_waited_for_though_that_is_not_announced(
        self, reports: Reports, sounds: Path
    ):
        times = set()
        with Watcher(reports.take, timing=PATIENT) as watcher:
            watcher.watch(1, sounds)
            reports.wait_for(1)
            with (sounds / "a.wav").open("w+b") as file:
                file.truncate(15 * mmap.PAGESIZE)  # announced, as all writing would be
                with mmap.mmap(file.fileno(), 0) as memory:
                    for page in range(15):
                        memory[page * mmap.PAGESIZE] = 1
                        memory.flush()
                        times.add(os.fstat(file.fileno()).st_mtime_ns)
                        time.sleep(SLOW_WRITE_S)
                    reported = len(reports.seen)
            if len(times) == 1:
                pytest.skip("this file system keeps quiet about it")
            assert reported == 1
            reports.wait_for(2)

    def test_one_that_is_written_without_end_is_reported_all_the_same(self, reports: Reports, sounds: Path):
        enough = threading.Event()

        def write_on_and_on() -> None:
            with (sounds / "a.wav").open("wb", buffering=0) as file:
                while not enough.wait(0.01):
                    file.write(b"x")

        with Watcher(reports.take, timing=replace(PATIENT, longest_s=1.5)) as watcher:
            watcher.watch(1, sounds)
            reports.wait_for(1)
            writer = threading.Thread(target=write_on_and_on)
            writer.start()
            try:
                assert reports.wait_for(2)
            finally:
                enough.set()
                writer.join()

    def test_a_storm_of_files_is_a_few_reports_and_the_last_one_saw_everything(
        self, watched: Watcher, reports: Reports, sounds: Path
    ):
        for number in range(2000):
            path = sounds / f"{number % 50}" / f"{number}.wav"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"x")
        reports.wait_until(lambda: len(reports.seen[-1][1]) == 2000)
        assert len(reports.seen) <= 4

    def test_temporary_files_call_for_no_report(self, watched: Watcher, reports: Reports, sounds: Path, tmp_path: Path):
        (sounds / "take.wav.part").write_bytes(b"x")
        (sounds / ".hidden").mkdir()
        (sounds / ".hidden/take.wav").write_bytes(b"x")
        let_another_root_settle_twice(watched, reports, tmp_path / "another")
        assert [root_id for root_id, _ in reports.seen].count(1) == 1

    def test_what_a_scan_passes_over_is_passed_over_here(self, sounds: Path):
        names = [
            *("a.wav", "b.FLAC", "deep/er/c.Mp3", "Vol. 1/d.ogg", "e.wav/f.wav", "lost+found.wav"),
            *("._a.wav", ".b.wav", ".trash/c.wav", "d.wav.part", "e.wav.tmp", "f.wav.crdownload", "notes.txt"),
            *("@eaDir/g.wav", "deep/$RECYCLE.BIN/h.wav", "deep/.git/i/j.wav", "wav"),
        ]
        for name in names:
            (sounds / name).parent.mkdir(parents=True, exist_ok=True)
            (sounds / name).write_bytes(b"x")
        concerned = {Path(name) for name in names if would_be_scanned(sounds, sounds / name, False)}
        assert concerned == set(list_audio(sounds).files)
        assert len(concerned) == 6

    def test_folders_count_whatever_their_name_unless_they_are_hidden(self, sounds: Path):
        assert would_be_scanned(sounds, sounds, True)
        assert would_be_scanned(sounds, sounds / "Vol. 1", True)
        assert not would_be_scanned(sounds, sounds / ".git", True)
        assert not would_be_scanned(sounds, sounds / "@eaDir/x", True)


class TestWhatWasTouched:
    def test_when_watching_begins_it_is_all_of_the_root(self, watched: Watcher, reports: Reports):
        assert reports.touched == [None]

    @needs_inotify
    def test_then_it_is_the_paths_that_were_announced_below_the_root(
        self, watched: Watcher, reports: Reports, sounds: Path, tmp_path: Path
    ):
        (sounds / "a.wav").write_bytes(b"x")
        reports.wait_for(2)
        assert reports.touched[-1] == {Path("a.wav")}
        (sounds / "a.wav").rename(sounds / "b.wav")
        reports.wait_for(3)
        assert reports.touched[-1] == {Path("a.wav"), Path("b.wav")}
        (tmp_path / "pack").mkdir()
        (tmp_path / "pack/c.wav").write_bytes(b"x")
        (tmp_path / "pack").rename(sounds / "pack")
        reports.wait_for(4)
        assert reports.touched[-1] is not None
        assert Path("pack") in reports.touched[-1]
        (sounds / "pack").rename(tmp_path / "pack")
        reports.wait_for(5)
        assert reports.touched[-1] == {Path("pack")}

    def test_more_than_can_be_listed_is_all_of_the_root(self, watched: Watcher, reports: Reports, sounds: Path):
        for number in range(MOST_TOUCHED + 1):
            (sounds / f"{number}.wav").write_bytes(b"x")
        reports.wait_until(lambda: len(reports.seen[-1][1]) == MOST_TOUCHED + 1)
        assert reports.touched[-1] is None
        (sounds / "one.wav").write_bytes(b"x")
        reports.wait_until(lambda: len(reports.seen[-1][1]) == MOST_TOUCHED + 2)
        assert reports.touched[-1] is not None

    def test_where_nothing_is_announced_it_is_always_all_of_the_root(
        self, reports: Reports, sounds: Path, tmp_path: Path
    ):
        with Watcher(reports.take, timing=QUICK, proc=on_network(sounds, tmp_path / "proc")) as watcher:
            watcher.watch(1, sounds)
            reports.wait_for(1)
            (sounds / "a.wav").write_bytes(b"x")
            reports.wait_for(2)
        assert reports.touched == [None, None]

    def test_what_comes_after_the_last_look_waits_for_the_next(self, sounds: Path):
        stirred = threading.Event()
        hints = _Hints(sounds, stirred)
        hints.take(sounds / "a.wav", False)
        hints.look()
        hints.take(sounds / "b.wav", False)
        assert hints.take_settled() == {Path("a.wav")}
        assert stirred.is_set(), "b.wav asks for another look"
        hints.look()
        assert hints.take_settled() == {Path("b.wav")}
        assert hints.take_settled() == frozenset()

    def test_the_root_itself_and_what_the_system_spells_otherwise_is_all_of_the_root(
        self, sounds: Path, tmp_path: Path
    ):
        for path in (sounds, tmp_path / "SOUNDS" / "a.wav"):
            hints = _Hints(sounds, threading.Event())
            hints.take(path, True)
            hints.look()
            assert hints.take_settled() is None


class TestRootsThatGo:
    def test_deleted_is_offline_and_back_is_watched_as_before(self, watched: Watcher, reports: Reports, sounds: Path):
        (sounds / "a.wav").write_bytes(b"x")
        assert reports.wait_for(2)
        shutil.rmtree(sounds)
        assert wait_for_state(watched, "offline").reason.startswith(f"{sounds} is out of reach")
        reports.wait_until(lambda: not reports.seen[-1][1])
        sounds.mkdir()
        wait_for_state(watched, "events")
        (sounds / "b.wav").write_bytes(b"x")
        reports.wait_until(lambda: reports.seen[-1][1] == {Path("b.wav"): 1})

    def test_moved_away_and_back(self, watched: Watcher, reports: Reports, sounds: Path, tmp_path: Path):
        sounds.rename(tmp_path / "unplugged")
        wait_for_state(watched, "offline")
        (tmp_path / "unplugged/a.wav").write_bytes(b"x")
        (tmp_path / "unplugged").rename(sounds)
        reports.wait_until(lambda: reports.seen[-1][1] == {Path("a.wav"): 1})
        assert state_of(watched).how == "events"

    def test_another_folder_in_its_place_is_watched_in_its_place(
        self, watched: Watcher, reports: Reports, sounds: Path, tmp_path: Path
    ):
        (tmp_path / "other").mkdir()
        (tmp_path / "other/b.wav").write_bytes(b"x")
        sounds.rename(tmp_path / "old")
        (tmp_path / "other").rename(sounds)
        reports.wait_until(lambda: reports.seen[-1][1] == {Path("b.wav"): 1})
        wait_for_state(watched, "events")
        (sounds / "c.wav").write_bytes(b"x")
        reports.wait_until(lambda: len(reports.seen[-1][1]) == 2)

    def test_one_that_is_not_there_at_first_is_reported_once_and_looked_for(
        self, watcher: Watcher, reports: Reports, tmp_path: Path
    ):
        reports.folders[2] = tmp_path / "later"
        watcher.watch(2, tmp_path / "later")
        let_another_root_settle_twice(watcher, reports, tmp_path / "another")
        assert state_of(watcher, 2).how == "offline"
        (tmp_path / "later").mkdir()
        reports.wait_until(lambda: reports.seen[-1][0] == 2)
        assert state_of(watcher, 2).how == "events"
        assert [root_id for root_id, _ in reports.seen].count(2) == 2

    def test_one_that_goes_leaves_the_others_watched(
        self, watched: Watcher, reports: Reports, sounds: Path, tmp_path: Path
    ):
        reports.folders[2] = tmp_path / "second"
        (tmp_path / "second").mkdir()
        watched.watch(2, tmp_path / "second")
        reports.wait_for(2)
        sounds.rmdir()
        reports.wait_for(3)
        (tmp_path / "second/a.wav").write_bytes(b"x")
        reports.wait_until(lambda: reports.seen[-1] == (2, {Path("a.wav"): 1}))
        assert [state.how for state in watched.states()] == ["offline", "events"]


class TestPolling:
    @pytest.fixture
    def polled(self, reports: Reports, sounds: Path, tmp_path: Path) -> Iterator[Watcher]:
        with Watcher(reports.take, timing=QUICK, proc=on_network(sounds, tmp_path / "proc")) as watcher:
            watcher.watch(1, sounds)
            reports.wait_for(1)
            yield watcher

    def test_the_state_says_in_one_sentence_why_and_how_often(self, polled: Watcher):
        assert state_of(polled).how == "polling"
        assert state_of(polled).reason == (
            "Changes on a network or shared drive (nfs4) are not announced,"
            " so Earmark looks through this folder every 0.1 s."
        )

    def test_created_changed_and_deleted_are_reported(self, polled: Watcher, reports: Reports, sounds: Path):
        (sounds / "a.wav").write_bytes(b"x")
        assert reports.wait_for(2) == {Path("a.wav"): 1}
        (sounds / "a.wav").write_bytes(b"xyz")
        assert reports.wait_for(3) == {Path("a.wav"): 3}
        (sounds / "a.wav").unlink()
        assert reports.wait_for(4) == {}

    def test_a_file_that_grows_is_waited_for(self, reports: Reports, sounds: Path, tmp_path: Path):
        timing = replace(PATIENT, settle_s=5 * SLOW_WRITE_S)
        with Watcher(reports.take, timing=timing, proc=on_network(sounds, tmp_path / "proc")) as watcher:
            watcher.watch(1, sounds)
            reports.wait_for(1)
            write_slowly(sounds / "a.wav", pieces=10)
            assert reports.wait_for(2) == {Path("a.wav"): 10_000}

    def test_where_nothing_changes_nothing_is_reported(
        self, polled: Watcher, reports: Reports, sounds: Path, tmp_path: Path
    ):
        let_another_root_settle_twice(polled, reports, tmp_path / "another")
        assert [root_id for root_id, _ in reports.seen].count(1) == 1

    def test_a_server_that_drops_is_offline_and_its_return_is_noticed(
        self, polled: Watcher, reports: Reports, sounds: Path, tmp_path: Path
    ):
        sounds.rename(tmp_path / "dropped")
        wait_for_state(polled, "offline")
        (tmp_path / "dropped").rename(sounds)
        wait_for_state(polled, "polling")
        (sounds / "a.wav").write_bytes(b"x")
        reports.wait_until(lambda: reports.seen[-1][1] == {Path("a.wav"): 1})

    def test_a_root_that_the_system_will_not_watch_is_polled(self, reports: Reports, sounds: Path):
        def none_left() -> BaseObserver:
            raise OSError(errno.EMFILE, "inotify instance limit reached")

        with Watcher(reports.take, timing=QUICK, make_observer=none_left) as watcher:
            watcher.watch(1, sounds)
            reports.wait_for(1)
            assert "max_user_instances" in state_of(watcher).reason
            (sounds / "a.wav").write_bytes(b"x")
            assert reports.wait_for(2) == {Path("a.wav"): 1}

    def test_it_is_tried_again_whether_the_system_will_by_now(self, reports: Reports, sounds: Path):
        refusals = iter([True])

        def none_left_at_first() -> BaseObserver:
            if next(refusals, False):
                raise OSError(errno.ENOSPC, "inotify watch limit reached")
            return Observer()

        timing = Timing(settle_s=0.1, poll_s=0.05, probe_s=0.05, recheck_s=0.5)
        with Watcher(reports.take, timing=timing, make_observer=none_left_at_first) as watcher:
            watcher.watch(1, sounds)
            assert "max_user_watches" in wait_for_state(watcher, "polling").reason
            assert wait_for_state(watcher, "events").reason == ""


class TestSupervision:
    def test_an_observer_that_dies_is_replaced_and_what_it_missed_is_reported(self, reports: Reports, sounds: Path):
        observers: list[BaseObserver] = []

        def make_observer() -> BaseObserver:
            observers.append(Observer())
            return observers[-1]

        with Watcher(reports.take, timing=QUICK, make_observer=make_observer) as watcher:
            watcher.watch(1, sounds)
            reports.wait_for(1)
            observers[0].stop()
            (sounds / "a.wav").write_bytes(b"x")
            reports.wait_until(lambda: reports.seen[-1][1] == {Path("a.wav"): 1})
            assert len(observers) == 2

    def test_a_root_in_which_nothing_seems_to_happen_is_reported_now_and_then(self, reports: Reports, sounds: Path):
        with Watcher(reports.take, timing=Timing(probe_s=0.05, recheck_s=0.1)) as watcher:
            watcher.watch(1, sounds)
            reports.wait_until(lambda: len(reports.seen) >= 3)


class TestStartingAndStopping:
    def test_a_paused_root_says_so_and_makes_up_for_it_when_resumed(
        self, watched: Watcher, reports: Reports, sounds: Path
    ):
        watched.pause(1, sounds)
        watched.pause(1, sounds)
        assert watched.states() == [WatchState(1, sounds, "paused", "")]
        (sounds / "a.wav").write_bytes(b"x")
        watched.watch(1, sounds)
        assert reports.wait_for(2) == {Path("a.wav"): 1}
        (sounds / "b.wav").write_bytes(b"x")
        assert len(reports.wait_for(3)) == 2

    def test_following_roots_watches_those_and_no_others(
        self, watcher: Watcher, reports: Reports, sounds: Path, tmp_path: Path
    ):
        other = tmp_path / "other"
        other.mkdir()
        reports.folders |= {2: other, 3: other}
        first, second = Root(1, sounds, "ok"), Root(2, other, "ok", paused=True)
        watcher.follow([first, second])
        reports.wait_for(1)
        assert [(state.root_id, state.how) for state in watcher.states()] == [(1, "events"), (2, "paused")]
        watcher.follow([first, second])  # which changes nothing
        watcher.follow([first, Root(2, other, "ok")])
        reports.wait_for(2)
        assert [state.how for state in watcher.states()] == ["events", "events"]
        reports.folders[1] = tmp_path / "moved"
        sounds.rename(tmp_path / "moved")
        watcher.follow([Root(1, tmp_path / "moved", "ok"), Root(3, other, "ok")])
        reports.wait_until(lambda: {1, 3} <= {root_id for root_id, _ in reports.seen[2:]})
        assert [(state.root_id, state.folder) for state in watcher.states()] == [(1, tmp_path / "moved"), (3, other)]
        watcher.follow([])
        assert watcher.states() == []

    def test_a_root_no_longer_watched_is_no_longer_among_the_states(self, watched: Watcher):
        watched.unwatch(1)
        watched.unwatch(1)
        assert watched.states() == []

    def test_a_root_that_was_moved_is_watched_where_it_is_now(self, watched: Watcher, reports: Reports, tmp_path: Path):
        (tmp_path / "new").mkdir()
        reports.folders[1] = tmp_path / "new"
        watched.watch(1, tmp_path / "new")
        reports.wait_for(2)
        (tmp_path / "new/a.wav").write_bytes(b"x")
        assert reports.wait_for(3) == {Path("a.wav"): 1}

    def test_no_thread_is_left_whatever_the_roots_are_doing(self, reports: Reports, sounds: Path, tmp_path: Path):
        threads = set(threading.enumerate())
        reports.folders |= {2: tmp_path / "nowhere", 3: tmp_path / "share"}
        (tmp_path / "share").mkdir()
        slow = Timing(settle_s=60, longest_s=60, poll_s=60, probe_s=60)
        with Watcher(reports.take, timing=slow, proc=on_network(tmp_path / "share", tmp_path / "proc")) as watcher:
            for root_id, folder in reports.folders.items():
                watcher.watch(root_id, folder)
            reports.wait_for(3)
            assert [state.how for state in watcher.states()] == ["events", "offline", "polling"]
            (sounds / "a.wav").write_bytes(b"x")  # root 1 settles for a minute
            started = time.monotonic()
        assert time.monotonic() - started < 30  # not the minute that root 1 would settle for
        assert set(threading.enumerate()) == threads
