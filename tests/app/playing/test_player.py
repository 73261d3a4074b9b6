"""The player against a recording device: what is handed to the hardware, and what is said when something fails."""

from __future__ import annotations

import gc
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app.playing.audio_devices import NO_DEVICE, NO_PORTAUDIO, NoSound, OutputDevices
from app.playing.player import News, NewsKind, Player, Region
from tests.recording_devices import DEADLINE_S, RecordingDevices
from tests.sound_files import RATE_HZ, wav_chunk, write_with_libsndfile


class Listener:
    """A player, its devices, and what it said."""

    def __init__(self, devices: RecordingDevices, find: Callable[[], OutputDevices] | None = None) -> None:
        self.devices = devices
        self.news: list[News] = []
        self.player = Player(self.news.append, find or (lambda: devices))

    def said(self, kind: NewsKind) -> list[str]:
        return [news.sentence for news in self.news if news.kind is kind]

    def has_ended(self) -> bool:
        return bool(self.said(NewsKind.ENDED) or self.said(NewsKind.FAILED))

    def sound(self) -> np.ndarray:
        return self.devices.device.sound() if self.devices.opened else np.empty((0, 2), np.float32)

    def hear(self, frames: int) -> np.ndarray:
        """Forget what was recorded, and record so much."""
        for device in self.devices.opened:
            device.blocks.clear()
        self.devices.pull_until(lambda: len(self.sound()) >= frames)
        return self.sound()[:frames]


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener(RecordingDevices("Built-in", "Headphones"))
    yield listener
    listener.player.close()


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    """(frames, 2) float32 of which no frame is silent and no two are alike."""
    return np.random.default_rng(seed).uniform(0.1, 0.5, (round(seconds * RATE_HZ), 2)).astype(np.float32)


def written(path: Path, sound: np.ndarray) -> Path:
    return write_with_libsndfile(path, sound, kind="WAV", encoding="FLOAT")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "rain.wav", noise(3))


