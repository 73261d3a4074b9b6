from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.widgets.inspector.section import Section, plain_label


def test_a_section_has_a_title(qtbot: QtBot) -> None:
    section = Section("Notes")
    qtbot.addWidget(section)
    assert section.accessibleName() == "Notes"
    assert section.findChild(QLabel).text() == "NOTES"


def test_a_plain_label_shows_markup_as_it_is_written(qtbot: QtBot) -> None:
    label, plain = plain_label("<b>x</b>"), plain_label("x")
    for each in (label, plain):
        qtbot.addWidget(each)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.sizeHint().width() > plain.sizeHint().width()


def test_a_long_word_widens_nothing(qtbot: QtBot) -> None:
    label = plain_label("x" * 300, wraps=True)
    qtbot.addWidget(label)
    section = Section("Notes")
    qtbot.addWidget(section)
    section.column.addWidget(label)
    assert section.minimumSizeHint().width() < 200


def test_a_small_label_is_smaller(qtbot: QtBot) -> None:
    small, usual = plain_label("dog", small=True), plain_label("dog")
    for each in (small, usual):
        qtbot.addWidget(each)
    assert small.font().pixelSize() == 11
    assert small.foregroundRole() != usual.foregroundRole()
