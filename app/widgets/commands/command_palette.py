"""Every command within a few letters."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from app.commands import Commands
from app.item_models.command_list import CommandList
from app.view_models.command_filter import Entry, filtered
from app.widgets.commands.command_delegate import ROW_HEIGHT_PX, CommandDelegate
from app.widgets.commands.overlay import Overlay

WIDTH_PX = 560
_FIELD_HEIGHT_PX = 44
_MAX_ROWS = 11
_PAGE = _MAX_ROWS - 1
_STEPS: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _PAGE, Qt.Key.Key_PageUp: -_PAGE}


class CommandPalette(Overlay):
    """A filter field over a list of commands; Enter runs the chosen one after the palette is gone."""

    def __init__(self, commands: Commands, window: QWidget) -> None:
        super().__init__(window)
        self.setAccessibleName("Command palette")
        self._commands = commands
        self._recent: list[str] = []
        self._model = CommandList(commands, self)
        self._field = _filter_field(self)
        self._list = _command_list(self._model)
        layout = QVBoxLayout(self.panel)
        layout.setContentsMargins(1, 1, 1, 8)
        layout.setSpacing(0)
        layout.addWidget(self._field)
        layout.addWidget(_hairline())
        layout.addSpacing(4)
        layout.addWidget(self._list)
        self._field.textChanged.connect(self._filter)
        self._list.clicked.connect(self._run)

    @Slot()
    def toggle(self) -> None:
        if self.isVisible():
            self.dismiss()
            return
        self._field.clear()
        self._filter()
        self.open(self._field)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the field has no use for: to move in the list, to run, to close."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self._list.currentIndex())
        elif (step := _STEPS.get(event.key())) is not None:
            self._move(step)
        else:
            super().keyPressEvent(event)

    def _move(self, rows: int) -> None:
        """One step beyond the end is the beginning; a page stops there."""
        last = self._model.rowCount() - 1
        row = self._list.currentIndex().row() + rows
        if abs(rows) > 1:
            row = min(max(row, 0), last)
        self._choose(row % (last + 1) if last >= 0 else 0)

    def _choose(self, row: int) -> None:
        index = self._model.index(row)
        # not through the view, which would refuse what is disabled
        self._list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._list.scrollTo(index)
        # to a screen reader, which hears of the field only, where the focus is
        spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
        self._field.setAccessibleDescription(spoken or "No command")

    @Slot()
    def _filter(self) -> None:
        entries = (
            Entry(action.objectName(), section, action.text())
            for section, actions in self._commands.sections().items()
            for action in actions
        )
        self._model.show([entry.id for entry in filtered(entries, self._field.text(), self._recent)])
        self._choose(0)

    @Slot(QModelIndex)
    def _run(self, index: QModelIndex) -> None:
        if not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        id = self._model.id_at(index.row())
        self._recent = [id, *(other for other in self._recent if other != id)]
        self.dismiss()
        self._commands.action(id).trigger()


def _filter_field(parent: QWidget) -> QLineEdit:
    field = QLineEdit(parent)
    field.setStyleSheet(
        f"QLineEdit {{ border: none; background: transparent; padding: 0 16px; min-height: {_FIELD_HEIGHT_PX}px; }}"
    )
    field.setPlaceholderText("What do you want to do?")
    field.setAccessibleName("Find a command")
    return field


def _hairline() -> QWidget:
    line = QWidget()
    line.setFixedHeight(1)
    line.setAutoFillBackground(True)
    line.setBackgroundRole(QPalette.ColorRole.Mid)
    return line


def _command_list(model: CommandList) -> QListView:
    view = QListView()
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setUniformItemSizes(True)
    view.setMouseTracking(True)
    view.setAccessibleName("Commands")
    view.setItemDelegate(CommandDelegate(view))
    view.setModel(model)
    view.setFixedSize(WIDTH_PX - 2, _MAX_ROWS * ROW_HEIGHT_PX)
    return view
