"""What a run tells, drawn while it goes on: the loss, and how sounds kept apart are found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.look import theme
from app.view_models.training_run import Curves, Point
from app.widgets.inspector.section import Section, plain_label

LEAST_PX = (220, 132)
SMOOTHED_STEPS = 9  # of the loss, which differs from step to step by what was drawn
_BLUE, _ORANGE, _GREEN, *_ = theme.CLAUSE_COLOURS


class RunPlots(QWidget):
    """Two plots side by side, each with its legend in words above it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss = Plot("Loss", [("in training", _BLUE, False), ("kept apart", _ORANGE, True)], self)
        self.found = Plot("Found", [("kept apart", _GREEN, True), ("others as they were", None, True)], self)
        self.found.axes.setYRange(0.0, 1.0, padding=0.02)
        self.loss.setToolTip("Lower is better. The step at which it is lowest for sounds kept apart is what you get.")
        self.found.setToolTip(
            "How early sounds kept apart come for their name or sentence, and how much alike other sounds are to what "
            "they were. Higher is better."
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.loss, 1)
        row.addWidget(self.found, 1)

    def show_curves(self, curves: Curves) -> None:
        self.loss.draw([_smoothed(curves.loss), curves.held_out])
        self.found.draw([curves.found, curves.kept])


class Plot(QWidget):
    """A few curves over the steps; a colour that is None is the secondary one, `dotted` ones show each point."""

    def __init__(
        self, title: str, curves: Sequence[tuple[str, QColor | None, bool]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._curves = [(colour, dotted) for _, colour, dotted in curves]
        self.view = pyqtgraph.PlotWidget(self)
        self.view.setMinimumSize(*LEAST_PX)
        self.view.setMenuEnabled(False)
        self.view.hideButtons()
        self.view.setFrameShape(pyqtgraph.PlotWidget.Shape.NoFrame)
        self.axes = self.view.getPlotItem()
        self.axes.setMouseEnabled(x=False, y=False)
        self.axes.getAxis("bottom").enableAutoSIPrefix(False)
        self.axes.getAxis("left").enableAutoSIPrefix(False)
        self.axes.getAxis("left").setWidth(44)
        self.lines = [self.axes.plot([], []) for _ in curves]
        self._legend = [plain_label(text, self, small=True) for text, _, _ in curves]
        section = Section(title, self)
        legend = QHBoxLayout()
        legend.setSpacing(4)
        self._dashes = []
        for label in self._legend:
            dash = QLabel(self)
            dash.setFixedSize(12, 3)
            self._dashes.append(dash)
            legend.addWidget(dash, 0, Qt.AlignmentFlag.AlignVCenter)
            legend.addWidget(label)
            legend.addSpacing(10)
        legend.addStretch()
        section.column.addLayout(legend)
        section.column.addWidget(self.view, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(section)
        self._dress()

    def draw(self, curves: Sequence[Sequence[Point]]) -> None:
        for line, points in zip(self.lines, curves, strict=True):
            line.setData([step for step, _ in points], [value for _, value in points])
        steps = [points[-1][0] for points in curves if points]
        self.axes.setXRange(0, max([10, *steps]), padding=0.02)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _dress(self) -> None:
        """In the colours of the palette."""
        palette = self.palette()
        self.view.setBackground(palette.color(QPalette.ColorRole.Base))
        for name in ("bottom", "left"):
            axis = self.axes.getAxis(name)
            axis.setPen(theme.hairline(palette))
            axis.setTextPen(theme.secondary(palette))
            axis.setStyle(tickFont=theme.figures(theme.small_font(self.font())), tickLength=0)
        for line, dash, (colour, dotted) in zip(self.lines, self._dashes, self._curves, strict=True):
            worn = theme.secondary(palette) if colour is None else colour
            line.setPen(pyqtgraph.mkPen(worn, width=2))
            line.setSymbol("o" if dotted else None)
            line.setSymbolSize(5)
            line.setSymbolBrush(worn)
            line.setSymbolPen(None)
            dash.setStyleSheet(f"background: {worn.name()}; border-radius: 1px;")


def _smoothed(points: Sequence[Point]) -> Sequence[Point]:
    """The mean of each point and those before it, so that what was drawn does not move."""
    if not points:
        return points
    steps, values = zip(*points, strict=True)
    sums = np.cumsum([0.0, *values])
    ends = np.arange(1, len(sums))
    starts = np.maximum(0, ends - SMOOTHED_STEPS)
    return list(zip(steps, (sums[ends] - sums[starts]) / (ends - starts), strict=True))
