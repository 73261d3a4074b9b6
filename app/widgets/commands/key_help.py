"""Which key does what, to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QFont, QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.commands import Commands, shown_keys
from app.look.theme import small_font
from app.widgets.commands.key_caps import KeyCaps
from app.widgets.commands.overlay import Overlay

_MOST_COLUMNS = 3
_COLUMN_WIDTH_PX = 264
_COLUMN_GAP_PX = 40
_PADDING_PX = 24


class KeyHelp(Overlay):
    """All commands that have keys, in columns by section."""

    def __init__(self, commands: Commands, window: QWidget) -> None:
        super().__init__(window)
        self.setAccessibleName("Key help")
        self._commands = commands
        self._sheet = _Sheet()
        layout = QVBoxLayout(self.panel)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(self._sheet)

    @Slot()
    def toggle(self) -> None:
        if self.isVisible():
            self.dismiss()
            return
        sections = {
            section: [action for action in actions if action.shortcuts()]
            for section, actions in self._commands.sections().items()
        }
        room = (self._window.width() - 2 * _PADDING_PX) // (_COLUMN_WIDTH_PX + _COLUMN_GAP_PX)
        columns = min(max(room, 1), _MOST_COLUMNS)
        self._sheet.fill(_columns({section: actions for section, actions in sections.items() if actions}, columns))
        self.open(self._sheet)


class _Sheet(QScrollArea):
    """As large as what it holds, if there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QScrollArea { background: transparent; }")
        self.viewport().setAutoFillBackground(False)
        self.setWidgetResizable(True)
        self.setAccessibleName("Keys of all commands")

    def fill(self, content: QWidget) -> None:
        self.setWidget(content)
        content.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        content = self.widget()
        if content is None:
            return super().sizeHint()
        return content.sizeHint() + QSize(self.verticalScrollBar().sizeHint().width(), 0)


def _columns(sections: Mapping[str, Sequence[QAction]], number: int) -> QWidget:
    """Each section goes to the column that is the shortest so far."""
    sheet = QWidget()
    across = QHBoxLayout(sheet)
    across.setContentsMargins(_PADDING_PX, _PADDING_PX, _PADDING_PX, _PADDING_PX)
    across.setSpacing(_COLUMN_GAP_PX)
    columns = [QVBoxLayout() for _ in range(number)]
    lengths = [0] * number
    for column in columns:
        column.setSpacing(_PADDING_PX)
        across.addLayout(column)
    for section, actions in sections.items():
        shortest = lengths.index(min(lengths))
        columns[shortest].addWidget(_section(section, actions))
        lengths[shortest] += len(actions) + 2
    for column in columns:
        column.addStretch()
    return sheet


def _section(name: str, actions: Sequence[QAction]) -> QWidget:
    section = QWidget()
    section.setFixedWidth(_COLUMN_WIDTH_PX)
    grid = QGridLayout(section)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(0, 1)
    heading = QLabel(name)
    heading.setFont(_heading_font(heading.font()))
    heading.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    grid.addWidget(heading, 0, 0, 1, 2)
    for row, action in enumerate(actions, start=1):
        keys = shown_keys(action)
        text = QLabel(action.text())
        text.setTextFormat(Qt.TextFormat.PlainText)
        caps = KeyCaps(keys)
        caps.setAccessibleName(f"{action.text()}: {', '.join(keys)}")
        grid.addWidget(text, row, 0)
        grid.addWidget(caps, row, 1, Qt.AlignmentFlag.AlignRight)
    return section


def _heading_font(font: QFont) -> QFont:
    heading = small_font(font)
    heading.setWeight(QFont.Weight.DemiBold)
    return heading
