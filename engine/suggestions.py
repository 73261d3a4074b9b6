"""Suggested tags: what the network and personal tags would call each file, and what that was made of.

They are kept in index.db, since they can be made again. What a person said of files stands in library.db and goes
before: a tag that a file has, that was rejected for it, or that learns from it, is suggested for it no more.
"""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.captions import template_caption
from engine.conditions import AMONG, as_json
from engine.database import Database, storable_text
from engine.library_rows import NameCount, Scope, Span, Strength, Suggestion
from engine.natural_order import natural_key
from engine.tagging import SuggestedTag, relations_of_ontology

STRENGTHS: tuple[Strength, ...] = ("very likely", "likely", "maybe")  # as they are numbered
SCORE_UNITS = 1_000_000
STORED_SPANS = np.dtype("<u4")  # milliseconds


def _said(schema: str) -> str:
    """(file_id, name) of what is not to be suggested, in library.db, which is known by `schema`."""
    return (
        f"SELECT file_id, name FROM {schema}.file_tag JOIN {schema}.tag ON tag.id = tag_id"
        f" UNION ALL SELECT file_id, name FROM {schema}.rejected_tag"
        f" UNION ALL SELECT file_id, name FROM {schema}.tag_example"
        f" JOIN {schema}.personal_tag ON personal_tag.id = personal_tag_id"
    )


@dataclass(frozen=True)
class Basis:
    """What descriptions are made of, beside the sound itself.

    recipe : stands for all of it but the background
    files : how many files the network had listened to when the background was taken
    background : what is usual in the library, as `engine.describing` stores it
    """

    checkpoint_id: str
    recipe: str
    files: int
    background: bytes
    id: int = 0  # given by the library


@dataclass(frozen=True)
class MadeOf:
    """What a description was made of; `personal` stands for the personal tags and what they learned."""

    basis_id: int
    personal: str


@dataclass(frozen=True)
class Description:
    """What is suggested for one sound.

    tags : by the network and by personal tags, also those that were rejected; caption : a sentence, without those
    """

    tags: tuple[Suggestion, ...]
    caption: str


