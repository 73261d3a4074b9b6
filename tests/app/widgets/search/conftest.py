"""What the tests of the search bar's parts have in common."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """Holds the widget, and is closed after the test."""
    window = QWidget()
    qtbot.addWidget(window)
    return window
