"""What is announced of a folder, heard by real observers; and every way in which the system may refuse to announce."""

from __future__ import annotations

import errno
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from engine.announcements import Announcements, NotAnnounced, file_system_of

DEADLINE_S = 20
MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
//nas/sounds /mnt/my\\040sounds cifs rw 0 0
auto /net autofs rw 0 0
nas:/takes /net nfs4 rw 0 0
/dev/sdb1 /mnt/my\\040sounds/stick vfat rw 0 0
"""

needs_inotify = pytest.mark.skipif(not Path("/proc/sys/fs/inotify").is_dir(), reason="needs Linux")

# told to stop while it takes up a new folder, watchdog's thread dies of the closed descriptor instead of ending
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class Heard:
    """What was announced, in order."""

    def __init__(self) -> None:
        self._hints: queue.Queue[tuple[Path, bool]] = queue.Queue()

    def take(self, path: Path, may_be_folder: bool) -> None:
        self._hints.put((path, may_be_folder))

    def until(self, path: Path) -> list[tuple[Path, bool]]:
        """All that was announced before and with `path`; raises queue.Empty if it is not announced."""
        hints = []
        while not hints or hints[-1][0] != path:
            hints.append(self._hints.get(timeout=DEADLINE_S))
        return hints


@pytest.fixture
def heard(sounds: Path) -> Iterator[Heard]:
    heard = Heard()
    with closing(Announcements(sounds, heard.take)):
        yield heard


class TestWhatIsHeard:
    def test_a_file_that_is_written_renamed_and_deleted(self, sounds: Path, heard: Heard):
        (sounds / "a.wav").write_bytes(b"x")
        heard.until(sounds / "a.wav")
        (sounds / "a.wav").rename(sounds / "b.wav")
        heard.until(sounds / "b.wav")
        (sounds / "b.wav").unlink()
        heard.until(sounds / "b.wav")

    def test_a_file_moved_in_under_its_final_name(self, sounds: Path, tmp_path: Path, heard: Heard):
        (tmp_path / "a.wav").write_bytes(b"x")
        (tmp_path / "a.wav").rename(sounds / "a.wav")
        heard.until(sounds / "a.wav")

    def test_a_folder_that_moves_in_and_out_is_known_to_be_one(self, sounds: Path, tmp_path: Path, heard: Heard):
        (tmp_path / "pack").mkdir()
        (tmp_path / "pack").rename(sounds / "pack")
        assert heard.until(sounds / "pack")[-1] == (sounds / "pack", True)
        (sounds / "pack").rename(tmp_path / "pack")
        assert heard.until(sounds / "pack")[-1] == (sounds / "pack", True)

    def test_files_in_folders_that_are_newer_than_the_watch(self, sounds: Path, heard: Heard):
        (sounds / "new/deep").mkdir(parents=True)
        (sounds / "new/deep/a.wav").write_bytes(b"x")
        heard.until(sounds / "new/deep/a.wav")

    def test_permissions_that_were_changed_for_the_file_may_be_readable_now(self, sounds: Path):
        (sounds / "a.wav").write_bytes(b"x")
        heard = Heard()
        with closing(Announcements(sounds, heard.take)):
            (sounds / "a.wav").chmod(0o600)
            heard.until(sounds / "a.wav")

    def test_nothing_of_being_read(self, sounds: Path):
        """Or else a scan, and each file that is decoded, would call for the next scan."""
        (sounds / "deep").mkdir()
        (sounds / "deep/a.wav").write_bytes(b"x")
        heard = Heard()
        with closing(Announcements(sounds, heard.take)):
            (sounds / "deep/a.wav").read_bytes()
            assert len(list(os.walk(sounds))) == 2
            (sounds / "marker.wav").write_bytes(b"x")
            assert {path for path, _ in heard.until(sounds / "marker.wav")} == {sounds / "marker.wav"}

    def test_nothing_behind_a_link(self, sounds: Path, tmp_path: Path):
        (tmp_path / "elsewhere").mkdir()
        (sounds / "loop").symlink_to(sounds, target_is_directory=True)
        (sounds / "out").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        heard = Heard()
        with closing(Announcements(sounds, heard.take)):
            (tmp_path / "elsewhere/a.wav").write_bytes(b"x")
            (sounds / "marker.wav").write_bytes(b"x")
            assert {path for path, _ in heard.until(sounds / "marker.wav")} == {sounds / "marker.wav"}

    def test_names_that_are_not_utf8_keep_their_bytes(self, sounds: Path, heard: Heard):
        path = Path(os.fsdecode(os.fsencode(sounds) + b"/caf\xe9 \xff.wav"))
        path.write_bytes(b"x")
        heard.until(path)


class TestItsEnd:
    def test_no_thread_and_no_watch_is_left_after_close(self, sounds: Path):
        threads, instances = set(threading.enumerate()), inotify_instances()
        announcements = Announcements(sounds, Heard().take)
        assert announcements.alive
        assert set(threading.enumerate()) > threads
        announcements.close()
        assert set(threading.enumerate()) == threads
        assert inotify_instances() == instances

    @needs_inotify
    def test_it_is_over_when_the_folder_is_deleted(self, sounds: Path):
        heard = Heard()
        with closing(Announcements(sounds, heard.take)) as announcements:
            sounds.rmdir()
            heard.until(sounds)
            deadline = time.monotonic() + DEADLINE_S
            while announcements.alive:
                assert time.monotonic() < deadline
                time.sleep(0.01)


def inotify_instances() -> int:
    """How many this process has open."""
    count = 0
    for descriptor in Path("/proc/self/fd").glob("*"):
        with suppress(FileNotFoundError):  # the one with which they are listed
            count += "inotify" in os.readlink(descriptor)
    return count


class TestNetworkDrives:
    @pytest.mark.parametrize(
        ("folder", "kind"),
        [
            ("/home/me", "ext4"),
            ("/mnt/my sounds", "cifs"),
            ("/mnt/my sounds/deep/er", "cifs"),
            ("/mnt/my sounds/stick/a", "vfat"),
            ("/mnt/my sounds too", "ext4"),
            ("/net/takes", "nfs4"),  # mounted over what mounts it
        ],
    )
    def test_a_folder_is_on_the_innermost_and_latest_mount_above_it(self, folder: str, kind: str):
        assert file_system_of(Path(folder), MOUNTS) == kind

    def test_a_folder_above_which_nothing_is_known_to_be_mounted_is_of_no_kind(self):
        assert file_system_of(Path("/home"), "") == ""

    def test_they_announce_nothing_and_the_kind_is_named(self, sounds: Path, tmp_path: Path):
        (tmp_path / "proc").mkdir()
        (tmp_path / "proc/mounts").write_text(f"/dev/sda1 / ext4 rw 0 0\nnas:/x {tmp_path} nfs4 rw 0 0\n")
        with pytest.raises(NotAnnounced, match=r"network or shared drive \(nfs4\)"):
            Announcements(sounds, Heard().take, proc=tmp_path / "proc")

    def test_where_nothing_tells_of_mounts_a_folder_is_taken_for_local(self, sounds: Path, tmp_path: Path):
        heard = Heard()
        with closing(Announcements(sounds, heard.take, proc=tmp_path / "nothing")):
            (sounds / "a.wav").write_bytes(b"x")
            heard.until(sounds / "a.wav")


def refusing(number: int) -> BaseObserver:
    """A real observer to which the system refuses a watch."""
    observer = Observer()

    def schedule(*_: object, **__: object):
        raise OSError(number, os.strerror(number))

    observer.schedule = schedule  # type: ignore[method-assign]
    return observer


def shallow() -> BaseObserver:
    """A real observer that watches the first folder only, as all do when watches run out."""
    observer = Observer()
    schedule = observer.schedule
    observer.schedule = lambda *given, **named: schedule(*given, **{**named, "recursive": False})  # type: ignore[method-assign]
    return observer


class TestLimits:
    @pytest.mark.parametrize(
        ("number", "why"),
        [
            (errno.ENOSPC, "no watches left"),
            (errno.EMFILE, "no watchers left"),
            (errno.EIO, "cannot be watched"),
        ],
    )
    def test_a_refusal_is_told_and_leaves_no_thread(self, sounds: Path, number: int, why: str):
        threads = set(threading.enumerate())
        with pytest.raises(NotAnnounced, match=why):
            Announcements(sounds, Heard().take, make_observer=lambda: refusing(number))
        assert set(threading.enumerate()) == threads

    def test_so_is_one_before_there_is_an_observer(self, sounds: Path):
        def none_left() -> BaseObserver:
            raise OSError(errno.EMFILE, "inotify instance limit reached")

        with pytest.raises(NotAnnounced, match="no watchers left"):
            Announcements(sounds, Heard().take, make_observer=none_left)

    @needs_inotify
    def test_half_of_all_watches_is_for_other_programs(self, sounds: Path, tmp_path: Path):
        for number in range(10):
            (sounds / f"{number}").mkdir()
        (tmp_path / "proc/sys/fs/inotify").mkdir(parents=True)
        limit = tmp_path / "proc/sys/fs/inotify/max_user_watches"
        limit.write_text("22\n")
        Announcements(sounds, Heard().take, proc=tmp_path / "proc").close()
        limit.write_text("21\n")
        with pytest.raises(NotAnnounced, match="Its 11 folders are too many for the 21"):
            Announcements(sounds, Heard().take, proc=tmp_path / "proc")

    @needs_inotify
    def test_a_folder_of_which_only_part_is_watched_counts_as_not_watched(self, sounds: Path):
        threads = set(threading.enumerate())
        (sounds / "a/b").mkdir(parents=True)
        with pytest.raises(NotAnnounced, match="only 1 of its 3 folders"):
            Announcements(sounds, Heard().take, make_observer=shallow)
        assert set(threading.enumerate()) == threads

    @needs_inotify
    def test_the_kernel_running_out_half_way_is_noticed(self, sounds: Path):
        """watchdog says nothing of it. In a user namespace with a limit of its own."""
        if not can_limit_watches():
            pytest.skip("this system lets nobody set a limit for himself")
        for number in range(30):
            (sounds / f"{number}").mkdir()
        program = (
            "import sys; from pathlib import Path; from engine.announcements import *\n"
            "try: Announcements(Path(sys.argv[1]), print)\n"
            "except NotAnnounced as why: print(why)"
        )
        finished = limited_to(10, sys.executable, "-c", program, os.fspath(sounds))
        assert finished.stdout == "The system let only 10 of its 31 folders be watched\n"
        assert finished.returncode == 0


def can_limit_watches() -> bool:
    return shutil.which("unshare") is not None and limited_to(10, "true").returncode == 0


def limited_to(watches: int, *command: str) -> subprocess.CompletedProcess[str]:
    shell = 'echo "$1" > /proc/sys/user/max_inotify_watches && shift && exec "$@"'
    return subprocess.run(
        ["unshare", "-Ur", "sh", "-c", shell, "sh", str(watches), *command], capture_output=True, text=True
    )
