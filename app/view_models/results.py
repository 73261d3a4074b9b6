"""What the list of results shows: which files, in which order, and what was found in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.hits import Answer, ClauseMatch, Hit
from engine.text_index import TextHit

FileIds = Sequence[int] | np.ndarray


@dataclass(frozen=True)
class ResultRow:
    """What was found in one file.

    score : 0..1; None where nothing was listened for
    start_s, end_s : the moment that matched; without an end nothing is known of one
    clauses : where each clause was heard
    words : the words of the query that its name, folder, tags or metadata say
    weak : it may be here by chance
    order_margin : see `engine.hits.Hit`
    """

    file_id: int
    score: float | None = None
    start_s: float = 0.0
    end_s: float | None = None
    clauses: tuple[ClauseMatch, ...] = ()
    words: tuple[str, ...] = ()
    weak: bool = False
    order_margin: float | None = None


@dataclass(frozen=True, eq=False)
class Results:
    """An ordered list of files; what was found is kept for found files only, so that browsing costs 8 bytes a file.

    file_ids : (rows,) int64, as they are shown
    found : by file id; empty where a library is browsed
    delivered : the order in which they came, the best first
    is_sorted : they are shown in another order than that
    kept_id : the one file that is not where it belongs, but where it was on the screen
    reason : where the good matches end, in a sentence; empty where nothing was listened for
    """

    file_ids: np.ndarray
    found: Mapping[int, ResultRow] = field(default_factory=dict)
    delivered: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    is_sorted: bool = False
    kept_id: int | None = None
    reason: str = ""

    @classmethod
    def browsing(cls, file_ids: FileIds) -> Results:
        """Files as the library lists them."""
        ids = np.asarray(file_ids, np.int64)
        return cls(ids, delivered=ids)

    @classmethod
    def of_words(cls, text_hits: Iterable[TextHit]) -> Results:
        """Files that say words of the query; nothing has been listened for yet."""
        return cls._of_rows([ResultRow(hit.file_id, words=hit.words) for hit in text_hits])

    @classmethod
    def of_answer(cls, answer: Answer) -> Results:
        """What the network found, for a sentence or for an example."""
        return replace(cls._of_rows([_row_of(hit) for hit in answer.hits]), reason=answer.reason)

    @classmethod
    def _of_rows(cls, rows: Sequence[ResultRow]) -> Results:
        found = {row.file_id: row for row in rows}
        ids = np.fromiter(found, np.int64, len(found))
        return cls(ids, found, ids)

    def __len__(self) -> int:
        return len(self.file_ids)

    def row(self, index: int) -> ResultRow:
        file_id = int(self.file_ids[index])
        return self.found.get(file_id) or ResultRow(file_id)

    def ids_between(self, first: int, last: int) -> list[int]:
        """The files of the rows `first` to `last`, both included, as far as there are such rows."""
        ids: list[int] = self.file_ids[max(0, first) : last + 1].tolist()
        return ids

    def index_of(self, file_id: int) -> int | None:
        indices = np.flatnonzero(self.file_ids == file_id)
        return int(indices[0]) if len(indices) else None

    def indices_of(self, file_ids: FileIds) -> np.ndarray:
        """The rows of these files, ascending, without those that are not here."""
        return np.flatnonzero(np.isin(self.file_ids, np.asarray(file_ids, np.int64)))

    @property
    def weak_rows(self) -> int:
        return sum(row.weak for row in self.found.values())

    @property
    def says_words(self) -> bool:
        """Whether any of the files says words of the query."""
        return any(row.words for row in self.found.values())

    @property
    def first_weak(self) -> int | None:
        """The row above which the divider of weak matches belongs; None if there are none, or in another order."""
        if self.is_sorted or not self.found:
            return None
        weak = (self.found[file_id].weak and file_id != self.kept_id for file_id in self.file_ids.tolist())
        return next((row for row, below in enumerate(weak) if below), None)

    # --- order --------------------------------------------------------------------------------------------------------

    def reordered(self, file_ids: FileIds) -> Results:
        """The same files in the order of these ids, which may hold others too; files that are not among them last."""
        wanted = np.asarray(file_ids, np.int64)
        known = wanted[np.isin(wanted, self.delivered)]
        rest = self.delivered[~np.isin(self.delivered, known)]
        return replace(self, file_ids=np.concatenate([known, rest]), is_sorted=True, kept_id=None)

    def with_row_at(self, file_id: int, index: int) -> Results:
        """The same files with one of them moved to a row, or as near to it as the list allows."""
        rest = self.file_ids[self.file_ids != file_id]
        if len(rest) == len(self):
            return self
        return replace(self, file_ids=np.insert(rest, min(max(0, index), len(rest)), file_id), kept_id=file_id)


def _row_of(hit: Hit) -> ResultRow:
    """A file in which nothing should be heard, but something should not, has no moment."""
    has_moment = not hit.clauses or any(not clause.negated for clause in hit.clauses)
    return ResultRow(
        hit.file_id,
        hit.score,
        hit.start_s if has_moment else 0.0,
        hit.end_s if has_moment else None,
        hit.clauses,
        hit.words,
        hit.weak,
        hit.order_margin,
    )
