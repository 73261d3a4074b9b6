"""95 % intervals by resampling recordings (seed M11).

Clips that were cut from one recording count as the one witness they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from trainer.manifest import Clip

RESAMPLES = 1000
_FREESOUND_TAKE = re.compile(r"^(\d-\d+)-[A-Z](-\d+)?$")  # fold, recording, take and, in some copies, class


def recording_of(clip: Clip) -> str:
    """What was recorded in one go: ESC's takes A, B, C ... of one Freesound recording belong together."""
    stem = clip.recording.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    take = _FREESOUND_TAKE.match(stem)
    return take.group(1) if take else clip.recording


def interval(
    recordings: Sequence[str], measure: Callable[[np.ndarray], float], *, seed: int = 0
) -> tuple[float, float]:
    """The 2.5 and 97.5 percentiles of `measure` over resampled recordings.

    measure : takes how often each clip counts, (clips,) int, and gives the figure.
    """
    names, group = np.unique(recordings, return_inverse=True)
    random = np.random.default_rng(seed)
    figures = []
    for _ in range(RESAMPLES):
        times_drawn = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))
        figures.append(measure(times_drawn[group]))
    low, high = np.percentile(figures, [2.5, 97.5])
    return float(low), float(high)
