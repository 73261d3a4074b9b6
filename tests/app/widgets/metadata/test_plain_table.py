from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.widgets.metadata.plain_table import PlainTable


@pytest.fixture
def table(qtbot: QtBot) -> PlainTable:
    table = PlainTable("Refused files", ("Name", "Reason"), (200,))
    qtbot.addWidget(table)
    table.put([("a.wav", "it is read-only"), ("b.wav", "it is gone")])
    table.show()
    return table


def test_it_is_called_something(table: PlainTable) -> None:
    assert table.accessibleName() == "Refused files"


def test_all_rows_are_copied_or_the_selected_ones(table: PlainTable, qtbot: QtBot) -> None:
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Name\tReason\na.wav\tit is read-only\nb.wav\tit is gone"
    table.selectRow(1)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Name\tReason\nb.wav\tit is gone"
