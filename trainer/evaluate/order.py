"""Does a system hear which of two sounds came first?

Pairs of sounds A and B are joined in both orders and each is asked in the order it has and in the other: loudness,
class and wording cancel, and knowing nothing gives exactly one half. Two controls: of A-B-A both orders are true, and
in noise there is nothing to hear.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.ordering import align, calibrated
from engine.stored_embeddings import FileEmbeddings
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.stimuli import at_level, cross_faded, faded, loudest, noise
from trainer.evaluate.systems import Sounds, System, hear_all
from trainer.manifest import Clip

PAIRS = 240
LEAST_S, MOST_S = 2.0, 4.0  # of a sound; of a longer one the loudest stretch
CROSS_FADE_S = 1.0
LEAST_GAP_S = 1.0  # from where one sound is heard best to where the next one is
BACKGROUND_SEGMENTS = 5000
SEED = 0

Pair = tuple[int, int]  # positions of two clips


def order_table(network: System, others: Sequence[System], sounds: Sounds, *, pairs: int = PAIRS) -> Table:
    """The network with both controls, the others without. Raises TrainerError if there are no two different sounds."""
    test = _OrderTest(sounds, draw_pairs(sounds.clips, pairs))
    controls = (test.measure(network, test.joined(0, 1, 0), "A-B-A"), test.measure(network, test.noises(), "noise"))
    rows = [Row(network.name, (test.measure(network, test.joined(0, 1), "A-B"), *controls))]
    rows += [Row(each.name, (test.measure(each, test.joined(0, 1), "A-B"), None, None)) for each in others]
    used = [sounds.clips[position] for position in test.excerpts]
    recordings, captions = {recording_of(clip) for clip in used}, {clip.caption for clip in used}
    notes = (
        f"order: {len(test.items) // 2} pairs, {len(test.items)} sounds in both orders, from "
        f"{len(recordings)} recordings with {len(captions)} captions; clauses given, cross-fade of {CROSS_FADE_S:g} s",
        "in brackets: 95 % bootstrap over pairs; A-B-A and noise should be 0.5",
    )
    return Table("order", ("A-B", "A-B-A says A then B", "noise"), tuple(rows), notes)


def draw_pairs(clips: Sequence[Clip], count: int) -> list[Pair]:
    """Pairs of different recordings and captions; each recording is used once before any is used again.

    Raises TrainerError if there are none.
    """
    random = np.random.default_rng(SEED)
    usable = [i for i, clip in enumerate(clips) if clip.caption and clip.seconds >= LEAST_S]
    by_recording: dict[str, list[int]] = {}
    for position in usable:
        by_recording.setdefault(recording_of(clips[position]), []).append(position)
    if len({clips[position].caption for position in usable}) < 2 or len(by_recording) < 2:
        raise TrainerError(f"Order needs sounds of {LEAST_S:g} s or more with different captions.")
    pairs: list[Pair] = []
    for _ in range(100 * count):  # few sounds may never make a pair
        takes = [int(random.choice(by_recording[name])) for name in random.permutation(sorted(by_recording))]
        pairs += [
            (first, second)
            for first, second in zip(takes[::2], takes[1::2], strict=False)
            if clips[first].caption != clips[second].caption
        ]
        if len(pairs) >= count:
            break
    return pairs[:count]


def excerpt(sounds: Sounds, position: int) -> np.ndarray:
    return at_level(loudest(sounds.waveform(position), round(MOST_S * sounds.rate_hz)))


class _OrderTest:
    """Every pair in both orders, and what is played for it."""

    def __init__(self, sounds: Sounds, pairs: Sequence[Pair]) -> None:
        self.items = [item for first, second in pairs for item in ((first, second), (second, first))]
        self.excerpts = {position: excerpt(sounds, position) for pair in pairs for position in pair}
        self._sounds = sounds

    def joined(self, *shape: int) -> Iterator[np.ndarray]:
        """shape : which of the two sounds follows which, for instance 0, 1, 0."""
        for item in self.items:
            parts = [self.excerpts[item[which]] for which in shape]
            fade = round(CROSS_FADE_S * self._sounds.rate_hz)
            # the ends rise and fall as the joints do: in A-B-A both A must be equally easy to hear
            yield faded(cross_faded(parts, fade), fade)

    def noises(self) -> Iterator[np.ndarray]:
        random = np.random.default_rng(SEED)
        samples = round((2 * MOST_S - CROSS_FADE_S) * self._sounds.rate_hz)
        for _ in self.items:
            yield noise("pink", samples, self._sounds.rate_hz, random)

    def measure(self, system: System, waveforms: Iterator[np.ndarray], what: str) -> Figure:
        preferred = OrderJudge(system, self._sounds).in_order(hear_all(system, waveforms, what), self.items)
        return figure(preferred, np.arange(len(self.items)) // 2)  # both orders of a pair are one witness


class OrderJudge:
    """Says of joined sounds whether the order asked for fits better than the other one."""

    def __init__(self, system: System, sounds: Sounds) -> None:
        segments = sounds.segments_heard_by(system)
        chosen = np.random.default_rng(SEED).permutation(len(segments))[:BACKGROUND_SEGMENTS]
        captions = sorted({clip.caption for clip in sounds.clips if clip.caption})
        self._background = segments[chosen]
        self._vectors = dict(zip(captions, system.read(captions), strict=True))
        self._clips = sounds.clips
        self._gap = max(1, round(LEAST_GAP_S / system.segment_s))

    def in_order(self, heard: Sequence[FileEmbeddings], items: Sequence[Pair]) -> np.ndarray:
        """(items,): 1 where "A then B" scores higher than "B then A", 0.5 where both score the same."""
        return np.array([self._preference(each.segments, item) for each, item in zip(heard, items, strict=True)])

    def _preference(self, segments: np.ndarray, item: Pair) -> float:
        clauses = np.stack([self._vectors[self._clips[position].caption] for position in item])
        scores = calibrated(clauses @ segments.T, clauses @ self._background.T)
        asked, swapped = align(scores, self._gap).score, align(scores[::-1], self._gap).score
        return 0.5 if asked == swapped else float(asked > swapped)
