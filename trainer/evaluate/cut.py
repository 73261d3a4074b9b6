"""Where an answer ends: is it said that nothing matches where nothing does, and is what matches kept?

Every text that is said of a sound is asked twice: of the library without all sounds of which it, or a text like it, is
said, and of the whole library. The decision hangs on one number for each strictness (`engine.cut.K_OF`), so that there
is a curve from an answer that never ends to one that never begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from engine.cut import K_OF
from engine.embedding import Embedder
from engine.question import Question
from engine.stored_embeddings import FileEmbeddings
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import groups_of_queries
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.searched_sounds import SearchedSounds
from trainer.evaluate.shelves import Shelf

LIKE = 0.6  # texts with a higher cosine may be said of the same sound
CURVE = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6)
COLUMNS = ("taken out: says so", "never there: says so", "keeps the best", "keeps", "right, of the kept")

Searching = Callable[[Sequence[FileEmbeddings]], AbstractContextManager[SearchedSounds]]


@dataclass(frozen=True)
class Case:
    """A query and the sounds it is asked of, by position; `matches` are those that answer it, and may be none.

    witness : cases of one are about the same recordings
    """

    query: str
    library: tuple[int, ...]
    matches: frozenset[int]
    witness: int
    never_there: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was kept of one case: positions, the best first; and the best of all its matches, if it has any."""

    case: Case
    kept: tuple[int, ...]
    best_match: int | None

    @property
    def right(self) -> int:
        return len(self.case.matches.intersection(self.kept))


def cut_table(shelf: Shelf, embedder: Embedder, *, searching: Searching | None = None) -> Table:
    """A row for each strictness, and for each k of the curve.

    searching : what makes sounds searchable; the product's own if it is None.
    Raises TrainerError if there are no sounds of two kinds.
    """
    cases = cases_of(shelf, embedder)
    ks = {**{f"{name} ({k:g})": k for name, k in K_OF.items()}, **{f"k {k:g}": k for k in CURVE}}
    outcomes = curve(
        shelf, cases, sorted(set(ks.values())), searching or (lambda heard: SearchedSounds(heard, embedder))
    )
    rows = tuple(Row(name, _figures(outcomes[k])) for name, k in ks.items())
    missing, some = [case for case in cases if not case.matches], [case for case in cases if case.matches]
    never = sum(case.never_there for case in missing)
    notes = (
        f"cut, {shelf.name}: {len(shelf.heard)} sounds from {len(set(shelf.recordings))} recordings; {len(some)} "
        f"queries with {sum(len(case.matches) for case in some)} matches; {len(missing) - never} without their sounds, "
        f"{never} for what is never there",
        f"without: and without all sounds whose text is like the query (cosine above {LIKE:g})",
        "in brackets: 95 % bootstrap over queries, with all their recordings; shares of matches are means over queries",
    )
    return Table(f"cut: {shelf.name}", COLUMNS, rows, notes)


def cases_of(shelf: Shelf, embedder: Embedder) -> list[Case]:
    """Those of one library one after another. Raises TrainerError if there are no sounds of two kinds."""
    queries = sorted({text for texts in shelf.texts for text in texts})
    if len(queries) < 2:
        raise TrainerError("Where answers end can be told for sounds of two kinds or more.")
    said = np.array([[query in texts for texts in shelf.texts] for query in queries])
    vectors = embedder.embed_text(queries)
    alike = (vectors @ vectors.T > LIKE) | np.eye(len(queries), dtype=bool)
    witnesses = groups_of_queries(said, list(shelf.recordings)).tolist()
    everything = tuple(range(len(shelf.heard)))
    with_matches = [
        Case(query, everything, frozenset(np.flatnonzero(row).tolist()), witness)
        for query, row, witness in zip(queries, said, witnesses, strict=True)
    ]
    further = enumerate(shelf.absent, start=len(queries))
    never_there = [Case(query, everything, frozenset(), number, never_there=True) for number, query in further]
    taken_out = [
        Case(query, tuple(np.flatnonzero(~said[row].any(axis=0)).tolist()), frozenset(), witness)
        for query, row, witness in zip(queries, alike, witnesses, strict=True)
    ]
    return with_matches + never_there + [case for case in taken_out if case.library]


def curve(shelf: Shelf, cases: Iterable[Case], ks: Sequence[float], searching: Searching) -> dict[float, list[Outcome]]:
    """What is kept of every case with every k, these rising."""
    outcomes: dict[float, list[Outcome]] = {k: [] for k in ks}
    for library, of_library in groupby(cases, key=lambda case: case.library):
        with searching([shelf.heard[position] for position in library]) as sounds:
            for case in of_library:
                for k, outcome in zip(ks, _outcomes(case, ks, sounds), strict=True):
                    outcomes[k].append(outcome)
    return outcomes


def _outcomes(case: Case, ks: Sequence[float], sounds: SearchedSounds) -> Iterator[Outcome]:
    found = [case.library[position] for position in sounds.positions(sounds.find(Question(case.query)))]
    best_match = next((position for position in found if position in case.matches), None)
    at_most = sounds.sounds
    for k in ks:
        with _normal_is(k):
            kept = sounds.find(Question(case.query), at_most).cut
        yield Outcome(case, tuple(found[:kept]), best_match)
        at_most = kept + 1  # a higher k keeps no more


@contextmanager
def _normal_is(k: float) -> Iterator[None]:
    usual = K_OF["normal"]
    K_OF["normal"] = k
    try:
        yield
    finally:
        K_OF["normal"] = usual


def _figures(outcomes: Sequence[Outcome]) -> tuple[Figure | None, ...]:
    """One for each of COLUMNS."""
    some = [one for one in outcomes if one.case.matches]
    none = [one for one in outcomes if not one.case.matches]
    return (
        _mean([(not one.kept, one) for one in none if not one.case.never_there]),
        _mean([(not one.kept, one) for one in none if one.case.never_there]),
        _mean([(one.best_match in one.kept, one) for one in some]),
        _mean([(one.right / len(one.case.matches), one) for one in some]),
        _mean([(one.right / len(one.kept), one) for one in some if one.kept]),
    )


def _mean(values: Sequence[tuple[float, Outcome]]) -> Figure | None:
    if not values:
        return None
    return figure(np.array([float(value) for value, _ in values]), [one.case.witness for _, one in values])
