"""How well files answer a question by their sound alone, in deviations above the background.

*One sound*: the mean of two z, that of the file's best segment (a short event in a long file) and that of its clip
(what the file is on the whole).

*Several sounds*: `ordering` finds a segment for each, groups in their order and `LEAST_GAP_S` apart; a file too short
for that is judged without gaps. Their mean z counts, less `SWAP_COSTS` times what another order would reach beyond it,
but at the most `PRESENT_Z`, since a file with the sounds in another order is nearer to it than one without them; and
less `ABSENCE_COSTS` times what the weakest of them lacks of `PRESENT_Z`: one sound that is clear does not make up for
another that is missing. `WHOLE_SHARE` of it is the z of the clip for the whole sentence. Without an order ("wind and
birds", "rain while a man speaks") the sentence may as well describe one scene: then half of it is what the whole
sentence reaches as one sound. *A sound beside the others*, as an example beside words: each side is judged by itself,
the words as above, and the mean of both counts, less `ABSENCE_COSTS` times what the weaker lacks of `PRESENT_Z`.

*Sounds that are not wanted*: each takes away what a question for it alone would give. Where nothing is wanted, a file
is as good as the worst of them is not heard.

The constants were chosen on 240 ordered mixtures of two held-out training sounds each, and the 143 sounds alone. The
right file came first for .188 of the sentences by its clip, for .271 by its segments in any order, for .542 by them in
order, and for .575 with absence and the whole. That another order costs brought the file with the right order before
the one with the other order, of 120 held-out pairs, in .846 instead of .775 with a third sound behind them as loud, and
in .967 instead of .954 without. Taking the evidence away once put files without the unwanted sound before those with it
in .897 of all comparisons.

An example beside words was tried in 232 mixtures of two held-out sounds, one after the other or both at once, asked for
by a caption of the one and another recording of the other. The mean reciprocal rank of the right mixture among 637
sounds was .106 (at once .102) for the words alone, .084 (.087) for the example alone, .371 (.225) for the mean of both,
and .409 (.234) with absence. Without either sound in the library, "normal" says that nothing matches in .83 of 464
questions, and keeps the right mixture in .16; "loose" does in .46 and .33. Where both name the same sound (205
recordings beside the caption of their label) the mean average precision was .350, .359, and .413 for the mean.

Sentences without an order were weighed with 53 scenes of the ontology, of several sounds, that have a label of sounds
which were kept from training, and with 261 sentences "A and B", "B, A" and "A while B" in 336 mixtures of such sounds.
The mean average precision of scenes and of these sentences was .215 and .390 for one sound, .206 and .563 for several
with `WHOLE_SHARE` as in an order, .221 and .548 for half of each.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.background import EVEN_Z, Background
from engine.ordering import arrange, arrangement_scores, at_once, margin, other_order_scores
from engine.target import Sound, Target, vectors_of
from engine.vector_index import VectorIndex

LEAST_GAP_S = 1.0  # from where one sound is heard best to where the next one is
REACH_S = 0.5  # so far apart may be what is heard at the same time
PRESENT_Z = 2.0
ABSENCE_COSTS = 0.5  # for each deviation that the weakest sound lacks
SWAP_COSTS = 0.75  # for each deviation, up to PRESENT_Z of them, by which another order fits better
WHOLE_SHARE = 0.25
BESIDE_SPREADS = 0.8  # times, by chance: what the weaker side lacks takes away there too
CHANCE_Z = 1.0  # of a sound that a file does not have: its best segment reaches twice that, its clip nothing
BACKGROUND_SEGMENTS = 5000
BACKGROUND_SEED = 0
CACHED_BACKGROUNDS = 256
SPAN_FRACTION = 0.4


def best_span(z: np.ndarray, at: int | None = None) -> tuple[int, int]:
    """The segments first .. last - 1 around one of z (segments,), or around the first best, that keep at least
    `SPAN_FRACTION` of its z: the whole stretch of a lasting sound, a moment of a short one. Where nothing matches, the
    best segment alone.
    """
    best = int(z.argmax()) if at is None else at
    if z[best] <= 0:
        return best, best + 1
    weak = np.flatnonzero(z < SPAN_FRACTION * z[best])
    return int(max(weak[weak < best], default=-1)) + 1, int(min(weak[weak > best], default=len(z)))


class Backgrounds:
    """What is usual in a library, by vector; forgotten when the library changes."""

    def __init__(self, index: VectorIndex) -> None:
        self._index = index
        self._generation = index.generation
        self._known: OrderedDict[tuple[str, bytes], Background] = OrderedDict()

    def of_segments(self, vector: np.ndarray) -> Background:
        return self._remembered("segments", vector)

    def of_clips(self, vector: np.ndarray) -> Background:
        return self._remembered("clips", vector)

    def _remembered(self, what: str, vector: np.ndarray) -> Background:
        if self._generation != self._index.generation:
            self._known.clear()
            self._generation = self._index.generation
        key = what, vector.tobytes()
        if key not in self._known:
            self._known[key] = self._measured(what, vector[np.newaxis])
            if len(self._known) > CACHED_BACKGROUNDS:
                self._known.popitem(last=False)
        return self._known[key]

    def _measured(self, what: str, vectors: np.ndarray) -> Background:
        if what == "clips":
            return Background.of(self._index.clip_scores(vectors)[1][0])
        return Background.of(self._index.background(vectors, n=BACKGROUND_SEGMENTS, seed=BACKGROUND_SEED)[0])


@dataclass(frozen=True)
class Placed:
    """Where one file answers: z (wanted, segments), the segment of each, and `ordering.margin`.

    The margin is None where a sound is missing too: then no order can be told. Where another order fits, each sound is
    placed where it is heard best.
    """

    z: np.ndarray
    segments: tuple[int, ...]
    margin: float | None

    @property
    def weakest_z(self) -> float:
        """Of the sound that is heard least."""
        return float(self.z[np.arange(len(self.z)), self.segments].min())


class Judge:
    """Judges files with one question."""

    def __init__(self, index: VectorIndex, backgrounds: Backgrounds, target: Target, segment_s: float) -> None:
        self._index = index
        self._backgrounds = backgrounds
        self._target = target
        self._gap = max(1, round(LEAST_GAP_S / segment_s))
        self._reach = max(1, round(REACH_S / segment_s))

    def heard_z(self, file_ids: Iterable[int], nearest: Mapping[int, float]) -> dict[int, float]:
        """The evidence of every file that this network has listened to.

        nearest : by file id the similarity of its best segment to the whole question, as far as it is known
        """
        target = self._target
        whole = target.whole[np.newaxis]
        known, (of_clips,) = self._index.clip_scores(whole, file_ids)
        ids: list[int] = known.tolist()
        if not target.wanted:
            heard = 2 * EVEN_Z - np.max(self._unwanted_z(ids), axis=0, initial=0.0)
        else:
            overall = self._backgrounds.of_clips(target.whole).z(of_clips)
            heard = self._wanted_z(ids, overall, nearest) - self._unwanted_z(ids).sum(axis=0)
        return dict(zip(ids, heard.tolist(), strict=True))

    def usual_z(self, spreads: float, recorded: float = 1.0) -> float:
        """The evidence that files reach by chance, if one sound reaches so many spreads of its background, and
        `recorded` times as many where the sound is a recording: the mean of several spreads less. A sound that is not
        wanted takes away what any file seems to have of it.
        """
        target = self._target
        if not target.wanted:
            return EVEN_Z
        if target.beside:
            spreads *= BESIDE_SPREADS / math.sqrt(1 + len(target.beside))
        beside = [self._usual_alone_z(sound.vector, spreads * recorded) for sound in target.beside]
        arranged = self._usual_arranged_z(spreads / math.sqrt(len(target.arranged)), recorded)
        return float(np.mean([arranged, *beside])) - CHANCE_Z * len(target.unwanted)

    def _usual_arranged_z(self, spreads: float, recorded: float) -> float:
        arranged, whole = self._target.arranged, self._target.whole
        by = [spreads * recorded if sound.recorded else spreads for sound in arranged]
        each = zip(arranged, by, strict=True)
        segments = float(np.mean([self._backgrounds.of_segments(one.vector).z_of_spreads(far) for one, far in each]))
        if self._is_in_order:
            overall = self._backgrounds.of_clips(whole).z_of_spreads(max(by))
            return (1 - WHOLE_SHARE) * segments + WHOLE_SHARE * overall
        as_one = self._usual_alone_z(whole, max(by))
        return as_one if len(arranged) == 1 else (segments + as_one) / 2

    def _usual_alone_z(self, vector: np.ndarray, spreads: float) -> float:
        backgrounds = self._backgrounds.of_segments(vector), self._backgrounds.of_clips(vector)
        return sum(background.z_of_spreads(spreads) for background in backgrounds) / 2

    def place(self, file_id: int) -> Placed | None:
        """None for a file that this network has not listened to, and where nothing is wanted."""
        wanted = self._target.wanted
        return self._placed(self.z(file_id, wanted)) if wanted else None

    def place_in(self, segments: np.ndarray) -> Placed | None:
        """The same in any sound: its segments (segments, dim)."""
        wanted = self._target.wanted
        return self._placed(self._z_of(vectors_of(wanted) @ segments.T, wanted)) if wanted else None

    def _placed(self, z: np.ndarray) -> Placed | None:
        """z : (wanted, segments)"""
        if not z.shape[1]:
            return None
        arranged = z[: len(self._target.arranged)]
        rows, groups = self._rows(arranged)
        found = arrange(rows, groups, self._gap)
        segments = found.segments or arrange(rows, groups, 0).segments
        is_told = bool(found.segments) and arranged.max(axis=1).min() >= PRESENT_Z
        by = margin(rows, groups, self._gap) if is_told else None
        if by is not None and by <= 0:  # where each is heard, rather than where it should be
            segments = arrange(rows, [0] * len(rows), self._gap).segments
        beside = z[len(arranged) :].argmax(axis=1).tolist()
        return Placed(
            z,
            (*self._segments_of_each(arranged, segments), *beside),
            None if by is None else by * len(rows) / len(arranged),
        )

    def z(self, file_id: int, sounds: Sequence[Sound]) -> np.ndarray:
        """(sounds, segments)."""
        return self._z_of(self._index.segment_scores(file_id, vectors_of(sounds)), sounds)

    def alone_z(self, sound: Sound, file_ids: Sequence[int]) -> np.ndarray:
        """(files,): the evidence of a question for this sound alone. All files must have been listened to."""
        vectors = sound.vector[np.newaxis]
        best = np.array([one.max() for one in self._index.segment_scores_of(file_ids, vectors)], dtype=np.float32)
        _, (clips,) = self._index.clip_scores(vectors, file_ids)
        return self._mean_z(sound.vector, best, clips)

    def _mean_z(self, vector: np.ndarray, best: np.ndarray, clips: np.ndarray) -> np.ndarray:
        segments_z = self._backgrounds.of_segments(vector).z(best)
        return np.asarray((segments_z + self._backgrounds.of_clips(vector).z(clips)) / 2)

    def _unwanted_z(self, file_ids: Sequence[int]) -> np.ndarray:
        """(unwanted, files), nothing below 0."""
        unwanted = self._target.unwanted
        if not unwanted:
            return np.zeros((0, len(file_ids)))
        return np.maximum([self.alone_z(sound, file_ids) for sound in unwanted], 0.0)

    def _wanted_z(self, file_ids: Sequence[int], overall: np.ndarray, nearest: Mapping[int, float]) -> np.ndarray:
        """(files,). overall : (files,) z of their clips for all that words want."""
        arranged = self._arranged_and_whole_z(file_ids, overall, nearest)
        if not self._target.beside:
            return arranged
        sides = np.stack([arranged, *(self.alone_z(sound, file_ids) for sound in self._target.beside)])
        lacking = np.maximum(PRESENT_Z - sides.min(axis=0), 0.0)
        return np.asarray(sides.mean(axis=0) - ABSENCE_COSTS * lacking)

    def _arranged_and_whole_z(
        self, file_ids: Sequence[int], overall: np.ndarray, nearest: Mapping[int, float]
    ) -> np.ndarray:
        if self._is_in_order:
            return (1 - WHOLE_SHARE) * self._arranged_z(file_ids) + WHOLE_SHARE * overall
        as_one = self._as_one_z(file_ids, overall, nearest)
        return as_one if len(self._target.arranged) == 1 else (self._arranged_z(file_ids) + as_one) / 2

    @property
    def _is_in_order(self) -> bool:
        return any(sound.group > 0 for sound in self._target.arranged)

    def _as_one_z(self, file_ids: Sequence[int], overall: np.ndarray, nearest: Mapping[int, float]) -> np.ndarray:
        """(files,): all that words want as one sound."""
        whole = self._target.whole
        unknown = [file_id for file_id in file_ids if file_id not in nearest]
        found = self._index.segment_scores_of(unknown, whole[np.newaxis])
        best = {**nearest, **{file_id: float(one.max()) for file_id, one in zip(unknown, found, strict=True)}}
        segments_z = self._backgrounds.of_segments(whole).z(np.array([best[file_id] for file_id in file_ids]))
        return np.asarray((segments_z + overall) / 2)

    def _arranged_z(self, file_ids: Sequence[int]) -> np.ndarray:
        """(files,): all arranged sounds in their order."""
        wanted = self._target.arranged
        result = np.empty(len(file_ids))
        for positions, similarities in _of_alike_lengths(self._index.segment_scores_of(file_ids, vectors_of(wanted))):
            z = self._z_of(similarities, wanted)
            rows, groups = self._rows(z)
            arranged = arrangement_scores(rows, groups, self._gap)
            short = ~np.isfinite(arranged)
            arranged[short] = arrangement_scores(rows[:, short], groups, 0)
            others = other_order_scores(rows, groups, self._gap)
            arranged -= SWAP_COSTS * np.clip(others - arranged, 0.0, PRESENT_Z)
            weakest = z.max(axis=2).min(axis=0)
            result[positions] = arranged * len(rows) / len(z) - ABSENCE_COSTS * np.maximum(PRESENT_Z - weakest, 0.0)
        return result

    def _rows(self, z: np.ndarray) -> tuple[np.ndarray, list[int]]:
        """z (arranged, ..., segments) -> a row for all that must be heard at once, and the group of each row."""
        sets, arranged = self._target.at_once, self._target.arranged
        rows = [z[one[0]] if len(one) == 1 else at_once(z[one], self._reach) for one in sets]
        return np.stack(rows), [arranged[one[0]].group for one in sets]

    def _segments_of_each(self, z: np.ndarray, segments: Sequence[int]) -> tuple[int, ...]:
        """The segments of rows -> those of the sounds that are in them, in the order of asking."""
        found = {}
        for members, at in zip(self._target.at_once, segments, strict=True):
            first = max(0, at - self._reach) if len(members) > 1 else at
            end = at + self._reach + 1 if len(members) > 1 else at + 1
            for member in members:
                found[member] = first + int(z[member, first:end].argmax())
        return tuple(found[member] for member in range(len(z)))

    def _z_of(self, similarities: np.ndarray, sounds: Sequence[Sound]) -> np.ndarray:
        """(sounds, ...), of the same shape."""
        each = zip(similarities, sounds, strict=True)
        return np.stack([self._backgrounds.of_segments(sound.vector).z(one) for one, sound in each])


def _of_alike_lengths(scores: Sequence[np.ndarray]) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """Arrays (sounds, segments) of files, in portions: positions (files,) and the arrays side by side (sounds, files,
    segments), each filled up with -inf to the next power of two.
    """
    lengths = np.array([one.shape[1] for one in scores], dtype=int)
    sizes = 1 << np.ceil(np.log2(np.maximum(lengths, 1))).astype(int)
    for size in np.unique(sizes).tolist():
        positions = np.flatnonzero(sizes == size)
        side_by_side = np.full((len(scores[0]), len(positions), size), -np.inf, np.float32)
        for column, position in enumerate(positions.tolist()):
            side_by_side[:, column, : lengths[position]] = scores[position]
        yield positions, side_by_side
