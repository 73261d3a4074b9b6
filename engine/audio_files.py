"""The audio files of library.db: where each is, what it is, and whether it can be heard. Nothing is ever deleted here
because a file is not where it was.
"""

from __future__ import annotations

import dataclasses
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.database import Database
from engine.errors import NotInLibrary, display_path
from engine.folders import folder_id
from engine.identity import known_file, located_file
from engine.library_rows import AudioFile, FileStat, FileVersion, IndexedFile
from engine.natural_order import natural_key
from engine.text_index import FileText

_SELECT = (
    "SELECT f.id, f.uid, f.root_id, f.relative_path, r.path, f.size, f.mtime_ns, f.inode, f.content_id, f.state,"
    " f.reason, f.duration_s, f.sample_rate_hz, f.channels, f.container, f.encoding"
    " FROM audio_file f JOIN root r ON r.id = f.root_id"
)
_AMONG = "IN (SELECT value FROM json_each(?))"
_SEPARATOR = os.fsencode(os.sep)
_AFTER_SEPARATOR = bytes([_SEPARATOR[0] + 1])  # greater than all that begins with the separator


class AudioFiles:
    def __init__(self, library_db: Database) -> None:
        self._database = library_db

    def get(self, file_id: int) -> AudioFile:
        """Raises NotInLibrary."""
        for file in self.among([file_id]).values():
            return file
        raise NotInLibrary(f"The library has no file number {file_id}.")

    def among(self, file_ids: Iterable[int]) -> dict[int, AudioFile]:
        """Those that there are."""
        rows = self._database.rows(f"{_SELECT} WHERE f.id {_AMONG}", (_as_json(file_ids),))
        return {row[0]: _audio_file(row) for row in rows}

    def under(self, root_id: int) -> Iterator[AudioFile]:
        """In every state; the database may be written to meanwhile."""
        last_id = 0
        while True:
            rows = self._database.rows(  # the plus keeps SQLite from sorting all files of the root each time
                f"{_SELECT} WHERE +f.root_id = ? AND f.id > ? ORDER BY f.id LIMIT 1000", (root_id, last_id)
            )
            if not rows:
                return
            yield from map(_audio_file, rows)
            last_id = rows[-1][0]

    def below(self, root_id: int, paths: Iterable[Path]) -> list[AudioFile]:
        """Those of one root, in every state, that are at one of the relative `paths` or below it."""
        found: dict[int, AudioFile] = {}
        for path in map(os.fsencode, paths):
            rows = self._database.rows(
                f"{_SELECT} WHERE f.root_id = ?1 AND f.relative_path = ?2 UNION ALL"
                f" {_SELECT} WHERE f.root_id = ?1 AND f.relative_path > ?3 AND f.relative_path < ?4",
                (root_id, path, path + _SEPARATOR, path + _AFTER_SEPARATOR),
            )
            found |= {row[0]: _audio_file(row) for row in rows}
        return list(found.values())

    def unreadable(self) -> list[AudioFile]:
        rows = self._database.rows(f"{_SELECT} WHERE f.state != 'ok' AND f.state = 'unreadable'")
        return [_audio_file(row) for row in rows]

    def audible(self, root_ids: Iterable[int]) -> dict[int, float]:
        """The files of some roots that can be heard and how long they are, in seconds."""
        rows = self._database.rows(  # NOT INDEXED: row by row is faster than by an index that does not hold all of it
            f"SELECT id, coalesce(duration_s, 0.0) FROM audio_file NOT INDEXED WHERE state = 'ok' AND root_id {_AMONG}",
            (_as_json(root_ids),),
        )
        return dict(rows)

    def totals(self) -> tuple[int, float, int]:
        """How many files can be heard, how long they are together, in seconds, and how many cannot be read."""
        (heard,) = self._database.rows(
            "SELECT count(*), coalesce(sum(duration_s), 0.0) FROM audio_file NOT INDEXED WHERE state = 'ok'"
        )
        (unreadable,) = self._database.rows(
            "SELECT count(*) FROM audio_file WHERE state != 'ok' AND state = 'unreadable'"
        )
        return *heard, *unreadable

    def at(self, root_id: int, relative_path: Path) -> AudioFile | None:
        """The file at this path, or the last one that went missing from it."""
        file_id = located_file(self._database, root_id, relative_path)
        return None if file_id is None else self.get(file_id)

    def texts(self, file_ids: Iterable[int]) -> list[tuple[int, FileVersion, FileText]]:
        """Of each of these files what library.db says that it can be found by, and the version of that."""
        rows = self._database.rows(
            "SELECT f.id, f.uid, f.content_id, f.text_version, r.path, f.relative_path, c.text, n.text,"
            " (SELECT group_concat(name, ' ') FROM file_tag JOIN tag ON tag.id = tag_id WHERE file_id = f.id)"
            " FROM audio_file f JOIN root r ON r.id = f.root_id"
            f" LEFT JOIN caption c ON c.file_id = f.id LEFT JOIN note n ON n.file_id = f.id WHERE f.id {_AMONG}",
            (_as_json(file_ids),),
        )
        texts = []
        for file_id, uid, content_id, text_version, root, relative_path, caption, note, tags in rows:
            path = Path(os.fsdecode(root)).name / Path(os.fsdecode(relative_path))
            name, folder = display_path(path.stem), display_path(path.parent)  # nobody looks for "wav"
            text = FileText(name, tags or "", caption or "", note or "", folder)
            texts.append((file_id, FileVersion(uid, content_id, text_version), text))
        return texts

    # The following belong inside a transaction.

    def place(self, file: IndexedFile) -> int:
        """Enter a file that was heard; the id of the file that it is, by the rule of `engine.identity`."""
        file_id = known_file(self._database, file.root_id, file.relative_path, file.content_id)
        heard = {
            "content_id": file.content_id,
            "state": "ok",
            "reason": None,
            "duration_s": file.duration_s,
            "sample_rate_hz": file.sample_rate_hz,
            "channels": file.channels,
            "container": file.container,
            "encoding": file.encoding,
        }
        return self._put(file_id, file.root_id, file.relative_path, file.stat, heard)

    def place_failure(self, root_id: int, relative_path: Path, stat: FileStat, reason: str) -> int:
        """Enter a file that cannot be read; what is known of the sound that was there stays."""
        file_id = located_file(self._database, root_id, relative_path)
        return self._put(file_id, root_id, relative_path, stat, {"state": "unreadable", "reason": reason})

    def move(self, file_id: int, root_id: int, relative_path: Path, stat: FileStat) -> None:
        """A file is at another path now, or back where it was. Raises NotInLibrary."""
        state = "unreadable" if self.get(file_id).reason else "ok"
        self._put(file_id, root_id, relative_path, stat, {"state": state})

    def mark_missing(self, file_ids: Iterable[int]) -> None:
        self._database.execute(f"UPDATE audio_file SET state = 'missing' WHERE id {_AMONG}", (_as_json(file_ids),))

    def mark_seen(self, file_ids: Iterable[int]) -> None:
        # OR IGNORE: another file may lie at the path now
        self._database.execute(
            "UPDATE OR IGNORE audio_file SET state = CASE WHEN reason IS NULL THEN 'ok' ELSE 'unreadable' END"
            f" WHERE state = 'missing' AND id {_AMONG}",
            (_as_json(file_ids),),
        )

    def _put(
        self, file_id: int | None, root_id: int, relative_path: Path, stat: FileStat, columns: Mapping[str, object]
    ) -> int:
        """Write a file's row, a new one if `file_id` is None. Whichever other file was at this path is missing now."""
        path = os.fsencode(relative_path)
        self._database.execute(
            "UPDATE audio_file SET state = 'missing'"
            " WHERE root_id = ? AND relative_path = ? AND state != 'missing' AND id IS NOT ?",
            (root_id, path, file_id),
        )
        place = {
            "root_id": root_id,
            "relative_path": path,
            "display": display_path(relative_path),
            "folder_id": folder_id(self._database, root_id, relative_path.parent),
            "name_key": natural_key(relative_path.name),
        }
        columns = {**place, **dataclasses.asdict(stat), **columns}
        if file_id is None:
            columns["uid"] = uuid.uuid4().bytes
            names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
            sql = f"INSERT INTO audio_file ({names}) VALUES ({values}) RETURNING id"
        else:
            assignments = ", ".join(f"{name} = :{name}" for name in columns)
            sql = f"UPDATE audio_file SET {assignments}, text_version = text_version + 1 WHERE id = :id RETURNING id"
        (written_id,) = self._database.execute(sql, {**columns, "id": file_id}).fetchone()
        return int(written_id)


def _audio_file(row: Sequence[Any]) -> AudioFile:
    file_id, uid, root_id, relative_path, root, *rest = row
    relative = Path(os.fsdecode(relative_path))
    return AudioFile(file_id, uid, root_id, relative, Path(os.fsdecode(root)) / relative, *rest)


def _as_json(ids: Iterable[int]) -> str:
    return json.dumps(list(ids))
