"""A passage on its way to a device, sample by sample: the test pumps and takes as the two threads do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.playing.audio_stream import BUFFERED_S, AudioStream, Passage, Region, fit_channels
from app.playing.level_matching import LevelMatching
from tests.sound_files import RATE_HZ, make_sweep, write_with_ffmpeg, write_with_libsndfile


@pytest.fixture
def sweep() -> np.ndarray:
    return make_sweep(2.0)


@pytest.fixture
def path(tmp_path: Path, sweep: np.ndarray) -> Path:
    return write_with_libsndfile(tmp_path / "sweep.wav", sweep, kind="WAV", encoding="FLOAT")


def heard(stream: AudioStream, frames: int, *, channels: int = 2) -> np.ndarray:
    """The next frames, fewer at the end, with the buffer filled up before each 10 ms."""
    taken = np.empty((frames, channels), np.float32)
    for start in range(0, frames, 480):
        while stream.pump():
            pass
        if stream.is_over(float("inf")):
            return taken[:start]
        stream.take(taken[start : start + 480], 0.0)
    return taken


def test_the_first_sample_is_the_one_at_the_asked_moment(path: Path, sweep: np.ndarray) -> None:
    for frame in (0, 1, 12_345, 95_999):
        stream = AudioStream(Passage(path, frame / RATE_HZ), RATE_HZ, 2)
        expected = sweep[frame : frame + 4800]
        np.testing.assert_array_equal(heard(stream, 4800)[: len(expected)], expected)
        stream.close()


@pytest.mark.parametrize("kind", ["FLAC", "MP3", "OGG", "M4A"])
def test_compressed_files_begin_there_too(kind: str, tmp_path: Path, sweep: np.ndarray) -> None:
    path = tmp_path / f"sweep.{kind.lower()}"
    if kind == "M4A":
        write_with_ffmpeg(path, sweep, kind="mp4", codec="aac")
    else:
        write_with_libsndfile(path, sweep, kind=kind, encoding="VORBIS" if kind == "OGG" else None)
    whole = heard(AudioStream(Passage(path), RATE_HZ, 2), 2 * RATE_HZ)
    stream = AudioStream(Passage(path, 1.25), RATE_HZ, 2)
    np.testing.assert_allclose(heard(stream, 9600), whole[60_000:69_600], atol=2e-3)


def test_a_region_ends_at_its_last_sample(path: Path, sweep: np.ndarray) -> None:
    stream = AudioStream(Passage(path, 0.5, Region(0.25, 0.75)), RATE_HZ, 2)
    out = heard(stream, RATE_HZ)
    np.testing.assert_array_equal(out[out.any(axis=1)], sweep[24_000:36_000])
    assert stream.is_over(float("inf"))
    assert stream.position_s(float("inf")) == pytest.approx(0.75)


@pytest.mark.parametrize("region", [Region(0.25, 0.75), Region(0.1, 0.1 + 1 / 48), Region(0.3333, 1.0)])
def test_a_loop_joins_without_a_gap(region: Region, path: Path, sweep: np.ndarray) -> None:
    stream = AudioStream(Passage(path, 0.2, region, loop=True), RATE_HZ, 2)
    start, end = round(region.start_s * RATE_HZ), round(region.end_s * RATE_HZ)
    begin = 9_600 if region.end_s > 0.2 else start
    rounds = 1 + 2 * RATE_HZ // (end - start)
    expected = np.concatenate([sweep[begin:end], *[sweep[start:end]] * rounds])[: 2 * RATE_HZ]
    np.testing.assert_array_equal(heard(stream, 2 * RATE_HZ), expected)


def test_a_long_loop_is_read_again_each_time(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (12 * 8000, 1)).astype(np.float32)
    path = write_with_libsndfile(tmp_path / "n.wav", noise, kind="WAV", encoding="FLOAT", sample_rate_hz=8000)
    stream = AudioStream(Passage(path, 0.0, Region(0.5, 11.5), loop=True), 8000, 1)
    expected = np.concatenate([noise[:92_000], noise[4000:92_000], noise[4000:92_000]])
    np.testing.assert_array_equal(heard(stream, len(expected), channels=1), expected)


def test_a_loop_after_the_end_of_the_file_ends(path: Path) -> None:
    stream = AudioStream(Passage(path, 0.0, Region(5.0, 6.0), loop=True), RATE_HZ, 2)
    assert len(heard(stream, 3 * RATE_HZ)) == pytest.approx(2 * RATE_HZ, abs=480)
    assert stream.error is None


def test_a_start_after_the_end_is_over_at_once(path: Path) -> None:
    stream = AudioStream(Passage(path, 5.0), RATE_HZ, 2)
    assert not stream.pump()
    assert stream.is_over(0.0)


def test_twice_the_speed_is_half_the_time(path: Path) -> None:
    stream = AudioStream(Passage(path), RATE_HZ, 2, speed=lambda: 2.0)
    out = heard(stream, 3 * RATE_HZ)
    assert len(out) == pytest.approx(RATE_HZ, abs=480)
    assert stream.position_s(float("inf")) == pytest.approx(2.0, abs=1e-3)


def test_another_rate_and_one_channel(path: Path, sweep: np.ndarray) -> None:
    out = heard(AudioStream(Passage(path), 24_000, 1), 3 * 24_000, channels=1)
    middle = slice(1000, 40_000)  # the sweep ends at 2 kHz, so that every second sample is all of it
    np.testing.assert_allclose(out[middle, 0], sweep[::2].mean(axis=1)[middle], atol=1e-3)


def test_the_position_is_what_is_heard_and_not_what_was_taken(path: Path) -> None:
    stream = AudioStream(Passage(path, 1.0), RATE_HZ, 2)
    stream.pump()
    assert stream.position_s(0.0) == 1.0
    stream.take(np.empty((1200, 2), np.float32), 7.1)
    assert stream.position_s(7.0) == pytest.approx(1.0)
    assert stream.position_s(7.11) == pytest.approx(1.01)
    assert stream.position_s(99.0) == pytest.approx(1.025)
    assert stream.next_s() == pytest.approx(1.025)


def test_the_position_follows_loop_and_speed(path: Path) -> None:
    stream = AudioStream(Passage(path, 0.4, Region(0.2, 0.5), loop=True), RATE_HZ, 2, speed=lambda: 0.5)
    positions = []
    for _ in range(10):
        heard(stream, 4800)  # a tenth of a second, of which half as much of the file
        positions.append(round(stream.next_s(), 3))
    assert positions == [0.45, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.2, 0.25, 0.3]


def test_decoding_stays_a_little_ahead_and_no_more(path: Path) -> None:
    stream = AudioStream(Passage(path), RATE_HZ, 2)
    for _ in range(1000):
        stream.pump()
    stream.take(out := np.empty((RATE_HZ, 2), np.float32), 0.0)
    assert np.count_nonzero(out.any(axis=1)) <= BUFFERED_S * RATE_HZ


def test_a_damaged_file_is_played_up_to_the_damage_and_then_told(tmp_path: Path, sweep: np.ndarray) -> None:
    path = write_with_libsndfile(tmp_path / "sweep.flac", sweep, kind="FLAC")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + b"\0" * (len(content) - len(content) // 2))
    stream = AudioStream(Passage(path), RATE_HZ, 2)
    assert 0.2 * RATE_HZ < len(heard(stream, 2 * RATE_HZ)) < 1.8 * RATE_HZ
    assert "cannot be read: damaged" in str(stream.error)


def test_level_matching_lowers_what_is_loud(tmp_path: Path) -> None:
    loud = np.random.default_rng(0).uniform(-1, 1, (RATE_HZ, 2)).astype(np.float32)
    path = write_with_libsndfile(tmp_path / "loud.wav", loud, kind="WAV", encoding="FLOAT")
    matching = LevelMatching()
    out = heard(AudioStream(Passage(path), RATE_HZ, 2, matching=matching), RATE_HZ)
    np.testing.assert_allclose(out[-4800:], matching.gain * loud[-4800:], rtol=1e-4, atol=1e-6)
    assert 0.02 < matching.gain < 0.2


def test_a_file_that_becomes_another_while_it_loops_is_told(path: Path, sweep: np.ndarray) -> None:
    stream = AudioStream(Passage(path, 0.0, Region(0.0, 1.0), loop=True), RATE_HZ, 2)
    stream.pump()
    other = write_with_libsndfile(path.with_name("other.wav"), sweep[:, :1], kind="WAV", sample_rate_hz=44_100)
    other.replace(path)
    heard(stream, 3 * RATE_HZ)
    assert "it changed while it was played" in str(stream.error)


def test_of_many_channels_none_goes_unheard() -> None:
    block = np.eye(6, dtype=np.float32)  # in each frame one channel sounds
    mixed = fit_channels(block, 2)
    np.testing.assert_allclose(mixed, np.array([[1, 0], [0, 1], [1, 1], [1, 1], [1, 1], [1, 1]]) / 5, rtol=1e-6)
    assert np.abs(fit_channels(np.ones((1, 6), np.float32), 2)).max() <= 1
    np.testing.assert_array_equal(fit_channels(block[:, :1], 2), np.repeat(block[:, :1], 2, axis=1))


@pytest.mark.parametrize(("start_s", "end_s"), [(1.0, 1.0), (2.0, 1.0), (-1.0, 1.0)])
def test_a_region_has_a_length(start_s: float, end_s: float) -> None:
    with pytest.raises(ValueError, match="region"):
        Region(start_s, end_s)
