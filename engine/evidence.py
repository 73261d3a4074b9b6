"""How well files answer a question by their sound alone, in deviations above the background.

*One sound*: the mean of two z, that of the file's best segment (a short event in a long file) and that of its clip
(what the file is on the whole).

*Several sounds*: `ordering` finds a segment for each, groups in their order and `LEAST_GAP_S` apart; a file too short
for that is judged without gaps. Their mean z counts, less `ABSENCE_COSTS` times what the weakest of them lacks of
`PRESENT_Z`: one sound that is clear does not make up for another that is missing. `WHOLE_SHARE` of it is the z
of the clip for the whole sentence.

*Sounds that are not wanted*: each takes away what a question for it alone would give. Where nothing is wanted, a file
is as good as the worst of them is not heard.

The constants were chosen on 240 ordered mixtures of two held-out training sounds each, and the 143 sounds alone. The
right file came first for .188 of the sentences by its clip, for .271 by its segments in any order, for .542 by them in
order, and for .575 with all of the above; a margin to other orders as a further part of the score did not help. Taking
the evidence away once put files without the unwanted sound before those with it in .897 of all comparisons.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.background import EVEN_Z, Background
from engine.ordering import arrange, arrangement_scores, at_once, margin
from engine.target import Sound, Target, vectors_of
from engine.vector_index import VectorIndex

LEAST_GAP_S = 1.0  # from where one sound is heard best to where the next one is
REACH_S = 0.5  # so far apart may be what is heard at the same time
PRESENT_Z = 2.0
ABSENCE_COSTS = 0.5  # for each deviation that the weakest sound lacks
WHOLE_SHARE = 0.25
CHANCE_Z = 1.0  # of a sound that a file does not have: its best segment reaches twice that, its clip nothing
BACKGROUND_SEGMENTS = 5000
BACKGROUND_SEED = 0
CACHED_BACKGROUNDS = 256


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
    """Where one file answers: z (segments,) of every wanted sound, the segment of each, and `ordering.margin`.

    The margin is None where a sound is missing too: then no order can be told.
    """

    z: np.ndarray
    segments: tuple[int, ...]
    margin: float | None


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

    def usual_z(self, spreads: float) -> float:
        """The evidence that files reach by chance, if one sound reaches so many spreads of its background: the mean of
        several spreads less. A sound that is not wanted takes away what any file seems to have of it.
        """
        wanted, unwanted = self._target.wanted, self._target.unwanted
        if not wanted:
            return EVEN_Z
        spreads /= math.sqrt(len(wanted))
        overall = self._backgrounds.of_clips(self._target.whole).z_of_spreads(spreads)
        segments = [self._backgrounds.of_segments(sound.vector).z_of_spreads(spreads) for sound in wanted]
        share = 0.5 if len(wanted) == 1 else WHOLE_SHARE
        return (1 - share) * float(np.mean(segments)) + share * overall - CHANCE_Z * len(unwanted)

    def place(self, file_id: int) -> Placed | None:
        """None for a file that this network has not listened to, and where nothing is wanted."""
        wanted = self._target.wanted
        if not wanted:
            return None
        z = self.z(file_id, wanted)
        if not z.shape[1]:
            return None
        rows, groups = self._rows(z)
        found = arrange(rows, groups, self._gap)
        segments = found.segments or arrange(rows, groups, 0).segments
        is_told = bool(found.segments) and z.max(axis=1).min() >= PRESENT_Z
        by = margin(rows, groups, self._gap) if is_told else None
        return Placed(z, self._segments_of_each(z, segments), None if by is None else by * len(rows) / len(z))

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
        """(files,). overall : (files,) z of their clips for the whole question."""
        if len(self._target.wanted) > 1:
            return (1 - WHOLE_SHARE) * self._arranged_z(file_ids) + WHOLE_SHARE * overall
        whole = self._target.whole
        unknown = [file_id for file_id in file_ids if file_id not in nearest]
        found = self._index.segment_scores_of(unknown, whole[np.newaxis])
        best = {**nearest, **{file_id: float(one.max()) for file_id, one in zip(unknown, found, strict=True)}}
        segments_z = self._backgrounds.of_segments(whole).z(np.array([best[file_id] for file_id in file_ids]))
        return np.asarray((segments_z + overall) / 2)

    def _arranged_z(self, file_ids: Sequence[int]) -> np.ndarray:
        """(files,): all wanted sounds in their order."""
        wanted = self._target.wanted
        result = np.empty(len(file_ids))
        for positions, similarities in _of_alike_lengths(self._index.segment_scores_of(file_ids, vectors_of(wanted))):
            z = self._z_of(similarities, wanted)
            rows, groups = self._rows(z)
            arranged = arrangement_scores(rows, groups, self._gap)
            short = ~np.isfinite(arranged)
            arranged[short] = arrangement_scores(rows[:, short], groups, 0)
            weakest = z.max(axis=2).min(axis=0)
            result[positions] = arranged * len(rows) / len(z) - ABSENCE_COSTS * np.maximum(PRESENT_Z - weakest, 0.0)
        return result

    def _rows(self, z: np.ndarray) -> tuple[np.ndarray, list[int]]:
        """z (wanted, ..., segments) -> a row for all that must be heard at once, and the group of each row."""
        sets, wanted = self._target.at_once, self._target.wanted
        rows = [z[one[0]] if len(one) == 1 else at_once(z[one], self._reach) for one in sets]
        return np.stack(rows), [wanted[one[0]].group for one in sets]

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