def wait_until(is_reached: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while not is_reached():
        assert time.monotonic() < deadline_s, "what was waited for never happened"
        time.sleep(0.001)


def test_the_device_gets_the_files_samples_from_the_asked_moment(listener: Listener, path: Path) -> None:
    listener.player.play(path, 1.5)
    listener.devices.pull_until(listener.has_ended)
    np.testing.assert_array_equal(listener.sound(), noise(3)[72_000:])
    assert listener.news == [News(NewsKind.ENDED, "rain.wav was played to its end.", path)]
    assert listener.player.position_s == pytest.approx(3.0)
    assert not listener.player.is_playing


def test_seek_goes_on_from_another_moment(listener: Listener, path: Path) -> None:
    listener.player.play(path)
    listener.hear(480)
    listener.player.seek(2.0)
    assert listener.player.position_s == 2.0
    listener.devices.pull_until(listener.has_ended)
    np.testing.assert_array_equal(listener.sound()[-RATE_HZ:], noise(3)[2 * RATE_HZ :])


def test_pause_keeps_the_position_and_no_sample_is_lost(listener: Listener, path: Path) -> None:
    listener.player.play(path)
    first = listener.hear(4800)
    listener.player.pause()
    taken = len(listener.sound())
    for _ in range(30):
        listener.devices.device.pull()
    assert len(listener.sound()) == taken
    assert listener.player.position_s == pytest.approx(taken / RATE_HZ)
    listener.player.resume()
    second = listener.hear(4800)
    np.testing.assert_array_equal(first, noise(3)[:4800])
    np.testing.assert_array_equal(second, noise(3)[taken : taken + 4800])


def test_seeking_while_paused_stays_paused(listener: Listener, path: Path) -> None:
    listener.player.play(path)
    listener.hear(480)
    listener.player.pause()
    listener.player.seek(1.0)
    wait_until(lambda: listener.player._order is None)
    listener.devices.device.blocks.clear()
    for _ in range(10):
        listener.devices.device.pull()
    assert not len(listener.sound())
    assert listener.player.position_s == 1.0
    listener.player.resume()
    np.testing.assert_array_equal(listener.hear(480), noise(3)[48_000:48_480])


def test_stop_is_silent_at_once_and_returns_to_where_it_began(listener: Listener, path: Path) -> None:
    listener.player.play(path, 1.0)
    listener.hear(4800)
    listener.player.stop()
    listener.devices.device.blocks.clear()
    listener.devices.device.pull()
    assert not len(listener.sound())
    assert listener.player.position_s == 1.0
    assert not listener.player.is_playing
    assert listener.news == []


def test_a_region_is_played_to_its_end_and_a_loop_round_and_round(listener: Listener, path: Path) -> None:
    listener.player.play(path, 0.5, Region(0.5, 0.75))
    listener.devices.pull_until(listener.has_ended)
    np.testing.assert_array_equal(listener.sound(), noise(3)[24_000:36_000])
    listener.player.play(path, 0.5, Region(0.5, 0.75), loop=True)
    expected = np.concatenate([noise(3)[24_000:36_000]] * 3)
    np.testing.assert_array_equal(listener.hear(36_000), expected)


def test_a_loop_set_while_playing_begins_where_the_sound_is(listener: Listener, path: Path) -> None:
    listener.player.play(path)
    listener.hear(4800)
    listener.player.set_region(Region(0.0, 0.5), loop=True)
    wait_until(lambda: listener.player._order is None)
    begin = round(listener.player._stream.next_s() * RATE_HZ)
    assert begin == len(listener.sound())
    expected = np.concatenate([noise(3)[begin:24_000], noise(3)[:24_000], noise(3)[:24_000]])
    np.testing.assert_array_equal(listener.hear(len(expected)), expected)
    listener.player.set_region(None)
    listener.devices.pull_until(listener.has_ended)
    np.testing.assert_array_equal(listener.sound()[-RATE_HZ:], noise(3)[2 * RATE_HZ :])


def test_twice_the_speed_is_half_the_time(listener: Listener, path: Path) -> None:
    listener.player.set_speed(2.0)
    listener.player.play(path)
    listener.devices.pull_until(listener.has_ended)
    assert len(listener.sound()) == pytest.approx(1.5 * RATE_HZ, abs=2)
    assert listener.player.position_s == pytest.approx(3.0, abs=1e-3)
    with pytest.raises(ValueError, match="speed"):
        listener.player.set_speed(3.0)


def test_the_gain_is_in_decibels(listener: Listener, path: Path) -> None:
    listener.player.set_gain_db(-20)
    listener.player.play(path)
    heard = listener.hear(4800)
    np.testing.assert_allclose(heard[960:], 0.1 * noise(3)[960:4800], rtol=1e-5)


def test_level_matching_lowers_while_it_plays(listener: Listener, path: Path) -> None:
    listener.player.play(path)
    loud = np.abs(listener.hear(4800)).mean()
    listener.player.set_level_matching(True)
    listener.hear(4800)
    assert np.abs(listener.hear(4800)).mean() < 0.5 * loud


def test_the_position_is_behind_what_was_taken_by_the_devices_latency(listener: Listener, path: Path) -> None:
    listener.player.play(path, 0.5)
    taken = len(listener.hear(9600))
    assert taken == len(listener.sound())
    latency_s = listener.devices.device.latency_s
    assert listener.player.position_s == pytest.approx(0.5 + taken / RATE_HZ - latency_s)


def test_a_file_that_is_damaged_in_the_middle_ends_in_one_sentence(
    listener: Listener, path: Path, tmp_path: Path
) -> None:
    damaged = write_with_libsndfile(tmp_path / "damaged.flac", noise(3), kind="FLAC")
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 2] + b"\0" * (len(content) // 2))
    listener.player.play(damaged)
    listener.devices.pull_until(listener.has_ended)
    (sentence,) = listener.said(NewsKind.FAILED)
    assert sentence.startswith(f"{damaged} cannot be read: damaged")
    assert 0.5 * RATE_HZ < len(listener.sound()) < 2.5 * RATE_HZ
    listener.player.play(path)
    np.testing.assert_array_equal(listener.hear(480), noise(3)[:480])


@pytest.mark.parametrize("content", [None, b"", b"no sound at all"])
def test_what_is_not_sound_is_refused_in_one_sentence(
    content: bytes | None, listener: Listener, tmp_path: Path
) -> None:
    path = tmp_path / "not\nsound.wav"
    if content is not None:
        path.write_bytes(content)
    listener.player.play(path)
    wait_until(listener.has_ended)
    (sentence,) = listener.said(NewsKind.FAILED)
    assert "cannot be read" in sentence
    assert "\n" not in sentence
    assert listener.player.path is None


def test_of_many_files_in_quick_succession_the_last_one_plays_and_nothing_is_left(
    listener: Listener, tmp_path: Path
) -> None:
    paths = [written(tmp_path / f"{number}.wav", noise(0.5, seed=number)) for number in range(50)]
    threads = threading.active_count()
    for path in paths:
        listener.player.play(path)
        if listener.devices.opened:
            listener.devices.device.pull()
    listener.devices.pull_until(listener.has_ended)
    np.testing.assert_array_equal(listener.sound()[-24_000:], noise(0.5, seed=49))
    assert threading.active_count() == threads
    assert len(listener.news) == len(listener.devices.opened) == 1
    assert open_files(tmp_path) == []


def open_files(folder: Path) -> list[str]:
    """Files in the folder that this process holds open, where the system can tell."""
    gc.collect()
    links = Path("/proc/self/fd")
    targets = [str(link.readlink()) for link in links.iterdir() if link.is_symlink()] if links.is_dir() else []
    return [target for target in targets if target.startswith(str(folder))]


def test_ten_hours_start_at_once_wherever_one_asks(listener: Listener, tmp_path: Path) -> None:
    path, frames, moment_s = tmp_path / "long.wav", 36_000 * RATE_HZ, 35_000
    kind = wav_chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE_HZ, RATE_HZ, 1, 8))  # 8 bits, one channel
    header = b"RIFF" + struct.pack("<I", frames + 36) + b"WAVE" + kind + b"data" + struct.pack("<I", frames)
    with path.open("wb") as file:
        file.write(header)
        file.seek(len(header) + moment_s * RATE_HZ)
        file.write(bytes(range(129, 255)) * 100)  # the rest stays a hole: no byte of it is on the disk
        file.truncate(len(header) + frames)
    listener.player.play(path, float(moment_s))
    expected = np.tile(np.arange(1, 127, dtype=np.float32) / 128, 10)
    np.testing.assert_array_equal(listener.hear(1260)[:, 0], expected)
    assert listener.player._stream._ring._samples.nbytes < 1_000_000


