"""Sounds for evaluations: tones that `ToneNetwork` hears and whose captions it reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tones import make_tone_embedder, write_sound
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.manifest import Clip

TONES = {"low tone": 200, "middle tone": 1000, "high tone": 3000}


def tone_clip(path: Path, source: str, recording: str, label: str, hz: float, seconds: float = 1.0) -> Clip:
    write_sound(path, hz=hz, seconds=seconds)
    return Clip(path, source, recording, label, f"a tone of {hz:.0f} Hz", seconds, "CC0")


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    """Two takes of each of two recordings of every tone, to be classified, and three other sounds."""
    folder = tmp_path_factory.mktemp("tones")
    takes = [
        tone_clip(folder / f"{label}{number}{take}.wav", "esc10", f"1-{hz}{number}-{take}.ogg", label, hz)
        for label, hz in TONES.items()
        for number in range(2)
        for take in "AB"
    ]
    others = [tone_clip(folder / f"{hz}.wav", "loops", str(hz), "tone", hz) for hz in (500, 1500, 2200)]
    return [*takes, *others]


@pytest.fixture(scope="session")
def long_clips(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    """Eight tones, each from a recording of its own; the last two are long."""
    folder = tmp_path_factory.mktemp("long")
    lengths_s = [2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 8.0, 9.0]
    return [
        tone_clip(folder / f"{number}.wav", "loops", str(number), "tone", 300 + 400 * number, seconds)
        for number, seconds in enumerate(lengths_s)
    ]


@pytest.fixture(scope="session")
def tone_system() -> NetworkSystem:
    return NetworkSystem(make_tone_embedder())


@pytest.fixture(scope="session")
def long_sounds(long_clips: list[Clip]) -> Sounds:
    return Sounds(long_clips, 8000)
