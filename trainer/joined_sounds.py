"""Two captioned sounds one after the other, and the sentence that says in which order (W13, "ACBA").

Only sentences that name no order of their own are joined. The words are those of PTe (W11): before, after, then and
followed by; "after" names the sound first that is heard last.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.errors import TrainerError
from trainer.evaluate.sentences import CONNECTIVES, PREPOSITIONS
from trainer.manifest import Clip

_ORDER = re.compile(rf"\b(?:{'|'.join(PREPOSITIONS)})\b", re.IGNORECASE)
_TRIES = 100  # before it is said that too few sounds can be joined


@dataclass(frozen=True)
class JoinedClip:
    """`first` is heard, then `second`; the end of one and the beginning of the other lie over each other.

    caption : says so; swapped_caption : the same words in the other order, which is wrong
    part_s : so much of each sound at the most, from its beginning
    """

    first: Clip
    second: Clip
    caption: str
    swapped_caption: str
    part_s: float
    cross_fade_s: float = 1.0

    @property
    def captions(self) -> tuple[str, ...]:
        return (self.caption,)

    @property
    def recording(self) -> str:
        return f"{self.first.recording} + {self.second.recording}"


def cross_faded(first: np.ndarray, second: np.ndarray, overlap_samples: int) -> np.ndarray:
    """Waveforms (a,) and (b,) as one of a + b - overlap_samples, float32.

    Both weights are quarters of a sine, whose squares sum to 1: the sounds have nothing to do with each other, so their
    powers add. Of a sound that is shorter than the overlap half is overlapped, so that its order can still be heard.
    """
    shorter = min(len(first), len(second))
    overlap = overlap_samples if shorter >= overlap_samples else shorter // 2
    angle = (np.arange(overlap, dtype=np.float32) + 0.5) * (np.pi / 2.0 / max(1, overlap))
    joined = np.zeros(len(first) + len(second) - overlap, np.float32)
    begin = len(first) - overlap
    joined[: len(first)] = first
    joined[begin : len(first)] *= np.cos(angle)
    joined[begin : len(first)] += second[:overlap] * np.sin(angle)
    joined[len(first) :] = second[overlap:]
    return joined


def tells_order(sentence: str) -> bool:
    """Whether it has one of the words that joined sentences have."""
    return _ORDER.search(sentence) is not None


def join(
    earlier: tuple[Clip, str], later: tuple[Clip, str], preposition: str, *, part_s: float, cross_fade_s: float = 1.0
) -> JoinedClip:
    """A sound and its sentence, then another. preposition : one of `PREPOSITIONS`."""
    said, swapped = (_said(preposition, one, other) for one, other in ((earlier, later), (later, earlier)))
    return JoinedClip(earlier[0], later[0], said, swapped, part_s, cross_fade_s)


def _said(preposition: str, earlier: tuple[Clip, str], later: tuple[Clip, str]) -> str:
    template = CONNECTIVES[preposition]
    one, other = (sentence.strip().rstrip(".") for _, sentence in (earlier, later))
    if template.startswith("{0}"):
        return template.format(one, inside_sentence(other))
    return template.format(inside_sentence(one), other)


def inside_sentence(sentence: str) -> str:
    """As it is written inside another: with a small letter, unless a word in capitals begins it, "TV" or "I"."""
    first_word = sentence.split(maxsplit=1)[0]
    in_capitals = first_word.isupper() and first_word != "A"
    return sentence if in_capitals else sentence[0].lower() + sentence[1:]


def draw_joined(
    clips: Sequence[Clip],
    captions: Sequence[Sequence[str]],
    count: int,
    *,
    part_s: float,
    cross_fade_s: float = 1.0,
    seed: int,
) -> list[JoinedClip]:
    """`count` pairs of sounds of different recordings and different sentences, every preposition equally often.

    captions : of each clip. Raises TrainerError if there are no two sounds that can be joined.
    """
    rng = random.Random(seed)
    sayable = [
        (clip, unordered)
        for clip, said in zip(clips, captions, strict=True)
        if (unordered := [sentence for sentence in said if sentence.strip(" .") and not tells_order(sentence)])
    ]
    return [
        join(*_two(sayable, rng), PREPOSITIONS[number % len(PREPOSITIONS)], part_s=part_s, cross_fade_s=cross_fade_s)
        for number in range(count)
    ]


def _two(sayable: Sequence[tuple[Clip, list[str]]], rng: random.Random) -> tuple[tuple[Clip, str], tuple[Clip, str]]:
    for _ in range(_TRIES if len(sayable) > 1 else 0):
        (one, of_one), (other, of_other) = rng.choice(sayable), rng.choice(sayable)
        said, also_said = rng.choice(of_one), rng.choice(of_other)
        if one.recording != other.recording and said != also_said:
            return (one, said), (other, also_said)
    raise TrainerError(
        "There are no two captioned sounds of different recordings that could be joined; set pairs.joined_pairs to 0."
    )
