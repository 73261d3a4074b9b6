"""Five stars that are given with the mouse or the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.icons import icon
from app.view_models.wording import counted

STARS = 5
STAR_PX = 16
STEP_PX = 24


class StarRating(QWidget):
    """The same star again takes the rating away.

    rated : number of stars, or None
    """

    rated = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stars: int | None = None
        self._pointed: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip("Rating (1 to 5, 0 for none)")
        self.show_stars(None)

    def show_stars(self, stars: int | None) -> None:
        self._stars = stars
        self.setAccessibleName(f"Rating: {counted(stars, 'star')}" if stars else "No rating")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(STARS * STEP_PX + 4, 24)

    def _rate(self, stars: int | None) -> None:
        self.show_stars(stars)
        self.rated.emit(stars)

    # --- mouse and keys -----------------------------------------------------------------------------------------------

    def _star_at(self, x_px: float) -> int:
        return min(max(int((x_px - 2) // STEP_PX) + 1, 1), STARS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        star = self._star_at(event.position().x())
        self._pointed = None
        self._rate(None if star == self._stars else star)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._star_at(event.position().x()))

    def enterEvent(self, event: QEnterEvent) -> None:
        self._point(self._star_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def _point(self, star: int | None) -> None:
        if star != self._pointed:
            self._pointed = star
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        stars = self._stars or 0
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Up | Qt.Key.Key_Plus:
                self._rate(min(stars + 1, STARS))
            case Qt.Key.Key_Left | Qt.Key.Key_Down | Qt.Key.Key_Minus:
                self._rate(stars - 1 if stars > 1 else None)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace | Qt.Key.Key_0:
                self._rate(None)
            case key if Qt.Key.Key_1 <= key <= Qt.Key.Key_5:
                self._rate(key - Qt.Key.Key_0)
            case _:
                super().keyPressEvent(event)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self._pointed or self._stars or 0
        for star in range(STARS):
            square = QRect(2 + star * STEP_PX + (STEP_PX - STAR_PX) // 2, 4, STAR_PX, STAR_PX)
            if star < shown:
                icon("star-filled").paint(painter, square, state=QIcon.State.On)
            else:
                icon("star").paint(painter, square, mode=QIcon.Mode.Disabled)
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Accent))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
