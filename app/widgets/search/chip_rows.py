"""Chips side by side, in as few rows as they need, and the mark where a carried one would land."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from app.widgets.flow_layout import FlowLayout
from app.widgets.search.chip import HEIGHT_PX as CHIP_PX
from app.widgets.search.chip import ChipView

MOST_ROWS = 3
GAP_PX = 6
INSET_PX = 12
_MARGIN_PX = 4  # above and below
_FADE_PX = 12
_MARK_PX = 2
_CREEP_PX = 12  # each time a chip is carried on at an end


def height_px(rows: int) -> int:
    return rows * (CHIP_PX + GAP_PX) - GAP_PX + 2 * _MARGIN_PX


class ChipRows(QScrollArea):
    """As high as its rows. With too many of them the wheel moves through them, and so does the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(INSET_PX, _MARGIN_PX, 0, _MARGIN_PX)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setStyleSheet("QScrollArea { background: transparent; }")
        self.setWidgetResizable(True)
        self._content = QWidget(self)
        self._movable: list[ChipView] = []
        self._mark = _LandingMark()
        self._ends = _SoftEnds(self)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._ends.update)
        bar.rangeChanged.connect(self._ends.update)

    def fill(self, chips: Sequence[tuple[QWidget | None, ChipView]]) -> None:
        """Chips, each in the same row as what stands before it.

        What was there before is deleted, though not while it is at work.
        """
        self._mark.setParent(None)
        if (before := self.takeWidget()) is not None:
            before.deleteLater()
        self._content = QWidget()
        layout = FlowLayout(self._content, gap_px=GAP_PX)
        for joiner, chip in chips:
            layout.addWidget(chip if joiner is None else _pair(joiner, chip))
        self.setWidget(self._content)
        self._content.setAutoFillBackground(False)
        self._movable = [chip for _, chip in chips if chip.is_movable]
        self._mark.setParent(self._content)
        self._ends.raise_()
        self._fit()

    def _fit(self) -> None:
        """Take the height that the chips need now."""
        layout = self._content.layout()
        needed_px = layout.heightForWidth(self.width() - INSET_PX) + 2 * _MARGIN_PX if layout else 0
        self.setFixedHeight(min(needed_px, height_px(MOST_ROWS)))

    # --- carrying a chip ----------------------------------------------------------------------------------------------

    def landing(self, chip: ChipView, point: QPoint) -> int:
        """The place among the chips that can be moved that one of them would take at a point of the screen."""
        at = self._content.mapFromGlobal(point)
        return sum(_is_before(self._place(other), at) for other in self._movable if other is not chip)

    def show_landing(self, chip: ChipView, point: QPoint) -> None:
        """Mark where it would land, unless it is there already."""
        self._creep(self.viewport().mapFromGlobal(point).y())
        to, own = self.landing(chip, point), self._movable.index(chip)
        beside = self._place(self._movable[to])
        x = beside.left() - GAP_PX // 2 - _MARK_PX // 2 if to < own else beside.right() + GAP_PX // 2
        self._mark.setGeometry(x, beside.top(), _MARK_PX, CHIP_PX)
        self._mark.raise_()
        self._mark.setVisible(to != own)

    def hide_landing(self) -> None:
        self._mark.hide()

    def _place(self, chip: ChipView) -> QRect:
        return QRect(chip.mapTo(self._content, QPoint(0, 0)), chip.size())

    def _creep(self, y: int) -> None:
        bar = self.verticalScrollBar()
        if y < _FADE_PX:
            bar.setValue(bar.value() - _CREEP_PX)
        elif y > self.viewport().height() - _FADE_PX:
            bar.setValue(bar.value() + _CREEP_PX)

    # --- as Qt wants it -----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ends.setGeometry(self.rect())
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of what it scrolls."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()  # a chip is wider now, because it is being renamed
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, height_px(1))


def _is_before(chip: QRect, at: QPoint) -> bool:
    """Whether a chip comes before a point, as one reads."""
    in_row = chip.adjusted(0, -GAP_PX // 2, 0, GAP_PX // 2)
    if in_row.top() <= at.y() <= in_row.bottom():
        return chip.center().x() < at.x()
    return in_row.bottom() < at.y()


def _pair(joiner: QWidget, chip: ChipView) -> QWidget:
    pair = QWidget()
    layout = QHBoxLayout(pair)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GAP_PX)
    layout.addWidget(joiner)
    layout.addWidget(chip)
    return pair


class _LandingMark(QWidget):
    """A line between two chips."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Accent))


class _SoftEnds(QWidget):
    """Lets the rows fade out where they go on."""

    def __init__(self, rows: ChipRows) -> None:
        super().__init__(rows)
        self._bar = rows.verticalScrollBar()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._bar.value() > self._bar.minimum():
                self._fade(painter, 0, _FADE_PX)
            if self._bar.value() < self._bar.maximum():
                self._fade(painter, self.height(), self.height() - _FADE_PX)

    def _fade(self, painter: QPainter, opaque_px: int, clear_px: int) -> None:
        surface = self.palette().color(QPalette.ColorRole.Base)
        clear = QColor(surface)
        clear.setAlpha(0)
        gradient = QLinearGradient(0, opaque_px, 0, clear_px)
        gradient.setColorAt(0, surface)
        gradient.setColorAt(1, clear)
        painter.fillRect(0, min(opaque_px, clear_px), self.width(), _FADE_PX, gradient)
