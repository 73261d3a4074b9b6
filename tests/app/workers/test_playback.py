"""Playback in the window: signals on the GUI thread, a position to follow, and keys that are held down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.playing.audio_devices import NO_PORTAUDIO, NoSound, OutputDevices
from app.playing.player import Region
from app.workers.playback import Playback
from tests.recording_devices import DEADLINE_S, RecordingDevices
from tests.sound_files import RATE_HZ, write_with_libsndfile


class Listener:
    """A playback, its devices, and what it emitted."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.devices = RecordingDevices("Built-in", "Headphones")
        self.playback = Playback(lambda: self.devices)
        self.emitted: list[tuple[object, ...]] = []
        self.threads: set[int] = set()
        for name in ("started", "paused", "stopped", "ended", "failed", "device_changed"):
            getattr(self.playback, name).connect(partial(self._note, name))
        self.positions: list[float] = []
        self.playback.position_changed.connect(self.positions.append)

    def _note(self, name: str, *values: object) -> None:
        self.emitted.append((name, *values))
        self.threads.add(threading.get_ident())

    def said(self, name: str) -> bool:
        return any(each[0] == name for each in self.emitted)

    def pull(self) -> None:
        if self.devices.opened:
            self.devices.device.pull(1920)

    def pull_until(self, is_reached: Callable[[], object]) -> None:
        def pulled() -> bool:
            self.pull()
            return bool(is_reached())

        self._qtbot.waitUntil(pulled)

    def sound(self) -> np.ndarray:
        return self.devices.device.sound() if self.devices.opened else np.empty((0, 2), np.float32)


@pytest.fixture
def listener(qtbot: QtBot) -> Iterator[Listener]:
    listener = Listener(qtbot)
    yield listener
    listener.playback.close()


