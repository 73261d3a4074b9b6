"""Whether the time left that is told can be believed: runs are simulated, so every true answer is known."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from engine.decoding import DecodingJob
from engine.library_rows import FileStat
from engine.progress import Pace, Workload


def job(name: str, *, size: int = 0, known_duration_s: float | None = None) -> DecodingJob:
    return DecodingJob(1, Path(name), Path("/sounds", name), FileStat(size, 0, 0), known_duration_s)


class TestWorkload:
    def test_known_lengths_are_counted_as_they_are(self):
        load = Workload([job("a.wav", known_duration_s=10.0), job("b.mp3", known_duration_s=5.0)])
        assert load.audio_s_left == 15.0
        load.finish(job("a.wav", known_duration_s=10.0), 10.0)
        assert (load.files_done, load.files_left, load.audio_s_left, load.audio_s_done) == (1, 1, 5.0, 10.0)

    def test_unknown_lengths_are_estimated_with_the_ratio_seen_in_files_of_the_same_kind(self):
        jobs = [job(f"{number}.wav", size=1_000_000) for number in range(100)]
        load = Workload(jobs)
        for done in jobs[:50]:
            load.finish(done, 100.0)  # 10 kB a second: far from usual
        assert load.audio_s_left == pytest.approx(5000.0, rel=0.05)

    def test_a_long_file_counts_as_it_is_worked_through(self):
        long = job("long.wav", known_duration_s=3600.0)
        load = Workload([long])
        load.advance(long, 900.0)
        assert (load.audio_s_left, load.audio_s_done) == (2700.0, 900.0)
        load.finish(long, 3600.0)
        assert (load.audio_s_left, load.audio_s_done) == (0.0, 3600.0)

    def test_an_unreadable_file_is_done_too(self):
        load = Workload([job("bad.wav", size=1_000_000)])
        load.finish(job("bad.wav", size=1_000_000), None)
        assert (load.files_left, load.audio_s_left, load.audio_s_done) == (0, 0.0, 0.0)


def told_halfway(lengths_s: list[float], file_s: float, speed: float) -> tuple[float, float]:
    """A simulated run of files of these lengths, looked at every half second: (seconds left as told, in truth) when
    half of the time is over.
    """
    jobs = [job(f"{number}.wav", size=round(length * 176_400)) for number, length in enumerate(lengths_s)]
    load, pace = Workload(jobs), Pace()
    costs_s = [file_s + length / speed for length in lengths_s]
    total_s = sum(costs_s)
    now_s, looked_s, files, audio_s = 0.0, 0.0, 0, 0.0
    for done, length, cost_s in zip(jobs, lengths_s, costs_s, strict=True):
        now_s += cost_s
        load.finish(done, length)
        if now_s - looked_s >= 0.5:
            pace.observe(load.files_done - files, load.audio_s_done - audio_s, now_s - looked_s)
            looked_s, files, audio_s = now_s, load.files_done, load.audio_s_done
        if now_s >= total_s / 2:
            break
    told_s = pace.time_for(load.files_left, load.audio_s_left)
    assert told_s is not None
    return told_s, total_s - now_s


class TestTimeLeft:
    @pytest.mark.parametrize("speed", [10.0, 100.0, 300.0])
    @pytest.mark.parametrize("file_s", [0.002, 0.05])
    def test_it_is_right_for_a_mixed_library(self, speed: float, file_s: float):
        lengths_s = [*[0.4] * 3000, *[5.0] * 500, *[180.0] * 60]
        random.Random(1).shuffle(lengths_s)
        told_s, true_s = told_halfway(lengths_s, file_s, speed)
        assert told_s == pytest.approx(true_s, rel=0.15)

    @pytest.mark.parametrize("file_s", [0.002, 0.05])
    def test_it_is_right_when_all_the_long_files_come_last(self, file_s: float):
        # counting files would tell a few seconds here, when most of the work is still to come
        lengths_s = [*random.Random(2).choices([0.2, 0.5, 2.0], k=4000), *[600.0] * 20]
        told_s, true_s = told_halfway(lengths_s, file_s, speed=100.0)
        assert told_s == pytest.approx(true_s, rel=0.25)

    def test_nothing_is_told_before_any_sound_was_heard(self):
        pace = Pace()
        assert pace.time_for(10, 100.0) is None
        pace.observe(0, 0.0, 0.5)
        assert pace.time_for(10, 100.0) is None

    def test_no_work_takes_no_time(self):
        pace = Pace()
        pace.observe(3, 30.0, 0.5)
        assert pace.time_for(0, 0.0) == 0.0
        assert pace.speed == 60.0
