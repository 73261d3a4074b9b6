"""Which key does what, to change."""

from __future__ import annotations

from PySide6.QtCore import QSortFilterProxyModel, Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.commands import Commands
from app.item_models.command_keys import KEYS_COLUMN, CommandKeys

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText


class KeysEditor(QWidget):
    """A table of commands and their keys; a key pressed in the field below can replace those of the chosen command or
    be added to them. Every change is made at once, and `Commands.keys_changed` tells of it.
    """

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = CommandKeys(commands, self)
        self._rows = QSortFilterProxyModel(self)
        self._rows.setSourceModel(self._model)
        self._rows.setFilterKeyColumn(-1)
        self._rows.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._filter = QLineEdit(placeholderText="Find a command or a key")
        self._filter.setAccessibleName("Find a command or a key")
        self._filter.textChanged.connect(self._rows.setFilterFixedString)
        self._table = _table(self._rows)
        self._recorder = QKeySequenceEdit()
        self._recorder.setMaximumSequenceLength(1)
        self._recorder.setClearButtonEnabled(True)
        self._recorder.setAccessibleName("New key")
        self._recorder.setToolTip("Press the new key here")
        self._sentence = QLabel()
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setWordWrap(True)
        self._replace = _button("Use this key", "Give the chosen command this key instead of those it has")
        self._add = _button("Add this key", "Give the chosen command this key besides those it has")
        self._remove = _button("Remove keys", "Leave the chosen command without a key")
        self._reset = _button("Reset", "Give the chosen command the keys that it has by default")
        self._reset_all = _button("Reset all", "Give every command the keys that it has by default")
        self._lay_out()
        self._connect()
        self._table.selectRow(0)

    def _lay_out(self) -> None:
        recording = QHBoxLayout()
        for widget in (self._recorder, self._replace, self._add):
            recording.addWidget(widget)
        resetting = QHBoxLayout()
        resetting.addWidget(self._sentence, stretch=1)
        for widget in (self._remove, self._reset, self._reset_all):
            resetting.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._filter)
        layout.addWidget(self._table, stretch=1)
        layout.addLayout(recording)
        layout.addLayout(resetting)

    def _connect(self) -> None:
        self._table.selectionModel().currentRowChanged.connect(self._begin)
        self._table.activated.connect(self._recorder.setFocus)
        self._recorder.keySequenceChanged.connect(self._refresh)
        self._commands.keys_changed.connect(self._refresh)
        self._replace.clicked.connect(self._use_instead)
        self._add.clicked.connect(self._use_too)
        self._remove.clicked.connect(self._use_none)
        self._reset.clicked.connect(self._reset_one)
        self._reset_all.clicked.connect(self._reset_every)

    # --- what is chosen, and what was pressed -------------------------------------------------------------------------

    def _command_id(self) -> str | None:
        index = self._rows.mapToSource(self._table.currentIndex())
        return self._model.id_at(index.row()) if index.isValid() else None

    def _pressed(self) -> tuple[str, ...]:
        text = self._recorder.keySequence().toString(_PORTABLE)
        return (text,) if text else ()

    @Slot()
    def _begin(self) -> None:
        self._recorder.clear()
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        id, pressed = self._command_id(), self._pressed()
        rebindings = self._commands.rebindings()
        self._recorder.setEnabled(id is not None)
        self._replace.setEnabled(id is not None and bool(pressed))
        self._add.setEnabled(id is not None and bool(pressed))
        self._remove.setEnabled(id is not None and bool(self._commands.keys(id)))
        self._reset.setEnabled(id in rebindings)
        self._reset_all.setEnabled(bool(rebindings))
        self._sentence.setText("" if pressed or id is None else "Click in the field and press the new key.")

    # --- changes ------------------------------------------------------------------------------------------------------

    @Slot()
    def _use_instead(self) -> None:
        self._rebind(self._pressed())

    @Slot()
    def _use_too(self) -> None:
        if (id := self._command_id()) is not None:
            self._rebind((*self._commands.keys(id), *self._pressed()))

    @Slot()
    def _use_none(self) -> None:
        self._rebind(())

    def _rebind(self, keys: tuple[str, ...]) -> None:
        id = self._command_id()
        if id is None:
            return
        key = self._recorder.keySequence().toString(_NATIVE)
        holder = self._commands.rebind(id, keys)
        if holder is None:
            self._begin()
        else:
            self._sentence.setText(f"{key} already belongs to “{holder}”, so nothing was changed.")

    @Slot()
    def _reset_one(self) -> None:
        id = self._command_id()
        if id is None:
            return
        holder = self._commands.reset(id)
        if holder is not None:
            self._sentence.setText(f"The default key belongs to “{holder}” now, so nothing was changed.")

    @Slot()
    def _reset_every(self) -> None:
        self._commands.apply({})


def _table(rows: QSortFilterProxyModel) -> QTableView:
    table = QTableView()
    table.setModel(rows)
    table.setAccessibleName("Commands and their keys")
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(28)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.setColumnWidth(1, 120)
    table.setColumnWidth(KEYS_COLUMN, 160)
    return table


def _button(text: str, tool_tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tool_tip)
    button.setAutoDefault(False)  # Enter in the field records Enter
    return button
