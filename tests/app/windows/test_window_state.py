"""How the window was left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMainWindow, QSplitter
from pytestqt.qtbot import QtBot

from app.windows import window_state


def make(qtbot: QtBot) -> tuple[QMainWindow, QSplitter]:
    window, splitter = QMainWindow(), QSplitter(Qt.Orientation.Horizontal)
    for text in ("left", "right"):
        splitter.addWidget(QLabel(text))
    window.setCentralWidget(splitter)
    qtbot.addWidget(window)
    return window, splitter


def test_places_and_sizes_come_back(qtbot: QtBot):
    window, splitter = make(qtbot)
    window.resize(700, 300)
    splitter.setSizes([500, 200])
    window.show()
    state = window_state.saved(window, {"columns": splitter})
    other, other_splitter = make(qtbot)
    window_state.restore(other, {"columns": other_splitter}, state)
    other.show()
    assert other.size() == window.size()
    assert other_splitter.sizes() == splitter.sizes()


@pytest.mark.parametrize("text", ["", "not base64!", "AAAA", "é"])
def test_nonsense_changes_nothing(text: str, qtbot: QtBot):
    window, splitter = make(qtbot)
    window.resize(700, 300)
    window_state.restore(window, {"columns": splitter}, {"geometry": text, "columns": text, "other": "x"})
    assert (window.width(), window.height()) == (700, 300)
