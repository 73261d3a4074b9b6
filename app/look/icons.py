"""Icons drawn from the SVG files of resources/icons in the colours of the palette of then, at any size and scale."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from engine.paths import resources_folder


def icon(name: str) -> QIcon:
    """The icon of resources/icons/<name>.svg; ValueError for a name that has none.

    Text colour; the secondary one where disabled, the accent where on, the colour of selected text where selected.
    """
    return QIcon(_Engine(name))


def application_icon() -> QIcon:
    """Earmark's own, in its own colours."""
    return QIcon(str(resources_folder() / "icons" / "earmark.svg"))


class _Engine(QIconEngine):
    """Qt asks it for pixels whenever an icon is to be painted."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        _drawing(name)  # a name without a file is found out at once

    def clone(self) -> QIconEngine:
        return _Engine(self._name)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(rect).center())
        _renderer(self._name, _colour(mode, state).name()).render(painter, square)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """`size` in pixels of the device."""
        key = f"earmark icon {self._name} {_colour(mode, state).name()} {size.width()} {size.height()}"
        drawn = QPixmap()
        if not QPixmapCache.find(key, drawn):
            drawn = QPixmap(size)
            drawn.fill(Qt.GlobalColor.transparent)
            painter = QPainter(drawn)
            self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
            painter.end()
            QPixmapCache.insert(key, drawn)
        return drawn


def _colour(mode: QIcon.Mode, state: QIcon.State) -> QColor:
    role = QPalette.ColorRole
    palette = QGuiApplication.palette()
    if mode == QIcon.Mode.Disabled:
        return palette.color(role.PlaceholderText)
    if mode == QIcon.Mode.Selected:
        return palette.color(role.HighlightedText)
    return palette.color(role.Accent if state == QIcon.State.On else role.WindowText)


@cache
def _drawing(name: str) -> bytes:
    path = resources_folder() / "icons" / f"{name}.svg"
    if not path.is_file():
        raise ValueError(f"There is no icon named {name!r}.")
    return path.read_bytes()


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace(b"currentColor", colour.encode())))
