"""Keys as small caps, as they look on a keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.theme import small_font

CAP_HEIGHT_PX = 20
_PADDING_PX = 6
_GAP_PX = 4
_RADIUS_PX = 4


class KeyCaps(QWidget):
    """The keys of one command in a row."""

    def __init__(self, keys: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = tuple(keys)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(key_caps_width(self._keys, self.font()), CAP_HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_key_caps(painter, QRectF(self.rect()), self._keys, self.palette(), self.font())


def key_caps_width(keys: Sequence[str], font: QFont) -> int:
    """In device-independent pixels."""
    metrics = QFontMetrics(small_font(font))
    return sum(_cap_width(key, metrics) for key in keys) + _GAP_PX * max(0, len(keys) - 1)


def paint_key_caps(painter: QPainter, rect: QRectF, keys: Sequence[str], palette: QPalette, font: QFont) -> None:
    """At the right of a rectangle, in the middle of its height."""
    small = small_font(font)
    metrics = QFontMetrics(small)
    left = rect.right() - key_caps_width(keys, font)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(small)
    for key in keys:
        cap = QRectF(left, rect.center().y() - CAP_HEIGHT_PX / 2, _cap_width(key, metrics), CAP_HEIGHT_PX)
        painter.setPen(palette.color(QPalette.ColorRole.Mid))
        painter.setBrush(palette.color(QPalette.ColorRole.AlternateBase))
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS_PX, _RADIUS_PX)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
        left += cap.width() + _GAP_PX
    painter.restore()


def _cap_width(key: str, metrics: QFontMetrics) -> int:
    return max(CAP_HEIGHT_PX, metrics.horizontalAdvance(key) + 2 * _PADDING_PX)
