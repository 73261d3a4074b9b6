"""One part of a question, which can be taken away."""

from __future__ import annotations

import html
from typing import cast

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from app.look.icons import icon
from app.look.theme import CLAUSE_COLOURS
from app.view_models.query_chips import Chip, ChipKind

HEIGHT_PX = 24
MAX_TEXT_PX = 240
_BAR_PX = 3
_PADDING_PX = 8
_CROSS_PX = 20
_RADIUS_PX = 4

_SPOKEN_KINDS: dict[ChipKind, str] = {
    "clause": "sound",
    "negated": "sound that must not be heard",
    "example": "example",
    "literal": "words that must be written",
    "filter": "filter",
    "scope": "filter",
}
_REMOVE = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
_STEPS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class ChipView(QWidget):
    """Delete, Backspace or its cross takes the chip away, Left and Right go to its neighbours.

    removed : the Chip
    stepped : -1 or 1
    """

    removed = Signal(object)
    stepped = Signal(int)

    def __init__(self, chip: Chip, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chip = chip
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{chip.text}, {_SPOKEN_KINDS[chip.kind]}")
        self.setAccessibleDescription("Delete takes it away")
        self.setToolTip(f"<span>{html.escape(chip.detail or chip.text)}</span>")
        self._cross = QToolButton(self)
        self._cross.setIcon(icon("close"))
        self._cross.setIconSize(QSize(12, 12))
        self._cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cross.setStyleSheet("QToolButton { padding: 0; }")
        self._cross.setToolTip("Take away (Delete)")
        self._cross.setAccessibleName(f"Remove {chip.text}")
        self._cross.clicked.connect(self._remove)

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self.chip)

    def _text_font(self) -> QFont:
        font = QFont(self.font())
        font.setStrikeOut(self.chip.kind == "negated")
        return font

    def _elided(self) -> str:
        metrics = QFontMetrics(self._text_font())
        return metrics.elidedText(self.chip.text, Qt.TextElideMode.ElideRight, MAX_TEXT_PX)

    # --- as Qt wants it -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        text_px = QFontMetrics(self._text_font()).horizontalAdvance(self._elided()) + 1
        return QSize(_BAR_PX + _PADDING_PX + text_px + 4 + _CROSS_PX + 2, HEIGHT_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._cross.setGeometry(QRect(self.width() - _CROSS_PX - 2, 2, _CROSS_PX, _CROSS_PX))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and _is_own(cast(QKeyEvent, event)):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_own(event):
            super().keyPressEvent(event)
        elif (step := _STEPS.get(event.key())) is not None:
            self.stepped.emit(step)
        else:
            self._remove()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            outline = QPainterPath()
            outline.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS_PX, _RADIUS_PX)
            painter.fillPath(outline, palette.color(QPalette.ColorRole.AlternateBase))
            self._paint_bar(painter, outline)
            edge = QPalette.ColorRole.Accent if self.hasFocus() else QPalette.ColorRole.Mid
            painter.strokePath(outline, palette.color(edge))
            self._paint_text(painter)

    def _paint_bar(self, painter: QPainter, outline: QPainterPath) -> None:
        if (colour := self._colour()) is not None:
            painter.save()
            painter.setClipPath(outline)
            painter.fillRect(QRectF(QPointF(0, 0), QPointF(_BAR_PX, HEIGHT_PX)), colour)
            painter.restore()

    def _paint_text(self, painter: QPainter) -> None:
        role = QPalette.ColorRole.PlaceholderText if self.chip.kind == "negated" else QPalette.ColorRole.Text
        painter.setPen(self.palette().color(role))
        painter.setFont(self._text_font())
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # as the text itself reads
        place = QRectF(_BAR_PX + _PADDING_PX, 0, self.width(), HEIGHT_PX)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute, self._elided())

    def _colour(self) -> QColor | None:
        index = self.chip.colour
        return None if index is None else CLAUSE_COLOURS[index % len(CLAUSE_COLOURS)]


def _is_own(event: QKeyEvent) -> bool:
    return event.modifiers() == Qt.KeyboardModifier.NoModifier and (event.key() in _REMOVE or event.key() in _STEPS)
