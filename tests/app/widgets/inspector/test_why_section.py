from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from app.look import theme
from app.view_models.why import why
from app.widgets.inspector.why_section import HeardRow, WhySection
from engine.hits import ClauseMatch
from tests.app.shown_files import HOSTILE_NAMES, file_row, hit


@pytest.fixture
def section(qtbot: QtBot) -> WhySection:
    section = WhySection()
    qtbot.addWidget(section)
    section.resize(300, 200)
    return section


def texts(section: WhySection) -> list[str]:
    return [label.text() for label in section.findChildren(QLabel) if not label.isHidden()]


def test_every_clause_has_its_moment_to_go_to(section: WhySection, qtbot: QtBot) -> None:
    section.show_why(why(hit(("dog barks", 42.1, 43.2, 0.9), ("car", 45.0, 47.0, 0.6)), file_row()))
    rows = section.findChildren(HeardRow)
    assert [row.moment.text() for row in rows] == ["0:42.1–0:43.2", "0:45–0:47"]
    with qtbot.waitSignal(section.moment_requested) as requested:
        qtbot.mouseClick(rows[1].moment, Qt.MouseButton.LeftButton)
    assert requested.args == [45.0, 47.0]


def test_words_are_named(section: WhySection) -> None:
    section.show_why(why(hit(("dog", 0.0, 1.0, 0.01), words=("dog",)), file_row()))
    assert texts(section) == ["WHY THIS MATCHED", "In its name: dog", "It was not heard: only what is written says so."]


def test_clauses_have_their_colours(section: WhySection) -> None:
    section.show_why(why(hit(*[(f"clause {number}", 0.0, 1.0, 1.0) for number in range(6)]), file_row()))
    section.resize(300, section.sizeHint().height())
    picture = section.grab().toImage()
    seen = {picture.pixelColor(4, y).name() for y in range(picture.height())}
    assert {colour.name() for colour in theme.CLAUSE_COLOURS} <= seen


def test_without_a_search_there_is_no_reason(section: WhySection, qtbot: QtBot) -> None:
    section.show_why(why(hit(("dog", 0.0, 1.0, 0.9)), file_row()))
    section.show_why(None)
    assert section.isHidden()
    qtbot.waitUntil(lambda: section.findChildren(HeardRow) == [])


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_clauses_are_plain_text(section: WhySection, name: str) -> None:
    section.show_why(why(hit((name, 0.0, 1.0, 0.9), words=(name,)), file_row()))
    assert all(text.isprintable() for text in texts(section))
    assert section.minimumSizeHint().width() < 300


def test_what_should_not_be_heard_is_struck_through_and_has_a_ring(section: WhySection) -> None:
    clauses = (ClauseMatch("dog", 1, 3, 0.9), ClauseMatch("rain", 0, 2, 0.1, negated=True))
    section.show_why(why(replace(hit(), clauses=clauses), file_row()))
    names = {label.text(): label for label in section.findChildren(QLabel)}
    assert [names[text].font().strikeOut() for text in ("dog", "rain")] == [False, True]
    assert names["rain"].accessibleName() == "Without rain"
    assert "not heard" in texts(section)


def test_the_answer_can_be_liked_and_disliked_and_shows_it(section: WhySection, qtbot: QtBot) -> None:
    section.show_why(why(hit(("dog", 0.0, 1.0, 0.9)), file_row()))
    more, less = (
        next(button for button in section.findChildren(QToolButton) if button.text() == text)
        for text in ("More like this", "Less like this")
    )
    with qtbot.waitSignal(section.more_requested):
        qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(section.less_requested):
        qtbot.keyClick(less, Qt.Key.Key_Space)
    pressed = []
    for verdict in (None, "liked", "disliked", None):
        section.show_verdict(verdict)
        pressed.append((more.isChecked(), less.isChecked()))
    assert pressed == [(False, False), (True, False), (False, True), (False, False)]


def test_the_clause_that_is_pointed_at_is_told_until_it_goes(section: WhySection) -> None:
    section.show_why(why(hit(("dog", 0.0, 1.0, 0.9), ("car", 1.0, 2.0, 0.9)), file_row()))
    pointed: list[str | None] = []
    section.clause_pointed.connect(pointed.append)
    _, car = section.findChildren(HeardRow)
    at = QPointF(4, 4)
    QApplication.sendEvent(car, QEnterEvent(at, at, at))
    QApplication.sendEvent(car, QEvent(QEvent.Type.Leave))
    QApplication.sendEvent(car, QEnterEvent(at, at, at))
    section.show_why(None)
    assert pointed == ["car", None, "car", None]
