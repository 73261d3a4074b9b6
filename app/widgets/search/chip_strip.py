"""The parts of a question in a row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPalette, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QWidget

from app.view_models.query_chips import Chip
from app.widgets.search.chip import ChipView

HEIGHT_PX = 32
_INSET_PX = 12
_GAP_PX = 8
_FADE_PX = 32


class ChipStrip(QWidget):
    """Chips side by side, never in a second row: with too many one moves sideways. Hidden without chips.

    chip_removed : the Chip that was taken away
    all_removed : every chip was taken away at once
    emptied : the last chip is gone that had the focus
    """

    chip_removed = Signal(object)
    all_removed = Signal()
    emptied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName("Parts of the search")
        self._chips: list[Chip] = []
        self._views: list[ChipView] = []
        self._row = _Row()
        self._clear_all = QToolButton()
        self._clear_all.setText("Clear all")
        self._clear_all.setToolTip("Take every part of the search away")
        self._clear_all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._clear_all.clicked.connect(self.all_removed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, _INSET_PX, 0)
        layout.setSpacing(_GAP_PX)
        layout.addWidget(self._row, stretch=1)
        layout.addWidget(self._clear_all)
        self.hide()

    def set_chips(self, chips: Sequence[Chip]) -> None:
        if list(chips) == self._chips:
            return
        focused = next((place for place, view in enumerate(self._views) if view.hasFocus()), None)
        self._chips = list(chips)
        self._views = [self._view(chip) for chip in chips]
        self._row.fill([(chip.joiner, view) for chip, view in zip(chips, self._views, strict=True)])
        self._order_tabs()
        self._clear_all.setVisible(len(chips) > 1)
        self.setVisible(bool(chips))
        if focused is not None:
            self._focus(focused)

    def _order_tabs(self) -> None:
        """Chips first, then "Clear all", which was there before them."""
        if self._views:
            for before, after in pairwise([self._clear_all, *self._views, self._clear_all]):
                self.setTabOrder(before, after)

    def _view(self, chip: Chip) -> ChipView:
        view = ChipView(chip)
        view.removed.connect(self.chip_removed)
        view.stepped.connect(self._step)
        return view

    @Slot(int)
    def _step(self, step: int) -> None:
        focused = next((place for place, view in enumerate(self._views) if view.hasFocus()), 0)
        self._focus(max(0, focused + step))

    def _focus(self, place: int) -> None:
        """On the chip at a place, or the last one before it."""
        if not self._views:
            self.emptied.emit()
            return
        view = self._views[min(place, len(self._views) - 1)]
        view.setFocus(Qt.FocusReason.TabFocusReason)
        self._row.ensureWidgetVisible(view, _INSET_PX, 0)


class _Row(QScrollArea):
    """One row without scroll bars; the wheel moves it sideways, and so does the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setStyleSheet("QScrollArea { background: transparent; }")
        self.setWidgetResizable(True)
        self._ends = _SoftEnds(self)
        bar = self.horizontalScrollBar()
        bar.valueChanged.connect(self._ends.update)
        bar.rangeChanged.connect(self._ends.update)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ends.setGeometry(self.rect())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, HEIGHT_PX)

    def fill(self, chips: Sequence[tuple[str, ChipView]]) -> None:
        """Joiners and chips; what was there before is deleted."""
        content = QWidget()
        layout = QHBoxLayout(content)
        layout.setContentsMargins(_INSET_PX, 0, _INSET_PX, 0)
        layout.setSpacing(_GAP_PX)
        for joiner, chip in chips:
            if joiner:
                layout.addWidget(_joiner(joiner))
            layout.addWidget(chip)
        layout.addStretch()
        self.setWidget(content)
        content.setAutoFillBackground(False)
        self._ends.raise_()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta: QPoint = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (delta.x() or delta.y()))
        event.accept()


class _SoftEnds(QWidget):
    """Lets the row fade out where it goes on."""

    def __init__(self, row: _Row) -> None:
        super().__init__(row)
        self._bar = row.horizontalScrollBar()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._bar.value() > self._bar.minimum():
                self._fade(painter, 0, _FADE_PX)
            if self._bar.value() < self._bar.maximum():
                self._fade(painter, self.width(), self.width() - _FADE_PX)

    def _fade(self, painter: QPainter, opaque_px: int, clear_px: int) -> None:
        surface = self.palette().color(QPalette.ColorRole.Base)
        clear = QColor(surface)
        clear.setAlpha(0)
        gradient = QLinearGradient(opaque_px, 0, clear_px, 0)
        gradient.setColorAt(0, surface)
        gradient.setColorAt(1, clear)
        painter.fillRect(min(opaque_px, clear_px), 0, _FADE_PX, self.height(), gradient)


def _joiner(text: str) -> QLabel:
    label = QLabel(text)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
