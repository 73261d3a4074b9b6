"""Which device sound goes to, and what is said when it is another than before."""

from __future__ import annotations

import numpy as np
import pytest

from app.playing.audio_devices import NoSound
from app.playing.output_choice import OutputChoice
from tests.recording_devices import RecordingDevices


def silence(out: np.ndarray, _heard_at_s: float) -> None:
    out.fill(0.0)


@pytest.fixture
def devices() -> RecordingDevices:
    return RecordingDevices("Built-in", "Headphones")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def choice(devices: RecordingDevices, said: list[str]) -> OutputChoice:
    return OutputChoice(devices, silence, said.append)


def test_the_systems_own_device_unless_one_is_chosen(choice: OutputChoice, said: list[str]) -> None:
    assert choice.ready().name == "Built-in"
    choice.choose("Headphones")
    assert choice.ready().name == "Headphones"
    assert said == []


def test_a_missing_device_is_told_once_and_its_return_too(
    choice: OutputChoice, devices: RecordingDevices, said: list[str]
) -> None:
    devices.unplug("Headphones")
    choice.choose("Headphones")
    for _ in range(3):
        assert choice.ready().name == "Built-in"
        choice.look_again()
    assert choice.is_missed
    devices.plugged_in.append("Headphones")
    choice.look_again()
    assert choice.ready().name == "Headphones"
    assert said == [
        "Headphones is not there, so sound goes to Built-in until it is back.",
        "Headphones is back, and sound goes there again.",
    ]


def test_a_device_that_was_just_plugged_in_is_found(choice: OutputChoice, devices: RecordingDevices) -> None:
    devices.plugged_in.append("Interface")
    choice.choose("Interface")
    assert choice.ready().name == "Interface"


def test_another_default_device_is_told(choice: OutputChoice, devices: RecordingDevices, said: list[str]) -> None:
    choice.start()
    devices.unplug("Built-in")
    assert choice.is_dead()
    choice.look_again()
    assert choice.ready().name == "Headphones"
    assert said == ["Built-in is not there any more, so sound goes to Headphones."]


def test_a_device_at_rest_is_not_dead(choice: OutputChoice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.playing.output_choice._DEAD_AFTER_S", 0.0)
    choice.start()
    assert choice.is_dead()
    choice.rest()
    assert not choice.is_dead()


def test_without_any_device_there_is_no_sound(choice: OutputChoice, devices: RecordingDevices) -> None:
    devices.plugged_in.clear()
    choice.look_again()
    with pytest.raises(NoSound):
        choice.start()
    assert not choice.is_running
