"""Collections: audio files a person put together under a name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from engine.database import Database, storable_text
from engine.errors import EngineError, NotInLibrary, display_path


@dataclass(frozen=True)
class Collection:
    id: int
    name: str


class Collections:
    def __init__(self, library_db: Database) -> None:
        self._database = library_db

    def all(self) -> list[Collection]:
        return [Collection(*row) for row in self._database.rows("SELECT id, name FROM collection ORDER BY name")]

    def create(self, name: str) -> Collection:
        """The collection of this name, a new one if there is none."""
        name = storable_text(name)
        with self._database.atomic():
            self._database.execute("INSERT OR IGNORE INTO collection (name) VALUES (?)", (name,))
            (row,) = self._database.rows("SELECT id, name FROM collection WHERE name = ?", (name,))
        return Collection(*row)

    def rename(self, collection_id: int, name: str) -> None:
        """Raises EngineError if another collection has this name, and NotInLibrary if there is none of this number."""
        name = storable_text(name)
        with self._database.atomic():
            if self._database.first("SELECT 1 FROM collection WHERE name = ? AND id != ?", (name, collection_id)):
                raise EngineError(f"There is a collection named {display_path(name)} already; both stay as they are.")
            renamed = self._database.execute("UPDATE collection SET name = ? WHERE id = ?", (name, collection_id))
            if not renamed.rowcount:
                raise NotInLibrary(f"The library has no collection number {collection_id}.")

    def delete(self, collection_id: int) -> None:
        """The files themselves stay."""
        with self._database.atomic():
            self._database.execute("DELETE FROM collection WHERE id = ?", (collection_id,))

    def add(self, collection_id: int, file_ids: Iterable[int]) -> None:
        """Files that the library does not know are left out."""
        with self._database.atomic():
            self._database.execute(
                "INSERT OR IGNORE INTO collection_file (collection_id, file_id)"
                " SELECT ?, id FROM audio_file WHERE id IN (SELECT value FROM json_each(?))",
                (collection_id, json.dumps(list(file_ids))),
            )

    def remove(self, collection_id: int, file_ids: Iterable[int]) -> None:
        with self._database.atomic():
            self._database.execute(
                "DELETE FROM collection_file WHERE collection_id = ? AND file_id IN (SELECT value FROM json_each(?))",
                (collection_id, json.dumps(list(file_ids))),
            )

    def files(self, collection_id: int) -> list[int]:
        """The ids of its files."""
        rows = self._database.rows(
            "SELECT file_id FROM collection_file WHERE collection_id = ? ORDER BY file_id", (collection_id,)
        )
        return [file_id for (file_id,) in rows]
