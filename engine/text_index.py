"""Keyword search: what is written in, on and about the files, in an FTS5 table of index.db.

A query's word finds a text's word that is equal to it or begins with it: "room" finds "rooms", not "bathroom".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, pairwise

from engine.database import Database

MAX_QUERY_CHARACTERS = 4096
MAX_QUERY_WORDS = 64
MAX_FIELD_CHARACTERS = 100_000

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

    def search(self, query: str, limit: int) -> list[TextHit]:
        """The files that match most of the query's words, best first. Never raises for what the query contains."""
        words = query_words(query)
        if not words or limit < 1:
            return []
        asked = [(number, _pattern(word)) for number, word in enumerate(words)]
        one = f"SELECT ? AS word, rowid AS file_id, -rank AS score FROM text WHERE text MATCH ? AND rank MATCH '{BM25}'"
        rows = self._database.rows(
            "SELECT file_id, sum(score) AS total, group_concat(word)"
            f" FROM ({' UNION ALL '.join([one] * len(asked))})"
            " GROUP BY file_id ORDER BY count(*) DESC, total DESC, file_id LIMIT ?",
            [*chain.from_iterable(asked), limit],
        )
        return [TextHit(file_id, score, _named(words, numbers)) for file_id, score, numbers in rows]


def query_words(query: str) -> list[str]:
    """The distinct words of a query as typed, without stop words unless there are no others."""
    runs = {run.lower(): run for run in _runs(query[:MAX_QUERY_CHARACTERS])}
    telling = [run for run in runs.values() if not _STOP_WORD.fullmatch(run)]
    return (telling or list(runs.values()))[:MAX_QUERY_WORDS]


def searchable(text: str) -> str:
    """The words of `text` with a space between them, and after each its parts: DoorSlam02 Door Slam 02."""
    words: list[str] = []
    for run in _runs(text[:MAX_FIELD_CHARACTERS]):
        parts = _parts(run)
        words += [run, *parts] if len(parts) > 1 else [run]
    return " ".join(words)


def _pattern(word: str) -> str:
    """What FTS5 looks for: the word itself or its parts in a row, each whole and as a beginning.

    Both count, so that "car" prefers "car" to "carpet". Inside double quotes FTS5 knows no operators, and letters and
    digits cannot close them.
    """
    alternatives = dict.fromkeys([word, " ".join(_parts(word))])
    return " OR ".join(f'"{alternative}" OR "{alternative}" *' for alternative in alternatives)


def _named(words: list[str], numbers: str) -> tuple[str, ...]:
    return tuple(words[number] for number in sorted(map(int, numbers.split(","))))


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
