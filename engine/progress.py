"""How far a run of indexing is, and how long it will still take.

What is left is counted in seconds of sound and not in files alone: one ambience can be as much work as a thousand drum
hits. Lengths that are not known yet are estimated by bytes, with the ratio observed for files of the same kind so far.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.decoding import DecodingJob

# Bytes of one second of sound before any file of the kind has been read.
USUAL_BYTES_PER_S = {".wav": 200_000, ".aif": 200_000, ".aiff": 200_000, ".flac": 90_000, ".mp3": 24_000}
OTHER_BYTES_PER_S = 16_000
USUAL_COUNTS_FOR_S = 10.0  # the usual ratio weighs as much as this much sound

MEMORY_S = 60.0  # the pace is judged by about the last minute
USUAL_FILE_S = 0.005  # opening and storing a file
USUAL_COUNTS_FOR_FILES = 2


@dataclass(frozen=True)
class Progress:
    """One look at a run.

    audio_seconds : sound dealt with in this run
    speed : seconds of sound per second of time, lately
    seconds_left : None until it can be told
    """

    files_done: int
    files_total: int
    audio_seconds: float
    speed: float
    seconds_left: float | None


class Workload:
    """How many files and seconds of sound are done, and how many are left."""

    def __init__(self, jobs: Iterable[DecodingJob]) -> None:
        self.files_total = 0
        self.files_done = 0
        self.audio_s_done = 0.0
        self._known_s_left = 0.0  # in files whose length the library knows
        self._bytes_left: dict[str, int] = defaultdict(int)  # in the others, by suffix
        self._bytes_read: dict[str, int] = defaultdict(int)
        self._s_read: dict[str, float] = defaultdict(float)
        self._s_begun: dict[DecodingJob, float] = defaultdict(float)  # done of files that are not finished
        for job in jobs:
            self.files_total += 1
            self._count(job, 1)

    @property
    def files_left(self) -> int:
        return self.files_total - self.files_done

    @property
    def audio_s_left(self) -> float:
        unknown_s = sum(size / self._bytes_per_s(suffix) for suffix, size in self._bytes_left.items())
        return max(0.0, self._known_s_left + unknown_s - sum(self._s_begun.values()))

    def advance(self, job: DecodingJob, audio_s: float) -> None:
        """So much more of a file has been embedded."""
        self._s_begun[job] += audio_s
        self.audio_s_done += audio_s

    def finish(self, job: DecodingJob, duration_s: float | None) -> None:
        """A file is done; its length is None if it could not be read."""
        self.files_done += 1
        begun_s = self._s_begun.pop(job, 0.0)
        self._count(job, -1)
        if duration_s is not None:
            self.audio_s_done += duration_s - begun_s
            self._s_read[_suffix(job)] += duration_s
            self._bytes_read[_suffix(job)] += job.stat.size

    def _count(self, job: DecodingJob, sign: int) -> None:
        if job.known_duration_s is None:
            self._bytes_left[_suffix(job)] += sign * job.stat.size
        else:
            self._known_s_left += sign * job.known_duration_s

    def _bytes_per_s(self, suffix: str) -> float:
        usual = USUAL_BYTES_PER_S.get(suffix, OTHER_BYTES_PER_S) * USUAL_COUNTS_FOR_S
        return (self._bytes_read[suffix] + usual) / (self._s_read[suffix] + USUAL_COUNTS_FOR_S)


def _suffix(job: DecodingJob) -> str:
    return job.path.suffix.lower()


class Pace:
    """What one file and one second of sound cost in time, by weighted least squares over about the last minute.

    Two costs, because a folder of drum hits is held up by opening and storing files, one of ambiences by the network.
    """

    def __init__(self) -> None:
        files = float(USUAL_COUNTS_FOR_FILES)
        self._products = np.zeros((2, 2))  # sum of x x' / elapsed_s, where x = (files, audio_s)
        self._products[0, 0] = files / USUAL_FILE_S
        self._amounts = np.array([files, 0.0])  # sum of x
        self._elapsed_s = 0.0
        self._audio_s = 0.0

    def observe(self, files: int, audio_s: float, elapsed_s: float) -> None:
        """In the last `elapsed_s`, so many files and seconds of sound were done."""
        if elapsed_s <= 0:
            return
        fading = 0.5 ** (elapsed_s / MEMORY_S)
        amounts = np.array([files, audio_s])
        self._products = self._products * fading + np.outer(amounts, amounts) / elapsed_s
        self._amounts = self._amounts * fading + amounts
        self._elapsed_s = self._elapsed_s * fading + elapsed_s
        self._audio_s = self._audio_s * fading + audio_s

    @property
    def speed(self) -> float:
        """Seconds of sound per second."""
        return self._audio_s / self._elapsed_s if self._elapsed_s else 0.0

    def time_for(self, files: int, audio_s: float) -> float | None:
        """Seconds that so much work will take; None before any sound was observed."""
        if self._audio_s <= 0:
            return None
        costs = np.linalg.lstsq(self._products, self._amounts, rcond=1e-9)[0]
        for cost in (0, 1):  # a negative cost is noise: leave it out and let the other explain everything
            if costs[cost] < 0:
                other = 1 - cost
                costs[cost], costs[other] = 0.0, self._amounts[other] / self._products[other, other]
        return float(files * costs[0] + audio_s * costs[1])
