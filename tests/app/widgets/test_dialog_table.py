"""How tables in dialogs look."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QAbstractItemView, QTableView
from pytestqt.qtbot import QtBot

from app.widgets.dialog_table import ROW_PX, dress


def test_rows_are_chosen_as_wholes_and_the_last_column_takes_the_room(qtbot: QtBot) -> None:
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(QStringListModel(["rain", "dog"], table))
    dress(table)
    assert table.selectionBehavior() == QAbstractItemView.SelectionBehavior.SelectRows
    assert table.rowHeight(1) == ROW_PX
    assert table.horizontalHeader().stretchLastSection()
    assert table.verticalHeader().isHidden()
