"""The watched folders. No two of them hold the same file: neither lies inside the other."""

from __future__ import annotations

import os
from pathlib import Path

from engine.database import Database
from engine.errors import EngineError, NotInLibrary, display_path
from engine.folders import folder_id
from engine.library_rows import Root, RootState

_WHAT_A_PERSON_SAID = ("file_tag", "note", "caption", "rating", "collection_file", "tag_example", "rejected_tag")


class Roots:
    def __init__(self, library_db: Database) -> None:
        self._database = library_db

    def all(self) -> list[Root]:
        rows = self._database.rows("SELECT id, path, state, paused FROM root WHERE state != 'removed' ORDER BY id")
        return [Root(root_id, Path(os.fsdecode(path)), state, bool(paused)) for root_id, path, state, paused in rows]

    def get(self, root_id: int) -> Root:
        """Raises NotInLibrary."""
        for root in self.all():
            if root.id == root_id:
                return root
        raise NotInLibrary(f"The library has no root number {root_id}.")

    def add(self, folder: Path) -> Root:
        """Watch `folder`. A root that already holds it is returned as it is; roots inside it become part of it.

        Raises EngineError if it is not a folder, or if a root inside it is offline: its files would all seem gone.
        """
        folder = folder.resolve()  # a folder and a link to it are one root
        for root in self.all():
            if _is_same(folder, root.path) or _is_inside(folder, root.path):
                return root
        if not folder.is_dir():
            raise EngineError(f"{display_path(folder)} is not a folder that can be watched.")
        inner = [root for root in self.all() if _is_inside(root.path, folder)]
        for root in inner:
            if not root.online:
                raise EngineError(f"{display_path(folder)} holds {display_path(root.path)}, which is offline.")
        with self._database.atomic():
            added = self._insert(folder)
            for root in inner:
                self._absorb(root.id, added.id, root.path.relative_to(folder))
        return added

    def move(self, root_id: int, folder: Path) -> Root:
        """The same root, now found at `folder`, with all its files. Raises EngineError if it overlaps with another."""
        folder = folder.resolve()
        root = self.get(root_id)
        for other in self.all():
            apart = not (
                _is_same(folder, other.path) or _is_inside(folder, other.path) or _is_inside(other.path, folder)
            )
            if other.id != root_id and not apart:
                raise EngineError(f"{display_path(folder)} overlaps with {display_path(other.path)}.")
        with self._database.atomic():
            removed = "SELECT id FROM root WHERE path = ? AND state = 'removed'"
            for (removed_id,) in self._database.rows(removed, (os.fsencode(folder),)):
                self._absorb(removed_id, root_id, Path())
            self._database.execute("UPDATE root SET path = ? WHERE id = ?", (os.fsencode(folder), root_id))
            self._database.execute(
                "UPDATE audio_file SET text_version = text_version + 1 WHERE root_id = ?", (root_id,)
            )
        return Root(root_id, folder, root.state, root.paused)

    def set_state(self, root_id: int, state: RootState) -> None:
        with self._database.atomic():
            self._database.execute("UPDATE root SET state = ? WHERE id = ?", (state, self.get(root_id).id))

    def set_paused(self, root_id: int, paused: bool) -> None:
        with self._database.atomic():
            self._database.execute("UPDATE root SET paused = ? WHERE id = ?", (paused, self.get(root_id).id))

    def remove(self, root_id: int) -> None:
        """Watch the folder no longer and forget its files, but for those of which a person said something.

        They are kept as missing, so that they are known again, with their tags, wherever their sound turns up.
        """
        self.get(root_id)
        said = " UNION ".join(f"SELECT file_id FROM {table}" for table in _WHAT_A_PERSON_SAID)
        with self._database.atomic():
            self._database.execute(f"DELETE FROM audio_file WHERE root_id = ? AND id NOT IN ({said})", (root_id,))
            self._database.execute("UPDATE audio_file SET state = 'missing' WHERE root_id = ?", (root_id,))
            self._database.execute("UPDATE root SET state = 'removed' WHERE id = ?", (root_id,))
            self._database.execute(
                "DELETE FROM root WHERE id = ? AND id NOT IN (SELECT root_id FROM audio_file)", (root_id,)
            )

    def _insert(self, folder: Path) -> Root:
        # the path is only taken by a root that was removed
        (root_id,) = self._database.execute(
            "INSERT INTO root (path, state) VALUES (?, 'ok')"
            " ON CONFLICT (path) DO UPDATE SET state = 'ok', paused = 0 RETURNING id",
            (os.fsencode(folder),),
        ).fetchone()
        return Root(root_id, folder, "ok")

    def _absorb(self, inner_id: int, outer_id: int, prefix: Path) -> None:
        """All files of one root, which is then gone, become files of another; they lie in its folder `prefix`."""
        files = self._database.rows("SELECT id, relative_path FROM audio_file WHERE root_id = ?", (inner_id,))
        for file_id, relative_path in files:
            path = prefix / os.fsdecode(relative_path)
            self._database.execute(
                "UPDATE audio_file SET root_id = ?, relative_path = ?, display = ?, folder_id = ?,"
                " text_version = text_version + 1 WHERE id = ?",
                (
                    outer_id,
                    os.fsencode(path),
                    display_path(path),
                    folder_id(self._database, outer_id, path.parent),
                    file_id,
                ),
            )
        self._database.execute("DELETE FROM root WHERE id = ?", (inner_id,))


def _is_inside(inner: Path, outer: Path) -> bool:
    return any(_is_same(parent, outer) for parent in inner.parents)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one == other or os.path.samefile(one, other)  # equal but for case, where case does not count
    except OSError:
        return False
