"""Tags and captions written into sound files: into a copy, or, only when asked for, into the file itself.

A file is never changed in place. What is to be is written beside it and brought to the disk; both are decoded, and only
if they sound the same to the last bit does the new file take the name of the former, at once. Whatever happens, a power
cut included, there is one whole file of that name: the old or the new. How to get the former bytes back is kept before.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.audio import AudioDecoder
from engine.audio_readers import reason_of
from engine.errors import EngineError, UnreadableAudio, display_path
from engine.safe_files import TEMPORARY_PREFIX, move_to_new, replace, sync, temporary_beside, write_new
from engine.tag_edits import Edit, TagTexts, plan_edit

UNDO_DAYS = 30
_SPARE_BYTES = 64_000_000
_LATER_NS = 2_000  # what every file system of today can tell apart


class TagsNotWritten(EngineError):
    """A file keeps the tags it had; `reason` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The tags of {display_path(path)} are as they were: {reason}.")
        self.reason = reason


@dataclass(frozen=True)
class WrittenTags:
    """A file that was changed, and where the way back is kept; it works until the file changes again."""

    path: Path
    undo: Path


def would_change(path: Path, texts: TagTexts, *, inside: Sequence[Path] | None = None) -> bool:
    """Whether writing would change anything in `path`. Raises TagsNotWritten for what can be told before it is tried.

    inside : as for `write_tags`; None if a copy is meant
    """
    try:
        if inside is not None:
            _refuse_unsafe(path, inside)
        edit = _plan(path, texts)
        return (edit.before, edit.after) != (edit.former_before, edit.former_after)
    except (OSError, ValueError) as error:
        raise _not_written(path, error) from error


def write_tags_to_copy(path: Path, copy: Path, texts: TagTexts) -> None:
    """Make `copy`, which must not exist, with the sound of `path` and these tags. Raises TagsNotWritten."""
    temporary = temporary_beside(copy)
    try:
        edit = _plan(path, texts)
        _write_edited(path, temporary, edit)
        _check_sounds_alike(path, temporary, edit)
        move_to_new(temporary, copy)
    except FileExistsError as error:
        raise TagsNotWritten(copy, "there is a file of this name already") from error
    except (OSError, ValueError, UnreadableAudio) as error:
        raise _not_written(path, error) from error
    finally:
        _discard(temporary)


def write_tags(path: Path, texts: TagTexts, *, inside: Sequence[Path], undo_folder: Path) -> WrittenTags:
    """Write into the file itself; the sound stays, bit by bit, and so do permissions and times.

    inside : the folders in which files may be changed; one that links lead out of is refused
    undo_folder : where the former bytes beside the sound are kept

    Raises TagsNotWritten, and then the file is as it was.
    """
    try:
        _refuse_unsafe(path, inside)
        edit = _plan(path, texts)
        undo = undo_folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}.json"
        temporary = temporary_beside(path)
        undo_folder.mkdir(parents=True, exist_ok=True)
        write_new(undo, _undo_record(path, temporary, edit))
    except (OSError, ValueError) as error:
        raise _not_written(path, error) from error
    try:
        _exchange(path, temporary, edit)
    except (OSError, ValueError, UnreadableAudio) as error:
        _discard(undo)
        raise _not_written(path, error) from error
    return WrittenTags(path, undo)


def take_back_tags(written: WrittenTags, *, inside: Sequence[Path]) -> None:
    """Give the file its former bytes, all of them. Raises TagsNotWritten if it has changed since, among others."""
    path = written.path
    try:
        record = json.loads(written.undo.read_bytes())
        edit = _edit_of(record).taken_back()
        _refuse_unsafe(path, inside)
        _check_is(path, edit)
        _discard_temporary(record)
        _exchange(path, Path(record["temporary"]), edit)
    except (OSError, ValueError, KeyError, UnreadableAudio) as error:
        raise _not_written(path, error) from error
    _discard(written.undo)


def kept_undos(undo_folder: Path) -> list[WrittenTags]:
    """What can be taken back, the latest first; damaged records are left out."""
    kept = []
    for record in sorted(undo_folder.glob("*.json"), reverse=True):
        with suppress(OSError, ValueError, KeyError):
            kept.append(WrittenTags(Path(json.loads(record.read_bytes())["path"]), record))
    return kept


def tidy_undos(undo_folder: Path, *, now_s: float | None = None) -> None:
    """Once at start, while nothing writes: delete what a crash left half written, and ways back that are too old."""
    oldest_ns = ((time.time() if now_s is None else now_s) - UNDO_DAYS * 86_400) * 1e9
    for record in undo_folder.glob("*.json"):
        with suppress(OSError, ValueError, KeyError):
            _discard_temporary(json.loads(record.read_bytes()))
        made = record.name.partition("-")[0]
        if made.isdigit() and int(made) < oldest_ns:
            _discard(record)


# --- the exchange -----------------------------------------------------------------------------------------------------


def _plan(path: Path, texts: TagTexts) -> Edit:
    with path.open("rb") as file:
        return plan_edit(file, os.fstat(file.fileno()).st_size, texts)


def _exchange(path: Path, temporary: Path, edit: Edit) -> None:
    """Put the edited file in the place of the former."""
    try:
        before = os.stat(path)
        _refuse_full_disk(path, edit)
        _write_edited(path, temporary, edit)
        _check_sounds_alike(path, temporary, edit)
        _take_over(path, temporary, before)
        now = os.stat(path)
        if (now.st_size, now.st_mtime_ns, now.st_ino) != (before.st_size, before.st_mtime_ns, before.st_ino):
            raise ValueError("another program changed it meanwhile")
        replace(temporary, path)
    finally:
        _discard(temporary)


