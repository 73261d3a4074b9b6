"""From a sentence or an example to ranked hits, each with the moment that matched and the reason why.

How a file is judged:

1.  *Background.* The query is compared with random segments of the library, and with all clips; every similarity s is
    then read as z = (s - mean) / deviation: how far above what any sound of this library reaches. Only so are a
    segment and a clip, and the answers to two queries, comparable.
2.  *Heard.* The mean of two z: that of the file's best segment (a short event in a long file) and that of its clip
    (what the file is on the whole).
3.  *Said.* `WORDS_WORTH` times the share of the query's words that the file's name, folder, tags or metadata say;
    words such as "the" do not count. So a file that both says and sounds it comes first, and one that only says it
    comes behind those that clearly sound like it, but is never lost.
4.  *Score.* A logistic curve of the sum: 0.5 where the evidence is `EVEN_Z` deviations above the background.
5.  *Span.* The run of segments around the best one that keep at least `SPAN_FRACTION` of its z: the whole stretch of
    a lasting sound, a moment of a short one. Where nothing matches, the best segment alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np

from engine.audio import read_audio
from engine.embedding import Embedder
from engine.errors import EngineError, display_path
from engine.hits import ClauseMatch, Hit
from engine.library import Library
from engine.library_rows import EVERYTHING, AudioFile, Order, Scope
from engine.query import parse
from engine.text_index import query_words
from engine.vector_index import VectorIndex

# Candidates are the files of the nearest segments, those with the nearest clips, and those that say most of the words.
NEAREST_SEGMENTS = 1000
CANDIDATE_FILES = 200
SCOPE_FILES = 2000  # with the nearest clips, where only a part of the library is looked at: a small part is all judged
SPEAKING_FILES = 500  # so many files, best first, are asked what they say
BACKGROUND_SEGMENTS = 5000
BACKGROUND_SEED = 0
WORDS_WORTH = 3.0  # deviations
EVEN_Z = 3.0
SPAN_FRACTION = 0.4
CACHED_SENTENCES = 256
MAX_EXAMPLE_S = 600.0  # a longer example is judged by its first ten minutes

# The spread of a small library says little about the sounds it lacks. It counts as if it held so many more that have
# nothing to do with the query: similarities around 0 with this deviation.
PRIOR_SOUNDS = 50
PRIOR_DEVIATION = 0.05


@dataclass(frozen=True)
class Background:
    """What unrelated sounds of a library score for one query."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, similarities: np.ndarray) -> Background:
        """From the similarities (sounds,) of any number of sounds, even none."""
        sounds = len(similarities) + PRIOR_SOUNDS
        mean = float(similarities.sum()) / sounds
        squares = float(np.square(similarities).sum()) + PRIOR_SOUNDS * PRIOR_DEVIATION**2
        return cls(mean, math.sqrt(max(squares / sounds - mean**2, 1e-12)))

    def z(self, similarities: np.ndarray | float) -> np.ndarray:
        return np.asarray((similarities - self.mean) / self.deviation)


def score_of(z: float) -> float:
    """Evidence in deviations -> 0..1, rising, 0.5 at EVEN_Z."""
    return 1.0 / (1.0 + math.exp(min(EVEN_Z - z, 700.0)))


def best_span(z: np.ndarray) -> tuple[int, int]:
    """The segments first .. last - 1 around the first best of z (segments,); see the module's text."""
    best = int(z.argmax())
    if z[best] <= 0:
        return best, best + 1
    weak = np.flatnonzero(z < SPAN_FRACTION * z[best])
    return int(max(weak[weak < best], default=-1)) + 1, int(min(weak[weak > best], default=len(z)))


@dataclass(frozen=True)
class _Question:
    """What is looked for, and where: a unit vector (dim,) and how to call it; the words that files say, out of
    `asked_words`.
    """

    text: str
    vector: np.ndarray
    said: Mapping[int, tuple[str, ...]]
    asked_words: int
    part: np.ndarray | None  # ids (files,) of those that may answer; None for all
    without: int | None = None  # the file that the question was made from


@dataclass(frozen=True)
class _Judged:
    """A candidate: what was heard and what is said, in deviations, and the words it says."""

    file_id: int
    heard_z: float
    said_z: float
    words: tuple[str, ...]

    @property
    def rank(self) -> tuple[float, int]:
        return -(self.heard_z + self.said_z), self.file_id


