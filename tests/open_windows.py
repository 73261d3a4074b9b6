"""The real window with its real services, on a library of its own, with sound hardware that records."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.look import theme
from app.settings import Settings
from app.view_models.results import ResultRow
from app.widgets.search.search_field import SearchField
from app.windows.main_window import MainWindow
from engine.library_rows import FileRow
from tests.recording_devices import HearingMicrophones, RecordingDevices

WAIT_MS = 180_000  # far more than anything here takes


class OpenWindow:
    """A window on a screen nobody sees, and what a person would see in it."""

    def __init__(self, qtbot: QtBot, folder: Path, settings: Settings) -> None:
        self._qtbot = qtbot
        self.devices = RecordingDevices()
        theme.apply(_application(), "light")
        self.window = MainWindow(
            folder / "library", settings, folder / "settings.json", lambda: self.devices, HearingMicrophones
        )
        self.window.show()
        self.window.begin()

    def wait_until(self, condition: Callable[[], object], what: str = "") -> None:
        def holds() -> bool:
            if self.devices.opened:
                self.devices.device.pull()
            return bool(condition())

        try:
            self._qtbot.waitUntil(holds, timeout=WAIT_MS)
        except Exception as error:
            raise AssertionError(f"waited in vain: {what or condition}; {self.said()}") from error

    # --- what is seen -------------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Of the rows, as far as they are loaded."""
        return [file.name for file in self.files()]

    def files(self) -> list[FileRow]:
        model = self.window.selecting.model
        rows = (model.file_row(row) for row in range(model.rowCount(QModelIndex())))
        return [file for file in rows if file is not None]

    def result(self, row: int) -> ResultRow:
        return self.window.selecting.model.result(row)

    def said(self) -> str:
        return self.window.status.message.log.text()

    def is_at_rest(self) -> bool:
        """Everything there was to listen to has been listened to."""
        state = self.window.folders.state
        return state.run == "idle" and state.heard is not None

    # --- what is done -------------------------------------------------------------------------------------------------

    def add(self, folder: Path) -> None:
        self.window.take_dropped([folder])

    def type(self, text: str) -> None:
        field = self.window.search_bar.findChild(SearchField)
        field.setFocus()
        field.selectAll()
        self._qtbot.keyClicks(field, text)

    def press(self, key: Qt.Key) -> None:
        self._qtbot.keyClick(QApplication.focusWidget() or self.window, key)

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., OpenWindow]]:
    """`open_window(settings)`: opens the library in `tmp_path`, at the end closed with nothing left of it."""
    opened: list[OpenWindow] = []
    threads = set(threading.enumerate())

    def open(settings: Settings) -> OpenWindow:
        opened.append(OpenWindow(qtbot, tmp_path, settings))
        return opened[-1]

    yield open
    for window in opened:
        window.close()
    assert multiprocessing.active_children() == []
    deadline = time.monotonic() + 10
    while left := [thread for thread in set(threading.enumerate()) - threads if thread.is_alive()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.01)