def _write_edited(path: Path, temporary: Path, edit: Edit) -> None:
    with path.open("rb") as source, temporary.open("xb") as target:
        for piece in edit.pieces(source):
            target.write(piece)
        sync(target)


def _check_sounds_alike(path: Path, other: Path, edit: Edit) -> None:
    """Raises ValueError unless both decode to the same samples and hold their sound in the same bytes.

    Bytes, because decoded float samples say less than those of 32 bits do; but the pages of Ogg are numbered.
    """
    same = os.stat(other).st_size == edit.file_bytes and _hash_of_sound(path) == _hash_of_sound(other)
    if same and not edit.page_shift:
        former = _hash_of_bytes(path, edit.sound_start, edit.sound_bytes)
        same = former == _hash_of_bytes(other, len(edit.before), edit.sound_bytes)
    if not same:
        raise ValueError("it would not sound the same")


def _hash_of_sound(path: Path) -> bytes:
    with AudioDecoder(path) as decoder:
        hashed = hashlib.blake2b(f"{decoder.info.sample_rate_hz} Hz, {decoder.info.channels} channels".encode())
        for block in decoder:
            hashed.update(block.astype("<f4", order="C").data)
    return hashed.digest()


def _hash_of_bytes(path: Path, start: int, size: int) -> bytes:
    hashed = hashlib.blake2b()
    with path.open("rb") as file:
        file.seek(start)
        while size and (block := file.read(min(size, 1 << 20))):
            hashed.update(block)
            size -= len(block)
    return hashed.digest()


def _take_over(path: Path, temporary: Path, before: os.stat_result) -> None:
    """Owner, permissions, times and attributes of the former file."""
    if sys.platform != "win32" and (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        os.chown(temporary, before.st_uid, before.st_gid)
    shutil.copystat(path, temporary)
    if os.stat(temporary).st_size == before.st_size:  # or the next scan would not see that it has other tags
        os.utime(temporary, ns=(before.st_atime_ns, before.st_mtime_ns + _LATER_NS))
    with temporary.open("r+b") as file:
        sync(file)


# --- what is refused --------------------------------------------------------------------------------------------------


def _refuse_unsafe(path: Path, inside: Sequence[Path]) -> None:
    """Raises ValueError with the reason."""
    found = os.lstat(path)
    if stat.S_ISLNK(found.st_mode):
        raise ValueError("it is a link")
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("it is not an ordinary file")
    if not any(path.resolve().is_relative_to(folder.resolve()) for folder in inside):
        raise ValueError("it lies outside the folders that Earmark watches")
    if not found.st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        raise ValueError("it is read-only")
    if not os.access(path.parent, os.W_OK):
        raise ValueError("its folder is read-only")
    if found.st_nlink > 1:
        raise ValueError("it has several names (hard links), which would no longer be one file")
    if _is_written_to(path):
        raise ValueError("another program has it open for writing")


def _is_written_to(path: Path) -> bool:
    """Whether any program has it open for writing, where the system tells: Linux gives no lease then (fcntl(2))."""
    if sys.platform != "linux":
        return False
    import fcntl  # there is none on Windows

    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False  # this file system gives no leases, or none on files of others
    finally:
        os.close(descriptor)
    return False


def _refuse_full_disk(path: Path, edit: Edit) -> None:
    if shutil.disk_usage(path.parent).free < 1.1 * edit.file_bytes + _SPARE_BYTES:
        raise ValueError("the disk has too little space for a second copy")


def _not_written(path: Path, error: Exception) -> TagsNotWritten:
    if isinstance(error, TagsNotWritten):
        return error
    if isinstance(error, UnreadableAudio):
        return TagsNotWritten(path, error.reason)
    if isinstance(error, OSError):
        return TagsNotWritten(path, reason_of(error))
    return TagsNotWritten(path, str(error))


def _discard(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


# --- the way back -----------------------------------------------------------------------------------------------------

_BYTES = ("before", "after", "former_before", "former_after")


def _undo_record(path: Path, temporary: Path, edit: Edit) -> bytes:
    """JSON; a path that is not UTF-8 is escaped as Python escapes it."""
    stored = asdict(edit) | {name: base64.b64encode(getattr(edit, name)).decode() for name in _BYTES}
    return json.dumps({"path": os.fspath(path), "temporary": os.fspath(temporary), "edit": stored}).encode()


def _edit_of(record: dict[str, Any]) -> Edit:
    """Raises ValueError for a record that is damaged."""
    try:
        stored = record["edit"]
        return Edit(**stored | {name: base64.b64decode(stored[name]) for name in _BYTES})
    except (KeyError, TypeError) as error:
        raise ValueError("the way back is damaged") from error


def _discard_temporary(record: dict[str, Any]) -> None:
    """Delete what was half written; a record is only a file, so nothing that has another name than ours has."""
    temporary = Path(record["temporary"])
    if temporary.name.startswith(TEMPORARY_PREFIX):
        _discard(temporary)


def _check_is(path: Path, edit: Edit) -> None:
    """Raises ValueError unless the file still has the bytes beside its sound that `edit` would replace."""
    with path.open("rb") as file:
        before = file.read(len(edit.former_before))
        size = os.fstat(file.fileno()).st_size
        file.seek(edit.sound_start + edit.sound_bytes)
        after = file.read()
    whole = len(edit.former_before) + edit.sound_bytes + len(edit.former_after)
    if (before, after, size) != (edit.former_before, edit.former_after, whole):
        raise ValueError("it was changed since")
