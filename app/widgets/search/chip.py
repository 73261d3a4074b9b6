"""One part of a question, which can be taken away; a sound also moved, renamed, and asked not to be heard."""

from __future__ import annotations

import html
from typing import cast

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolButton, QWidget

from app.look.icons import icon
from app.look.theme import CLAUSE_COLOURS
from app.view_models.query_chips import Chip, ChipKind
from app.widgets.search.chip_editor import ChipEditor
from app.widgets.search.chip_menu import ChipMenu

HEIGHT_PX = 24
MAX_TEXT_PX = 240
_BAR_PX = 3
_PADDING_PX = 8
_BUTTON_PX = QSize(16, 20)
_EDITOR_PX = 160  # at least, while it is renamed
_RADIUS_PX = 4
_CARRIED_OPACITY = 0.5

_SPOKEN_KINDS: dict[ChipKind, str] = {
    "clause": "sound",
    "negated": "sound that must not be heard",
    "example": "example",
    "liked": "answer that was right",
    "disliked": "answer that was wrong",
    "literal": "words that must be written",
    "filter": "filter",
    "scope": "filter",
}
_OF_FILES: set[ChipKind] = {"example", "liked", "disliked"}  # the end of their text is as telling as its beginning
_REMOVE = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
_BY_KEY = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
_STEPS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class ChipView(QWidget):
    """Delete, Backspace or its cross takes the chip away, Left and Right go to its neighbours. A sound has a menu
    besides (its arrow, a right click, Down) and can be renamed (F2, a double click); one of several that should be
    heard can be moved (dragged, or with Ctrl).

    removed : the Chip
    renamed : the Chip, its new name
    negated : the Chip, whether it must not be heard
    stepped : -1 or 1
    shifted : the Chip, -1 or 1: it should be heard earlier or later
    carried : the Chip, the QPoint of the screen where it is now
    let_go : the Chip, whether it is to stay where it was carried
    pointed : the Chip while the pointer, or the focus that came by a key, is on it; None once it leaves
    """

    removed = Signal(object)
    renamed = Signal(object, str)
    negated = Signal(object, bool)
    stepped = Signal(int)
    shifted = Signal(object, int)
    carried = Signal(object, QPoint)
    let_go = Signal(object, bool)
    pointed = Signal(object)

    def __init__(self, chip: Chip, parent: QWidget | None = None, *, is_movable: bool = False) -> None:
        super().__init__(parent)
        self.chip = chip
        self.is_movable = is_movable
        self._is_sound = chip.kind in ("clause", "negated")
        self._pressed_at: QPoint | None = None
        self._is_carried = False
        self._editor: ChipEditor | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._cross = self._button("close", "Take away (Delete)", f"Remove {chip.text}")
        self._cross.clicked.connect(self._remove)
        self._arrow = self._button("chevron-down", "Other words, and more (Down)", f"Change {chip.text}")
        self._arrow.clicked.connect(self.open_menu)
        self._arrow.setVisible(self._is_sound)
        self._describe()

    def _button(self, icon_name: str, tip: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(12, 12))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setStyleSheet("QToolButton { padding: 0; }")
        button.setToolTip(tip)
        button.setAccessibleName(name)
        return button

    def _describe(self) -> None:
        tip = f"<span>{html.escape(self.chip.detail or self.chip.text)}</span>"
        keys = ["Delete takes it away"]
        if self._is_sound:
            keys += ["F2 renames it", "Down offers other words"]
        if self.is_movable:
            keys += ["Ctrl+Left and Ctrl+Right move it"]
            tip += "<br>Drag it to another place (Ctrl+Left, Ctrl+Right)"
        self.setAccessibleName(f"{self.chip.text}, {_SPOKEN_KINDS[self.chip.kind]}")
        self.setAccessibleDescription("; ".join(keys))
        self.setToolTip(tip)

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self.chip)

    # --- a sound ------------------------------------------------------------------------------------------------------

    @Slot()
    def open_menu(self) -> None:
        self._open_menu_at(self.mapToGlobal(QPoint(0, self.height())))

    def _open_menu_at(self, point: QPoint) -> None:
        menu = ChipMenu(self.chip, self)
        menu.renamed.connect(self._rename)
        menu.negated.connect(self._negate)
        menu.renaming_requested.connect(self.begin_renaming)
        menu.removed.connect(self._remove)
        menu.popup(point)

    @Slot()
    def begin_renaming(self) -> None:
        if self._editor is None:
            self._editor = ChipEditor(self.chip.text, self)
            self._editor.done.connect(self._rename)
            self._editor.given_up.connect(self._end_renaming)
            self.updateGeometry()
            self._place_parts()
            self._editor.show()
            self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _rename(self, text: str) -> None:
        self._end_renaming()
        if text.strip() and text != self.chip.text:
            self.renamed.emit(self.chip, text)

    @Slot(bool)
    def _negate(self, unheard: bool) -> None:
        self.negated.emit(self.chip, unheard)

    @Slot()
    def _end_renaming(self) -> None:
        if self._editor is not None:
            had_focus = self._editor.hasFocus()
            self._editor.deleteLater()
            self._editor.hide()
            self._editor = None
            self.updateGeometry()
            self.update()
            if had_focus:
                self.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- as Qt wants it -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(_BAR_PX + _PADDING_PX + self._text_px() + 4 + self._buttons_px() + 4, HEIGHT_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_parts()

    def _place_parts(self) -> None:
        top_left = QPoint(self.width() - 4, (HEIGHT_PX - _BUTTON_PX.height()) // 2)
        for button in (self._cross, self._arrow):
            top_left -= QPoint(_BUTTON_PX.width(), 0)
            button.setGeometry(QRect(top_left, _BUTTON_PX))
        if self._editor is not None:
            left_px = _BAR_PX + _PADDING_PX
            self._editor.setGeometry(left_px, 1, self.width() - left_px - self._buttons_px() - 8, HEIGHT_PX - 2)

    def _buttons_px(self) -> int:
        return _BUTTON_PX.width() * (2 if self._is_sound else 1)

    def _text_px(self) -> int:
        text_px = QFontMetrics(self._text_font()).horizontalAdvance(self._elided()) + 1
        return max(text_px, _EDITOR_PX) if self._editor is not None else text_px

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._is_own(cast(QKeyEvent, event)):
            event.accept()
            return True
        return super().event(event)

    def _is_own(self, event: QKeyEvent) -> bool:
        key, modifiers = event.key(), event.modifiers()
        if modifiers == Qt.KeyboardModifier.ControlModifier:
            return self.is_movable and key in _STEPS
        own = _REMOVE | _STEPS.keys() | ({Qt.Key.Key_Down, Qt.Key.Key_F2} if self._is_sound else set())
        return modifiers == Qt.KeyboardModifier.NoModifier and (
            key in own or (self._is_carried and key == Qt.Key.Key_Escape)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if not self._is_own(event):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            self._put_down(stay=False)
        elif key == Qt.Key.Key_Down:
            self.open_menu()
        elif key == Qt.Key.Key_F2:
            self.begin_renaming()
        elif key in _REMOVE:
            self._remove()
        elif event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.shifted.emit(self.chip, _STEPS[key])
        else:
            self.stepped.emit(_STEPS[key])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._is_sound:
            self._open_menu_at(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.is_movable:
            self._pressed_at = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        point = event.globalPosition().toPoint()
        if not self._is_carried and (point - self._pressed_at).manhattanLength() >= QApplication.startDragDistance():
            self._is_carried = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.update()
        if self._is_carried:
            self.carried.emit(self.chip, point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._put_down(stay=True)

    def _put_down(self, stay: bool) -> None:
        self._pressed_at = None
        if self._is_carried:
            self._is_carried = False
            self.unsetCursor()
            self.update()
            self.let_go.emit(self.chip, stay)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._is_sound and event.button() == Qt.MouseButton.LeftButton:
            self.begin_renaming()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.pointed.emit(self.chip)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        if event.reason() in _BY_KEY:
            self.pointed.emit(self.chip)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._put_down(stay=False)
        self.update()
        self.pointed.emit(None)

    # --- its picture --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(_CARRIED_OPACITY if self._is_carried else 1.0)
            outline = QPainterPath()
            outline.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS_PX, _RADIUS_PX)
            painter.fillPath(outline, palette.color(QPalette.ColorRole.AlternateBase))
            self._paint_bar(painter, outline)
            is_active = self.hasFocus() or self._editor is not None
            edge = QPalette.ColorRole.Accent if is_active else QPalette.ColorRole.Mid
            painter.strokePath(outline, palette.color(edge))
            if self._editor is None:
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

    def _text_font(self) -> QFont:
        font = QFont(self.font())
        font.setStrikeOut(self.chip.kind == "negated")
        return font

    def _elided(self) -> str:
        where = Qt.TextElideMode.ElideMiddle if self.chip.kind in _OF_FILES else Qt.TextElideMode.ElideRight
        return QFontMetrics(self._text_font()).elidedText(self.chip.text, where, MAX_TEXT_PX)

    def _colour(self) -> QColor | None:
        index = self.chip.colour
        return None if index is None else CLAUSE_COLOURS[index % len(CLAUSE_COLOURS)]
