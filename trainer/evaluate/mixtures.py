"""Sounds played one after another, always in all orders: sets of three from different recordings, and how they meet.

Whatever a set is used for, its sounds are the same excerpts, brought to one level and then up to `LEVELS_DB` louder or
softer: the same in every order, so that loudness, class and wording cancel between the orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.stimuli import LEVEL_DBFS, at_level, cross_faded, faded, loudest, noise, overlapping, spaced
from trainer.evaluate.systems import Sounds
from trainer.manifest import Clip

LEAST_S, MOST_S = 2.0, 4.0  # of a sound; of a longer one the loudest stretch
LEVELS_DB = 6.0
CROSS_FADE_S = 1.0
GAPS_S = (0.5, 3.0)
ROOM_TONE_BELOW_DB = 40.0
CLICK_S = 0.02  # ends within a mixture rise and fall for so long
SEED = 0

Set = tuple[int, ...]  # positions of clips
Order = tuple[int, ...]  # which of a set is heard first, second ...
Item = tuple[int, Order]  # a set by its number, and an order of it
Join = Callable[[list[np.ndarray], int, np.random.Generator], np.ndarray]


def draw_sets(clips: Sequence[Clip], count: int, size: int) -> list[Set]:
    """Sets of different recordings and captions; each recording is used once before any is used again.

    Raises TrainerError if there are none.
    """
    random = np.random.default_rng(SEED)
    takes: dict[str, list[int]] = {}
    for position, clip in enumerate(clips):
        if clip.caption and clip.seconds >= LEAST_S:
            takes.setdefault(recording_of(clip), []).append(position)
    captions = {clips[position].caption for positions in takes.values() for position in positions}
    if len(captions) < size or len(takes) < size:
        raise TrainerError(f"Order needs {size} sounds of {LEAST_S:g} s or more with different captions.")
    sets: list[Set] = []
    for _ in range(100 * count):  # few sounds may hardly ever make a set
        waiting = [int(random.choice(takes[name])) for name in random.permutation(sorted(takes))]
        while found := _first_set(clips, waiting, size):
            sets.append(found)
            waiting = [position for position in waiting if position not in found]
        if len(sets) >= count:
            break
    if not sets:
        raise TrainerError("There are too few different recordings to put sounds in order.")
    return sets[:count]


def _first_set(clips: Sequence[Clip], waiting: Sequence[int], size: int) -> Set | None:
    by_caption: dict[str, int] = {}
    for position in waiting:
        by_caption.setdefault(clips[position].caption, position)
        if len(by_caption) == size:
            return tuple(by_caption.values())
    return None


# --- how sounds meet --------------------------------------------------------------------------------------------------


def cut(parts: list[np.ndarray], rate_hz: int, _random: np.random.Generator) -> np.ndarray:
    return spaced(parts, 0)


def fade(parts: list[np.ndarray], rate_hz: int, _random: np.random.Generator) -> np.ndarray:
    return cross_faded(parts, round(CROSS_FADE_S * rate_hz))


def fade_with_ends(parts: list[np.ndarray], rate_hz: int, _random: np.random.Generator) -> np.ndarray:
    """The ends rise and fall as the joints do: in A-B-A both A must be equally easy to hear."""
    samples = round(CROSS_FADE_S * rate_hz)
    return faded(cross_faded(parts, samples), samples)


def gap(parts: list[np.ndarray], rate_hz: int, random: np.random.Generator) -> np.ndarray:
    """Between the sounds is room tone, and beneath them."""
    ends = [faded(part, round(CLICK_S * rate_hz)) for part in parts]
    joined = spaced(ends, round(random.uniform(*GAPS_S) * rate_hz))
    return joined + at_level(noise("pink", len(joined), rate_hz, random), LEVEL_DBFS - ROOM_TONE_BELOW_DB)


def overlap(parts: list[np.ndarray], rate_hz: int, _random: np.random.Generator) -> np.ndarray:
    return overlapping([faded(part, round(CLICK_S * rate_hz)) for part in parts], 0.5)


def at_once(parts: list[np.ndarray], rate_hz: int, _random: np.random.Generator) -> np.ndarray:
    return overlapping([faded(part, round(CLICK_S * rate_hz)) for part in parts], 1.0)


@dataclass(frozen=True)
class Meeting:
    """How sounds are joined, and what is heard behind them all the while, so much louder than a sound on average."""

    name: str
    join: Join
    behind: str = ""  # "sound": another one; or the colour of a noise
    behind_db: float = 0.0


CROSS_FADE = Meeting("1-s cross-fade", fade)
THIRD_BEHIND = Meeting("third sound at 0 dB behind", fade, "sound")
MEETINGS = (
    CROSS_FADE,
    Meeting("hard cut", cut),
    Meeting("gap of 0.5 to 3 s", gap),
    Meeting("50 % overlap", overlap),
    Meeting("third sound at -10 dB behind", fade, "sound", -10.0),
    THIRD_BEHIND,
    Meeting("pink noise at -10 dB behind", fade, "pink", -10.0),
    Meeting("pink noise at 0 dB behind", fade, "pink"),
)
A_B_A = Meeting("A-B-A", fade_with_ends)
AT_ONCE = Meeting("at once", at_once)


class Mixtures:
    """Sets of sounds as waveforms, (samples,) float32."""

    def __init__(self, sounds: Sounds, sets: Sequence[Set]) -> None:
        self.sets = list(sets)
        self.captions = [tuple(sounds.clips[position].caption for position in one) for one in sets]
        recordings = [[recording_of(sounds.clips[position]) for position in one] for one in sets]
        self.recordings = np.array(recordings)  # (sets, size)
        self.rate_hz = sounds.rate_hz
        self._sounds = sounds

    def joined(self, meeting: Meeting, asked: Sequence[Item], behind: int = 2) -> Iterator[np.ndarray]:
        """Of each set by its number the sounds in an order; `behind` is which of a set is heard behind them."""
        for number, order in asked:
            random = np.random.default_rng([SEED, number])  # the same in every order
            parts = [self._part(position, random) for position in self.sets[number]]
            y = meeting.join([parts[which] for which in order], self.rate_hz, random)
            yield y + self._behind(meeting, number, behind, len(y), random) if meeting.behind else y

    def _part(self, position: int, random: np.random.Generator) -> np.ndarray:
        y = loudest(self._sounds.waveform(position), round(MOST_S * self.rate_hz))
        return at_level(y, LEVEL_DBFS + random.uniform(-LEVELS_DB, LEVELS_DB))

    def _behind(
        self, meeting: Meeting, number: int, behind: int, samples: int, random: np.random.Generator
    ) -> np.ndarray:
        if meeting.behind == "sound":
            y = np.resize(self._sounds.waveform(self.sets[number][behind]), samples)
        else:
            y = noise(meeting.behind, samples, self.rate_hz, random)
        return at_level(y, LEVEL_DBFS + meeting.behind_db)
