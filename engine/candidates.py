"""Which files have a chance to answer a question: few enough to be judged with care, enough to lose none.

Those of the segments nearest to any of the sounds that are asked for, or to the whole question, so that a moment in a
long file is found; those of the clips nearest to them, or to all of them together; those that say most of the words;
and those that a person liked or disliked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from engine.target import Target, vectors_of
from engine.vector_index import VectorIndex

NEAREST_SEGMENTS = 1000
NEAREST_OF_SEVERAL = 400  # the same for each of the vectors, where a question has more than one
CANDIDATE_FILES = 200
TOGETHER_FILES = 600  # of a million segments a fifteenth has one of the sounds, and few files have them all
SCOPE_FILES = 2000  # with the nearest clips, where only a part of the library is looked at: a small part is all judged


@dataclass(frozen=True)
class Candidates:
    """`nearest` : by file id the similarity of its best segment to the whole question, as far as it came up.

    clips : how many files of the library were listened to
    """

    file_ids: set[int]
    nearest: dict[int, float]
    clips: int


def find_candidates(index: VectorIndex, target: Target, limit: int) -> Candidates:
    several = len(target.wanted) > 1
    vectors = np.stack([target.whole, *vectors_of(target.wanted)]) if several else target.whole[np.newaxis]
    ids, scores = index.clip_scores(vectors)
    files = max(CANDIDATE_FILES, limit)
    leading = {file_id for of_vector in scores for file_id in _leading(target.part, ids, of_vector, files)}
    if several and len(ids):
        leading.update(_leading(target.part, ids, _together(scores[1:]), max(TOGETHER_FILES, limit)))
    segments = max(NEAREST_OF_SEVERAL if several else NEAREST_SEGMENTS, limit)
    nearest = list(_nearest(index, target.part, vectors, segments))
    speaking = islice(target.said, files)
    said = [file_id for file_id in target.right | target.wrong if target.part is None or file_id in target.part]
    found = leading.union(speaking, said, *nearest) - target.without
    return Candidates({int(file_id) for file_id in found}, nearest[0], len(ids))


def _together(scores: np.ndarray) -> np.ndarray:
    """Similarities (sounds, files) -> (files,): the mean of what each sound's are in deviations."""
    deviations = np.maximum(scores.std(axis=1, keepdims=True), 1e-9)
    return np.asarray(((scores - scores.mean(axis=1, keepdims=True)) / deviations).mean(axis=0))


def _leading(part: np.ndarray | None, ids: np.ndarray, scores: np.ndarray, files: int) -> list[int]:
    """The files with the nearest clips: of a part of the library more, since fewer of the nearest segments help."""
    if part is not None:
        inside = np.isin(ids, part)
        ids, scores = ids[inside], scores[inside]
    files = files if part is None else max(SCOPE_FILES, files)
    if len(ids) > files:
        ids = ids[np.argpartition(scores, -files)[-files:]]
    leading: list[int] = ids.tolist()
    return leading


def _nearest(
    index: VectorIndex, part: np.ndarray | None, vectors: np.ndarray, segments: int
) -> Iterator[dict[int, float]]:
    """For each vector the files with the nearest segments, and how near. None of a part so small that all its files
    lead.
    """
    if part is not None and len(part) <= SCOPE_FILES:
        yield from ({} for _ in vectors)
        return
    inside = None if part is None else set(part.tolist())
    for neighbours in index.search(vectors, segments):
        best: dict[int, float] = {}
        for neighbour in neighbours:
            if inside is None or neighbour.file_id in inside:
                best.setdefault(neighbour.file_id, neighbour.score)  # the first of a file is its best
        yield best