class Suggestions:
    """Writing methods belong inside a transaction of index.db; what counts and finds, outside of any."""

    def __init__(self, library_db: Database, index_db: Database) -> None:
        self._library_db = library_db
        self._database = index_db

    # --- what is suggested -------------------------------------------------------------------------------------------

    def of(self, file_ids: Iterable[int]) -> dict[int, list[Suggestion]]:
        """Best first, for each of the files, without what a person said. Of equal names a personal tag's counts.

        What was implied by a tag that was rejected speaks for itself.
        """
        stored = self._stored(file_ids)
        tagged, other = self._said_of(stored)
        return {file_id: _to_show(rows, tagged[file_id], other[file_id]) for file_id, rows in stored.items()}

    def files(self, names: Collection[str]) -> list[int]:
        """The audible files for which one of these tags is suggested, best first; capital letters do not count."""
        wanted = {storable_text(name).casefold() for name in names}
        spelled = {number: name for number, name in self._names() if name.casefold() in wanted}
        left_out = self._said_with(spelled.values())
        silent = {file_id for (file_id,) in self._library_db.rows("SELECT id FROM audio_file WHERE state != 'ok'")}
        rows = self._database.rows(
            f"SELECT file_id, name_id FROM suggestion WHERE name_id {AMONG} ORDER BY score DESC, file_id",
            (as_json(spelled),),
        )
        keys = {number: _key(name) for number, name in spelled.items()}
        found = (id for id, number in rows if id not in silent and (id, keys[number]) not in left_out)
        return list(dict.fromkeys(found))

    def _said_with(self, names: Iterable[str]) -> set[tuple[int, str]]:
        """The files, and the keys of those of the names, for which a person said something else."""
        sql = f"SELECT file_id, name FROM ({_said('main')}) WHERE name IN (SELECT value FROM json_each(?))"
        return {(file_id, _key(name)) for file_id, name in self._library_db.rows(sql, (json.dumps(list(names)),))}

    def counts(self) -> list[NameCount]:
        """Every suggested tag, in the order of the alphabet, and for how many audible files it is suggested."""
        counted = dict(self._database.rows("SELECT name_id, count(*) FROM suggestion GROUP BY name_id"))
        alike: defaultdict[str, list[int]] = defaultdict(list)
        spelling: dict[str, str] = {}
        for number, name in self._names():
            if number in counted:
                alike[_key(name)].append(number)
                spelling.setdefault(_key(name), name)
        left_out = self._left_out()
        files = {
            key: (counted[numbers[0]] if len(numbers) == 1 else self._files_of_any(numbers)) - left_out.get(key, 0)
            for key, numbers in alike.items()
        }
        found = [NameCount(spelling[key], number) for key, number in files.items() if number]
        return sorted(found, key=lambda one: (natural_key(one.name), one.name))

    def _files_of_any(self, numbers: Sequence[int]) -> int:
        sql = f"SELECT count(DISTINCT file_id) FROM suggestion WHERE name_id {AMONG}"
        return int(self._database.rows(sql, (as_json(numbers),))[0][0])

    def _left_out(self) -> dict[str, int]:
        """For how many files each tag is stored that is not to be suggested for them, or that cannot be heard."""
        with self._database.attached(self._library_db.path, "library"):
            rows = self._database.rows(
                f"WITH said AS ({_said('library')}), left_out AS ("
                " SELECT said.file_id, n.id AS name_id FROM said JOIN suggested_name n USING (name)"
                # in this order: there are few files that cannot be heard
                " UNION SELECT f.id, name_id FROM library.audio_file f CROSS JOIN suggestion ON file_id = f.id"
                " WHERE f.state != 'ok')"
                " SELECT n.name, count(DISTINCT s.file_id) FROM left_out CROSS JOIN suggestion s USING (file_id,"
                " name_id) JOIN suggested_name n ON n.id = s.name_id GROUP BY n.name"
            )
        return {_key(name): files for name, files in rows}

    def resolved(self, scope: Scope) -> Scope:
        """The same scope with the files themselves in place of what must be suggested for them."""
        asked = [condition for condition in scope.filters if condition.field == "suggested"]
        if not asked:
            return scope
        among = None if scope.among is None else set(scope.among)
        without = set(scope.without)
        for condition in asked:
            found = set(self.files(condition.choices))
            if condition.negated:
                without |= found
            else:
                among = found if among is None else among & found
        filters = tuple(condition for condition in scope.filters if condition not in asked)
        return dataclasses.replace(
            scope, filters=filters, among=None if among is None else tuple(among), without=tuple(without)
        )

    def called_by_network(self, file_ids: Iterable[int], name: str) -> list[int]:
        """Those of the files that the network would call so, whatever a person said."""
        rows = self._database.rows(
            "SELECT DISTINCT file_id FROM suggestion JOIN suggested_name ON suggested_name.id = name_id"
            f" WHERE kind != '' AND name = ? AND file_id {AMONG}",
            (storable_text(name), as_json(file_ids)),
        )
        return [file_id for (file_id,) in rows]

    def captions_without_rejected(self, file_ids: Collection[int]) -> dict[int, str]:
        """Of each of the files a sentence of the network's tags that were not rejected."""
        rejected = self.rejected_of(file_ids)
        captions = {}
        for file_id, stored in self._stored(file_ids).items():
            tags = [
                SuggestedTag(tag.kind, tag.strength, tag.score, tag.spans, tag.implied)
                for tag in stored
                if tag.kind and not is_rejected(tag.name, rejected[file_id])
            ]
            captions[file_id] = template_caption(tags)
        return captions

    def rejected_of(self, file_ids: Iterable[int]) -> dict[int, set[str]]:
        """What was rejected for each of the files, for `is_rejected`."""
        ids = [int(file_id) for file_id in file_ids]
        found: dict[int, set[str]] = {file_id: set() for file_id in ids}
        sql = f"SELECT file_id, name FROM rejected_tag WHERE file_id {AMONG}"
        for file_id, name in self._library_db.rows(sql, (as_json(ids),)):
            found[file_id].add(_key(name))
        return found

    def _stored(self, file_ids: Iterable[int]) -> dict[int, list[Suggestion]]:
        ids = [int(file_id) for file_id in file_ids]
        found: dict[int, list[Suggestion]] = {file_id: [] for file_id in ids}
        rows = self._database.rows(
            "SELECT file_id, name, kind, score, strength, implied, spans FROM suggestion"
            f" JOIN suggested_name ON suggested_name.id = name_id WHERE file_id {AMONG}",
            (as_json(ids),),
        )
        for file_id, *row in rows:
            found[file_id].append(_suggestion(row))
        return found

    def _said_of(self, file_ids: Iterable[int]) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
        """By file the tags that it has; and those that were rejected for it or learn from it."""
        ids = as_json(file_ids)
        tagged: defaultdict[int, set[str]] = defaultdict(set)
        other: defaultdict[int, set[str]] = defaultdict(set)
        rows = self._library_db.rows(
            f"SELECT file_id, name, 1 FROM file_tag JOIN tag ON tag.id = tag_id WHERE file_id {AMONG}"
            f" UNION ALL SELECT file_id, name, 0 FROM rejected_tag WHERE file_id {AMONG}"
            " UNION ALL SELECT file_id, name, 0 FROM tag_example JOIN personal_tag ON personal_tag.id = personal_tag_id"
            f" WHERE file_id {AMONG}",
            (ids, ids, ids),
        )
        for file_id, name, is_tag in rows:
            (tagged if is_tag else other)[file_id].add(_key(name))
        return tagged, other

    def _names(self) -> list[tuple[int, str]]:
        return [(number, name) for number, name in self._database.rows("SELECT id, name FROM suggested_name")]

    # --- what it was made of -----------------------------------------------------------------------------------------

    def newest_basis(self, checkpoint_id: str, recipe: str) -> Basis | None:
        row = self._database.first(
            "SELECT checkpoint_id, recipe, files, background, id FROM description_basis"
            " WHERE checkpoint_id = ? AND recipe = ? ORDER BY id DESC LIMIT 1",
            (checkpoint_id, recipe),
        )
        return Basis(*row) if row else None

    def add_basis(self, basis: Basis) -> Basis:
        """From now on the newest one, with its number."""
        self._database.execute("DELETE FROM description_basis WHERE id NOT IN (SELECT basis_id FROM description)")
        added = self._database.execute(
            "INSERT INTO description_basis (checkpoint_id, recipe, files, background) VALUES (?, ?, ?, ?) RETURNING id",
            (basis.checkpoint_id, basis.recipe, basis.files, basis.background),
        ).fetchone()
        return dataclasses.replace(basis, id=int(added[0]))

    def listened_to(self, checkpoint_id: str) -> np.ndarray:
        """The files that have embeddings of this checkpoint, (files,) int64, in order."""
        return self._numbers("SELECT file_id FROM embedding WHERE checkpoint_id = ?", checkpoint_id)

    def not_described(self, checkpoint_id: str, made_of: MadeOf) -> np.ndarray:
        """Those of them, (files,) int64, whose description is made of something else or was never made, in order."""
        return self._numbers(
            "SELECT file_id FROM embedding LEFT JOIN description USING (file_id)"
            " WHERE checkpoint_id = ? AND (basis_id IS NOT ? OR personal IS NOT ?)",
            checkpoint_id,
            made_of.basis_id,
            made_of.personal,
        )

    def never_described(self, file_ids: Iterable[int]) -> list[int]:
        """Those of the files that a network has listened to, and nothing else."""
        rows = self._database.rows(
            f"SELECT DISTINCT file_id FROM embedding WHERE file_id {AMONG}"
            " AND file_id NOT IN (SELECT file_id FROM description)",
            (as_json(file_ids),),
        )
        return [file_id for (file_id,) in rows]

    def _numbers(self, sql: str, *values: Any) -> np.ndarray:
        ((numbers,),) = self._database.rows(f"SELECT group_concat(file_id) FROM ({sql})", values)
        return np.sort(np.fromstring(numbers or "", dtype=np.int64, sep=","))

    # --- changes -----------------------------------------------------------------------------------------------------

    def put(self, file_id: int, content_id: bytes | None, tags: Sequence[Suggestion], made_of: MadeOf) -> bool:
        """Whether that could be kept: not if the file has gone, or holds another sound by now than `content_id`."""
        held = self._database.first("SELECT content_id FROM file WHERE id = ?", (file_id,))
        if held is None or held[0] != content_id:
            return False
        rows = sorted(self._row(tag) for tag in tags)
        sql = "SELECT name_id, score, strength, implied, spans FROM suggestion WHERE file_id = ? ORDER BY name_id"
        if rows != self._database.rows(sql, (file_id,)):
            self._database.execute("DELETE FROM suggestion WHERE file_id = ?", (file_id,))
            for row in rows:
                self._database.execute(
                    "INSERT INTO suggestion (file_id, name_id, score, strength, implied, spans)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (file_id, *row),
                )
        self._database.execute(
            "INSERT OR REPLACE INTO description (file_id, basis_id, personal) VALUES (?, ?, ?)",
            (file_id, made_of.basis_id, made_of.personal),
        )
        return True

    def forget_descriptions(self, file_ids: Iterable[int]) -> None:
        """These files are to be described again; until then all stays as it is."""
        self._database.execute(f"DELETE FROM description WHERE file_id {AMONG}", (as_json(file_ids),))

    def _row(self, tag: Suggestion) -> tuple[int, int, int, int, bytes]:
        score, strength = round(tag.score * SCORE_UNITS), STRENGTHS.index(tag.strength)
        return self._name_id(tag.name, tag.kind or ""), score, strength, int(tag.implied), _stored_spans(tag.spans)

    def _name_id(self, name: str, kind: str) -> int:
        name = storable_text(name)
        known = self._database.first("SELECT id FROM suggested_name WHERE name = ? AND kind = ?", (name, kind))
        if known is None:
            sql = "INSERT INTO suggested_name (name, kind) VALUES (?, ?) RETURNING id"
            known = self._database.execute(sql, (name, kind)).fetchone()
        return int(known[0])


