"""KnownSounds: what a library has heard of sentences in its files, read as the scores of its answers are.

A score compares a sound with what is usual in the library, a curve by itself only with other kinds of sound in the
same stretch: words and picture could then say different things. So a curve of a known file keeps its shape, but its
deviations are those of the library, and it is moved until its best moment is as clear as the score says.

In a library of 224 held-out sounds, for the five best files of each question, the score of a sound that is asked for
and the highest point of its curve differ so much, by themselves and as here:

                                               40 captions (200 curves)    15 pairs, one then the other (150)
    in the mean                                .150        .000            .108        .013
    by more than .25                           .16         .00             .16         .00
    one below 0.5, the other not               .21         .00             .13         .00

What is left in the pairs are sounds that an order puts elsewhere than where they are heard best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.background import Background
from engine.evidence import Backgrounds
from engine.library import Library
from engine.vector_index import VectorIndex


@dataclass(frozen=True)
class KnownSound:
    """Of one file, in deviations above what is usual in the library.

    segments_z : (texts, segments), of what is stored of it
    heard_z : (texts,), the evidence that its scores tell of
    usual : of each text
    """

    segments_z: np.ndarray
    heard_z: np.ndarray
    usual: tuple[Background, ...]

    def part_z(self, first: int, end: int) -> np.ndarray:
        """(texts, end - first or less): of these segments, moved so that the best of the file is as clear as its
        score.
        """
        return np.asarray(self.segments_z[:, first:end] + (self.heard_z - self.segments_z.max(axis=1))[:, np.newaxis])

    def fine_z(self, similarities: np.ndarray, first: int, end: int) -> np.ndarray:
        """Those of moments (texts, moments) in these segments: the best moment is as clear as the best segment."""
        each = zip(self.usual, similarities, strict=True)
        z = np.stack([usual.z(one) for usual, one in each])
        coarse = self.part_z(min(first, self.segments_z.shape[1] - 1), end)
        return np.asarray(z + (coarse.max(axis=1) - z.max(axis=1))[:, np.newaxis])


class KnownSounds:
    """The files of a library that were listened to, with the network of `index`."""

    def __init__(self, library: Library, index: VectorIndex) -> None:
        self._library = library
        self._index = index
        self._backgrounds = Backgrounds(index)

    def at(self, path: Path, wanted: np.ndarray, overall: Sequence[bool]) -> KnownSound | None:
        """None for a file that was not listened to.

        wanted : (texts, dim), unit vectors
        overall : of each text whether what the file is on the whole has a say in its score, as it has where a question
            is for this one sound: see `evidence`
        """
        file = self._library.file_at(path)
        found = self._index.segment_scores(file.id, wanted) if file is not None else np.empty((len(wanted), 0))
        if file is None or not found.shape[1]:
            return None
        usual = tuple(self._backgrounds.of_segments(text) for text in wanted)
        segments_z = np.stack([each.z(one) for each, one in zip(usual, found, strict=True)])
        clips = self._index.clip_scores(wanted, [file.id])[1][:, 0]
        clips_z = [float(self._backgrounds.of_clips(text).z(one)) for text, one in zip(wanted, clips, strict=True)]
        best_z = segments_z.max(axis=1)
        return KnownSound(segments_z, np.where(overall, (best_z + clips_z) / 2, best_z), usual)


def segments_between(start_s: float, end_s: float, segment_s: float) -> tuple[int, int]:
    """first .. end - 1 of those that lie there at least in part."""
    first = int(start_s / segment_s + 1e-6)
    return first, max(first + 1, math.ceil(end_s / segment_s - 1e-6))
