"""From the microphone button to a file that is searched by, and to its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.recording.recorded_files import RecordedFiles
from app.recording.trimming import ONLY_NOISE
from app.widgets.search.recording_panel import RecordingPanel
from app.windows.recording import Recording
from engine.question import Example, Question
from tests.recording_devices import HearingMicrophones

RATE_HZ = 16_000
HUM = np.pad(0.3 * np.sin(np.arange(RATE_HZ) * 0.1), RATE_HZ // 2).astype(np.float32)


class Person:
    """Who presses the buttons and speaks; and what the recording told."""

    def __init__(self, qtbot: QtBot, folder: Path, *names: str) -> None:
        self.qtbot, self.folder = qtbot, folder
        self.microphones = HearingMicrophones(*names)
        self.panel = RecordingPanel()
        qtbot.addWidget(self.panel)
        self.recording = Recording(self.panel, lambda: self.microphones, RecordedFiles(folder))
        self.recorded: list[Path] = []
        self.said: list[str] = []
        self.failed: list[str] = []
        self.played: list[Path] = []
        self.recording.recorded.connect(self.recorded.append)
        self.recording.said.connect(self.said.append)
        self.recording.failed.connect(self.failed.append)
        self.recording.play_requested.connect(self.played.append)

    def begin(self) -> None:
        """Pressing the microphone button."""
        self.recording.begin()
        self.wait_for_text("Recording from")

    def record(self) -> Path:
        before = len(self.recorded)
        self.begin()
        self.microphones.microphone.feed(HUM)
        self.panel.stop_requested.emit()
        self.qtbot.waitUntil(lambda: len(self.recorded) > before)
        return self.recorded[-1]

    @property
    def text(self) -> str:
        return self.panel._text.text() if self.panel.isVisible() else ""

    def wait_for_text(self, beginning: str) -> None:
        self.qtbot.waitUntil(lambda: self.text.startswith(beginning))

    def files(self) -> list[Path]:
        # os.walk does not mind a folder that goes meanwhile
        found = (Path(folder) / name for folder, _, names in os.walk(self.folder) for name in names)
        return [path for path in found if path.suffix == ".wav"]


@pytest.fixture
def person(qtbot: QtBot, tmp_path: Path) -> Iterator[Person]:
    person = Person(qtbot, tmp_path, "Built-in", "Headset")
    yield person
    person.recording.close()
    assert not person.microphones.is_listening


def test_whether_there_is_a_microphone_is_found_out_without_listening(person: Person, qtbot: QtBot) -> None:
    was_known = person.recording.can_record
    with qtbot.waitSignal(person.recording.can_record_changed) as told:
        person.recording.look_for_microphones()
    assert told.args == [True]
    assert (was_known, person.recording.can_record) == (False, True)
    assert person.microphones.opened == []
    person.microphones.plugged_in.clear()
    with qtbot.waitSignal(person.recording.can_record_changed) as told:
        person.recording.look_for_microphones()
    assert told.args == [False]


def test_what_is_hummed_is_searched_by(person: Person, qtbot: QtBot) -> None:
    with qtbot.waitSignal(person.recording.began):
        person.begin()
    assert person.text == "Recording from Built-in"
    person.microphones.microphone.feed(HUM)
    qtbot.waitUntil(lambda: person.panel._time.text() == "0:02.0 of 0:30")
    person.panel.stop_requested.emit()
    qtbot.waitUntil(lambda: person.recorded != [])
    assert person.text == "Searching for what sounds like your recording (1.2 s)"
    sound, rate_hz = soundfile.read(person.recorded[0])
    assert len(sound) / rate_hz == pytest.approx(1.2, abs=0.05)


def test_the_button_pressed_again_stops(person: Person, qtbot: QtBot) -> None:
    person.begin()
    person.microphones.microphone.feed(HUM)
    person.recording.begin()
    qtbot.waitUntil(lambda: person.recorded != [])
    assert len(person.microphones.opened) == 1


def test_what_is_dropped_is_not_searched_by(person: Person, qtbot: QtBot) -> None:
    person.begin()
    person.microphones.microphone.feed(HUM)
    person.panel.closed.emit()
    assert not person.panel.isVisible()
    qtbot.waitUntil(lambda: not person.microphones.is_listening)
    person.record()
    assert len(person.recorded) == 1


def test_to_close_says_whether_there_was_anything(person: Person) -> None:
    assert not person.recording.cancel()
    person.begin()
    assert person.recording.is_recording
    assert person.recording.cancel()
    assert not person.recording.cancel()


def test_what_is_dropped_at_once_is_not_listened_to(person: Person, qtbot: QtBot) -> None:
    person.recording.begin()
    assert person.text == "Opening the microphone…"
    assert person.recording.cancel()
    qtbot.waitUntil(lambda: [each.is_closed for each in person.microphones.opened] == [True])
    assert not person.panel.isVisible()


def test_a_change_of_mind_while_the_microphone_is_opened(person: Person, qtbot: QtBot) -> None:
    person.recording.begin()
    person.recording.cancel()
    person.recording.begin()
    person.wait_for_text("Recording from")
    qtbot.waitUntil(lambda: [each.is_running for each in person.microphones.opened] == [False, True])


def test_nothing_heard_is_said_and_nothing_is_searched(person: Person) -> None:
    person.begin()
    person.microphones.microphone.feed(1e-3 * np.random.default_rng(0).standard_normal(RATE_HZ).astype(np.float32))
    person.recording.stop()
    person.wait_for_text("Nothing was heard")
    assert person.text == ONLY_NOISE
    assert person.recorded == []
    person.panel.again_requested.emit()
    person.wait_for_text("Recording from")


def test_a_microphone_that_is_pulled_out_is_named(person: Person) -> None:
    person.begin()
    person.microphones.unplug("Built-in")
    person.wait_for_text("The microphone Built-in stopped by itself")
    person.panel.again_requested.emit()
    person.wait_for_text("Recording from Headset")


def test_another_microphone_takes_over_while_it_records(person: Person) -> None:
    person.begin()
    with person.qtbot.waitSignal(person.recording.device_chosen) as told:
        person.panel.device_chosen.emit("Headset")
    assert told.args == ["Headset"]
    person.wait_for_text("Recording from Headset")
    assert [each.is_running for each in person.microphones.opened] == [False, True]
    person.recording.cancel()
    person.begin()
    assert person.text == "Recording from Headset"


def test_the_microphone_of_the_last_time_is_used(person: Person) -> None:
    person.recording.set_device("Headset")
    person.begin()
    assert person.text == "Recording from Headset"


def test_it_can_be_listened_to(person: Person) -> None:
    path = person.record()
    person.panel.listen_requested.emit()
    assert person.played == [path]


def test_it_lasts_as_long_as_a_question_is_asked_by_it(person: Person, qtbot: QtBot) -> None:
    path = person.record()
    person.recording.follow(Question(examples=(Example(path),)))
    person.recording.follow(Question("longer", examples=(Example(path),)))
    assert person.files() == [path]
    assert person.panel.isVisible()
    person.recording.follow(Question("longer"))
    assert not person.panel.isVisible()
    qtbot.waitUntil(lambda: person.files() == [])


def test_it_lasts_when_the_panel_is_closed_and_goes_with_its_question(person: Person, qtbot: QtBot) -> None:
    path = person.record()
    person.panel.closed.emit()
    person.begin()
    assert person.files() == [path]
    person.recording.follow(Question())
    qtbot.waitUntil(lambda: person.files() == [])
    assert person.text == "Recording from Built-in"


def test_the_next_one_takes_its_place(person: Person) -> None:
    first = person.record()
    second = person.record()
    assert person.files() == [second]
    assert first != second


def test_nothing_stays_at_the_end(person: Person) -> None:
    person.record()
    person.recording.close()
    assert list(person.folder.iterdir()) == []


def test_it_is_kept_where_a_person_says(
    person: Person, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.wav"
    offered: list[str] = []

    def choose(parent: object, title: str, path: str, kinds: str) -> tuple[str, str]:
        offered.append(Path(path).name)
        return str(kept), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    path = person.record()
    person.panel.keep_requested.emit()
    qtbot.waitUntil(lambda: person.said == [f"The recording is kept as {kept}."])
    assert offered == [path.name]
    assert kept.read_bytes() == path.read_bytes()
    person.recording.close()
    assert kept.exists()


def test_where_it_cannot_be_kept_a_sentence_says_so(person: Person, qtbot: QtBot, tmp_path: Path) -> None:
    person.record()
    person.recording.keep_as(tmp_path / "no such folder" / "kept.wav")
    qtbot.waitUntil(lambda: person.failed != [])
    assert "could not be kept" in person.failed[0]


def test_a_dialog_that_is_closed_keeps_nothing(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    person.record()
    person.panel.keep_requested.emit()
    assert len(person.files()) == 1
    assert (person.said, person.failed) == ([], [])


def test_without_a_microphone_the_button_would_say_so(qtbot: QtBot, tmp_path: Path) -> None:
    person = Person(qtbot, tmp_path)
    person.recording.begin()
    person.wait_for_text("Nothing can be recorded because no microphone was found")
    person.recording.close()
