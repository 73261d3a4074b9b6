from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from app.view_models.file_details import Fact
from app.widgets.inspector.fact_sheet import FactSheet


@pytest.fixture
def sheet(qtbot: QtBot) -> FactSheet:
    sheet = FactSheet("File")
    qtbot.addWidget(sheet)
    sheet.resize(280, 10)
    sheet.show()
    return sheet


def test_values_are_plain_text(sheet: FactSheet) -> None:
    sheet.show_facts([Fact("Name", "<b>dog</b> &amp; co.wav"), Fact("Rate", "48,000 Hz")])
    assert sheet.toPlainText().split() == ["Name", "<b>dog</b>", "&amp;", "co.wav", "Rate", "48,000", "Hz"]


def test_a_value_can_be_copied_by_itself(sheet: FactSheet) -> None:
    sheet.show_facts([Fact("Name", "dog.wav"), Fact("Rate", "48,000 Hz")])
    cursor = sheet.document().find("48,000")
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    sheet.setTextCursor(cursor)
    copied: QMimeData = sheet.createMimeDataFromSelection()
    assert copied.text().strip() == "48,000 Hz"
    assert sheet.isReadOnly()


def test_it_is_as_high_as_its_facts_and_breaks_long_ones(sheet: FactSheet) -> None:
    sheet.show_facts([Fact("Name", "dog.wav")])
    low = sheet.heightForWidth(280)
    sheet.show_facts([Fact("Name", "x" * 300)])
    assert sheet.heightForWidth(280) > 3 * low
    assert sheet.heightForWidth(280) > sheet.heightForWidth(600)
    assert sheet.document().size().width() <= sheet.width()


def test_a_selection_outlives_the_same_facts(sheet: FactSheet) -> None:
    sheet.show_facts([Fact("Name", "dog.wav")])
    sheet.setTextCursor(sheet.document().find("dog.wav"))
    sheet.show_facts([Fact("Name", "dog.wav")])
    assert sheet.textCursor().selectedText() == "dog.wav"