class Searcher:
    """Answers from one library with one network. `index` must hold the embeddings of its checkpoint; refresh it to find
    what was stored since.
    """

    def __init__(self, library: Library, index: VectorIndex, embedder: Embedder) -> None:
        self._library = library
        self._index = index
        self._embedder = embedder
        self._vector_of = lru_cache(CACHED_SENTENCES)(lambda text: embedder.embed_text([text])[0])

    def search(self, sentence: str, limit: int = 20, scope: Scope = EVERYTHING) -> list[Hit]:
        """The files of a scope that sound like `sentence` or say it, best first. Raises EmptyQuery.

        What a file scores does not depend on the scope.
        """
        query = parse(sentence)
        (clause,) = query.clauses
        hits = self._library.search_text(query.text, max(SPEAKING_FILES, limit), scope)
        said = {hit.file_id: hit.words for hit in hits}
        vector, words = self._vector_of(clause.text), len(query_words(query.text))
        return self._answer(_Question(clause.text, vector, said, words, self._part(scope)), limit)

    def similar(
        self,
        example: Path,
        start_s: float = 0.0,
        end_s: float | None = None,
        limit: int = 20,
        scope: Scope = EVERYTHING,
    ) -> list[Hit]:
        """The files of a scope that sound like a file, or like its part from `start_s` to `end_s`, best first.

        Any audio file can be the example; one of the library need not even be in reach. It is left out of the answer.
        Raises UnreadableAudio, EngineError for a part that the file does not have, and ValueError for no part at all.
        """
        if not 0.0 <= start_s < (math.inf if end_s is None else end_s):
            raise ValueError(f"{start_s=} must not be negative, and less than {end_s=}")
        known = self._library.file_at(example)
        vector = self._vector_of_known(known, start_s, end_s) if known else None
        if vector is None:
            vector = self._vector_of_sound(example, start_s, end_s)
        without = known.id if known else None
        return self._answer(_Question(display_path(example.name), vector, {}, 0, self._part(scope), without), limit)

    def _part(self, scope: Scope) -> np.ndarray | None:
        return None if scope == EVERYTHING else self._library.listing(scope, Order("added"))

    def _vector_of_known(self, file: AudioFile, start_s: float, end_s: float | None) -> np.ndarray | None:
        """From what is stored: for the whole file its clip, for a part the mean of its segments, each weighted by how
        much of it belongs to the part. None if nothing is stored, or not for this part.
        """
        stored = self._library.embeddings_of(file.id, self._embedder.checkpoint_id)
        duration_s = file.duration_s or 0.0
        if stored is None or start_s >= duration_s:
            return None
        if start_s == 0 and (end_s is None or end_s >= duration_s):
            return stored.clip
        segment_s = self._embedder.segment_s
        starts_s = segment_s * np.arange(len(stored.segments))
        ends_s = np.minimum(starts_s + segment_s, duration_s if end_s is None else end_s)
        part = np.maximum(ends_s - np.maximum(starts_s, start_s), 0.0) @ stored.segments
        norm = float(np.linalg.norm(part))
        return np.asarray(part / norm, dtype=np.float32) if norm > 0 else None

    def _vector_of_sound(self, path: Path, start_s: float, end_s: float | None) -> np.ndarray:
        part_s = min(MAX_EXAMPLE_S, (math.inf if end_s is None else end_s) - start_s)
        waveform = read_audio(path, sample_rate_hz=self._embedder.sample_rate_hz, start_s=start_s, duration_s=part_s)
        if not len(waveform):
            raise EngineError(f"{display_path(path)} has no sound after {start_s:g} s.")
        return self._embedder.embed_audio(waveform).clip

    def _answer(self, question: _Question, limit: int) -> list[Hit]:
        queries = question.vector[np.newaxis]
        background = Background.of(self._index.background(queries, n=BACKGROUND_SEGMENTS, seed=BACKGROUND_SEED)[0])
        judged = sorted(self._judge(question, background, limit), key=lambda judged: judged.rank)
        present = islice(self._present(judged, at_once=2 * limit), limit)
        return [self._hit(question, background, file, judged) for file, judged in present]

    def _judge(self, question: _Question, background: Background, limit: int) -> Iterator[_Judged]:
        """Every file that has a chance, in any order."""
        queries = question.vector[np.newaxis]
        clip_ids, (clip_scores,) = self._index.clip_scores(queries)
        leading = self._leading(question.part, clip_ids, clip_scores, limit)
        best = self._nearest(question.part, queries, max(NEAREST_SEGMENTS, limit))
        speaking = islice(question.said, max(CANDIDATE_FILES, limit))
        candidates = {*best, *leading, *speaking} - {question.without}
        clips = self._clip_z(queries, Background.of(clip_scores), candidates)
        for file_id in candidates:
            heard_z = 0.0  # a file that this network has not listened to counts as background
            if file_id in clips:
                if file_id not in best:
                    best[file_id] = float(self._index.segment_scores(file_id, queries).max())
                heard_z = float(background.z(best[file_id]) + clips[file_id]) / 2
            words = question.said.get(file_id, ())
            said_z = WORDS_WORTH * len(words) / question.asked_words if words else 0.0
            yield _Judged(file_id, heard_z, said_z, words)

    def _leading(self, part: np.ndarray | None, ids: np.ndarray, scores: np.ndarray, limit: int) -> list[int]:
        """The files with the nearest clips: of a part of the library more, since fewer of the nearest segments help."""
        if part is not None:
            inside = np.isin(ids, part)
            ids, scores = ids[inside], scores[inside]
        files = max(CANDIDATE_FILES if part is None else SCOPE_FILES, limit)
        if len(ids) > files:
            ids = ids[np.argpartition(scores, -files)[-files:]]
        leading: list[int] = ids.tolist()
        return leading

    def _nearest(self, part: np.ndarray | None, queries: np.ndarray, segments: int) -> dict[int, float]:
        """The files with the nearest segments, and how near. None of a part so small that all its files lead."""
        if part is not None and len(part) <= SCOPE_FILES:
            return {}
        inside = None if part is None else set(part.tolist())
        best: dict[int, float] = {}
        for neighbour in self._index.search(queries, segments)[0]:
            if inside is None or neighbour.file_id in inside:
                best.setdefault(neighbour.file_id, neighbour.score)  # the first of a file is its best
        return best

    def _clip_z(self, queries: np.ndarray, background: Background, file_ids: Iterable[int]) -> dict[int, float]:
        ids, (scores,) = self._index.clip_scores(queries, file_ids)
        return dict(zip(ids.tolist(), background.z(scores).tolist(), strict=True))

    def _present(self, judged: list[_Judged], at_once: int) -> Iterator[tuple[AudioFile, _Judged]]:
        """Those that can be heard, in the same order. Files of a drive that is not there now still count."""
        online = {root.id for root in self._library.roots() if root.path.is_dir()}
        for start in range(0, len(judged), at_once):
            some = judged[start : start + at_once]
            files = self._library.files(candidate.file_id for candidate in some)
            for candidate in some:
                file = files.get(candidate.file_id)
                if file and file.state == "ok" and (file.root_id not in online or file.path.exists()):
                    yield file, candidate

    def _hit(self, question: _Question, background: Background, file: AudioFile, judged: _Judged) -> Hit:
        start_s, end_s = self._span(question, background, file)
        heard = ClauseMatch(question.text, start_s, end_s, score_of(judged.heard_z))
        return Hit(
            file_id=file.id,
            path=file.path,
            score=score_of(judged.heard_z + judged.said_z),
            start_s=start_s,
            end_s=end_s,
            clauses=(heard,),
            words=judged.words,
            duration_s=file.duration_s or 0.0,
        )

    def _span(self, question: _Question, background: Background, file: AudioFile) -> tuple[float, float]:
        """Where the file matches best; the whole of it if this network has not listened to it."""
        duration_s = file.duration_s or 0.0
        similarities = self._index.segment_scores(file.id, question.vector[np.newaxis])[0]
        if not len(similarities):
            return 0.0, duration_s
        first, end = best_span(background.z(similarities))
        segment_s = self._embedder.segment_s
        return min(first * segment_s, duration_s), min(end * segment_s, duration_s)
