"""Saved searches: sentences a person wants to ask again, each under a name."""

from __future__ import annotations

from dataclasses import dataclass

from engine.database import Database, storable_text
from engine.errors import EngineError, NotInLibrary, display_path


@dataclass(frozen=True)
class SavedSearch:
    name: str
    query: str


class SavedSearches:
    def __init__(self, library_db: Database) -> None:
        self._database = library_db

    def all(self) -> list[SavedSearch]:
        rows = self._database.rows("SELECT name, query FROM saved_search ORDER BY name")
        return [SavedSearch(*row) for row in rows]

    def save(self, name: str, query: str) -> None:
        """Under a name that is taken, the new query replaces the old one."""
        with self._database.atomic():
            self._database.execute(
                "INSERT INTO saved_search (name, query) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET query = excluded.query",
                (storable_text(name), storable_text(query)),
            )

    def rename(self, name: str, new_name: str) -> None:
        """Raises EngineError if another search has this name, and NotInLibrary if there is none called `name`."""
        name, new_name = storable_text(name), storable_text(new_name)
        with self._database.atomic():
            if name != new_name and self._database.first("SELECT 1 FROM saved_search WHERE name = ?", (new_name,)):
                raise EngineError(
                    f"There is a saved search named {display_path(new_name)} already; both stay as they are."
                )
            renamed = self._database.execute("UPDATE saved_search SET name = ? WHERE name = ?", (new_name, name))
            if not renamed.rowcount:
                raise NotInLibrary(f"The library has no saved search named {display_path(name)}.")

    def delete(self, name: str) -> None:
        with self._database.atomic():
            self._database.execute("DELETE FROM saved_search WHERE name = ?", (storable_text(name),))
