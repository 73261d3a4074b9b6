"""Tags of several files, each with how many of them have it and what can be done for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.look import theme
from app.look.icons import icon
from app.view_models.plain_text import one_line, tooltip
from app.view_models.suggestions import SharedName
from app.view_models.wording import count
from app.widgets.elided_label import ElidedLabel
from app.widgets.inspector.section import plain_label
from app.widgets.inspector.suggestion_capsule import DOTS_PX, paint_strength
from engine.library_rows import Strength

ROW_PX = 28
BUTTON_PX = 22
ROWS_AT_ONCE = 12


class BulkTags(QWidget):
    """Rows of tags that the files have, or that are suggested for them; a dozen, until the others are asked for.

    given, taken : a tag is to be given to all files, or taken from them. Of a suggested one: it is accepted for all
        files that it is suggested for, or rejected
    """

    given = Signal(object)
    taken = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._names: tuple[SharedName, ...] = ()
        self._rows: list[BulkRow] = []
        self._shows_all = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._more = QToolButton(self)
        self._more.setFont(theme.small_font(self.font()))
        self._more.clicked.connect(self._show_all)
        self._column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_names(self, names: Sequence[SharedName]) -> None:
        if tuple(names) != self._names:
            self._names = tuple(names)
            self._fill()
        self.setVisible(bool(names))

    def rows(self) -> list[BulkRow]:
        """Those in sight, in order."""
        return list(self._rows)

    def _fill(self) -> None:
        focused = next((number for number, row in enumerate(self._rows) if row.hasFocus()), None)
        for old in self._rows:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        shown = self._names if self._shows_all else self._names[:ROWS_AT_ONCE]
        self._rows = [BulkRow(shared, self) for shared in shown]
        for number, row in enumerate(self._rows):
            row.given.connect(self.given)
            row.taken.connect(self.taken)
            self._column.insertWidget(number, row)
        self._more.setText(f"{count(len(self._names) - len(shown))} more")
        self._more.setVisible(len(shown) < len(self._names))
        if focused is not None and self._rows:
            self._rows[min(focused, len(self._rows) - 1)].setFocus()

    @Slot()
    def _show_all(self) -> None:
        self._shows_all = True
        self._fill()


class BulkRow(QWidget):
    """A name, its share of the files, and two buttons; Enter and Delete press them.

    given, taken : SharedName
    """

    given = Signal(object)
    taken = Signal(object)

    def __init__(self, shared: SharedName, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shared = shared
        name, is_suggested = one_line(shared.name), shared.strength is not None
        self.setFixedHeight(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{'Suggested: ' if is_suggested else ''}{name}, {shared.share_text}")
        label = ElidedLabel(Qt.TextElideMode.ElideRight, self)
        label.say(name)
        if is_suggested:
            label.setToolTip(tooltip(f"{name}\nUsually {shared.strength}, for {shared.share_text} files"))
        if shared.implied:
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.share = plain_label(shared.share_text, self, small=True)
        self.share.setFont(theme.figures(self.share.font()))
        if is_suggested:
            self.give = self._button("check", f"Accept “{name}” for {shared.share_text} (Enter)")
            self.take = self._button("close", f"Reject “{name}” for {shared.share_text} (Delete)")
        else:
            self.give = self._button("plus", f"Give “{name}” to all (Enter)")
            self.take = self._button("close", f"Take “{name}” from all (Delete)")
        self.give.setEnabled(is_suggested or len(shared.file_ids) < shared.of)
        self.give.clicked.connect(lambda: self.given.emit(shared))
        self.take.clicked.connect(lambda: self.taken.emit(shared))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(StrengthSign(shared.strength, self))
        row.addWidget(label, 1)
        for part in (self.share, self.give, self.take):
            row.addWidget(part)

    def _button(self, icon_name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(12, 12))
        button.setFixedSize(BUTTON_PX, BUTTON_PX)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setAccessibleName(tip)
        button.setToolTip(tooltip(tip))
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.give.click()
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.take.click()
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self.palette().color(QPalette.ColorRole.Accent))
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


class StrengthSign(QWidget):
    """As many dots as a suggestion is strong; a full disc for what a person says."""

    def __init__(self, strength: Strength | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strength = strength
        self.setFixedSize(DOTS_PX + 4, ROW_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._strength is not None:
            paint_strength(painter, QPoint(4, self.height() // 2), self._strength, self.palette())
        else:
            icon("tag").paint(painter, self.rect().adjusted(4, 8, -2, -8))