def is_rejected(name: str, rejected: Collection[str]) -> bool:
    """Whether a name is among those of `Suggestions.rejected_of`."""
    return _key(name) in rejected


def _key(name: str) -> str:
    """Equal for names that are one tag: the database knows the capitals of ASCII alone."""
    return storable_text(name).encode().lower().decode()


def _to_show(stored: Iterable[Suggestion], tagged: Collection[str], other: Collection[str]) -> list[Suggestion]:
    """Best first, each name once."""
    ranked = sorted(stored, key=lambda one: (one.kind is not None, -one.score, one.name))
    by_name = {_key(one.name): one for one in reversed(ranked)}
    shown = [one for key, one in by_name.items() if key not in tagged and key not in other]
    speaking = [one for key, one in by_name.items() if key not in other]  # a tag that the file has says it, too
    wider = relations_of_ontology().ancestors
    said = {kind for one in speaking if one.kind for kind in wider.get(one.kind, ())}
    shown = [dataclasses.replace(one, implied=one.implied and one.kind in said) for one in shown]
    return sorted(shown, key=lambda one: (-one.score, one.implied, one.name))


def _suggestion(row: Sequence[Any]) -> Suggestion:
    name, kind, score, strength, implied, spans = row
    times_s = (np.frombuffer(spans, STORED_SPANS) / 1000).reshape(-1, 2).tolist()
    return Suggestion(
        name,
        STRENGTHS[strength],
        score / SCORE_UNITS,
        tuple((start_s, end_s) for start_s, end_s in times_s),
        kind or None,
        bool(implied),
    )


def _stored_spans(spans: Sequence[Span]) -> bytes:
    times_ms = np.rint(np.array(spans).reshape(-1) * 1000).astype(STORED_SPANS)
    return bytes(times_ms.tobytes())
