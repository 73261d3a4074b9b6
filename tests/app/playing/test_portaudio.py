"""One PortAudio for those who play and those who record: nobody ends another's stream."""

from __future__ import annotations

import threading
import time

import pytest

from app.playing.portaudio import PortAudio, lasting
from tests.sound_system import PortAudioError, SoundSystem


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> SoundSystem:
    return SoundSystem(monkeypatch, ("Speakers", 0, 2), ("Built-in", 1, 0), ("Headset: (hw:2,0)", 1, 2))


def nothing(*_: object) -> None:
    pass


def test_each_direction_has_its_own_devices(system: SoundSystem) -> None:
    assert PortAudio("output").names() == ["Speakers", "Headset: (hw:2,0)"]
    assert PortAudio("input").names() == ["Built-in", "Headset: (hw:2,0)"]
    assert (PortAudio("output").index_of(None), PortAudio("input").index_of(None)) == (0, 1)


def test_a_device_is_known_by_what_stays_of_its_name(system: SoundSystem) -> None:
    assert PortAudio("input").index_of("Headset: (hw:1,0)") == 2
    assert PortAudio("input").index_of("Speakers") is None
    assert lasting("USB Audio: - (hw:2,0)") == lasting("USB Audio: - (hw:1,0)")
    assert lasting("Speaker (Realtek)") == "Speaker (Realtek)"


def test_the_list_is_read_anew_while_nothing_is_open(system: SoundSystem) -> None:
    inputs = PortAudio("input")
    system.plugged_in.append(("USB", 1, 0))
    assert "USB" not in inputs.names()
    assert inputs.refresh()
    assert "USB" in inputs.names()


def test_but_not_while_somebody_plays_or_records(system: SoundSystem) -> None:
    inputs, outputs = PortAudio("input"), PortAudio("output")
    playing, recording = outputs.open(0, callback=nothing), inputs.open(1, callback=nothing)
    system.plugged_in.append(("USB", 1, 0))
    assert not inputs.refresh()
    outputs.close(playing)
    assert not outputs.refresh()
    recording.start()  # is still there
    inputs.close(recording)
    assert outputs.refresh()
    assert "USB" in inputs.names()


def test_who_has_patience_waits_until_nothing_is_open(system: SoundSystem) -> None:
    inputs, outputs = PortAudio("input"), PortAudio("output")
    playing = outputs.open(0, callback=nothing)
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(inputs.refresh(patience_s=60.0)))
    waiting.start()
    outputs.close(playing)
    waiting.join()
    assert answers == [True]
    assert not system.open


def test_a_device_that_cannot_be_opened_stands_in_nobodys_way(system: SoundSystem) -> None:
    inputs = PortAudio("input")
    system.refused.add(1)
    with pytest.raises(PortAudioError):
        inputs.open(1, callback=nothing)
    assert inputs.refresh()


def test_nobody_asks_for_devices_while_their_list_is_read(system: SoundSystem) -> None:
    inputs, outputs = PortAudio("input"), PortAudio("output")
    failures: list[Exception] = []

    def ask() -> None:
        try:
            for _ in range(200):
                inputs.names()
                inputs.close(inputs.open(1, callback=nothing))
        except (AssertionError, PortAudioError) as error:
            failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while asking.is_alive():
        outputs.refresh()
        time.sleep(0)
    assert failures == []