def test_close_ends_the_thread_and_the_device_in_every_state(path: Path) -> None:
    for prepare in (lambda _: None, lambda player: player.play(path), lambda player: player.pause()):
        listener = Listener(RecordingDevices())
        prepare(listener.player)
        listener.player.close()
        assert not listener.player._thread.is_alive()
        assert all(device.is_closed for device in listener.devices.opened)


def test_a_silent_device_is_given_a_rest(listener: Listener, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.playing.player._REST_AFTER_S", 0.05)
    listener.player.play(path, 2.9)
    listener.devices.pull_until(listener.has_ended)
    wait_until(lambda: not listener.devices.device.is_running)
    listener.player.play(path, 2.0)
    np.testing.assert_array_equal(listener.hear(480), noise(3)[96_000:96_480])
    assert len(listener.devices.opened) == 1


# --- devices ----------------------------------------------------------------------------------------------------------


def test_an_unplugged_device_is_replaced_by_the_default_one_until_it_is_back(
    listener: Listener, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.playing.player._LOOK_AGAIN_S", 0.05)
    listener.player.choose_device("Headphones")
    listener.player.play(path)
    listener.hear(4800)
    heard = len(listener.sound())
    assert listener.devices.device.name == "Headphones"

    listener.devices.unplug("Headphones")
    listener.devices.pull_until(lambda: listener.devices.device.name == "Built-in")
    np.testing.assert_array_equal(listener.hear(480), noise(3)[heard : heard + 480])
    assert listener.said(NewsKind.DEVICE) == ["Headphones is not there, so sound goes to Built-in until it is back."]
    assert listener.player.device_names == ["Built-in"]

    listener.player.stop()
    listener.devices.plugged_in.append("Headphones")
    monkeypatch.setattr("app.playing.player._REST_AFTER_S", 0.0)
    wait_until(lambda: listener.devices.device.name == "Headphones")
    wait_until(lambda: listener.said(NewsKind.DEVICE)[1:] == ["Headphones is back, and sound goes there again."])
    listener.player.play(path)
    np.testing.assert_array_equal(listener.hear(480), noise(3)[:480])


def test_a_device_that_is_chosen_while_playing_goes_on_with_the_next_sample(listener: Listener, path: Path) -> None:
    listener.player.play(path)
    listener.hear(4800)
    heard = len(listener.sound())
    listener.player.choose_device("Headphones")
    wait_until(lambda: listener.devices.device.name == "Headphones")
    np.testing.assert_array_equal(listener.hear(480), noise(3)[heard : heard + 480])
    assert listener.devices.opened[0].is_closed


def test_a_device_that_hangs_is_noticed(listener: Listener, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.playing.output_choice._DEAD_AFTER_S", 0.2)
    listener.player.play(path)
    listener.hear(480)
    wait_until(lambda: listener.said(NewsKind.FAILED))  # it is opened anew, and hangs again
    assert "stopped by itself again" in listener.said(NewsKind.FAILED)[0]
    assert len(listener.devices.opened) >= 2


def test_without_any_device_one_sentence_says_so_until_there_is_one(path: Path) -> None:
    devices = RecordingDevices()
    devices.unplug("Built-in")
    devices.refresh()
    listener = Listener(devices)
    wait_until(lambda: not listener.player.available)
    assert listener.said(NewsKind.DEVICE) == [NO_DEVICE]
    listener.player.play(path)
    wait_until(listener.has_ended)
    assert listener.player.path is None
    devices.plugged_in.append("Speaker")
    listener.player.play(path)
    np.testing.assert_array_equal(listener.hear(480), noise(3)[:480])
    assert listener.player.available
    listener.player.close()


def test_without_portaudio_everything_else_works(path: Path) -> None:
    def find() -> OutputDevices:
        raise NoSound(NO_PORTAUDIO)

    listener = Listener(RecordingDevices(), find)
    wait_until(lambda: not listener.player.available)
    assert listener.player.reason_for_silence == NO_PORTAUDIO
    listener.player.play(path, 1.0)
    wait_until(listener.has_ended)
    assert listener.said(NewsKind.FAILED) == [NO_PORTAUDIO]
    assert listener.player.position_s == 1.0
    listener.player.choose_device("Headphones")
    listener.player.refresh_devices()
    listener.player.close()
    assert listener.player.device_names == []
