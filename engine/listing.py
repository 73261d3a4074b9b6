"""The library as a person browses it: which files a scope holds and in which order, and what to show of each.

Whatever may be long is put together by SQLite into one text of numbers: half a million rows, one by one, would keep
every other thread of the process waiting.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from engine.database import Database, storable_text
from engine.errors import display_path
from engine.folders import folder_bytes
from engine.library_rows import EVERYTHING, Column, FileRow, FolderCount, NameCount, Order, Root, RootCounts, Scope
from engine.natural_order import natural_key

_Counted = TypeVar("_Counted", NameCount, FolderCount)

_AMONG = "IN (SELECT value FROM json_each(?))"
_SEPARATOR = os.fsencode(os.sep)
_AFTER_SEPARATOR = bytes([_SEPARATOR[0] + 1])  # greater than all that begins with the separator

# what decides in each column, before the file's name and folder do
_SORTED_BY: dict[Column, str] = {
    "name": "",
    "duration": "duration_s, ",
    "format": "container, encoding, sample_rate_hz, channels, ",
    "rating": "(SELECT stars FROM rating WHERE rating.file_id = audio_file.id), ",
    "modified": "mtime_ns, ",
}


class Listing:
    def __init__(self, library_db: Database) -> None:
        self._database = library_db

    # --- which files -------------------------------------------------------------------------------------------------

    def in_order(self, scope: Scope, order: Order, roots: Sequence[Root]) -> np.ndarray:
        """The audible files of a scope, (files,) int64; equal ones by name, and those folder by folder."""
        if order.column == "added":
            ids = np.sort(self.unordered(scope, roots))
        elif order.column == "folder":
            ids = self._by_folder(scope, roots)
        else:
            ids = self._by_row(scope, roots, order.column)
        return ids[::-1].copy() if order.descending else ids

    def unordered(self, scope: Scope, roots: Sequence[Root], at_most: int = -1) -> np.ndarray:
        """The audible files of a scope, (files,) int64: all, or `at_most` so many."""
        where, parameters = _condition(scope, roots)
        found = f"SELECT id FROM audio_file WHERE {where} LIMIT ?"
        (ids,) = self._numbers(f"SELECT group_concat(id) FROM ({found})", [*parameters, at_most])
        return ids

    def _by_row(self, scope: Scope, roots: Sequence[Root], column: Column) -> np.ndarray:
        """By the name, which an index holds, or by what only the rows hold: they are read as they lie in the file."""
        where, parameters = _condition(scope, roots)
        table = "audio_file"
        if column != "name" and scope == EVERYTHING:
            table = "audio_file NOT INDEXED"
        elif column != "name":
            where = f"id IN (SELECT id FROM audio_file WHERE {where})"
        ordered = f"SELECT id FROM {table} WHERE {where} ORDER BY {_SORTED_BY[column]}name_key, folder_id, id"
        (ids,) = self._numbers(f"SELECT group_concat(id) FROM ({ordered})", parameters)
        return ids

    def _by_folder(self, scope: Scope, roots: Sequence[Root]) -> np.ndarray:
        where, parameters = _condition(scope, roots)
        ids, folders = self._numbers(
            "SELECT group_concat(id), group_concat(folder_id) FROM"
            f" (SELECT id, folder_id FROM audio_file WHERE {where} ORDER BY folder_id, name_key, id)",
            parameters,
        )
        return ids[np.argsort(self._folder_ranks(roots)[folders], kind="stable")]

    def _folder_ranks(self, roots: Sequence[Root]) -> np.ndarray:
        """The place of each folder among all, by its number."""
        root_keys = {root.id: (natural_key(root.path.name), root.path) for root in roots}
        rows = self._database.rows("SELECT id, root_id, sort_key, relative_path FROM folder")
        known = [(root_keys[root_id], *keys, number) for number, root_id, *keys in rows if root_id in root_keys]
        ranks = np.zeros(1 + max((row[0] for row in rows), default=0), np.int64)
        ranks[[number for *_, number in sorted(known)]] = np.arange(len(known))
        return ranks

    def _numbers(self, sql: str, parameters: Sequence[Any]) -> list[np.ndarray]:
        """The one row of a query, each column a list of numbers with commas between, or NULL for none."""
        (row,) = self._database.rows(sql, parameters)
        return [np.fromstring(column or "", dtype=np.int64, sep=",") for column in row]

    def heard_among(self, file_ids: Iterable[int], scope: Scope, roots: Sequence[Root]) -> set[int]:
        """Those of the files that are audible and in the scope."""
        where, parameters = _condition(scope, roots)
        rows = self._database.rows(
            f"SELECT id FROM audio_file WHERE id {_AMONG} AND {where}", [_as_json(file_ids), *parameters]
        )
        return {file_id for (file_id,) in rows}

    # --- what to show ------------------------------------------------------------------------------------------------

    def rows(self, file_ids: Iterable[int]) -> dict[int, FileRow]:
        """What to show of each of these files, as far as they are there."""
        ids = _as_json(file_ids)
        tags: dict[int, tuple[str, ...]] = {}
        for file_id, name in self._database.rows(
            f"SELECT file_id, name FROM file_tag JOIN tag ON tag.id = tag_id WHERE file_id {_AMONG} ORDER BY name",
            (ids,),
        ):
            tags[file_id] = (*tags.get(file_id, ()), name)
        rows = self._database.rows(
            "SELECT f.id, f.root_id, r.path, f.relative_path, f.state, f.reason, f.duration_s, f.sample_rate_hz,"
            " f.channels, f.container, f.encoding, f.size, f.mtime_ns, stars"
            " FROM audio_file f JOIN root r ON r.id = f.root_id LEFT JOIN rating ON rating.file_id = f.id"
            f" WHERE f.id {_AMONG}",
            (ids,),
        )
        return {row[0]: _file_row(row, tags.get(row[0], ())) for row in rows}

    # --- how many ----------------------------------------------------------------------------------------------------

    def root_counts(self, roots: Iterable[Root]) -> list[RootCounts]:
        heard = dict(
            self._database.rows(
                "SELECT root_id, sum(files) FROM folder JOIN"
                " (SELECT folder_id, count(*) AS files FROM audio_file WHERE state = 'ok' GROUP BY folder_id)"
                " ON folder_id = folder.id GROUP BY root_id"
            )
        )
        lost = Counter(
            {
                (root_id, state): files
                for root_id, state, files in self._database.rows(
                    "SELECT root_id, state, count(*) FROM audio_file WHERE state != 'ok' GROUP BY root_id, state"
                )
            }
        )
        return [
            RootCounts(root, heard.get(root.id, 0), lost[root.id, "missing"], lost[root.id, "unreadable"])
            for root in roots
        ]

    def tag_counts(self) -> list[NameCount]:
        """Every tag, in the order of the alphabet."""
        rows = self._database.rows(
            "SELECT name, count(audio_file.id) FROM tag LEFT JOIN file_tag ON tag_id = tag.id"
            " LEFT JOIN audio_file ON audio_file.id = file_id AND state = 'ok' GROUP BY tag.id"
        )
        return _in_natural_order(NameCount(*row) for row in rows)

    def collection_counts(self) -> list[NameCount]:
        """Every collection, in the order of the alphabet."""
        rows = self._database.rows(
            "SELECT name, count(audio_file.id), collection.id FROM collection"
            " LEFT JOIN collection_file ON collection_id = collection.id"
            " LEFT JOIN audio_file ON audio_file.id = file_id AND state = 'ok' GROUP BY collection.id"
        )
        return _in_natural_order(NameCount(*row) for row in rows)

    def subfolders(self, folder: Path, roots: Sequence[Root]) -> list[FolderCount]:
        """The folders directly inside `folder`, which lies in a root, that hold audible files at any depth."""
        root_id, path = _located(folder, roots)
        below, parameters = _folders_below(root_id, path)
        rows = self._database.rows(
            "SELECT folder.relative_path, count(*) FROM folder JOIN audio_file ON folder_id = folder.id"
            f" WHERE state = 'ok' AND folder.id IN ({below}) GROUP BY folder.id",
            parameters,
        )
        files: Counter[bytes] = Counter()
        for found, count in rows:
            files[found[len(path) :].removeprefix(_SEPARATOR).partition(_SEPARATOR)[0]] += count
        del files[b""]  # the folder itself
        named = [(os.fsdecode(name), count) for name, count in files.items()]
        return _in_natural_order(FolderCount(display_path(name), folder / name, count) for name, count in named)


def _condition(scope: Scope, roots: Sequence[Root]) -> tuple[str, list[Any]]:
    """What an audible file of `scope` fulfils, in SQL, and the values in it."""
    conditions: list[str] = ["state = 'ok'"]
    values: list[Any] = []
    if scope.root_ids:
        conditions.append(f"folder_id IN (SELECT folder.id FROM folder WHERE folder.root_id {_AMONG})")
        values.append(_as_json(scope.root_ids))
    if scope.folder is not None:
        below, place = _folders_below(*_located(scope.folder, roots))
        conditions.append(f"folder_id IN ({below})")
        values += place
    if scope.collection_id is not None:
        conditions.append("audio_file.id IN (SELECT file_id FROM collection_file WHERE collection_id = ?)")
        values.append(scope.collection_id)
    for tag in scope.tags:
        conditions.append("audio_file.id IN (SELECT file_id FROM file_tag JOIN tag ON tag.id = tag_id WHERE name = ?)")
        values.append(storable_text(tag))
    if scope.min_stars is not None:
        conditions.append("audio_file.id IN (SELECT rating.file_id FROM rating WHERE rating.stars >= ?)")
        values.append(scope.min_stars)
    return " AND ".join(conditions), values


def _located(folder: Path, roots: Iterable[Root]) -> tuple[int | None, bytes]:
    """The root that a folder lies in, and the folder as it is stored; no root for a folder outside of all."""
    for root in roots:
        if folder.is_relative_to(root.path):
            return root.id, folder_bytes(folder.relative_to(root.path))
    return None, b""


def _folders_below(root_id: int | None, path: bytes) -> tuple[str, list[Any]]:
    """The numbers of a folder and all folders in it, in SQL, and the values in that."""
    if not path:
        return "SELECT folder.id FROM folder WHERE folder.root_id = ?", [root_id]
    below = "folder.relative_path > ? AND folder.relative_path < ?"
    return (
        f"SELECT folder.id FROM folder WHERE folder.root_id = ? AND (folder.relative_path = ? OR {below})",
        [root_id, path, path + _SEPARATOR, path + _AFTER_SEPARATOR],
    )


def _in_natural_order(counts: Iterable[_Counted]) -> list[_Counted]:
    return sorted(counts, key=lambda count: (natural_key(count.name), count.name))


def _as_json(ids: Iterable[int]) -> str:
    return json.dumps([int(number) for number in ids])  # numpy's numbers too


def _file_row(row: tuple[Any, ...], tags: tuple[str, ...]) -> FileRow:
    file_id, root_id, root, relative_path, *sound, size, mtime_ns, stars = row
    root_path, relative = Path(os.fsdecode(root)), Path(os.fsdecode(relative_path))
    state, reason, duration_s, sample_rate_hz, channels, container, encoding = sound
    return FileRow(
        id=file_id,
        root_id=root_id,
        path=root_path / relative,
        name=display_path(relative.name),
        folder=display_path(root_path.name / relative.parent),
        state=state,
        reason=reason,
        duration_s=duration_s,
        sample_rate_hz=sample_rate_hz,
        channels=channels,
        container=container,
        encoding=encoding,
        size_bytes=size,
        modified_s=mtime_ns / 1e9,
        tags=tags,
        stars=stars,
    )
