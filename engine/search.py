"""From a sentence or an example to ranked hits, each with the moments that matched and the reason why.

How a file is judged:

1.  *Heard.* What its sound says, in deviations above what any sound of this library reaches: see `evidence`.
2.  *Said.* `WORDS_WORTH` times the share of the query's words that the file's name, folder, tags or metadata say;
    words such as "the" do not count. So a file that both says and sounds it comes first, and one that only says it
    comes behind those that clearly sound like it, but is never lost.
3.  *Score.* A logistic curve of the sum: 0.5 where the evidence is `EVEN_Z` deviations above the background.
4.  *Span*, of each sound: the run of segments around the best one that keep at least `SPAN_FRACTION` of its z: the
    whole stretch of a lasting sound, a moment of a short one. Where nothing matches, the best segment alone.
5.  *Weak* is what may be chance: see `cut`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np

from engine.background import score_of
from engine.candidates import find_candidates
from engine.cut import reason_of, spreads_of_chance
from engine.embedding import Embedder
from engine.errors import display_path
from engine.evidence import Backgrounds, Judge, Placed
from engine.examples import Examples
from engine.hits import NOTHING, Answer, ClauseMatch, Hit, Strictness
from engine.library import Library
from engine.library_rows import EVERYTHING, AudioFile, Order, Scope
from engine.query import parse
from engine.question import Example, Question
from engine.target import Sound, Target, sounds_of, whole_of
from engine.text_index import query_words
from engine.vector_index import VectorIndex

SPEAKING_FILES = 500  # so many files, best first, are asked what they say
WORDS_WORTH = 3.0  # deviations
SPAN_FRACTION = 0.4
CACHED_SENTENCES = 256


def best_span(z: np.ndarray, at: int | None = None) -> tuple[int, int]:
    """The segments first .. last - 1 around one of z (segments,), or around the first best; see the module's text."""
    best = int(z.argmax()) if at is None else at
    if z[best] <= 0:
        return best, best + 1
    weak = np.flatnonzero(z < SPAN_FRACTION * z[best])
    return int(max(weak[weak < best], default=-1)) + 1, int(min(weak[weak > best], default=len(z)))


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
        self._backgrounds = Backgrounds(index)
        self._examples = Examples(library, embedder)
        self._vector_of = lru_cache(CACHED_SENTENCES)(lambda text: embedder.embed_text([text])[0])

    def search(self, sentence: str, limit: int = 20, scope: Scope = EVERYTHING) -> list[Hit]:
        """The files of a scope that sound like `sentence` or say it, best first. Raises EmptyQuery.

        What a file scores does not depend on the scope.
        """
        parse(sentence)
        return list(self.find(Question(sentence, scope), limit).hits)

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
        return list(self.find(Question(scope=scope, examples=(Example(example, start_s, end_s),)), limit).hits)

    def find(self, question: Question, limit: int = 20) -> Answer:
        """The answer to a question, with where the good matches end; no hits where nothing is listened for.

        Raises as `similar` does.
        """
        if question.is_browsing:
            return NOTHING
        target = self._target_of_examples(question) if question.examples else self._target_of_words(question, limit)
        return self._answer(target, limit, question.strictness)

    def _target_of_words(self, question: Question, limit: int) -> Target:
        query = question.parsed
        words = query.words
        said = self._library.search_text(words, max(SPEAKING_FILES, limit), question.part) if words else []
        return Target(
            sounds_of(query, self._vector_of),
            whole_of(query, self._vector_of),
            said={hit.file_id: hit.words for hit in said},
            asked_words=len(query_words(words)),
            part=self._part(question.part),
        )

    def _target_of_examples(self, question: Question) -> Target:
        (example,) = question.examples
        heard = self._examples.heard(example)
        sounds = (Sound(display_path(example.path.name), heard.vector),)
        return Target(sounds, heard.vector, {}, part=self._part(question.part), without=heard.file_id)

    def _part(self, scope: Scope) -> np.ndarray | None:
        return None if scope == EVERYTHING else self._library.listing(scope, Order("added"))

    def _answer(self, target: Target, limit: int, strictness: Strictness) -> Answer:
        judge = Judge(self._index, self._backgrounds, target, self._embedder.segment_s)
        candidates = find_candidates(self._index, target, limit)
        heard = judge.heard_z(candidates.file_ids, candidates.nearest)
        judged = sorted((_judged(target, id, heard) for id in candidates.file_ids), key=lambda one: one.rank)
        present = list(islice(self._present(judged, at_once=2 * limit), limit))
        cut_z = judge.usual_z(spreads_of_chance(candidates.clips, strictness))
        hits = tuple(self._hit(target, judge, file, one, cut_z) for file, one in present)
        good_by_sound = sum(one.heard_z >= cut_z for _, one in present)
        return Answer(hits, sum(not hit.weak for hit in hits), reason_of(hits, good_by_sound))

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

    def _hit(self, target: Target, judge: Judge, file: AudioFile, judged: _Judged, cut_z: float) -> Hit:
        placed = judge.place(file.id)
        clauses = self._matches(target, judge, placed, file, judged)
        wanted = [clause for clause in clauses if not clause.negated]
        duration_s = file.duration_s or 0.0
        return Hit(
            file_id=file.id,
            path=file.path,
            score=score_of(judged.heard_z + judged.said_z),
            start_s=min((clause.start_s for clause in wanted), default=0.0),
            end_s=max((clause.end_s for clause in wanted), default=duration_s),
            clauses=clauses,
            words=judged.words,
            duration_s=duration_s,
            order_margin=placed.margin if placed else None,
            weak=judged.heard_z + judged.said_z < cut_z,
        )

    def _matches(
        self, target: Target, judge: Judge, placed: Placed | None, file: AudioFile, judged: _Judged
    ) -> tuple[ClauseMatch, ...]:
        """For every sound that was asked for, in the order of asking."""
        wanted = iter(range(len(target.wanted)))
        return tuple(
            self._unwanted_match(sound, judge, file)
            if sound.negated
            else self._wanted_match(target, next(wanted), placed, file, judged)
            for sound in target.sounds
        )

    def _wanted_match(
        self, target: Target, which: int, placed: Placed | None, file: AudioFile, judged: _Judged
    ) -> ClauseMatch:
        """Where it was placed; the whole file if this network has not listened to it."""
        text = target.wanted[which].text
        if placed is None:
            return ClauseMatch(text, 0.0, file.duration_s or 0.0, score_of(judged.heard_z))
        z, at = placed.z[which], placed.segments[which]
        # of a single sound the clip has a say; of several it has one in the whole
        alone = len(target.sounds) == 1
        return self._match(text, best_span(z, at), file, judged.heard_z if alone else float(z[at]))

    def _unwanted_match(self, sound: Sound, judge: Judge, file: AudioFile) -> ClauseMatch:
        (z,) = judge.z(file.id, [sound])
        if not len(z):
            return ClauseMatch(sound.text, 0.0, file.duration_s or 0.0, score_of(0.0), negated=True)
        (heard_z,) = judge.alone_z(sound, [file.id])
        return self._match(sound.text, best_span(z), file, float(heard_z), negated=True)

    def _match(
        self, text: str, span: tuple[int, int], file: AudioFile, z: float, *, negated: bool = False
    ) -> ClauseMatch:
        start_s, end_s = (min(at * self._embedder.segment_s, file.duration_s or 0.0) for at in span)
        return ClauseMatch(text, start_s, end_s, score_of(z), negated)


def _judged(target: Target, file_id: int, heard: dict[int, float]) -> _Judged:
    """A file that this network has not listened to counts as background."""
    words = target.said.get(file_id, ())
    said_z = WORDS_WORTH * len(words) / target.asked_words if words else 0.0
    return _Judged(file_id, heard.get(file_id, 0.0), said_z, words)
