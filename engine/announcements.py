"""What the system announces of a folder, through watchdog, or why it would not announce all of it.

A folder that is announced only in part is worse than one that is not: nobody would look at it. So all of it is
announced, or `NotAnnounced` says why not.
"""

from __future__ import annotations

import errno
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from watchdog.events import (
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from engine.audio_readers import reason_of

# Reading is not among them: or else each rescan would announce the next.
HEARD: list[type[FileSystemEvent]] = [
    *(FileCreatedEvent, FileModifiedEvent, FileClosedEvent, FileAttribEvent, FileMovedEvent, FileDeletedEvent),
    *(DirCreatedEvent, DirAttribEvent, DirMovedEvent, DirDeletedEvent),
]

# File systems whose files can be changed by another machine, of which nothing is announced on this one.
NETWORK_FILE_SYSTEMS = frozenset(
    [
        *("9p", "afpfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "gpfs", "lustre"),
        *("ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb2", "smb3", "smbfs"),
        *("fuse.ceph", "fuse.curlftpfs", "fuse.davfs2", "fuse.glusterfs", "fuse.gvfsd-fuse", "fuse.rclone"),
        *("fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs"),
        *("prl_fs", "vboxsf", "virtiofs", "vmhgfs", "fuse.vmhgfs-fuse"),  # of a virtual machine's host
    ]
)

# Each folder takes one of the watches that Linux allows to all programs of a user together. Others need some too.
WATCHES_SHARE = 0.5

OnHint = Callable[[Path, bool], None]  # what happened to, and whether it may be a folder
_creating = threading.Lock()  # so that each observer knows which inotify instance is its own


class NotAnnounced(Exception):
    """Why changes in a folder are not announced, as the beginning of a sentence."""


class Announcements:
    """Calls `on_hint` for whatever happens below a folder, until `close`; from a thread of its own.

    folder : without links in it; links below it are not followed
    make_observer : makes the watchdog observer that listens
    proc : where Linux tells of mounts and limits; what cannot be read there is taken for no hindrance
    Raises NotAnnounced if any of it is not announced.
    """

    def __init__(
        self,
        folder: Path,
        on_hint: OnHint,
        *,
        make_observer: Callable[[], BaseObserver] = Observer,
        proc: Path = Path("/proc"),
    ) -> None:
        _refuse_network(folder, proc)
        folders = _count_folders(folder, proc)
        try:
            self._observer, inotify = _create(make_observer, proc)
        except OSError as error:
            raise NotAnnounced(_why_refused(error)) from error
        try:
            self._observer.start()
            self._observer.schedule(_Listener(on_hint), os.fspath(folder), recursive=True, event_filter=HEARD)
            _refuse_part(inotify, folders)
        except OSError as error:
            self.close()
            raise NotAnnounced(_why_refused(error)) from error
        except NotAnnounced:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """False once the system has stopped to announce: the folder was deleted, or a thread died."""
        emitters = list(self._observer.emitters)
        return self._observer.is_alive() and all(one.is_alive() and one.should_keep_running() for one in emitters)

    def close(self) -> None:
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join()


class _Listener(FileSystemEventHandler):
    def __init__(self, on_hint: OnHint) -> None:
        self._on_hint = on_hint

    def on_any_event(self, event: FileSystemEvent) -> None:
        # Windows calls a folder that was deleted a file
        may_be_folder = event.is_directory or (os.name == "nt" and event.event_type == "deleted")
        for path in (event.src_path, event.dest_path):
            if path:
                self._on_hint(Path(os.fsdecode(path)), may_be_folder)


def file_system_of(folder: Path, mounts: str) -> str:
    """The type of the file system that holds `folder`, "" if unknown; `mounts` is what /proc/mounts says."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        _, mount_point, file_system, *_ = line.split(" ")
        place = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), mount_point))
        # of mounts at one place the last one hides the others
        if len(place.parts) >= best and folder.is_relative_to(place):
            best, kind = len(place.parts), file_system
    return kind


def _refuse_network(folder: Path, proc: Path) -> None:
    with suppress(OSError):
        kind = file_system_of(folder, os.fsdecode((proc / "mounts").read_bytes()))
        if kind in NETWORK_FILE_SYSTEMS:
            raise NotAnnounced(f"Changes on a network or shared drive ({kind}) are not announced")


def _count_folders(folder: Path, proc: Path) -> int:
    """How many watches Linux must grant, 0 on other systems; raises NotAnnounced if that is more than our share."""
    try:
        limit = int((proc / "sys/fs/inotify/max_user_watches").read_text())
        used = sum(_watches(inotify) for inotify in _inotify_instances(proc))
    except OSError:
        return 0
    # as watchdog counts: hidden ones too, but none that a link leads to and none that cannot be listed
    folders = sum(1 for _ in os.walk(folder))
    if used + folders > WATCHES_SHARE * limit:
        raise NotAnnounced(f"Its {folders:,} folders are too many for the {limit:,} that the system lets be watched")
    return folders


def _create(make_observer: Callable[[], BaseObserver], proc: Path) -> tuple[BaseObserver, Path | None]:
    """An observer and, where there is such a thing, what the kernel tells of its inotify instance."""
    with _creating:
        before = set(_inotify_instances(proc))
        observer = make_observer()
        made = set(_inotify_instances(proc)) - before
    return observer, made.pop() if len(made) == 1 else None


def _refuse_part(inotify: Path | None, folders: int) -> None:
    """watchdog itself passes over every folder but the first for which there is no watch left."""
    if inotify is not None and (watched := _watches(inotify)) < folders:
        raise NotAnnounced(f"The system let only {watched:,} of its {folders:,} folders be watched")


def _inotify_instances(proc: Path) -> Iterator[Path]:
    with suppress(OSError):
        for descriptor in os.listdir(proc / "self/fd"):
            with suppress(OSError):  # closed meanwhile
                if "inotify" in os.readlink(proc / "self/fd" / descriptor):
                    yield proc / "self/fdinfo" / descriptor


def _watches(inotify: Path) -> int:
    return inotify.read_text().count("inotify wd:")


def _why_refused(error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC:
            return "The system has no watches left for folders (fs.inotify.max_user_watches)"
        case errno.EMFILE:
            return "The system has no watchers left (fs.inotify.max_user_instances)"
    return f"It cannot be watched ({reason_of(error)})"
