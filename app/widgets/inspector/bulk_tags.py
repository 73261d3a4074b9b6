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
        return self._rows[: len(self._in_sight)]

    @property
    def _in_sight(self) -> tuple[SharedName, ...]:
        return self._names if self._shows_all else self._names[:ROWS_AT_ONCE]

    def _fill(self) -> None:
        """Rows are used again: to make two dozen takes longer than a person should wait at every key."""
        focused = next((number for number, row in enumerate(self._rows) if row.hasFocus()), None)
        shown = self._in_sight
        for number, shared in enumerate(shown):
            if number < len(self._rows):
                self._rows[number].show_name(shared)
            else:
                self._add(BulkRow(shared, self))
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(shown))
        self._more.setText(f"{count(len(self._names) - len(shown))} more")
        self._more.setVisible(len(shown) < len(self._names))
        if focused is not None and shown:
            self._rows[min(focused, len(shown) - 1)].setFocus()

    def _add(self, row: BulkRow) -> None:
        row.given.connect(self.given)
        row.taken.connect(self.taken)
        self._column.insertWidget(len(self._rows), row)
        self._rows.append(row)

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
        self.setFixedHeight(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._sign = StrengthSign(self)
        self._label = ElidedLabel(Qt.TextElideMode.ElideRight, self)
        self.share = plain_label("", self, small=True)
        self.share.setFont(theme.figures(self.share.font()))
        self.give, self.take = self._button(), self._button()
        self.take.setIcon(icon("close"))
        self.give.clicked.connect(lambda: self.given.emit(self.shared))
        self.take.clicked.connect(lambda: self.taken.emit(self.shared))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._sign)
        row.addWidget(self._label, 1)
        for part in (self.share, self.give, self.take):
            row.addWidget(part)
        self.show_name(shared)

    def show_name(self, shared: SharedName) -> None:
        self.shared = shared
        name, share, is_suggested = one_line(shared.name), shared.share_text, shared.strength is not None
        self.setAccessibleName(f"{'Suggested: ' if is_suggested else ''}{name}, {share}")
        self._sign.show_strength(shared.strength)
        self._label.say(name)
        if is_suggested:
            self._label.setToolTip(tooltip(f"{name}\nUsually {shared.strength}, for {share} files"))
        role = QPalette.ColorRole.PlaceholderText if shared.implied else QPalette.ColorRole.WindowText
        self._label.setForegroundRole(role)
        self.share.setText(share)
        self.give.setIcon(icon("check" if is_suggested else "plus"))
        self.give.setEnabled(is_suggested or shared.files < shared.of)
        _say(self.give, f"Accept “{name}” for {share} (Enter)" if is_suggested else f"Give “{name}” to all (Enter)")
        _say(self.take, f"Reject “{name}” for {share} (Delete)" if is_suggested else f"Take “{name}” from all (Delete)")

    def _button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIconSize(QSize(12, 12))
        button.setFixedSize(BUTTON_PX, BUTTON_PX)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strength: Strength | None = None
        self.setFixedSize(DOTS_PX + 4, ROW_PX)

    def show_strength(self, strength: Strength | None) -> None:
        self._strength = strength
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._strength is not None:
            paint_strength(painter, QPoint(4, self.height() // 2), self._strength, self.palette())
        else:
            icon("tag").paint(painter, self.rect().adjusted(4, 8, -2, -8))


def _say(button: QToolButton, tip: str) -> None:
    button.setAccessibleName(tip)
    button.setToolTip(tooltip(tip))
