"""From a sentence or an example to ranked hits, each with the moments that matched and the reason why.

How a file is judged:

1.  *Heard.* What its sound says, in deviations above what any sound of this library reaches: see `evidence`.
2.  *Said.* `WORDS_WORTH` times the share of the query's words that the file's name, folder, tags or metadata say;
    words such as "the" do not count. So a file that both says and sounds it comes first, and one that only says it
    comes behind those that clearly sound like it, but is never lost.
3.  *Score.* A logistic curve of the sum: 0.5 where the evidence is `EVEN_Z` deviations above the background.
4.  *Span*, of each sound: the segments around the best one; see `evidence.best_span`.
5.  *Weak* is what may be chance (see `cut`), and what lacks one of several sounds or has them the other way round,
    unless it says them all. It comes behind the others.
6.  *Liked or disliked.* What a person says of a file outweighs all else: it comes first, or last and weak. What is
    looked for moves towards what was liked: see `feedback`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.aiming import Aim
from engine.background import score_of
from engine.candidates import find_candidates
from engine.cut import LEAST_HEARD_Z, LEAST_SWAP_Z, RECORDED, least_of_good, reason_of, spreads_of_chance
from engine.embedding import Embedder
from engine.evidence import Backgrounds, Judge, Placed, best_span
from engine.hits import NOTHING, Answer, ClauseMatch, Hit, Strictness
from engine.library import Library
from engine.library_rows import EVERYTHING, AudioFile, Scope
from engine.query import ParsedQuery, parse
from engine.question import Example, Question
from engine.target import Sound, Target
from engine.vector_index import VectorIndex

WORDS_WORTH = 3.0  # deviations
JUDGED_WORTH = 1000.0  # more than can be heard and said


@dataclass(frozen=True)
class _Judged:
    """A candidate: what was heard and what is said, in deviations, and the words it says.

    right : what a person says of it; None if nothing
    """

    file_id: int
    heard_z: float
    said_z: float
    words: tuple[str, ...]
    right: bool | None = None

    @property
    def says_all(self) -> bool:
        return self.said_z >= WORDS_WORTH

    @property
    def z(self) -> float:
        judged_z = 0.0 if self.right is None else JUDGED_WORTH if self.right else -JUDGED_WORTH
        return self.heard_z + self.said_z + judged_z

    @property
    def rank(self) -> tuple[float, int]:
        return -self.z, self.file_id

    def is_good_alone(self, cut_z: float) -> bool:
        """Without its words."""
        return self.heard_z >= cut_z if self.right is None else self.right


class Searcher:
    """Answers from one library with one network. `index` must hold the embeddings of its checkpoint; refresh it to find
    what was stored since.
    """

    def __init__(self, library: Library, index: VectorIndex, embedder: Embedder) -> None:
        self._library = library
        self._index = index
        self._embedder = embedder
        self._backgrounds = Backgrounds(index)
        self._aim = Aim(library, index, embedder, self._backgrounds)

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
        return self._answer(self._aim.target_of(question, limit), limit, question.strictness)

    def query_of(self, question: Question) -> ParsedQuery:
        """The sentence of a question as it is understood beside its examples. Raises as `similar` does."""
        return self._aim.query_of(question)

    def _answer(self, target: Target, limit: int, strictness: Strictness) -> Answer:
        judge = Judge(self._index, self._backgrounds, target, self._embedder.segment_s)
        candidates = find_candidates(self._index, target, limit)
        heard = judge.heard_z(candidates.file_ids, candidates.nearest)
        judged = sorted((_judged(target, id, heard) for id in candidates.file_ids), key=lambda one: one.rank)
        present = list(islice(self._present(judged, at_once=2 * limit), limit))
        chance_z = judge.usual_z(spreads_of_chance(candidates.clips, strictness), RECORDED)
        placed = {one.file_id: judge.place(one.file_id) for _, one in present}
        fitting = [one for _, one in present if _fits(placed[one.file_id])]
        best_z = max((one.heard_z for one in fitting if one.right is not False), default=0.0)
        cut_z = least_of_good(judge.usual_z(0.0), chance_z, best_z)
        hits = [self._hit(target, judge, file, one, placed[one.file_id], cut_z) for file, one in present]
        hits.sort(key=lambda hit: hit.weak)  # stable
        good_by_sound = sum(one.is_good_alone(cut_z) for one in fitting)
        good = sum(not hit.weak for hit in hits)
        return Answer(tuple(hits), good, reason_of(hits, good_by_sound), score_of(cut_z))

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

    def _hit(
        self, target: Target, judge: Judge, file: AudioFile, judged: _Judged, placed: Placed | None, cut_z: float
    ) -> Hit:
        clauses = self._matches(target, judge, placed, file, judged)
        wanted = [clause for clause in clauses if not clause.negated]
        duration_s = file.duration_s or 0.0
        return Hit(
            file_id=file.id,
            path=file.path,
            score=score_of(judged.z),
            start_s=min((clause.start_s for clause in wanted), default=0.0),
            end_s=max((clause.end_s for clause in wanted), default=duration_s),
            clauses=clauses,
            words=judged.words,
            duration_s=duration_s,
            order_margin=placed.margin if placed else None,
            weak=judged.z < cut_z or not (judged.says_all or judged.right or _fits(placed)),
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


def _fits(placed: Placed | None) -> bool:
    """Whether every one of several sounds is heard a little, and not clearly the other way round."""
    if placed is None or len(placed.z) == 1:
        return True
    return placed.weakest_z >= LEAST_HEARD_Z and (placed.margin is None or placed.margin > -LEAST_SWAP_Z)


def _judged(target: Target, file_id: int, heard: dict[int, float]) -> _Judged:
    """A file that this network has not listened to counts as background."""
    words = target.said.get(file_id, ())
    said_z = WORDS_WORTH * len(words) / target.asked_words if words else 0.0
    right = True if file_id in target.right else False if file_id in target.wrong else None
    return _Judged(file_id, heard.get(file_id, 0.0), said_z, words, right)
