"""What a person said of audio files: tags, notes, captions, ratings. None of it can be computed again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from typing import Literal

from engine.database import Database, storable_text
from engine.errors import NotInLibrary


class Annotations:
    def __init__(self, library_db: Database) -> None:
        self._database = library_db

    def add_tag(self, file_ids: Iterable[int], tag: str) -> None:
        """To all of the files or, if one of them is not there, to none. Capital letters make no other tag.

        Raises NotInLibrary, and ValueError for an empty tag.
        """
        name = storable_text(tag)
        if not name:
            raise ValueError("a tag needs at least one character")
        with self._speaking_of(file_ids) as ids:
            self._database.execute("INSERT OR IGNORE INTO tag (name) VALUES (?)", (name,))
            self._database.execute(
                "INSERT OR IGNORE INTO file_tag (file_id, tag_id)"
                " SELECT value, tag.id FROM json_each(?) JOIN tag ON name = ?",
                (ids, name),
            )

    def remove_tag(self, file_ids: Iterable[int], tag: str) -> None:
        """From all of the files. Raises NotInLibrary."""
        with self._speaking_of(file_ids) as ids:
            self._database.execute(
                "DELETE FROM file_tag WHERE file_id IN (SELECT value FROM json_each(?))"
                " AND tag_id IN (SELECT id FROM tag WHERE name = ?)",
                (ids, storable_text(tag)),
            )
            self._database.execute("DELETE FROM tag WHERE id NOT IN (SELECT tag_id FROM file_tag)")

    def rename_tag(self, tag: str, new_name: str) -> list[int]:
        """Of all files that have it, in every state, which are returned; those that have the other one too have one
        afterwards. Raises ValueError for an empty name.
        """
        old, new = storable_text(tag), storable_text(new_name)
        if not new:
            raise ValueError("a tag needs at least one character")
        file_ids = self.files_with_tag(old)
        with self._speaking_of(file_ids):
            # other capitals make no other tag
            if self._database.first("SELECT 1 FROM tag WHERE name = ? AND name != ?", (new, old)):
                self._database.execute(
                    "INSERT OR IGNORE INTO file_tag (file_id, tag_id) SELECT file_id, new.id FROM file_tag"
                    " JOIN tag old ON old.id = tag_id AND old.name = ? JOIN tag new ON new.name = ?",
                    (old, new),
                )
                self._database.execute(
                    "DELETE FROM file_tag WHERE tag_id IN (SELECT id FROM tag WHERE name = ?)", (old,)
                )
                self._database.execute("DELETE FROM tag WHERE name = ?", (old,))
            else:
                self._database.execute("UPDATE tag SET name = ? WHERE name = ?", (new, old))
        return file_ids

    def files_with_tag(self, tag: str) -> list[int]:
        """In every state, in order."""
        rows = self._database.rows(
            "SELECT file_id FROM file_tag JOIN tag ON tag.id = tag_id WHERE name = ? ORDER BY file_id",
            (storable_text(tag),),
        )
        return [file_id for (file_id,) in rows]

    def tags_of(self, file_id: int) -> list[str]:
        rows = self._database.rows(
            "SELECT name FROM file_tag JOIN tag ON tag.id = tag_id WHERE file_id = ? ORDER BY name", (file_id,)
        )
        return [name for (name,) in rows]

    def set_note(self, file_id: int, note: str) -> None:
        """An empty note removes it. Raises NotInLibrary."""
        self._set_text("note", file_id, note)

    def note_of(self, file_id: int) -> str:
        return self._text_of("note", file_id)

    def texts(self, table: Literal["note", "caption"]) -> dict[int, str]:
        """Every note or every caption, by file, in the files' order."""
        return dict(self._database.rows(f"SELECT file_id, text FROM {table} ORDER BY file_id"))

    def set_caption(self, file_id: int, caption: str) -> None:
        """An empty caption removes it. Raises NotInLibrary."""
        self._set_text("caption", file_id, caption)

    def caption_of(self, file_id: int) -> str:
        return self._text_of("caption", file_id)

    def set_rating(self, file_ids: Iterable[int], stars: int | None) -> None:
        """1 to 5 stars for all of the files, or None for no rating.

        Raises NotInLibrary, and ValueError for any other number.
        """
        if stars is not None and not 1 <= stars <= 5:
            raise ValueError(f"{stars} stars: a rating has 1 to 5")
        with self._of_known(file_ids) as ids:
            self._database.execute("DELETE FROM rating WHERE file_id IN (SELECT value FROM json_each(?))", (ids,))
            if stars is not None:
                self._database.execute(
                    "INSERT OR IGNORE INTO rating (file_id, stars) SELECT value, ? FROM json_each(?)", (stars, ids)
                )

    def rating_of(self, file_id: int) -> int | None:
        row = self._database.first("SELECT stars FROM rating WHERE file_id = ?", (file_id,))
        return row[0] if row else None

    def _set_text(self, table: Literal["note", "caption"], file_id: int, text: str) -> None:
        text = storable_text(text)
        with self._speaking_of([file_id]):
            self._database.execute(f"DELETE FROM {table} WHERE file_id = ?", (file_id,))
            if text:
                self._database.execute(f"INSERT INTO {table} (file_id, text) VALUES (?, ?)", (file_id, text))

    def _text_of(self, table: Literal["note", "caption"], file_id: int) -> str:
        row = self._database.first(f"SELECT text FROM {table} WHERE file_id = ?", (file_id,))
        return row[0] if row else ""

    @contextlib.contextmanager
    def _speaking_of(self, file_ids: Iterable[int]) -> Iterator[str]:
        """As `_of_known`, for what changes the text to find the files by."""
        with self._of_known(file_ids) as ids:
            self._database.execute(
                "UPDATE audio_file SET text_version = text_version + 1 WHERE id IN (SELECT value FROM json_each(?))",
                (ids,),
            )
            yield ids

    @contextlib.contextmanager
    def _of_known(self, file_ids: Iterable[int]) -> Iterator[str]:
        """A transaction that changes what is said of files, and their ids as JSON. Raises NotInLibrary."""
        ids = json.dumps([int(file_id) for file_id in file_ids])
        with self._database.atomic():
            unknown = self._database.first(
                "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM audio_file)", (ids,)
            )
            if unknown:
                raise NotInLibrary(f"The library has no file number {unknown[0]}.")
            yield ids
