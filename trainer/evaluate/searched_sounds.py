"""Sounds in a library of their own, searched as Earmark does it: what is measured is the product, not its parts.

The files are on no disk, and their names say nothing, so that they can only be found by their sound.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from types import TracebackType

import numpy as np

from engine.embedding import Embedder
from engine.hits import Answer
from engine.library_rows import Scope
from engine.question import Question
from engine.search import Searcher
from engine.stored_embeddings import FileEmbeddings
from engine.vector_index import VectorIndex
from trainer.evaluate.absent_files import library_of


class SearchedSounds:
    """What the network heard in some sounds, as a library. Leave it as a context, so that its folder goes."""

    def __init__(self, heard: Sequence[FileEmbeddings], embedder: Embedder) -> None:
        self.sounds = len(heard)
        with contextlib.ExitStack() as opened:
            stored = library_of(heard, embedder.checkpoint_id, embedder.segment_s)
            library, self._file_ids = opened.enter_context(stored)
            self._position_of = {file_id: position for position, file_id in enumerate(self._file_ids)}
            self._searcher = Searcher(library, VectorIndex(library.index_db, embedder.checkpoint_id), embedder)
            self._opened = opened.pop_all()

    def __enter__(self) -> SearchedSounds:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def find(self, question: Question, limit: int | None = None) -> Answer:
        """The product's answer, of all sounds if there is no limit."""
        return self._searcher.find(question, limit or self.sounds)

    def positions(self, answer: Answer) -> list[int]:
        """Which of the sounds were found, the best first."""
        return [self._position_of[hit.file_id] for hit in answer.hits]

    def scores(self, sentence: str, among: Sequence[int] | None = None) -> np.ndarray:
        """(sounds,): the score of each, 0 for one that the search did not look at.

        among : positions of those that are looked at; what they score does not depend on it
        """
        ids = None if among is None else tuple(self._file_ids[position] for position in among)
        answer = self.find(Question(sentence, Scope(among=ids)))
        scores = np.zeros(self.sounds)
        scores[self.positions(answer)] = [hit.score for hit in answer.hits]
        return scores
