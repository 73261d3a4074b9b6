"""The library as a person browses it: which files a scope holds and in which order, and what to show of each.

Whatever may be long is put together by SQLite into one text of numbers: half a million rows, one by one, would keep
every other thread of the process waiting.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from engine.conditions import AMONG, Condition, as_json, condition_of
from engine.database import Database
from engine.errors import display_path
from engine.folders import SEPARATOR, folders_below, located
from engine.library_rows import EVERYTHING, Column, FileRow, FolderCount, NameCount, Order, Root, RootCounts, Scope
from engine.natural_order import natural_key

MANY_NAMED = 10_000  # files of a scope

_Counted = TypeVar("_Counted", NameCount, FolderCount)

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
        if many := _many_named(scope):
            return _only(many, self.in_order(replace(scope, among=None), order, roots))
        if order.column == "added":
            ids = np.sort(self.unordered(scope, roots))
        elif order.column == "folder":
            ids = self._by_folder(scope, roots)
        else:
            ids = self._by_row(scope, roots, order.column)
        return ids[::-1].copy() if order.descending else ids

    def unordered(self, scope: Scope, roots: Sequence[Root], at_most: int = -1) -> np.ndarray:
        """The audible files of a scope, (files,) int64: all, or `at_most` so many."""
        if many := _many_named(scope):
            ids = _only(many, self.unordered(replace(scope, among=None), roots))
            return ids if at_most < 0 else ids[:at_most]
        condition = self._condition(scope, roots)
        (ids,) = self._numbers(
            f"SELECT group_concat(id) FROM (SELECT id FROM {condition.found} LIMIT ?)", [*condition.values, at_most]
        )
        return ids

    def _by_row(self, scope: Scope, roots: Sequence[Root], column: Column) -> np.ndarray:
        """By the name, which an index holds, or by what only the rows hold: they are read as they lie in the file."""
        condition = self._condition(scope, roots)
        if scope == EVERYTHING and column != "name":
            condition = replace(condition, reads_rows=True)
        found = condition.found
        if column != "name" and not condition.reads_rows:
            found = f"audio_file WHERE id IN (SELECT id FROM {found})"
        ordered = f"SELECT id FROM {found} ORDER BY {_SORTED_BY[column]}name_key, folder_id, id"
        (ids,) = self._numbers(f"SELECT group_concat(id) FROM ({ordered})", condition.values)
        return ids

    def _by_folder(self, scope: Scope, roots: Sequence[Root]) -> np.ndarray:
        condition = self._condition(scope, roots)
        ids, folders = self._numbers(
            "SELECT group_concat(id), group_concat(folder_id) FROM"
            f" (SELECT id, folder_id FROM {condition.found} ORDER BY folder_id, name_key, id)",
            condition.values,
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
        asked = set(file_ids)
        among = asked if scope.among is None else asked.intersection(scope.among)
        condition = self._condition(replace(scope, among=tuple(among)), roots)
        rows = self._database.rows(f"SELECT id FROM {condition.found}", condition.values)
        return {file_id for (file_id,) in rows}

    def _condition(self, scope: Scope, roots: Sequence[Root]) -> Condition:
        return condition_of(scope, roots, self._database)

    # --- what to show ------------------------------------------------------------------------------------------------

    def rows(self, file_ids: Iterable[int]) -> dict[int, FileRow]:
        """What to show of each of these files, as far as they are there."""
        ids = as_json(file_ids)
        tags: dict[int, tuple[str, ...]] = {}
        for file_id, name in self._database.rows(
            f"SELECT file_id, name FROM file_tag JOIN tag ON tag.id = tag_id WHERE file_id {AMONG} ORDER BY name",
            (ids,),
        ):
            tags[file_id] = (*tags.get(file_id, ()), name)
        rows = self._database.rows(
            "SELECT f.id, f.root_id, r.path, f.relative_path, f.state, f.reason, f.duration_s, f.sample_rate_hz,"
            " f.channels, f.container, f.encoding, f.size, f.mtime_ns, stars"
            " FROM audio_file f JOIN root r ON r.id = f.root_id LEFT JOIN rating ON rating.file_id = f.id"
            f" WHERE f.id {AMONG}",
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
        root_id, path = located(folder, roots)
        below, parameters = folders_below(root_id, path)
        rows = self._database.rows(
            "SELECT folder.relative_path, count(*) FROM folder JOIN audio_file ON folder_id = folder.id"
            f" WHERE state = 'ok' AND folder.id IN ({below}) GROUP BY folder.id",
            parameters,
        )
        files: Counter[bytes] = Counter()
        for found, count in rows:
            files[found[len(path) :].removeprefix(SEPARATOR).partition(SEPARATOR)[0]] += count
        del files[b""]  # the folder itself
        named = [(os.fsdecode(name), count) for name, count in files.items()]
        return _in_natural_order(FolderCount(display_path(name), folder / name, count) for name, count in named)


def _many_named(scope: Scope) -> tuple[int, ...] | None:
    """The files of a scope that names so many that it is faster to list without regard to them, and keep those."""
    return scope.among if scope.among is not None and len(scope.among) > MANY_NAMED else None


def _only(among: Sequence[int], ids: np.ndarray) -> np.ndarray:
    return ids[np.isin(ids, np.array(among, np.int64))]


def _in_natural_order(counts: Iterable[_Counted]) -> list[_Counted]:
    return sorted(counts, key=lambda count: (natural_key(count.name), count.name))


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
