"""95 % intervals by resampling recordings (seed M11).

Clips that were cut from one recording count as the one witness they are; and so does a query, with all the recordings
that answer it, since what was measured of it is one thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse.csgraph import connected_components

from trainer.manifest import Clip

RESAMPLES = 1000
_FREESOUND_TAKE = re.compile(r"^(\d-\d+)-[A-Z](-\d+)?$")  # fold, recording, take and, in some copies, class


def recording_of(clip: Clip) -> str:
    """What was recorded in one go: ESC's takes A, B, C ... of one Freesound recording belong together."""
    stem = clip.recording.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    take = _FREESOUND_TAKE.match(stem)
    return take.group(1) if take else clip.recording


def groups_of_queries(relevant: np.ndarray, recordings: Sequence[str]) -> np.ndarray:
    """Which queries must be drawn together, since they ask for the same recordings: a number for each query.

    relevant : (queries, sounds) bool; recordings : of every sound.
    """
    names, numbers = np.unique(recordings, return_inverse=True)
    asked = relevant.astype(float) @ np.eye(len(names))[numbers]  # (queries, recordings), above 0 where asked for
    return np.asarray(connected_components(asked @ asked.T, directed=False)[1])


def resampled_counts(groups: ArrayLike, *, seed: int = 0) -> Iterator[np.ndarray]:
    """RESAMPLES times how often each value counts, (n,), when whole groups are drawn, with repetition.

    groups : (n,); or (n, members), if a value was measured on several recordings at a time: it then counts as often as
        all of them were drawn together (Owen 2007, "The pigeonhole bootstrap")
    With the same groups the draws are the same, so that what was measured twice on them can be compared draw by draw.
    """
    groups = np.asarray(groups)
    names, numbers = np.unique(groups, return_inverse=True)
    numbers = numbers.reshape(len(groups), -1)
    for drawn in np.random.default_rng(seed).integers(0, len(names), size=(RESAMPLES, len(names))):
        yield np.bincount(drawn, minlength=len(names))[numbers].prod(axis=1)


def resampled_means(values: np.ndarray, groups: ArrayLike, *, seed: int = 0) -> np.ndarray:
    """(RESAMPLES,): means of `values` (n,), each counting as `resampled_counts` says."""
    means = np.empty(RESAMPLES)
    for which, counts in enumerate(resampled_counts(groups, seed=seed)):
        means[which] = counts @ values / counts.sum() if counts.any() else values.mean()
    return means


def interval(values: np.ndarray, groups: ArrayLike, *, seed: int = 0) -> tuple[float, float]:
    """The 2.5 and 97.5 percentiles of `resampled_means`."""
    low, high = np.percentile(resampled_means(values, groups, seed=seed), [2.5, 97.5])
    return float(low), float(high)
