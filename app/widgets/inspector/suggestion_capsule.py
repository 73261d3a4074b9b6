"""One tag that is suggested for a file: how strongly, where it is heard, and what becomes of it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from app.look import theme
from app.view_models.plain_text import one_line, tooltip
from app.view_models.suggestions import STRENGTHS, explained, level
from app.widgets.inspector.tag_capsule import BUTTON_PX, HEIGHT_PX, capsule_button
from engine.library_rows import Strength, Suggestion

PADDING_PX = 9
OUTLINE_OPACITY = 0.6
DOT_PX, DOT_STEP_PX = 3, 5
DOTS_PX = DOT_STEP_PX * len(STRENGTHS)
NAME_PX = PADDING_PX + DOTS_PX + 4  # where the name begins


class SuggestionCapsule(QAbstractButton):
    """Outlined, since it is only suggested; dots before its name say how strongly. A click or Space plays the moment,
    and the next one the next time; Enter or its tick accepts it, Delete or its cross rejects it.

    moment_requested : start and end in seconds; accepted, rejected : the tag
    """

    moment_requested = Signal(float, float)
    accepted = Signal(str)
    rejected = Signal(str)

    def __init__(self, suggestion: Suggestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.suggestion = suggestion
        self._name = one_line(suggestion.name)
        self._heard = 0  # spans, so far
        self.setFont(theme.small_font(self.font()) if suggestion.implied else self.font())
        self.setToolTip(tooltip(f"{explained(suggestion)}\nClick to hear it, Enter accepts, Delete rejects"))
        self.setAccessibleName(f"Suggested: {self._name}, {suggestion.strength}")
        self.setAccessibleDescription("Space plays the moment, Enter accepts, Delete rejects")
        self.setFixedHeight(HEIGHT_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        accept = capsule_button(self, "check", f"Accept the tag {self._name}", f"Accept “{self._name}” (Enter)")
        reject = capsule_button(self, "close", f"Reject the tag {self._name}", f"Reject “{self._name}” (Delete)")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(0)
        layout.addStretch()
        for button in (accept, reject):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # or each tag would be three stops for the Tab key
            button.setCursor(Qt.CursorShape.ArrowCursor)
            layout.addWidget(button)
        accept.clicked.connect(lambda: self.accepted.emit(suggestion.name))
        reject.clicked.connect(lambda: self.rejected.emit(suggestion.name))
        self.clicked.connect(self._play)

    def _play(self) -> None:
        span = self.suggestion.spans[self._heard % len(self.suggestion.spans)]
        self._heard += 1
        self.moment_requested.emit(*span)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.accepted.emit(self.suggestion.name)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.rejected.emit(self.suggestion.name)
            case _:
                super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(NAME_PX + self.fontMetrics().horizontalAdvance(self._name) + 4 + 2 * BUTTON_PX + 4, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, implied = self.palette(), self.suggestion.implied
        outline = QColor(theme.hairline(palette) if implied else theme.secondary(palette))
        outline.setAlphaF(1.0 if implied else OUTLINE_OPACITY)
        painter.setPen(palette.color(QPalette.ColorRole.Accent) if self.hasFocus() else outline)
        painter.setBrush(
            palette.color(QPalette.ColorRole.AlternateBase) if self.underMouse() else Qt.BrushStyle.NoBrush
        )
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), HEIGHT_PX / 2, HEIGHT_PX / 2)
        paint_strength(painter, QPoint(PADDING_PX, self.height() // 2), self.suggestion.strength, palette)
        painter.setPen(theme.secondary(palette) if implied else palette.color(QPalette.ColorRole.WindowText))
        place = self.rect().adjusted(NAME_PX, 0, -2 * BUTTON_PX - 4, 0)
        text = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)


def paint_strength(painter: QPainter, left: QPoint, strength: Strength, palette: QPalette) -> None:
    """Three dots, `left` at the middle of their left edge; as many are filled as the suggestion is strong."""
    painter.setPen(Qt.PenStyle.NoPen)
    for dot in range(len(STRENGTHS)):
        is_filled = dot < level(strength)
        painter.setBrush(theme.secondary(palette) if is_filled else theme.hairline(palette))
        painter.drawEllipse(QRectF(left.x() + dot * DOT_STEP_PX, left.y() - DOT_PX / 2, DOT_PX, DOT_PX))
