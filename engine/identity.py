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
    edited_or_swapped = any(file.content_id is not None and not file.missing for file in here)
    moved = _moved_from_elsewhere(library_db, relative_path, content_id, inode_counts=edited_or_swapped)
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
    rows = library_db.rows(
        "SELECT id, content_id, state = 'missing' AS missing FROM audio_file WHERE root_id = ? AND relative_path = ?"
        " ORDER BY missing, id DESC",
        (root_id, os.fsencode(relative_path)),
    )
    return [_Known(file_id, content_id, bool(missing)) for file_id, content_id, missing in rows]


def _moved_from_elsewhere(
    library_db: Database, relative_path: Path, content_id: bytes, *, inode_counts: bool
) -> int | None:
    rows = library_db.rows(
        "SELECT f.id, f.state, f.size, f.mtime_ns, f.inode, r.path, f.relative_path FROM audio_file f"
        " JOIN root r ON r.id = f.root_id WHERE f.content_id = ? ORDER BY f.id",
        (content_id,),
    )
    gone = []
    for file_id, state, size, mtime_ns, inode, root_path, known_path in rows:
        path, stat = Path(os.fsdecode(root_path), os.fsdecode(known_path)), FileStat(size, mtime_ns, inode)
        if state == "missing" or _holds_another_file(path, stat, inode_counts=inode_counts):
            gone.append((path.name != relative_path.name, file_id))
    return min(gone)[1] if gone else None  # of several equal sounds, the one of the same name, then the oldest


def _holds_another_file(path: Path, stat: FileStat, *, inode_counts: bool) -> bool:
    """Whether files swapped names. A path that is not there proves nothing: its drive may be offline.

    Another inode alone proves little, because some file systems make them up anew whenever they are mounted. It counts
    where a path of one known sound now holds another known sound, since files of equal size and time may be renumbered.
    """
    try:
        found = FileStat.of(os.stat(path))
    except OSError:
        return False
    if (found.size, found.mtime_ns) != (stat.size, stat.mtime_ns):
        return True
    return inode_counts and found.inode != stat.inode
