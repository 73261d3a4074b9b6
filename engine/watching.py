"""Watched folders: when to look at a root again, with `engine.scanning`.

What the system announces is a hint and no more: announcements get lost, come twice, or come for half a file. A hint
makes a root dirty; once it has come to rest it is reported, and what has really changed is for a scan to find out.
Where nothing is announced, the folder is listed now and then and compared with itself.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from engine.announcements import Announcements, NotAnnounced
from engine.audio import AUDIO_SUFFIXES
from engine.audio_readers import reason_of
from engine.errors import display_path
from engine.library_rows import Root
from engine.scanning import SYSTEM_FOLDERS, Touched, list_audio
from engine.watch_state import WatchState

__all__ = ["USUAL", "OnDirty", "Timing", "WatchState", "Watcher", "would_be_scanned"]

MOST_TOUCHED = 1000  # paths; when more were announced, all of the root is to be scanned
LOOKS_UNTIL_SETTLED = 3
POLLING_SHARE = 0.1  # of the time, at the most, goes into listing a slow drive
STOP_S = 2.0  # how long a thread may take to stop; one that hangs in a dead drive is left behind


@dataclass(frozen=True)
class Timing:
    """How patient a Watcher is.

    settle_s : a root is at rest when nothing was announced and no file grew for so long
    longest_s : a root that never rests is reported so long after it became dirty
    poll_s : between two looks at a folder that is polled
    probe_s : between two looks whether a folder is still there, or there again
    recheck_s : each root is reported so often even if nothing seems to have happened
    """

    settle_s: float = 1.5
    longest_s: float = 10.0
    poll_s: float = 30.0
    probe_s: float = 5.0
    recheck_s: float = 1800.0


USUAL = Timing()


OnDirty = Callable[[int, Touched], None]


class Watcher:
    """Says of each watched root when it should be scanned, and what of it: a context manager.

    on_dirty(root_id, touched) is called from a thread of that root. Once when watching begins, or begins again after a
    pause or an absence, since nobody looked before; after changes, when they have settled; and when the root goes out
    of reach. A state changes only before such a call, or in the methods here. It should return quickly, may ask for
    `states`, and may call nothing else here. The methods are for one thread, but for `states`, which is for any.

    make_observer, proc : see engine.announcements.Announcements
    """

    def __init__(
        self,
        on_dirty: OnDirty,
        *,
        timing: Timing = USUAL,
        make_observer: Callable[[], BaseObserver] = Observer,
        proc: Path = Path("/proc"),
    ) -> None:
        self._on_dirty = on_dirty
        self._timing = timing
        self._make_observer = make_observer
        self._proc = proc
        self._lock = threading.Lock()
        self._watched: dict[int, _WatchedRoot] = {}
        self._paused: dict[int, Path] = {}

    def follow(self, roots: Sequence[Root]) -> None:
        """Watch these roots, each at its folder unless it is paused, and no others."""
        states = {state.root_id: state for state in self.states()}
        for root_id in states.keys() - {root.id for root in roots}:
            self.unwatch(root_id)
        for root in roots:
            state = states.get(root.id)
            if root.paused:
                self.pause(root.id, root.path)
            elif state is None or state.how == "paused" or state.folder != root.path:
                self.watch(root.id, root.path)

    def watch(self, root_id: int, folder: Path) -> None:
        """Begin to watch a root, which may be offline; one that is watched at another folder is watched here now."""
        watched = _WatchedRoot(
            root_id, folder, self._on_dirty, self._timing, make_observer=self._make_observer, proc=self._proc
        )
        self._replace(root_id, watched, None)
        watched.start()

    def pause(self, root_id: int, folder: Path) -> None:
        """As `unwatch`, but the root stays among the states."""
        self._replace(root_id, None, folder)

    def unwatch(self, root_id: int) -> None:
        """No call for this root comes after this has returned. Unknown roots are none of our business."""
        self._replace(root_id, None, None)

    def _replace(self, root_id: int, watched: _WatchedRoot | None, paused: Path | None) -> None:
        """Stop whatever there is of this root; from the first moment on, this is its state."""
        with self._lock:
            former = self._watched.pop(root_id, None)
            self._paused.pop(root_id, None)
            if watched is not None:
                self._watched[root_id] = watched
            if paused is not None:
                self._paused[root_id] = paused
        if former is not None:
            _stop_all([former])

    def states(self) -> list[WatchState]:
        """In the order of their numbers."""
        with self._lock:
            states = [watched.state for watched in self._watched.values()]
            states += [WatchState(root_id, folder, "paused", "") for root_id, folder in self._paused.items()]
        return sorted(states, key=lambda state: state.root_id)

    def close(self) -> None:
        """Stop watching: no call comes, and but for those that hang in a dead drive no thread is left after this."""
        with self._lock:
            watched = list(self._watched.values())
            self._watched.clear()
            self._paused.clear()
        _stop_all(watched)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _WatchedRoot(threading.Thread):
    """One root and its thread, so that a drive that hangs holds up no other."""

    def __init__(
        self,
        root_id: int,
        folder: Path,
        on_dirty: OnDirty,
        timing: Timing,
        *,
        make_observer: Callable[[], BaseObserver],
        proc: Path,
    ) -> None:
        super().__init__(name=f"watching root {root_id}", daemon=True)
        self.state = WatchState(root_id, folder, "starting", "")
        self._root_id = root_id
        self._folder = folder
        self._on_dirty = on_dirty
        self._timing = timing
        self._make_observer = make_observer
        self._proc = proc
        self._stopping = threading.Event()
        self._stirred = threading.Event()  # something was announced, or it is time to stop

    def ask_to_stop(self) -> None:
        self._stopping.set()
        self._stirred.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow()
            except OSError as error:
                self._go_offline(error)
                self._stopping.wait(self._timing.probe_s)

    def _follow(self) -> None:
        """Watch until something calls for a new beginning; raises OSError if the folder is out of reach."""
        identity = _identity(self._folder)
        folder = self._folder.resolve()
        hints = _Hints(folder, self._stirred)
        try:
            announcements = Announcements(folder, hints.take, make_observer=self._make_observer, proc=self._proc)
        except NotAnnounced as why:
            self._follow_by_polling(str(why))
        else:
            with closing(announcements):
                self._follow_announcements(announcements, hints, identity)

    def _follow_announcements(self, announcements: Announcements, hints: _Hints, identity: tuple[int, int]) -> None:
        self._begin("events", "")
        until = time.monotonic() + self._timing.recheck_s
        while time.monotonic() < until:
            stirred = self._stirred.wait(self._timing.probe_s)
            if self._stopping.is_set() or _identity(self._folder) != identity or not announcements.alive:
                return
            if stirred:
                self._settle(hints.look, self._timing.settle_s / LOOKS_UNTIL_SETTLED)
                self._report(hints.take_settled())

    def _follow_by_polling(self, why: str) -> None:
        seen = _look_at_listing(self._folder)
        self._begin("polling", f"{why}, so Earmark looks through this folder every {self._timing.poll_s:g} s.")
        until = time.monotonic() + self._timing.recheck_s
        rest_s = self._timing.poll_s
        while time.monotonic() < until and not self._stopping.wait(rest_s):
            started = time.monotonic()
            now = _look_at_listing(self._folder)
            rest_s = max(self._timing.poll_s, (time.monotonic() - started) / POLLING_SHARE)
            if now != seen:
                seen = self._settle(lambda: _look_at_listing(self._folder), self._timing.settle_s)
                self._report(None)

    def _settle(self, look: Callable[[], int], every_s: float) -> int:
        """Wait until all looks have been the same for `settle_s`, but not beyond `longest_s`; returns the last one."""
        dirty_since = changed_at = time.monotonic()
        seen = look()
        while not self._stopping.wait(every_s):
            last, seen = seen, look()
            now = time.monotonic()
            if seen != last:
                changed_at = now
            if now - changed_at >= self._timing.settle_s or now - dirty_since >= self._timing.longest_s:
                break
        return seen

    def _begin(self, how: Literal["events", "polling"], reason: str) -> None:
        self.state = WatchState(self._root_id, self._folder, how, reason)
        self._report(None)

    def _go_offline(self, error: OSError) -> None:
        if self.state.how == "offline":
            return
        self.state = WatchState(
            self._root_id,
            self._folder,
            "offline",
            f"{display_path(self._folder)} is out of reach ({reason_of(error)}); nothing known of it is lost, and "
            f"Earmark looks for it every {self._timing.probe_s:g} s.",
        )
        self._report(None)

    def _report(self, touched: Touched) -> None:
        if touched != frozenset() and not self._stopping.is_set():
            self._on_dirty(self._root_id, touched)


class _Hints:
    """What was announced of a root and not reported yet, but for what a scan would pass over."""

    def __init__(self, folder: Path, stirred: threading.Event) -> None:
        self._folder = folder
        self._stirred = stirred
        self._lock = threading.Lock()
        self._count = 0
        self._looked = 0  # the count at the last look
        self._touched: dict[Path, int] = {}  # each with the count at its last hint, in that order
        self._overflowed = 0  # the count when there were too many; 0 if there were not

    def take(self, path: Path, may_be_folder: bool) -> None:
        if not would_be_scanned(self._folder, path, may_be_folder):
            return
        with self._lock:
            self._count += 1
            self._touched.pop(path, None)
            self._touched[path] = self._count
            if len(self._touched) > MOST_TOUCHED:
                del self._touched[next(iter(self._touched))]
                self._overflowed = self._count
        self._stirred.set()

    def look(self) -> int:
        """A number that changes with every hint, and while files grow of which nothing is announced."""
        self._stirred.clear()  # first: a hint from here on asks for another look
        with self._lock:
            self._looked, touched = self._count, list(self._touched)
        return hash((self._looked, *map(_size_and_time, touched)))

    def take_settled(self) -> Touched:
        """What the last look saw, relative to the root; what was announced since waits for the next."""
        with self._lock:
            settled = [path for path, count in self._touched.items() if count <= self._looked]
            for path in settled:
                del self._touched[path]
            too_many = self._overflowed > 0
            if self._overflowed <= self._looked:
                self._overflowed = 0
        # a root that was touched itself, or that the system spells otherwise, is scanned as a whole
        if too_many or not all(self._folder in path.parents for path in settled):
            return None
        return frozenset(path.relative_to(self._folder) for path in settled)


def _stop_all(roots: list[_WatchedRoot]) -> None:
    for root in roots:
        root.ask_to_stop()
    deadline = time.monotonic() + STOP_S
    for root in roots:
        root.join(max(0.0, deadline - time.monotonic()))


def would_be_scanned(root: Path, path: Path, may_be_folder: bool) -> bool:
    """Whether `list_audio` could list the path, or anything below it if it is a folder."""
    if not path.is_relative_to(root):
        return True  # spelled otherwise by the system
    if any(part.startswith(".") or part in SYSTEM_FOLDERS for part in path.relative_to(root).parts):
        return False
    return may_be_folder or os.path.splitext(path.name)[1].lower() in AUDIO_SUFFIXES


def _identity(folder: Path) -> tuple[int, int]:
    """Which folder it is; raises OSError if it cannot be listed."""
    os.scandir(folder).close()
    stat = os.stat(folder)
    return stat.st_dev, stat.st_ino


def _look_at_listing(folder: Path) -> int:
    """A number that changes with the listing, so that two listings of 100,000 files need not be kept."""
    listing = list_audio(folder)
    return hash((frozenset(listing.files.items()), frozenset(listing.unlisted.items())))


def _size_and_time(path: Path) -> tuple[int, int] | None:
    try:
        stat = os.lstat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns
