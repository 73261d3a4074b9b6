"""Fixtures that many tests share: a fresh library, sounds, and a network whose embeddings one can foretell.

The engine is imported inside the fixtures, so that a test of plain audio does not wait for torch.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from engine.embedding import Embedder
    from engine.library import Library

# Before anything imports torch: its threads wait for each other by spinning, and on a busy machine the small networks
# of the tests then take several times as long. Tests of threads say themselves how many they want.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Before anything imports Qt: tests show their windows to nobody.
os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Garbage is collected here, between tests, and in no other thread: see `app.workers.garbage`."""
    from app.workers.garbage import collect_what_is_due

    gc.disable()
    collect_what_is_due()


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's, with more patience."""
    from tests.patient_bot import PatientBot

    return PatientBot(request)


@pytest.fixture(scope="session")
def tone_embedder() -> Embedder:
    """An Embedder over `tests.tones.ToneNetwork`: dim 32, segments of 0.5 s, windows of 4 s, 8 kHz."""
    from tests.tones import make_tone_embedder

    return make_tone_embedder()


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small network of our own, see `tests.small_networks`."""
    from tests.small_networks import write_small_network

    folder = tmp_path_factory.mktemp("networks") / "small"
    write_small_network(folder)
    return folder


@pytest.fixture
def write_sound() -> Callable[..., Path]:
    """`write_sound(path, hz=440, seconds=1)`: a tone; several in a row with hz=[440, 2000]; noise with hz=None."""
    from tests.tones import write_sound

    return write_sound


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A new library in `tmp_path / "library"`."""
    from engine.library import Library

    with Library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """An empty folder for sounds, `tmp_path / "sounds"`."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    return folder
