"""From a question to a target: sentences are read, examples are listened to, and what was liked or not is heeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from engine.comparatives import relative_filters
from engine.embedding import Embedder
from engine.errors import display_path
from engine.evidence import Backgrounds, Judge
from engine.examples import Examples, HeardExample
from engine.feedback import refined
from engine.library import Library
from engine.library_rows import EVERYTHING, Order, Scope
from engine.query import ParsedQuery
from engine.question import Example, Question
from engine.target import Sound, Target, like, opposite_of, sounds_of, vectors_of, whole_of
from engine.text_index import query_words
from engine.vector_index import VectorIndex

SPEAKING_FILES = 500  # so many files, best first, are asked what they say
CACHED_SENTENCES = 256


@dataclass(frozen=True)
class _Understood:
    """What the sentence of a question asks for, and what the examples sound like."""

    query: ParsedQuery
    examples: list[HeardExample]


class Aim:
    """What questions look for in one library with one network."""

    def __init__(self, library: Library, index: VectorIndex, embedder: Embedder, backgrounds: Backgrounds) -> None:
        self._library = library
        self._index = index
        self._backgrounds = backgrounds
        self._segment_s = embedder.segment_s
        self._examples = Examples(library, embedder)
        self._vector_of = lru_cache(CACHED_SENTENCES)(lambda text: embedder.embed_text([text])[0])

    def query_of(self, question: Question) -> ParsedQuery:
        """The sentence as it is understood beside the examples. Raises as `Examples.heard` does."""
        return self._understood(question).query

    def target_of(self, question: Question, limit: int) -> Target:
        """Of a question that listens for something. Raises as `Examples.heard` does."""
        understood = self._understood(question)
        query, scope = understood.query, question.part_for(understood.query)
        sounds = self._sounds(question, understood)
        said = self._library.search_text(query.words, max(SPEAKING_FILES, limit), scope) if query.words else []
        target = Target(
            sounds,
            self._whole(query, sounds),
            said={hit.file_id: hit.words for hit in said},
            asked_words=len(query_words(query.words)),
            part=self._part(scope),
            without=frozenset(one.file_id for one in understood.examples if one.file_id is not None),
        )
        return self._refined(target, question) if question.liked or question.disliked else target

    def _understood(self, question: Question) -> _Understood:
        query, examples = question.parsed, self._heard(question.examples)
        if examples:
            query = relative_filters(query, float(np.mean([one.duration_s for one in examples])))
        return _Understood(query, examples)

    def _heard(self, examples: Sequence[Example]) -> list[HeardExample]:
        return [self._examples.heard(example) for example in examples]

    def _sounds(self, question: Question, understood: _Understood) -> tuple[Sound, ...]:
        """Where words want nothing, what was liked is the example; where nothing was either, what was disliked must not
        be heard.
        """
        heard = len(understood.query.heard)
        of_words = sounds_of(understood.query, self._vector_of)
        if question.examples:
            example = _like(question.examples, understood.examples)
            return (*of_words[:heard], replace(example, beside=heard > 0), *of_words[heard:])
        if heard:
            return of_words
        if question.liked:
            return (_like(question.liked, self._heard(question.liked)), *of_words)
        unlike = [replace(_like([one], self._heard([one])), negated=True) for one in question.disliked]
        return (*of_words, *unlike)

    def _whole(self, query: ParsedQuery, sounds: Sequence[Sound]) -> np.ndarray:
        if query.heard:
            return whole_of(query, self._vector_of)
        return opposite_of(vectors_of(sounds)) if sounds[0].negated else sounds[0].vector

    def _part(self, scope: Scope) -> np.ndarray | None:
        return None if scope == EVERYTHING else self._library.listing(scope, Order("added"))

    def _refined(self, target: Target, question: Question) -> Target:
        judge = Judge(self._index, self._backgrounds, target, self._segment_s)
        return refined(target, judge, self._heard(question.liked), self._heard(question.disliked))


def _like(examples: Sequence[Example], heard: Sequence[HeardExample]) -> Sound:
    return like([one.vector for one in heard], [display_path(example.path.name) for example in examples])
