"""Chips in as few rows as they need."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.view_models.query_chips import Chip
from app.widgets.search.chip import ChipView
from app.widgets.search.chip_rows import MOST_ROWS, ChipRows, height_px

WIDTH_PX = 600


@pytest.fixture
def rows(qtbot: QtBot, window: QWidget) -> ChipRows:
    window.resize(WIDTH_PX, 300)
    rows = ChipRows()
    QVBoxLayout(window).addWidget(rows, alignment=Qt.AlignmentFlag.AlignTop)
    window.layout().setContentsMargins(0, 0, 0, 0)
    with qtbot.waitExposed(window):
        window.show()
    return rows


def chips(count: int) -> list[tuple[QWidget | None, ChipView]]:
    return [
        (None, ChipView(Chip(f"sound number {number}", "clause", number, "", ("clause", number)), is_movable=True))
        for number in range(count)
    ]


def wheel(rows: ChipRows, steps: int) -> None:
    event = QWheelEvent(
        QPointF(20, 10),
        rows.mapToGlobal(QPointF(20, 10)),
        QPoint(),
        QPoint(0, -120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(rows.viewport(), event)


def test_it_is_as_high_as_its_rows(qtbot: QtBot, rows: ChipRows) -> None:
    rows.fill(chips(2))
    qtbot.waitUntil(lambda: rows.height() == height_px(1))
    rows.fill(chips(6))
    qtbot.waitUntil(lambda: rows.height() == height_px(2))


def test_it_follows_the_width(qtbot: QtBot, rows: ChipRows) -> None:
    rows.fill(chips(6))
    rows.window().resize(2 * WIDTH_PX, 300)
    qtbot.waitUntil(lambda: rows.height() == height_px(1))
    rows.window().resize(WIDTH_PX, 300)
    qtbot.waitUntil(lambda: rows.height() == height_px(2))


def test_it_grows_while_a_chip_is_renamed(qtbot: QtBot, rows: ChipRows) -> None:
    made = chips(3)
    rows.fill(made)
    rows.window().resize(sum(chip.sizeHint().width() for _, chip in made) + 30, 300)
    qtbot.waitUntil(lambda: rows.height() == height_px(1))
    made[0][1].begin_renaming()
    qtbot.waitUntil(lambda: rows.height() == height_px(2))


def test_more_than_it_may_show_goes_by_under_the_wheel_and_fades_out(qtbot: QtBot, rows: ChipRows) -> None:
    rows.fill(chips(30))
    bar = rows.verticalScrollBar()
    qtbot.waitUntil(lambda: rows.height() == height_px(MOST_ROWS) and bar.maximum() > 0)
    edge = rows.grab().toImage().pixelColor(60, rows.height() - 1)
    assert edge.rgb() == rows.window().palette().base().color().rgb()
    assert edge.alpha() > 0.9 * 255
    wheel(rows, 1)
    assert bar.value() > 0


def test_carrying_a_chip_to_an_end_moves_on(qtbot: QtBot, rows: ChipRows) -> None:
    made = chips(30)
    rows.fill(made)
    bar = rows.verticalScrollBar()
    qtbot.waitUntil(lambda: rows.height() == height_px(MOST_ROWS) and bar.maximum() > 0)
    rows.show_landing(made[0][1], rows.mapToGlobal(QPoint(20, rows.height() - 6)))
    assert bar.value() > 0
    rows.show_landing(made[0][1], rows.mapToGlobal(QPoint(20, 2)))
    assert bar.value() == 0


def test_a_place_is_where_one_would_read_it(qtbot: QtBot, rows: ChipRows) -> None:
    made = chips(6)
    rows.fill(made)
    qtbot.waitUntil(lambda: rows.height() == height_px(2))
    views = [chip for _, chip in made]
    in_first_row = sum(view.y() == views[0].y() for view in views)
    for place, view in enumerate(views):
        left, right = view.mapToGlobal(QPoint(2, 12)), view.mapToGlobal(QPoint(view.width() - 2, 12))
        assert rows.landing(views[0], left) == max(0, place - 1)
        assert rows.landing(views[0], right) == place
    far_right = views[0].mapToGlobal(QPoint(WIDTH_PX, 12))
    assert rows.landing(views[-1], far_right) == in_first_row
