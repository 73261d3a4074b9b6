"""Keyword search: what is written in, on and about the files, in an FTS5 table of index.db.

A query's word finds a text's word that is equal to it or begins with it: "room" finds "rooms", not "bathroom".

Files that say more of the words come first. Among equals their words are weighed, as long as few files say them: to
weigh a word takes microseconds for each file that says it, and where 200,000 say "door" that would be a third of a
second in which it tells nothing about any of them. So a word that very many files say is only counted. Where there are
no other words, those come first that say it in their name, then those whose name has a word that begins with it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, pairwise

from engine.database import Database

MAX_QUERY_CHARACTERS = 4096
MAX_QUERY_WORDS = 64
MAX_PARTS_JOINED = 6  # of a quoted phrase: 32 ways to join them
MAX_FIELD_CHARACTERS = 100_000
WEIGHED_MATCHES = 10_000  # of all words of a query together: some 20 ms

# how matches are weighed, column by column: name, tags, caption, note, folder, metadata
BM25 = "bm25(10.0, 8.0, 5.0, 4.0, 3.0, 1.0)"


_STOP_WORD = re.compile(
    "a|an|and|are|as|at|be|but|by|for|from|in|into|is|it|its|of|on|or|that|the|then|to|was|with", re.IGNORECASE
)
_RUN = re.compile(r"[^\W_]+")  # letters and digits; `_`, `-`, `.` and all else separate


@dataclass(frozen=True)
class FileText:
    """Everything written that a file can be found by."""

    name: str
    tags: str = ""
    caption: str = ""
    note: str = ""
    folder: str = ""
    metadata: str = ""


@dataclass(frozen=True)
class TextHit:
    """A file that matches some `words` of a query; the score orders hits with equally many words, higher is better."""

    file_id: int
    score: float
    words: tuple[str, ...]


class TextIndex:
    def __init__(self, index_db: Database) -> None:
        self._database = index_db

    def put(self, file_id: int, text: FileText) -> None:
        """Replace what a file is found by. Belongs inside a transaction."""
        fields = (text.name, text.tags, text.caption, text.note, text.folder, text.metadata)
        self.remove([file_id])
        self._database.execute(
            "INSERT INTO text (rowid, name, tags, caption, note, folder, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (file_id, *(searchable(field) for field in fields)),
        )

    def remove(self, file_ids: Iterable[int]) -> None:
        """Belongs inside a transaction."""
        for file_id in file_ids:
            self._database.execute("DELETE FROM text WHERE rowid = ?", (file_id,))

    def search(self, query: str, limit: int, among: Collection[int] | None = None) -> list[TextHit]:
        """The files that match most of the query's words, best first: of all, or only `among` some thousands.

        Never raises for what the query contains.
        """
        words = query_words(query)
        if not words or limit < 1:
            return []
        telling, common = self._told_apart(words)
        if among is None:
            hits = self._weighed(telling, common, limit, _Part(None)) if telling else []
            known = {hit.file_id for hit in hits}
            hits += [hit for hit in self._counted(common, limit) if hit.file_id not in known]
            hits.sort(key=lambda hit: (-len(hit.words), -hit.score))  # stable: equal ones stay as they are
        else:
            hits = self._weighed(telling, common, limit, _Part(among))
        order = {word: number for number, word in enumerate(words)}
        return [
            TextHit(hit.file_id, hit.score, tuple(sorted(hit.words, key=order.__getitem__))) for hit in hits[:limit]
        ]

    def saying(self, phrases: Iterable[str]) -> tuple[int, ...]:
        """The files that say each of the phrases word for word: DoorSlam says "door", and "doors" does not.

        A phrase without letters and digits is said by none, since these are all that is known of a text. Never raises.
        """
        asked = [_stored_ways(phrase) for phrase in phrases]
        if not all(asked):
            return ()
        match = " AND ".join(f"({' OR '.join(ways)})" for ways in asked)
        rows = self._database.rows("SELECT group_concat(rowid) FROM text WHERE text MATCH ?", (match,))
        return tuple(map(int, rows[0][0].split(","))) if rows[0][0] else ()

    def _told_apart(self, words: Sequence[str]) -> tuple[list[str], list[str]]:
        """The words that few enough files match to weigh them, and the others; each the rarest first."""
        telling, common, room = [], [], WEIGHED_MATCHES
        for (matches, _), _, word in sorted((self._rarity(word), at, word) for at, word in enumerate(words)):
            if matches <= room:
                telling.append(word)
                room -= matches
            else:
                common.append(word)
        return telling, common

    def _rarity(self, word: str) -> tuple[int, int]:
        """How many files match a word, up to one more than are weighed; and minus how far one must look for them."""
        ((matches, last_id),) = self._database.rows(
            "SELECT count(*), coalesce(max(rowid), 0) FROM (SELECT rowid FROM text WHERE text MATCH ? LIMIT ?)",
            (_beginning(word), WEIGHED_MATCHES + 1),
        )
        return matches, -last_id

    def _weighed(self, telling: Sequence[str], common: Sequence[str], limit: int, part: _Part) -> list[TextHit]:
        """The files that match a telling word, or in a part of all files any word, and all the words they match."""
        words = [*telling, *common]
        asked = [_pattern(word) for word in telling]
        if part.is_all:
            asked += [f"({' OR '.join(map(_beginning, telling))}) AND ({_beginning(word)})" for word in common]
        else:
            asked += map(_beginning, common)
        weighed = f"SELECT ? AS word, rowid AS file_id, -rank AS score FROM text WHERE text MATCH ? {part.condition}"
        counted = f"SELECT ? AS word, rowid AS file_id, 0.0 AS score FROM text WHERE text MATCH ? {part.condition}"
        selects = [f"{weighed} AND rank MATCH '{BM25}'"] * len(telling) + [counted] * len(common)
        rows = self._database.rows(
            f"SELECT file_id, sum(score) AS total, group_concat(word) FROM ({' UNION ALL '.join(selects)})"
            " GROUP BY file_id ORDER BY count(*) DESC, total DESC, file_id LIMIT ?",
            [*chain.from_iterable((number, match, *part.values) for number, match in enumerate(asked)), limit],
        )
        return [
            TextHit(file_id, score, tuple(words[int(number)] for number in numbers.split(",")))
            for file_id, score, numbers in rows
        ]

    def _counted(self, common: Sequence[str], limit: int) -> Iterator[TextHit]:
        """Files that match common words, first those that match the most of them."""
        found: set[int] = set()
        for words in _fewer_and_fewer(common):
            for match in _plainest_first(words):
                if len(found) >= limit:
                    return
                rows = self._database.rows("SELECT rowid FROM text WHERE text MATCH ? LIMIT ?", (match, limit))
                new = [file_id for (file_id,) in rows if file_id not in found]
                found.update(new)
                yield from (TextHit(file_id, 0.0, words) for file_id in new)


class _Part:
    """The part of all files that is looked at, as a condition in SQL and its values."""

    def __init__(self, file_ids: Collection[int] | None) -> None:
        self.is_all = file_ids is None
        self.condition, self.values = "", []
        if file_ids is not None:
            # between: where to begin and end; the plus, since FTS5 would look for the words anew for each of the files
            self.condition = "AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT value FROM json_each(?))"
            ids = [int(file_id) for file_id in file_ids]
            self.values = [min(ids, default=0), max(ids, default=0), json.dumps(ids)]


def query_words(query: str) -> list[str]:
    """The distinct words of a query as typed, without stop words unless there are no others."""
    runs = {run.lower(): run for run in _runs(query[:MAX_QUERY_CHARACTERS])}
    telling = [run for run in runs.values() if not _STOP_WORD.fullmatch(run)]
    return (telling or list(runs.values()))[:MAX_QUERY_WORDS]


def searchable(text: str) -> str:
    """The words of `text` with a space between them, and after each its parts: DoorSlam02 Door Slam 02."""
    return " ".join(_as_stored(_parts(run)) for run in _runs(text[:MAX_FIELD_CHARACTERS]))


def _stored_ways(phrase: str) -> list[str]:
    """For FTS5, what `searchable` may have made of a text that says a phrase; nothing for a phrase without words.

    It makes "rain take02 take 02" of rain_take02, which says "rain take 02": words in a row may be the parts of one.
    """
    runs = _runs(phrase[:MAX_QUERY_CHARACTERS])[:MAX_QUERY_WORDS]
    parts = [part for run in runs for part in _parts(run)]
    if len(parts) <= MAX_PARTS_JOINED:
        groupings = list(_groupings(parts))
    else:
        groupings = [[_parts(run) for run in runs], [[part] for part in parts]]
    ways = [" ".join(runs), *(" ".join(map(_as_stored, groups)) for groups in groupings)]
    return [f'"{way}"' for way in dict.fromkeys(ways) if way]


def _groupings(parts: Sequence[str]) -> Iterator[list[Sequence[str]]]:
    """All ways to cut a row into groups."""
    for count in range(len(parts)):
        for cuts in combinations(range(1, len(parts)), count):
            yield [parts[start:end] for start, end in pairwise([0, *cuts, len(parts)])]


def _as_stored(parts: Sequence[str]) -> str:
    """A run of letters and digits, and after it its parts."""
    return " ".join(["".join(parts), *parts] if len(parts) > 1 else parts)


def _pattern(word: str) -> str:
    """What FTS5 weighs: the word itself or its parts in a row, each whole and as a beginning.

    Both count, so that "car" prefers "car" to "carpet". Inside double quotes FTS5 knows no operators, and letters and
    digits cannot close them.
    """
    return f"{_whole(word)} OR {_beginning(word)}"


def _whole(word: str) -> str:
    return " OR ".join(f'"{alternative}"' for alternative in _alternatives(word))


def _beginning(word: str) -> str:
    """What FTS5 selects: the same files as `_pattern` finds, in half the time."""
    return " OR ".join(f'"{alternative}" *' for alternative in _alternatives(word))


def _alternatives(word: str) -> Iterable[str]:
    return dict.fromkeys([word, " ".join(_parts(word))])


def _fewer_and_fewer(common: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """All words, then some of them: of three every choice, of more only ever the rarest, and in the end each word."""
    if len(common) <= 3:
        yield from chain.from_iterable(combinations(common, count) for count in range(len(common), 0, -1))
    else:
        yield from (tuple(common[:count]) for count in range(len(common), 1, -1))
        yield from ((word,) for word in common)


def _plainest_first(words: Sequence[str]) -> list[str]:
    """For FTS5, up to three of: all words in a name, their beginnings in a name, their beginnings anywhere."""
    whole = " AND ".join(f"({_whole(word)})" for word in words)
    beginning = " AND ".join(f"({_beginning(word)})" for word in words)
    levels = [f"name : ({whole})", f"name : ({beginning})", beginning]
    return levels[2 if len(words) > 2 else 0 :]  # so many words are seldom all in one name, and to look takes as long


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text))


def _parts(run: str) -> list[str]:
    cuts = [0, *(at for at in range(1, len(run)) if _begins_part(run, at)), len(run)]
    return [run[start:end] for start, end in pairwise(cuts)]


def _begins_part(run: str, at: int) -> bool:
    """A digit after a letter or the reverse, or a capital that begins a word: door|Slam, UK|Siren, slam|02."""
    before, here = run[at - 1], run[at]
    if before.isdigit() != here.isdigit():
        return True
    return here.isupper() and (before.islower() or run[at + 1 : at + 2].islower())
