"""Microphones as PortAudio knows them, and the sentences where it does not."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from app.playing.audio_devices import PortAudioDevices
from app.recording.microphones import NO_MICROPHONE, NO_PORTAUDIO, NoRecording, PortAudioMicrophones, Take
from tests.sound_system import SoundSystem


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> SoundSystem:
    return SoundSystem(monkeypatch, ("Speakers", 0, 2), ("Built-in", 2, 0), ("Headset", 1, 2))


def into(heard: list[np.ndarray]) -> Take:
    return lambda block: heard.append(block.copy())


def test_a_microphone_hands_over_its_first_channel_at_its_own_rate(system: SoundSystem) -> None:
    heard: list[np.ndarray] = []
    rates_hz: list[int] = []

    def take(rate_hz: int) -> Take:
        rates_hz.append(rate_hz)
        return into(heard)

    microphone = PortAudioMicrophones().open("Headset", take)
    microphone.start()
    assert (microphone.name, microphone.rate_hz, rates_hz) == ("Headset", 48_000, [48_000])
    stream = system.open[0]
    assert stream.wanted == {"dtype": "float32", "samplerate": 48_000, "channels": 1}
    stream.hear(np.array([[0.1], [0.2]], np.float32))
    np.testing.assert_array_equal(heard[0], np.array([0.1, 0.2], np.float32))
    assert microphone.is_alive()
    stream.active = False  # unplugged
    assert not microphone.is_alive()
    microphone.close()
    assert system.open == []


def test_the_systems_own_is_taken_where_none_is_named(system: SoundSystem) -> None:
    microphones = PortAudioMicrophones()
    assert microphones.names() == ["Built-in", "Headset"]
    assert microphones.open(None, lambda rate_hz: into([])).name == "Built-in"


def test_while_something_plays_its_stream_stays(system: SoundSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.recording.microphones._LIST_WITHIN_S", 0.01)
    device = PortAudioDevices().open(None, lambda out, heard_at_s: None)
    PortAudioMicrophones().refresh()
    device.start()
    device.stop()
    device.close()


def test_a_microphone_that_cannot_be_opened_is_named(system: SoundSystem) -> None:
    system.refused.add(1)
    with pytest.raises(NoRecording) as raised:
        PortAudioMicrophones().open("Built-in", lambda rate_hz: into([]))
    assert str(raised.value) == (
        "The microphone Built-in cannot be opened (Device unavailable); "
        "see whether another program uses it, and whether the system allows Earmark to."
    )


def test_a_microphone_that_is_not_there_is_named(system: SoundSystem) -> None:
    with pytest.raises(NoRecording, match="The microphone No such box is not there"):
        PortAudioMicrophones().open("No such box", lambda rate_hz: into([]))


def test_without_any_microphone_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    SoundSystem(monkeypatch, ("Speakers", 0, 2))
    microphones = PortAudioMicrophones()
    assert microphones.names() == []
    with pytest.raises(NoRecording) as raised:
        microphones.open(None, lambda rate_hz: into([]))
    assert str(raised.value) == NO_MICROPHONE


def test_without_portaudio_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, fullname: str, path: object, target: object = None) -> None:
            if fullname == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(NoRecording) as raised:
        PortAudioMicrophones()
    assert str(raised.value) == NO_PORTAUDIO


def test_as_it_is_on_this_machine() -> None:
    try:
        microphones = PortAudioMicrophones()
    except NoRecording:
        pytest.skip("PortAudio is not installed")
    names = microphones.names()
    microphones.refresh()
    assert microphones.names() == names
