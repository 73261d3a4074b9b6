"""Why the file was found: what was heard where, and which words say so; and whether it should have been."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.look import theme
from app.look.icons import icon
from app.view_models.plain_text import one_line
from app.view_models.verdicts import Verdict
from app.view_models.why import Heard, Why
from app.widgets.inspector.section import Section, plain_label

DOT_PX = 8
BAR_PX = 3


class WhySection(Section):
    """moment_requested : start and end in seconds
    clause_pointed : the text of the clause that is pointed at, or None
    more_requested, less_requested : of answers like this one, or no longer
    """

    moment_requested = Signal(float, float)
    clause_pointed = Signal(object)
    more_requested = Signal()
    less_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Why this matched", parent)
        self._why: Why | None = None
        self._rows: list[QWidget] = []
        self._verdict = VerdictButtons(self)
        self._verdict.more.clicked.connect(self.more_requested)
        self._verdict.less.clicked.connect(self.less_requested)
        self.column.addWidget(self._verdict)

    def show_verdict(self, verdict: Verdict | None) -> None:
        self._verdict.show_verdict(verdict)

    def show_why(self, why: Why | None) -> None:
        if why != self._why:
            self._why = why
            self._fill(why)
        self.setVisible(why is not None)

    def _fill(self, why: Why | None) -> None:
        self.clause_pointed.emit(None)  # rows that were there go without leaving
        for row in self._rows:
            self.column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = self._make_rows(why) if why else []
        for row in self._rows:
            self.column.insertWidget(self.column.count() - 1, row)

    def _make_rows(self, why: Why) -> list[QWidget]:
        rows: list[QWidget] = []
        for heard in why.heard:
            row = HeardRow(heard, self)
            row.moment_requested.connect(self.moment_requested)
            row.pointed.connect(self.clause_pointed)
            rows.append(row)
        return [*rows, *(plain_label(one_line(sentence), self, small=True, wraps=True) for sentence in why.said)]


class HeardRow(QWidget):
    """A clause in its colour, how clearly it was heard, and its moment to jump to.

    pointed : the clause's text while the pointer is on it; None once it leaves
    """

    moment_requested = Signal(float, float)
    pointed = Signal(object)

    def __init__(self, heard: Heard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = heard.text
        text = one_line(heard.text)
        self.moment = MomentLink(heard.moment, self)
        self.moment.setAccessibleName(f"Go to {text} at {heard.moment}")
        self.moment.clicked.connect(lambda: self.moment_requested.emit(heard.start_s, heard.end_s))
        name = plain_label(text, self, wraps=True)
        if heard.colour is None:
            name.setAccessibleName(f"Without {text}")
            name.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            font = name.font()
            font.setStrikeOut(True)
            name.setFont(font)
            self.moment.setToolTip("Play from where it was heard most")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(_Dot(heard.colour, self), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(name, 1)
        line.addWidget(self.moment, 0, Qt.AlignmentFlag.AlignTop)
        below = QHBoxLayout()
        below.setContentsMargins(DOT_PX + 8, 0, 0, 0)
        below.setSpacing(8)
        below.addWidget(_Strength(heard, self), 1)
        below.addWidget(plain_label(heard.how, self, small=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(line)
        column.addLayout(below)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.pointed.emit(self._text)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)


class VerdictButtons(QWidget):
    """Whether there should be more answers like this one, or fewer; the one that was said is pressed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.more = self._button("plus", "More like this", "G")
        self.less = self._button("minus", "Less like this", "Shift+G")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.more)
        line.addWidget(self.less)
        line.addStretch()

    def _button(self, icon_name: str, text: str, key: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(icon_name))
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setToolTip(f"{text} ({key}); once more takes it back")
        button.setCheckable(True)
        return button

    def show_verdict(self, verdict: Verdict | None) -> None:
        self.more.setChecked(verdict == "liked")
        self.less.setChecked(verdict == "disliked")


class MomentLink(QPushButton):
    """Looks like a link."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setFont(theme.figures(self.font()))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Play from this moment")
        self.setFlat(True)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 8, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = self.font()
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(self.palette().color(QPalette.ColorRole.Link))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


class _Dot(QWidget):
    """In the colour of the clause; a ring for what should not be heard."""

    def __init__(self, number: int | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._number = number
        self.setFixedSize(DOT_PX, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = theme.clause_colour(self._number, self.palette())
        disc = QRectF(0, (self.height() - DOT_PX) / 2, DOT_PX, DOT_PX)
        if self._number is None:
            painter.setPen(colour)
            painter.drawEllipse(disc.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(disc)


class _Strength(QWidget):
    """A bar in the colour of the clause."""

    def __init__(self, heard: Heard, parent: QWidget) -> None:
        super().__init__(parent)
        self._share = heard.strength
        self._number = heard.colour
        self.setMinimumSize(40, 16)
        self.setAccessibleName(f"{heard.strength:.0%}")
        self.setToolTip(f"{heard.strength:.0%}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(0, (self.height() - BAR_PX) / 2, self.width(), BAR_PX)
        painter.setBrush(theme.hairline(self.palette()))
        painter.drawRoundedRect(bar, BAR_PX / 2, BAR_PX / 2)
        bar.setWidth(bar.width() * self._share)
        painter.setBrush(theme.clause_colour(self._number, self.palette()))
        painter.drawRoundedRect(bar, BAR_PX / 2, BAR_PX / 2)
