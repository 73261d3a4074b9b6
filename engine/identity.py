"""Which audio file of the library a sound at a path is: the rule by which a moved or re-tagged file keeps its tags.

An audio file is identified by what it sounds like and located by its path. Sound that appears at a path belongs, in
this order, to

1. the file known at this path with this sound,
2. a file known elsewhere with this sound that is missing, or whose own path now holds something else: it has moved,
3. the file known at this path with another sound, or never readable: it was edited,
4. nobody yet.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from engine.database import Database
from engine.library_rows import FileStat


@dataclass(frozen=True)
class _Known:
    id: int
    content_id: bytes | None
    missing: bool


def known_file(library_db: Database, root_id: int, relative_path: Path, content_id: bytes) -> int | None:
    """The id of the file that the sound `content_id` found at this path belongs to; None for a new one."""
    here = _known_at(library_db, root_id, relative_path)
    same = next((file for file in here if file.content_id == content_id), None)
    if same is not None:
        return same.id
    moved = _moved_from_elsewhere(library_db, relative_path, content_id)
    if moved is not None:
        return moved
    # a missing file was not edited: its sound may come back, and its tags must not go to another sound
    edited = next((file for file in here if not file.missing or file.content_id is None), None)
    return edited.id if edited else None


def located_file(library_db: Database, root_id: int, relative_path: Path) -> int | None:
    """The id of the file at this path, or else of the last one that went missing from it; None if there is none."""
    here = _known_at(library_db, root_id, relative_path)
    return here[0].id if here else None


def _known_at(library_db: Database, root_id: int, relative_path: Path) -> list[_Known]:
    """Everything known at one path: the live file first, then missing ones, the latest first."""
    rows = library_db.execute(
        "SELECT id, content_id, state = 'missing' AS missing FROM audio_file WHERE root_id = ? AND relative_path = ?"
        " ORDER BY missing, id DESC",
        (root_id, os.fsencode(relative_path)),
    )
    return [_Known(file_id, content_id, bool(missing)) for file_id, content_id, missing in rows.fetchall()]


def _moved_from_elsewhere(library_db: Database, relative_path: Path, content_id: bytes) -> int | None:
    rows = library_db.execute(
        "SELECT f.id, f.state, f.size, f.mtime_ns, f.inode, r.path, f.relative_path FROM audio_file f"
        " JOIN root r ON r.id = f.root_id WHERE f.content_id = ? ORDER BY f.id",
        (content_id,),
    ).fetchall()
    gone = [
        (Path(os.fsdecode(known_path)).name != relative_path.name, file_id)
        for file_id, state, size, mtime_ns, inode, root_path, known_path in rows
        if state == "missing"
        or _holds_another_file(Path(os.fsdecode(root_path), os.fsdecode(known_path)), FileStat(size, mtime_ns, inode))
    ]
    return min(gone)[1] if gone else None  # of several equal sounds, the one of the same name, then the oldest


def _holds_another_file(path: Path, stat: FileStat) -> bool:
    """Whether files swapped names. A path that is not there proves nothing: its drive may be offline."""
    try:
        return FileStat.of(os.stat(path)) != stat
    except OSError:
        return False
