"""PortAudio as it is on this machine, with or without devices, and a machine that has none of it."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder

import numpy as np
import pytest

from app.playing.audio_devices import NO_PORTAUDIO, NoSound, PortAudioDevices


class WithoutPortAudio(MetaPathFinder):
    """What `import sounddevice` does where the library is missing."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "sounddevice":
            raise OSError("PortAudio library not found")


def silence(out: np.ndarray, _heard_at_s: float) -> None:
    out.fill(0.0)


@pytest.fixture
def devices() -> PortAudioDevices:
    try:
        return PortAudioDevices()
    except NoSound:
        pytest.skip("PortAudio is not installed")


def test_without_portaudio_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [WithoutPortAudio(), *sys.meta_path])
    with pytest.raises(NoSound) as raised:
        PortAudioDevices()
    assert str(raised.value) == NO_PORTAUDIO


def test_the_list_can_be_read_again_and_again(devices: PortAudioDevices) -> None:
    names = devices.names()
    for _ in range(3):
        devices.refresh()
    assert devices.names() == names


def test_a_device_that_is_not_there_is_named(devices: PortAudioDevices) -> None:
    with pytest.raises(NoSound, match="The sound device No such box is not there"):
        devices.open("No such box", silence)


def test_where_no_device_is_the_systems_own_is_none_either(devices: PortAudioDevices) -> None:
    if devices.names():
        pytest.skip("this machine has a sound device")
    with pytest.raises(NoSound, match="no sound device was found"):
        devices.open(None, silence)
