"""The folders of library.db that hold audio files, each once: what a file's row says of its folder is a number."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from engine.database import Database
from engine.errors import display_path
from engine.library_rows import Root
from engine.natural_order import natural_path_key

SEPARATOR = os.fsencode(os.sep)
_AFTER_SEPARATOR = bytes([SEPARATOR[0] + 1])  # greater than all that begins with the separator


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


def located(folder: Path, roots: Iterable[Root]) -> tuple[int | None, bytes]:
    """The root that a folder lies in, and the folder as it is stored; no root for a folder outside of all."""
    for root in roots:
        if folder.is_relative_to(root.path):
            return root.id, folder_bytes(folder.relative_to(root.path))
    return None, b""


def folders_below(root_id: int | None, path: bytes) -> tuple[str, list[Any]]:
    """The numbers of a folder and all folders in it, in SQL, and the values in that."""
    if not path:
        return "SELECT folder.id FROM folder WHERE folder.root_id = ?", [root_id]
    below = "folder.relative_path > ? AND folder.relative_path < ?"
    return (
        f"SELECT folder.id FROM folder WHERE folder.root_id = ? AND (folder.relative_path = ? OR {below})",
        [root_id, path, path + SEPARATOR, path + _AFTER_SEPARATOR],
    )


def folders_called(library_db: Database, roots: Sequence[Root], names: Iterable[str]) -> list[int]:
    """The numbers of the folders with one of these names, and of all folders in them. Capitals make no difference.

    A name is that of a folder, the root included, or its beginning; with slashes, of several folders in a row, of which
    the last may only be begun: "rain/ro" is found in rain/roof. So is a whole path, as other programs show it.
    """
    wanted = [_comparable(name.replace(os.sep, "/")) for name in names]
    runs = [f"/{name.lstrip('/')}" for name in wanted]
    whole = tuple(f"{name.rstrip('/')}/" for name in wanted if os.path.isabs(name))
    heads = {root.id: _comparable(_shown(root.path.parent).rstrip("/")) for root in roots}
    paths = {root.id: os.fspath(root.path) for root in roots}
    found = []
    for number, root_id, relative_path in library_db.rows("SELECT id, root_id, relative_path FROM folder"):
        if root_id in paths:
            path = _comparable(f"{_shown(os.path.join(paths[root_id], os.fsdecode(relative_path)))}/")
            if path.startswith(whole) or any(path.find(run, len(heads[root_id])) >= 0 for run in runs):
                found.append(number)
    return found


def _shown(path: Path | str) -> str:
    return display_path(path).replace(os.sep, "/")


def _comparable(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
