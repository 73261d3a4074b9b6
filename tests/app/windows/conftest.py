"""A window on a small library, without services: what it shows and writes by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.settings import Settings
from app.view_models.results import Results
from app.windows.main_window import MainWindow
from engine.hits import ClauseMatch, Hit
from engine.library import Library
from tests.app.listed_files import answer_of
from tests.indexed_files import store
from tests.recording_devices import HearingMicrophones, RecordingDevices

NAMES = ("bell.wav", "car.wav", "dog.wav")


@pytest.fixture
def devices() -> RecordingDevices:
    return RecordingDevices()


@pytest.fixture
def filled_library(tmp_path: Path, sounds: Path, write_sound: Callable[..., Path]) -> Path:
    """Three sounds of two seconds, the ids of which are 1, 2, 3."""
    with Library(tmp_path / "library") as library:
        root = library.add_root(sounds)
        for number, name in enumerate(NAMES):
            write_sound(sounds / name, hz=300 * 2**number, seconds=2)
            assert store(library, root, name) == number + 1
    return tmp_path / "library"


@pytest.fixture
def window(filled_library: Path, tmp_path: Path, devices: RecordingDevices, qtbot: QtBot) -> Iterator[MainWindow]:
    """With its rows loaded."""
    window = MainWindow(filled_library, Settings(), tmp_path / "settings.json", lambda: devices, HearingMicrophones)
    window.show()
    window.show_library()
    model = window.selecting.model
    qtbot.waitUntil(lambda: len(window.finding.results) == 3 and all(model.file_row(row) for row in range(3)))
    qtbot.waitUntil(lambda: len(window.folders.counts) == 1)
    yield window
    window.finish()
    window.close()
    window.deleteLater()


@pytest.fixture
def show_hits(window: MainWindow, sounds: Path, qtbot: QtBot) -> Callable[..., None]:
    """`show_hits(3, 1)`: as if the network had found these files, each from 0.5 to 1 s and the first the best."""

    def show(*file_ids: int) -> None:
        hits = [
            Hit(
                file_id=file_id,
                path=sounds / NAMES[file_id - 1],
                score=0.9 - 0.1 * rank,
                start_s=0.5,
                end_s=1.0,
                clauses=(ClauseMatch("a sound", 0.5, 1.0, 0.9 - 0.1 * rank),),
                words=(),
                duration_s=2.0,
            )
            for rank, file_id in enumerate(file_ids)
        ]
        window.finding.shown.emit(Results.of_answer(answer_of(hits)), False)
        model = window.selecting.model
        qtbot.waitUntil(lambda: all(model.file_row(row) for row in range(len(file_ids))))

    return show
