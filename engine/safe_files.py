"""Files that come to be whole or not at all, and never in the place of one that was not meant.

A file is written under a name of its own beside its place, brought to the disk, and only then given its name, so that
whoever looks, after a crash too, finds nothing or all of it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

TEMPORARY_PREFIX = ".earmark-"  # hidden, so that no scan takes it for a sound
_TRIES, _PAUSE_S = 3, 0.1  # Windows: a virus scanner or a player may hold a file for a moment
_LINUX_NO_REPLACE, _MACOS_EXCLUSIVE, _THIS_FOLDER = 1, 4, -100  # renameat2(2), renamex_np(2), AT_FDCWD


def temporary_beside(path: Path) -> Path:
    """A name in the folder of `path` that nothing has. Its suffix stays, because decoders look at it."""
    return path.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(16)}{path.suffix[:16]}")


def write_new(path: Path, content: bytes) -> None:
    """Raises FileExistsError if there is anything at `path`, which then stays as it is; or another OSError."""
    _write(path, content, move_to_new)


def write_over(path: Path, content: bytes) -> None:
    """A file of ours in place of the one that may be there. Raises OSError, and then the former is untouched."""
    _write(path, content, replace)


def _write(path: Path, content: bytes, into_place: Callable[[Path, Path], None]) -> None:
    temporary = temporary_beside(path)
    try:
        with temporary.open("xb") as file:
            file.write(content)
            sync(file)
        into_place(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def sync(file: BinaryIO) -> None:
    """Bring what was written to the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where a system can."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network drives know no such thing
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(source: Path, target: Path) -> None:
    """`source`, which lies in the same folder, takes the place of `target` at once. Raises OSError."""
    for _ in range(_TRIES - 1):
        try:
            os.replace(source, target)
            break
        except PermissionError:
            time.sleep(_PAUSE_S)
    else:
        os.replace(source, target)
    sync_folder(target.parent)


def move_to_new(source: Path, target: Path) -> None:
    """Give a file another name. Raises FileExistsError if anything has it, unless it is the same file, as where capital
    letters make no difference; or another OSError.
    """
    if os.path.lexists(target) and _is_same_entry(source, target):
        os.rename(source, target)
    elif not _rename_exclusively(source, target):
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        os.rename(source, target)
    sync_folder(target.parent)


def _is_same_entry(source: Path, target: Path) -> bool:
    """Whether two names that differ in capitals alone are one name to this folder; hard links are two."""
    if source.parent != target.parent or source.name.casefold() != target.name.casefold():
        return False
    return target.name not in os.listdir(target.parent)


def _rename_exclusively(source: Path, target: Path) -> bool:
    """Let the system refuse names that are taken; False where it cannot. Raises OSError."""
    old, new = os.fsencode(source), os.fsencode(target)
    if sys.platform == "linux":
        call, arguments = "renameat2", (_THIS_FOLDER, old, _THIS_FOLDER, new, _LINUX_NO_REPLACE)
    elif sys.platform == "darwin":
        call, arguments = "renamex_np", (old, new, _MACOS_EXCLUSIVE)
    else:
        return False  # on Windows os.rename itself never replaces
    try:
        rename = getattr(ctypes.CDLL(None, use_errno=True), call)
    except AttributeError:
        return False
    if rename(*arguments) == 0:
        return True
    number = ctypes.get_errno()
    if number in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}:
        return False
    raise OSError(number, os.strerror(number), str(target))
