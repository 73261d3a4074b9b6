from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.widgets.flow_layout import FlowLayout


class Box(QWidget):
    def __init__(self, parent: QWidget, width_px: int) -> None:
        super().__init__(parent)
        self._width_px = width_px

    def sizeHint(self):
        return self.size().__class__(self._width_px, 20)


@pytest.fixture
def panel(qtbot: QtBot) -> QWidget:
    panel = QWidget()
    qtbot.addWidget(panel)
    return panel


def places(panel: QWidget, widths_px: list[int], line_px: int) -> list[tuple[int, int, int]]:
    """Left, top and width of each box."""
    flow = FlowLayout(panel, gap_px=4)
    boxes = [Box(panel, width_px) for width_px in widths_px]
    for box in boxes:
        flow.addWidget(box)
    flow.setGeometry(QRect(0, 0, line_px, 500))
    return [(box.x(), box.y(), box.width()) for box in boxes]


def test_what_fits_stands_on_one_line(panel: QWidget) -> None:
    assert places(panel, [40, 40, 12], 100) == [(0, 0, 40), (44, 0, 40), (88, 0, 12)]


def test_what_does_not_fit_begins_a_line(panel: QWidget) -> None:
    assert places(panel, [40, 60, 30], 100) == [(0, 0, 40), (0, 24, 60), (64, 24, 30)]


def test_nothing_is_wider_than_the_line(panel: QWidget) -> None:
    assert places(panel, [20, 500, 20], 100) == [(0, 0, 20), (0, 24, 100), (0, 48, 20)]


def test_the_height_follows_from_the_width(panel: QWidget) -> None:
    places(panel, [40, 60, 30], 100)
    assert [panel.layout().heightForWidth(width_px) for width_px in (500, 100, 50)] == [20, 44, 68]


def test_what_is_taken_away_leaves_no_gap(panel: QWidget) -> None:
    places(panel, [40, 60, 30], 200)
    flow = panel.layout()
    flow.takeAt(0)
    assert flow.count() == 2
    assert flow.takeAt(7) is None
    assert flow.itemAt(7) is None