def wait_without_events(is_reached: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while not is_reached():
        assert time.monotonic() < deadline_s, "what was waited for never happened"
        time.sleep(0.001)


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.1, 0.5, (round(seconds * RATE_HZ), 2)).astype(np.float32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_with_libsndfile(tmp_path / "rain.wav", noise(1), kind="WAV", encoding="FLOAT")


def test_a_sound_is_heard_from_its_moment_to_its_end(listener: Listener, path: Path) -> None:
    listener.playback.play(path, 0.5)
    assert listener.emitted == [("started", path)]
    assert (listener.playback.path, listener.playback.is_playing) == (path, True)
    listener.pull_until(lambda: listener.said("ended"))
    np.testing.assert_array_equal(listener.sound(), noise(1)[24_000:])
    assert listener.emitted == [("started", path), ("ended", path)]
    assert listener.threads == {threading.get_ident()}
    assert listener.playback.path is None


def test_the_position_is_told_while_it_plays_and_is_followed(listener: Listener, path: Path, qtbot: QtBot) -> None:
    listener.playback.play(path)
    listener.pull_until(lambda: listener.positions and listener.positions[-1] > 0.2)
    assert listener.positions == sorted(listener.positions)
    listener.playback.set_followed(False)
    listener.positions.clear()
    listener.pull_until(lambda: listener.said("ended"))
    assert listener.positions == [pytest.approx(1.0)]  # where it came to rest


def test_toggle_pauses_and_goes_on(listener: Listener, path: Path) -> None:
    assert not listener.playback.toggle()
    listener.playback.play(path)
    listener.pull_until(lambda: len(listener.sound()) > 4800)
    assert listener.playback.toggle()
    was_playing = [listener.playback.is_playing]
    assert listener.playback.toggle()
    assert [*was_playing, listener.playback.is_playing] == [False, True]
    listener.pull_until(lambda: listener.said("ended"))
    assert [each[0] for each in listener.emitted] == ["started", "paused", "started", "ended"]
    np.testing.assert_array_equal(listener.sound(), noise(1))


def test_stop_returns_to_where_it_began(listener: Listener, path: Path) -> None:
    listener.playback.play(path, 0.25)
    listener.pull_until(lambda: len(listener.sound()) > 4800)
    listener.playback.stop()
    assert listener.emitted[-1] == ("stopped",)
    assert listener.positions[-1] == 0.25
    listener.playback.stop()
    assert [each[0] for each in listener.emitted] == ["started", "stopped"]


def test_while_a_key_is_held_down_files_are_passed_over_and_the_last_one_plays(
    listener: Listener, tmp_path: Path
) -> None:
    paths = [
        write_with_libsndfile(tmp_path / f"{number}.wav", noise(0.2, number), kind="WAV", encoding="FLOAT")
        for number in range(20)
    ]
    for path in paths:
        listener.playback.play(path)
        assert listener.playback.path == path
    listener.pull_until(lambda: listener.said("ended"))
    assert [each for each in listener.emitted if each[0] == "ended"] == [("ended", paths[-1])]
    before, last = listener.sound()[:-9_600], listener.sound()[-9_600:]
    np.testing.assert_array_equal(before, noise(0.2, 0)[: len(before)])  # of the others nothing was heard
    np.testing.assert_array_equal(last, noise(0.2, 19))


def test_what_waits_is_what_later_wishes_are_about(listener: Listener, path: Path) -> None:
    listener.playback.play(path)
    listener.playback.play(path, 0.1)
    listener.playback.seek(0.5)
    listener.playback.set_region(Region(0.4, 0.75))
    assert listener.playback.position_s == 0.5
    listener.pull_until(lambda: listener.said("ended"))
    assert listener.playback.position_s == pytest.approx(0.75)
    listener.playback.play(path)
    listener.playback.play(path)
    listener.playback.stop()
    assert listener.playback.path is None
    assert not listener.playback.is_playing


def test_a_pause_reaches_what_waits(listener: Listener, path: Path) -> None:
    listener.playback.play(path)
    listener.playback.play(path, 0.5)
    listener.playback.toggle()
    assert (listener.playback.is_playing, listener.playback.position_s) == (False, 0.5)


def test_a_loop_goes_round(listener: Listener, path: Path) -> None:
    listener.playback.play(path, 0.0, Region(0.1, 0.2), loop=True)
    listener.pull_until(lambda: len(listener.sound()) >= 3 * 4_800 + 9_600)
    np.testing.assert_array_equal(listener.sound()[9_600:14_400], noise(1)[4_800:9_600])
    assert not listener.said("ended")


def test_the_gain_is_heard(listener: Listener, path: Path) -> None:
    listener.playback.set_gain_db(-20.0)
    listener.playback.set_level_matching(False)
    listener.playback.play(path)
    listener.pull_until(lambda: listener.said("ended"))
    np.testing.assert_allclose(listener.sound()[1920:], noise(1)[1920:] * 0.1, rtol=1e-4)  # faded in the first block


def test_at_the_lower_end_of_the_level_there_is_silence(listener: Listener, path: Path) -> None:
    listener.playback.set_gain_db(-60.0)
    listener.playback.play(path)
    listener.pull_until(lambda: listener.said("ended"))
    assert len(listener.sound()) <= 1920  # faded in the first block


def test_what_cannot_be_played_is_said_in_one_sentence(listener: Listener, tmp_path: Path) -> None:
    listener.playback.play(tmp_path / "gone.wav")
    listener.pull_until(lambda: listener.said("failed"))
    assert listener.emitted[-1] == ("failed", f"{tmp_path / 'gone.wav'} cannot be read: it is no longer there.")
    assert not listener.playback.is_playing


def test_a_failure_of_what_was_overtaken_is_not_told(listener: Listener, tmp_path: Path, path: Path) -> None:
    listener.playback.play(tmp_path / "gone.wav")
    wait_without_events(lambda: listener.playback.path is None)  # its news is on the way
    listener.playback.play(path)
    listener.pull_until(lambda: listener.said("ended"))
    assert not listener.said("failed")


def test_a_device_is_chosen_by_name_and_missed_in_one_sentence(listener: Listener, path: Path) -> None:
    listener.pull_until(lambda: listener.playback.device_names == ["Built-in", "Headphones"])
    listener.playback.choose_device("Headphones")
    listener.playback.play(path)
    listener.pull_until(lambda: len(listener.sound()) > 4_800)
    assert listener.devices.device.name == "Headphones"
    listener.devices.unplug("Headphones")
    listener.pull_until(lambda: listener.said("device_changed"))
    assert listener.playback.reason_for_silence == ""
    listener.pull_until(lambda: listener.said("ended"))


def test_without_portaudio_one_sentence_says_so(qtbot: QtBot, path: Path) -> None:
    def find() -> OutputDevices:
        raise NoSound(NO_PORTAUDIO)

    playback = Playback(find)
    with qtbot.waitSignal(playback.device_changed) as changed:
        pass
    assert changed.args == [NO_PORTAUDIO]
    assert playback.reason_for_silence == NO_PORTAUDIO
    with qtbot.waitSignal(playback.failed):
        playback.play(path)
    playback.close()
