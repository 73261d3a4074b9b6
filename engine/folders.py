"""The folders of library.db that hold audio files, each once: what a file's row says of its folder is a number."""

from __future__ import annotations

import os
from pathlib import Path

from engine.database import Database
from engine.natural_order import natural_path_key


def folder_bytes(relative_path: Path) -> bytes:
    """A folder below a root as it is stored; nothing at all for the root itself."""
    return b"" if relative_path == Path() else os.fsencode(relative_path)


def folder_id(library_db: Database, root_id: int, relative_path: Path) -> int:
    """The number of a folder below a root, a new one if it has none. Belongs inside a transaction."""
    stored = folder_bytes(relative_path)
    found = library_db.first("SELECT id FROM folder WHERE root_id = ? AND relative_path = ?", (root_id, stored))
    if found is None:
        (found,) = library_db.rows(
            "INSERT INTO folder (root_id, relative_path, sort_key) VALUES (?, ?, ?) RETURNING id",
            (root_id, stored, natural_path_key(relative_path)),
        )
    return int(found[0])
