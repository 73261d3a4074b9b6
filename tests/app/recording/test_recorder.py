"""The recorder, from a microphone that the test speaks into to a file; and all that can come between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.recording import recorder as recorder_module
from app.recording.microphones import NO_MICROPHONE, NO_PORTAUDIO, Microphones, NoRecording
from app.recording.recorded_files import RecordedFiles
from app.recording.recorder import LONGEST_S, Recorder, State
from app.recording.trimming import ONLY_NOISE, SILENT
from tests.recording_devices import DEADLINE_S, HearingMicrophones

RATE_HZ = 16_000


def spoken(seconds: float = 1.0, quiet_s: float = 0.5) -> np.ndarray:
    """A hum, with the quiet of a room before and after."""
    sound = 0.3 * np.sin(np.arange(round(seconds * RATE_HZ)) * 0.1)
    padded = np.pad(sound, round(quiet_s * RATE_HZ))
    return (padded + 1e-4 * np.random.default_rng(0).standard_normal(len(padded))).astype(np.float32)


class Recorded:
    """A recorder, its microphones, and the states it was in."""

    def __init__(self, folder: Path, microphones: HearingMicrophones | None = None) -> None:
        self.microphones = microphones or HearingMicrophones("Built-in", "Headset")
        self.states: list[State] = []
        self.recorder = Recorder(self.states.append, lambda: self.microphones, RecordedFiles(folder))

    @property
    def phases(self) -> list[str]:
        return [state.phase for state in self.states]

    def wait_for(self, phase: str) -> State:
        wait_until(lambda: self.recorder.state.phase == phase)
        return self.recorder.state

    def begin(self, name: str | None = None) -> None:
        self.recorder.start(name)
        self.wait_for("recording")


def wait_until(is_reached: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while not is_reached():
        assert time.monotonic() < deadline_s, "what was waited for never happened"
        time.sleep(0.001)


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Recorded]:
    recorded = Recorded(tmp_path)
    yield recorded
    recorded.recorder.close()
    assert not recorded.microphones.is_listening
    assert list(tmp_path.iterdir()) == []


def test_what_was_said_becomes_a_file_without_the_quiet_around_it(recorded: Recorded) -> None:
    recorded.begin()
    recorded.microphones.microphone.feed(spoken())
    recorded.recorder.stop()
    state = recorded.wait_for("stopped")
    assert recorded.phases == ["opening", "recording", "stopped"]
    assert state.device == "Built-in"
    assert state.recording is not None
    sound, rate_hz = soundfile.read(state.recording.path, dtype="float32")
    assert rate_hz == RATE_HZ
    assert state.recording.duration_s == pytest.approx(1.2, abs=0.05) == pytest.approx(len(sound) / RATE_HZ, abs=0.05)
    assert not state.recording.is_full
    assert np.abs(sound).max() == pytest.approx(0.3, abs=0.01)
    assert recorded.microphones.microphone.is_closed


def test_nothing_listens_before_and_after(recorded: Recorded) -> None:
    recorded.recorder.look_again()
    wait_until(lambda: recorded.recorder.state.microphones)
    assert recorded.microphones.opened == []
    recorded.begin()
    recorded.recorder.cancel()
    recorded.wait_for("idle")
    assert not recorded.microphones.is_listening


def test_level_and_time_follow_what_comes_in(recorded: Recorded) -> None:
    recorded.begin()
    assert (recorded.recorder.elapsed_s, recorded.recorder.level().peak_db) == (0.0, -60.0)
    recorded.microphones.microphone.feed(np.full(8_000, 0.1, np.float32))
    assert recorded.recorder.elapsed_s == 0.5
    assert recorded.recorder.level().peak_db == pytest.approx(-20.0, abs=0.01)
    assert recorded.recorder.level().peak_db == -60.0  # nothing new came
    recorded.microphones.microphone.feed(np.full(100, 0.01, np.float32))
    assert recorded.recorder.level().peak_db == pytest.approx(-40.0, abs=0.01)


def test_after_half_a_minute_it_stops_by_itself(recorded: Recorded) -> None:
    recorded.begin()
    recorded.microphones.microphone.feed(spoken(LONGEST_S + 1))
    state = recorded.wait_for("stopped")
    assert state.recording is not None
    assert state.recording.is_full
    assert LONGEST_S - 0.5 < state.recording.duration_s <= LONGEST_S


def test_a_second_recording_takes_the_place_of_the_first(recorded: Recorded, tmp_path: Path) -> None:
    recordings = []
    for seconds in (0.5, 1.5):
        recorded.begin()
        recorded.microphones.microphone.feed(spoken(seconds))
        recorded.recorder.stop()
        recordings.append(recorded.wait_for("stopped").recording)
    assert list(tmp_path.rglob("*.wav")) == [recordings[1].path]
    assert recordings[1].duration_s == pytest.approx(1.7, abs=0.05)


def test_a_dropped_recording_leaves_the_one_before_it(recorded: Recorded, tmp_path: Path) -> None:
    recorded.begin()
    recorded.microphones.microphone.feed(spoken())
    recorded.recorder.stop()
    first = recorded.wait_for("stopped").recording
    recorded.begin()
    recorded.microphones.microphone.feed(spoken())
    recorded.recorder.cancel()
    recorded.wait_for("idle")
    assert list(tmp_path.rglob("*.wav")) == [first.path]
    recorded.recorder.forget(first.path)
    wait_until(lambda: list(tmp_path.rglob("*.wav")) == [])


def test_what_is_forgotten_is_deleted(recorded: Recorded, tmp_path: Path) -> None:
    recorded.begin()
    recorded.microphones.microphone.feed(spoken())
    recorded.recorder.stop()
    recorded.recorder.forget(recorded.wait_for("stopped").recording.path)
    recorded.wait_for("idle")
    assert list(tmp_path.rglob("*.wav")) == []


@pytest.mark.parametrize(
    ("heard", "sentence"),
    [
        (np.zeros(RATE_HZ, np.float32), SILENT),
        (1e-3 * np.random.default_rng(0).standard_normal(RATE_HZ).astype(np.float32), ONLY_NOISE),
    ],
)
def test_where_nothing_was_heard_a_sentence_says_so(recorded: Recorded, heard: np.ndarray, sentence: str) -> None:
    recorded.begin()
    recorded.microphones.microphone.feed(heard)
    recorded.recorder.stop()
    assert recorded.wait_for("failed").sentence == sentence


def test_a_microphone_is_chosen_by_name(recorded: Recorded) -> None:
    recorded.begin("Headset")
    assert recorded.recorder.state.device == "Headset"
    assert recorded.recorder.state.microphones == ("Built-in", "Headset")


def test_in_the_place_of_one_that_is_not_there_the_systems_own_is_used_and_named(recorded: Recorded) -> None:
    recorded.microphones.unplug("Headset")
    recorded.begin("Headset")
    assert recorded.recorder.state.device == "Built-in"
    assert recorded.recorder.state.microphones == ("Built-in",)


def test_one_that_was_plugged_in_meanwhile_is_found(recorded: Recorded) -> None:
    recorded.microphones.plugged_in.append("USB")
    recorded.begin("USB")
    assert recorded.recorder.state.device == "USB"


def test_looking_again_finds_what_was_plugged_in(recorded: Recorded) -> None:
    recorded.recorder.look_again()
    wait_until(lambda: recorded.recorder.state.microphones == ("Built-in", "Headset"))
    recorded.microphones.plugged_in.append("USB")
    recorded.recorder.look_again()
    wait_until(lambda: recorded.recorder.state.microphones == ("Built-in", "Headset", "USB"))
    recorded.begin()
    recorded.recorder.look_again()  # which must not end what is being recorded
    recorded.microphones.microphone.feed(spoken())
    recorded.recorder.stop()
    recorded.wait_for("stopped")


def test_one_that_is_pulled_out_while_recording_is_named(recorded: Recorded) -> None:
    recorded.begin("Headset")
    recorded.microphones.microphone.feed(spoken())
    recorded.microphones.unplug("Headset")
    sentence = recorded.wait_for("failed").sentence
    assert sentence == "The microphone Headset stopped by itself; see whether it is plugged in."
    recorded.begin("Headset")
    assert recorded.recorder.state.device == "Built-in"


def test_one_that_falls_silent_without_a_word_is_found_out(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "_DEAD_AFTER_S", 0.1)
    recorded.begin()
    recorded.microphones.microphone.feed(spoken())
    assert "stopped by itself" in recorded.wait_for("failed").sentence


def test_a_refused_permission_is_said(recorded: Recorded) -> None:
    recorded.microphones.is_allowed = False
    recorded.recorder.start(None)
    assert recorded.wait_for("failed").sentence == "The microphone Built-in cannot be started (not permitted)."
    recorded.microphones.is_allowed = True
    recorded.begin()


def test_without_any_microphone_a_sentence_says_so(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, HearingMicrophones())
    recorded.recorder.start(None)
    assert recorded.wait_for("failed").sentence == NO_MICROPHONE
    recorded.recorder.close()


def test_without_portaudio_a_sentence_says_so(tmp_path: Path) -> None:
    def find() -> Microphones:
        raise NoRecording(NO_PORTAUDIO)

    states: list[State] = []
    recorder = Recorder(states.append, find, RecordedFiles(tmp_path))
    recorder.look_again()
    recorder.start(None)
    wait_until(lambda: recorder.state.phase == "failed")
    assert recorder.state == State("failed", sentence=NO_PORTAUDIO)
    recorder.close()


def test_to_stop_what_does_not_record_does_nothing(recorded: Recorded) -> None:
    recorded.recorder.stop()
    recorded.recorder.cancel()
    recorded.wait_for("idle")
    recorded.recorder.look_again()
    wait_until(lambda: recorded.recorder.state.microphones)
    assert recorded.recorder.state.phase == "idle"


def test_closing_lets_go_of_a_microphone_that_records(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.begin()
    recorded.recorder.close()
    assert recorded.microphones.microphone.is_closed
