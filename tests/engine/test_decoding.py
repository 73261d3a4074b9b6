"""Threads that decode ahead: what they hand over, in which order, how far ahead, and how they end."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from engine.audio import read_audio
from engine.decoding import HELD_S, Decoders, DecodingJob, Stretch, Undecodable, WindowCutter, decode
from engine.errors import UnreadableAudio
from engine.library_rows import FileStat
from tests.tones import make_waveform, write_different_sound, write_sound

RATE_HZ = 8000
WINDOW = 4 * RATE_HZ


def job_for(path: Path) -> DecodingJob:
    return DecodingJob(1, Path(path.name), path, FileStat.of(path.stat()))


def decoders_for(paths: list[Path], *, threads: int = 2, queued_s: float = 60.0) -> Decoders:
    jobs = [job_for(path) for path in paths]
    return Decoders(jobs, sample_rate_hz=RATE_HZ, window_samples=WINDOW, threads=threads, queued_s=queued_s)


def take_all(decoders: Decoders) -> list[Stretch | Undecodable]:
    made = []
    while not decoders.finished:
        one = decoders.next(timeout_s=60.0)
        if one is not None:
            made.append(one)
    return made


class TestWindowCutter:
    @pytest.mark.parametrize(
        ("fed", "lengths"),
        [
            ([3], [3]),
            ([4], [4]),
            ([5], [4, 1]),
            ([1, 1, 1, 1, 1], [4, 1]),
            ([9, 3], [4, 4, 4]),
            ([0], [1]),  # too short to leave a sample: one of silence
            ([], [1]),
        ],
    )
    def test_every_window_is_full_but_the_last_which_is_never_empty(self, fed: list[int], lengths: list[int]):
        cutter = WindowCutter(4)
        samples = np.arange(1, sum(fed) + 1, dtype=np.float32)
        windows, start = [], 0
        for length in fed:
            windows += cutter.feed(samples[start : start + length])
            start += length
        windows += cutter.finish()
        assert [len(window) for window in windows] == lengths
        np.testing.assert_array_equal(np.concatenate(windows)[: len(samples)], samples)


class TestDecode:
    def test_a_short_file_comes_whole_with_all_that_is_known_of_it(self, tmp_path: Path):
        path = write_sound(tmp_path / "a.flac", hz=[440, 880], seconds=3.0, sample_rate_hz=16000, channels=2)
        (stretch,) = decode(job_for(path), RATE_HZ, WINDOW)
        assert stretch.sound is not None
        assert [len(window) for window in stretch.windows] == [WINDOW, 2 * RATE_HZ]
        np.testing.assert_array_equal(np.concatenate(stretch.windows), read_audio(path, sample_rate_hz=RATE_HZ))
        assert (stretch.sound.duration_s, stretch.sound.info.channels) == (6.0, 2)
        assert stretch.sound.stat == FileStat.of(path.stat())

    def test_a_long_file_comes_in_stretches_and_only_the_last_says_what_it_was(self, tmp_path: Path):
        path = write_sound(tmp_path / "a.wav", seconds=3 * HELD_S, sample_rate_hz=RATE_HZ)
        stretches = list(decode(job_for(path), RATE_HZ, WINDOW))
        assert len(stretches) > 3
        assert [stretch.sound is not None for stretch in stretches] == [False] * (len(stretches) - 1) + [True]
        windows = [window for stretch in stretches for window in stretch.windows]
        assert {len(window) for window in windows} == {WINDOW}
        np.testing.assert_allclose(
            np.concatenate(windows), make_waveform(440, 3 * HELD_S, RATE_HZ), atol=1e-4
        )  # 16 bits

    def test_a_file_that_changes_while_it_is_read_is_refused(self, tmp_path: Path):
        path = write_sound(tmp_path / "a.wav", seconds=3 * HELD_S, sample_rate_hz=RATE_HZ)
        stretches = decode(job_for(path), RATE_HZ, WINDOW)
        next(stretches)
        with path.open("ab") as still_open:
            still_open.write(bytes(100))
        with pytest.raises(UnreadableAudio, match="it changed while it was read"):
            list(stretches)


class TestDecoders:
    def test_every_file_is_handed_over_once_whatever_the_number_of_threads(self, tmp_path: Path):
        paths = [write_different_sound(tmp_path / f"{number}.wav") for number in range(20)]
        with decoders_for(paths, threads=4) as decoders:
            made = take_all(decoders)
        assert sorted(one.job.path for one in made) == sorted(paths)

    def test_one_thread_keeps_the_order(self, tmp_path: Path):
        paths = [write_different_sound(tmp_path / f"{number}.wav") for number in range(5)]
        with decoders_for(paths, threads=1) as decoders:
            assert [one.job.path for one in take_all(decoders)] == paths

    def test_a_fault_is_handed_over_as_a_value(self, tmp_path: Path):
        good, bad, gone = (tmp_path / name for name in ["good.wav", "bad.wav", "gone.wav"])
        for path in (good, gone):
            write_sound(path)
        bad.write_bytes(b"RIFF")
        decoders = decoders_for([good, bad, gone])
        gone.unlink()
        with decoders:
            made = {one.job.path: one for one in take_all(decoders)}
        assert isinstance(made[good], Stretch)
        assert isinstance(made[bad], Undecodable)
        assert not made[bad].passing
        assert isinstance(made[gone], Undecodable)
        assert made[gone].gone

    def test_a_long_file_is_not_decoded_further_ahead_than_allowed(self, tmp_path: Path):
        path = write_sound(tmp_path / "long.wav", seconds=20 * HELD_S, sample_rate_hz=RATE_HZ)
        with decoders_for([path], queued_s=10.0) as decoders:
            decoders.next(timeout_s=60.0)
            read_audio(path, sample_rate_hz=RATE_HZ)  # time enough for the thread to decode all of it too
            assert decoders.queued_s <= 10.0 + 20.0  # what was there when there was room, and one more stretch
            assert isinstance(take_all(decoders)[-1], Stretch)

    def test_leaving_early_ends_threads_that_wait_for_room(self, tmp_path: Path):
        path = write_sound(tmp_path / "long.wav", seconds=20 * HELD_S, sample_rate_hz=RATE_HZ)
        threads = threading.active_count()
        with decoders_for([path, path], queued_s=1.0) as decoders:
            assert decoders.next(timeout_s=60.0) is not None
        assert threading.active_count() == threads

    def test_no_file_means_finished_at_once(self):
        with decoders_for([], threads=0) as decoders:
            assert decoders.finished
            assert decoders.next(timeout_s=60.0) is None
