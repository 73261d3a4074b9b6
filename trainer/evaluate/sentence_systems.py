"""What a sentence about several sounds is answered with: Earmark's ordered search, and what it is compared with.

All of them are given the same embeddings of one network, and sentences; they differ in what they make of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice, permutations
from typing import Protocol

import numpy as np

from engine.evidence import Backgrounds, Judge
from engine.query import ParsedQuery, parse
from engine.stored_embeddings import FileEmbeddings
from engine.target import Target, sounds_of, whole_of
from engine.vector_index import VectorIndex
from trainer.evaluate.absent_files import library_of
from trainer.evaluate.systems import System

CHECKPOINT = "measured"

Reader = Callable[[Sequence[str]], np.ndarray]


def reading_once(network: System) -> Reader:
    """`network.read`, for sentences that are read again and again."""
    known: dict[str, np.ndarray] = {}

    def read(texts: Sequence[str]) -> np.ndarray:
        new = sorted(set(texts) - known.keys())
        if new:
            known.update(zip(new, network.read(new), strict=True))
        return np.stack([known[text] for text in texts])

    return read


class SentenceSystem(Protocol):
    """`scores` says how well each of the sounds, as the network hears them, answers each of the sentences: (sentences,
    sounds), the higher the better. Scores of different sentences for one sound are compared too.
    """

    name: str

    def scores(self, sentences: Sequence[str], sounds: Sequence[FileEmbeddings]) -> np.ndarray: ...


class ClipEmbedding:
    """One vector for the sentence and one for the sound: the fifth paper's baseline (seed W01)."""

    name = "clip embedding"

    def __init__(self, read: Reader) -> None:
        self._read = read

    def scores(self, sentences: Sequence[str], sounds: Sequence[FileEmbeddings]) -> np.ndarray:
        return self._read(sentences) @ np.stack([sound.clip for sound in sounds]).T


class OrderedSearch:
    """The evidence by which Earmark ranks files, in a library that holds the sounds and `others` beside."""

    name = "ordered search"

    def __init__(self, read: Reader, segment_s: float, others: Sequence[FileEmbeddings]) -> None:
        self._read = read
        self._segment_s = segment_s
        self._others = list(others)
        self._stored: tuple[Sequence[FileEmbeddings], VectorIndex, list[int]] | None = None

    def scores(self, sentences: Sequence[str], sounds: Sequence[FileEmbeddings]) -> np.ndarray:
        return self.answers([parse(sentence) for sentence in sentences], sounds)

    def answers(self, queries: Sequence[ParsedQuery], sounds: Sequence[FileEmbeddings]) -> np.ndarray:
        """`scores` of what was understood already."""
        texts = {text for query in queries for text in (query.text, *(each.text for each in query.clauses)) if text}
        vectors = dict(zip(sorted(texts), self._read(sorted(texts)), strict=True))
        index, asked = self._index_of(sounds)
        backgrounds, scores = Backgrounds(index), np.empty((len(queries), len(sounds)))
        for row, query in zip(scores, queries, strict=True):
            target = Target(sounds_of(query, vectors.__getitem__), whole_of(query, vectors.__getitem__), said={})
            heard = Judge(index, backgrounds, target, self._segment_s).heard_z(asked, {})
            row[:] = [heard[file_id] for file_id in asked]
        return scores

    def _index_of(self, sounds: Sequence[FileEmbeddings]) -> tuple[VectorIndex, list[int]]:
        """And the ids of the sounds in it. The last one is kept: the same sounds are asked for in many ways."""
        if self._stored is None or self._stored[0] is not sounds:
            with library_of([*sounds, *self._others], CHECKPOINT, self._segment_s) as (library, ids):
                self._stored = sounds, VectorIndex(library.index_db, CHECKPOINT), ids[: len(sounds)]
        return self._stored[1], self._stored[2]


class InAnyOrder:
    """The same scores without order: those of the order, whichever it is, that a sound answers best."""

    name = "the same in any order"

    def __init__(self, search: OrderedSearch) -> None:
        self._search = search

    def scores(self, sentences: Sequence[str], sounds: Sequence[FileEmbeddings]) -> np.ndarray:
        orders = [_orders(parse(sentence)) for sentence in sentences]
        scores = iter(self._search.answers([order for of_sentence in orders for order in of_sentence], sounds))
        return np.stack([np.max(list(islice(scores, len(of_sentence))), axis=0) for of_sentence in orders])


def _orders(query: ParsedQuery) -> list[ParsedQuery]:
    """The question with its groups in all orders."""
    groups = sorted({clause.group for clause in query.clauses})
    return [
        replace(query, clauses=tuple(replace(clause, group=order[clause.group]) for clause in query.clauses))
        for order in permutations(groups)
    ]
