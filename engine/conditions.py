"""What a scope asks of an audible file, in SQL.

A filter (`engine.filters`) is heeded like this:

    duration, rate, channels    as they were when the file was read
    rating      of the files that have one; `rating:0` means those without
    date        the day, by this computer's clock, on which the file was last changed, as the list shows it; dates in a
                file's metadata are often those of an export
    format      the kind of file, the coding of its sound or the suffix of its name: one of them
    tag         one that a person gave, whole; what a file says of itself, such as its category, is found as words
    suggested   a tag that is suggested and was neither given nor rejected: see `engine.suggestions`, which puts the
                files themselves in its place
    folder      see `engine.folders.folders_called`

A file without the property fulfils no such condition, and so is among those that `-` leaves: `-rating:5` lists what has
no rating, too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from engine.database import Database, storable_text
from engine.filters import Field, Filter
from engine.folders import folders_below, folders_called, located
from engine.library_rows import Root, Scope

AMONG = "IN (SELECT value FROM json_each(?))"

_Asked = tuple[str, list[Any]]  # a condition in SQL, and the values in it

# what only the rows of the table hold, and no index
_COLUMNS: dict[Field, str] = {"duration": "duration_s", "rate": "sample_rate_hz", "channels": "channels"}
_READ_FROM_ROWS = {*_COLUMNS, "date", "format"}

_SAME_FORMATS = ({"wav", "wave"}, {"aif", "aiff", "aifc"}, {"ogg", "oga"}, {"au", "snd"}, {"nist", "sph"})
_LONGEST_FORMAT = 8  # letters; a longer word is no suffix of a sound file's name

_FIRST_DAY, _LAST_DAY = date(1700, 1, 1).toordinal(), date(2262, 1, 1).toordinal()  # that 64 bits of ns can tell


@dataclass(frozen=True)
class Condition:
    """`sql` is about the table audio_file; `reads_rows` if an index does not tell whether it is fulfilled."""

    sql: str
    values: list[Any]
    reads_rows: bool

    @property
    def found(self) -> str:
        """What to select from. To read all rows as they lie in the file is 20 times faster than in an index's order."""
        return f"audio_file {'NOT INDEXED ' if self.reads_rows else ''}WHERE {self.sql}"


def condition_of(scope: Scope, roots: Sequence[Root], library_db: Database) -> Condition:
    """What an audible file of `scope` fulfils, but for what it must say, which library.db does not know."""
    asked: list[_Asked] = [("state = 'ok'", [])]
    if scope.root_ids:
        inside = f"SELECT folder.id FROM folder WHERE folder.root_id {AMONG}"
        asked.append((f"folder_id IN ({inside})", [as_json(scope.root_ids)]))
    if scope.folder is not None:
        below, place = folders_below(*located(scope.folder, roots))
        asked.append((f"folder_id IN ({below})", place))
    if scope.collection_id is not None:
        members = "SELECT file_id FROM collection_file WHERE collection_id = ?"
        asked.append((f"audio_file.id IN ({members})", [scope.collection_id]))
    for tag in scope.tags:
        tagged = "SELECT file_id FROM file_tag JOIN tag ON tag.id = tag_id WHERE name = ?"
        asked.append((f"audio_file.id IN ({tagged})", [storable_text(tag)]))
    if scope.min_stars is not None:
        asked.append(_rated(scope.min_stars, math.inf))
    if scope.among is not None:
        asked.append((f"audio_file.id {AMONG}", [as_json(scope.among)]))
    if scope.without:
        asked.append((f"audio_file.id NOT {AMONG}", [as_json(scope.without)]))
    asked += [_filtered(condition, roots, library_db) for condition in scope.filters]
    return Condition(
        " AND ".join(f"({sql})" for sql, _ in asked),
        [value for _, values in asked for value in values],
        reads_rows=any(condition.field in _READ_FROM_ROWS for condition in scope.filters),
    )


def _filtered(condition: Filter, roots: Sequence[Root], library_db: Database) -> _Asked:
    sql, values = _wanted(condition, roots, library_db)
    return (f"({sql}) IS NOT TRUE" if condition.negated else sql), values


def _wanted(condition: Filter, roots: Sequence[Root], library_db: Database) -> _Asked:
    """What a filter says, negated or not."""
    least, below = float(condition.least), float(condition.below)
    match condition.field:
        case "format":
            return _of_format(condition.choices)
        case "folder":
            return f"folder_id {AMONG}", [as_json(folders_called(library_db, roots, condition.choices))]
        case "tag":
            return _tagged(condition.choices, library_db)
        case "date":
            return "mtime_ns >= ? AND mtime_ns < ?", [_midnight_ns(least), _midnight_ns(below)]
        case "rating":
            return _rated(least, below)
    column = _COLUMNS[condition.field]
    return f"{column} >= ? AND {column} < ?", [least, below]


def _rated(least: float, below: float) -> _Asked:
    rated = "audio_file.id IN (SELECT rating.file_id FROM rating WHERE rating.stars >= ? AND rating.stars < ?)"
    if least == 0 or 0 < below <= 1:  # who names no stars means the files that have none
        rated += " OR audio_file.id NOT IN (SELECT rating.file_id FROM rating)"
    return rated, [least, below]


def _tagged(names: Sequence[str], library_db: Database) -> _Asked:
    """SQLite knows the capitals of ASCII alone."""
    tags = [number for number, name in library_db.rows("SELECT id, name FROM tag") if name.casefold() in names]
    return f"audio_file.id IN (SELECT file_id FROM file_tag WHERE tag_id {AMONG})", [as_json(tags)]


def _of_format(names: Iterable[str]) -> _Asked:
    """Opus is no Ogg to those who listen, though its files are."""
    wanted = {name for name in names if name.isascii() and name.isprintable()}
    wanted = wanted.union(*(same for same in _SAME_FORMATS if same & wanted))
    listed = json.dumps(sorted(wanted))
    kinds = f"(encoding IS NOT 'OPUS' AND container COLLATE NOCASE {AMONG}) OR encoding COLLATE NOCASE {AMONG}"
    lengths = sorted({len(name) for name in wanted if len(name) <= _LONGEST_FORMAT})
    suffixes = [f" OR substr(display, {-length - 1}) COLLATE NOCASE {AMONG}" for length in lengths]
    dotted = json.dumps([f".{name}" for name in sorted(wanted)])
    return kinds + "".join(suffixes), [listed, listed, *[dotted] * len(lengths)]


def _midnight_ns(day: float) -> float:
    """When a day begins here, since the epoch; infinitely long ago or ahead for days that no file's time can tell."""
    if not _FIRST_DAY <= day <= _LAST_DAY:
        return -math.inf if day < _FIRST_DAY else math.inf
    midnight = datetime.fromordinal(math.ceil(day))
    try:
        return int(midnight.timestamp()) * 10**9
    except OSError:  # Windows knows no local time before the epoch
        return int(midnight.replace(tzinfo=UTC).timestamp()) * 10**9


def as_json(ids: Iterable[int]) -> str:
    return json.dumps([int(number) for number in ids])  # numpy's numbers too
