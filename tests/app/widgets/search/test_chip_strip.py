"""The parts of a question in a row."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.view_models.query_chips import Chip
from app.widgets.search.chip import ChipView
from app.widgets.search.chip_strip import HEIGHT_PX, ChipStrip

DOG = Chip("dog barks", "clause", 0, "", ("clause", 0))
CAR = Chip("car passes", "clause", 1, "→", ("clause", 1))
FIELD = Chip("folder: Field", "scope", None, "", ("root", 1))
MANY = [Chip(f"sound number {number}", "clause", number, "+", ("clause", number)) for number in range(20)]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def strip(qtbot: QtBot, window: QWidget) -> ChipStrip:
    window.resize(600, 100)
    layout = QVBoxLayout(window)
    layout.addWidget(QLineEdit())
    strip = ChipStrip()
    layout.addWidget(strip)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return strip


def views(strip: ChipStrip) -> list[ChipView]:
    """From left to right."""
    content = strip.findChild(QScrollArea).widget()
    return sorted(content.findChildren(ChipView), key=lambda view: view.x())


def focused(strip: ChipStrip) -> str | None:
    return next((view.chip.text for view in views(strip) if view.hasFocus()), None)


def clear_all(strip: ChipStrip) -> QToolButton:
    return next(button for button in strip.findChildren(QToolButton) if button.text() == "Clear all")


def test_without_chips_it_takes_no_place(strip: ChipStrip) -> None:
    assert not strip.isVisible()
    strip.set_chips([DOG])
    assert strip.isVisible()
    assert strip.height() == HEIGHT_PX
    strip.set_chips([])
    assert not strip.isVisible()


def test_chips_stand_in_their_order_with_what_joins_them(strip: ChipStrip) -> None:
    strip.set_chips([DOG, CAR, FIELD])
    assert [view.chip for view in views(strip)] == [DOG, CAR, FIELD]
    assert [label.text() for label in strip.findChild(QScrollArea).widget().findChildren(QLabel)] == ["→"]


def test_a_chip_is_taken_away(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips([DOG, CAR])
    with qtbot.waitSignal(strip.chip_removed) as blocker:
        qtbot.keyClick(views(strip)[1], Qt.Key.Key_Delete)
    assert blocker.args == [CAR]


def test_all_are_taken_away_at_once_where_there_are_several(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips([DOG])
    assert not clear_all(strip).isVisible()
    strip.set_chips([DOG, CAR])
    with qtbot.waitSignal(strip.all_removed):
        qtbot.mouseClick(clear_all(strip), Qt.MouseButton.LeftButton)


def test_the_focus_stays_at_its_place_when_its_chip_goes(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips([DOG, CAR, FIELD])
    views(strip)[1].setFocus()
    strip.set_chips([DOG, FIELD])
    assert focused(strip) == FIELD.text
    strip.set_chips([DOG])
    assert focused(strip) == DOG.text
    with qtbot.waitSignal(strip.emptied):
        strip.set_chips([])


def test_other_chips_leave_a_focus_elsewhere_alone(qtbot: QtBot, strip: ChipStrip) -> None:
    field = strip.window().findChild(QLineEdit)
    field.setFocus()
    with qtbot.assertNotEmitted(strip.emptied):
        strip.set_chips([DOG, CAR])
        strip.set_chips([])
    assert field.hasFocus()


def test_tab_goes_into_the_strip_and_arrows_along_it(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips([DOG, CAR])
    strip.window().findChild(QLineEdit).setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert focused(strip) == DOG.text
    for key, text in [
        (Qt.Key.Key_Right, CAR.text),
        (Qt.Key.Key_Right, CAR.text),
        (Qt.Key.Key_Left, DOG.text),
        (Qt.Key.Key_Left, DOG.text),
    ]:
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert focused(strip) == text


def test_more_chips_than_room_move_sideways(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips(MANY)
    bar = strip.findChild(QScrollArea).horizontalScrollBar()
    assert strip.height() == HEIGHT_PX
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert strip.window().width() == 600
    wheel = QWheelEvent(
        QPointF(20, 10),
        strip.mapToGlobal(QPointF(20, 10)),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(strip.findChild(QScrollArea).viewport(), wheel)
    assert bar.value() == 120


def test_the_chip_with_the_focus_can_be_seen(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips(MANY)
    views(strip)[0].setFocus()
    for _ in MANY:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert focused(strip) == MANY[-1].text
    assert not views(strip)[-1].visibleRegion().isEmpty()
    assert views(strip)[0].visibleRegion().isEmpty()


def test_it_fades_out_where_it_goes_on(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips(MANY)
    row = strip.findChild(QScrollArea)
    bar = row.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    edge = row.grab().toImage().pixelColor(row.width() - 1, HEIGHT_PX // 2)
    assert edge == strip.palette().base().color()
