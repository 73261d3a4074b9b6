from __future__ import annotations

import numpy as np
from PySide6.QtCore import QItemSelectionModel
from pytestqt.qtbot import QtBot

from app.view_models.results import Results
from app.widgets.results.row_selection import selected_rows, selection_of
from tests.app.listed_files import knowing_model

SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect


def test_rows_are_selected_as_ranges_over_all_columns(qtbot: QtBot) -> None:
    model = knowing_model()
    model.set_results(Results.browsing(range(100)))
    selection = selection_of(model, np.array([2, 3, 4, 8, 99]))
    ranges = [selection.at(number) for number in range(selection.count())]
    assert [(each.top(), each.bottom(), each.width()) for each in ranges] == [(2, 4, 10), (8, 8, 10), (99, 99, 10)]


def test_selected_rows_ascend_whatever_was_selected_first(qtbot: QtBot) -> None:
    model = knowing_model()
    model.set_results(Results.browsing(range(100)))
    selected = QItemSelectionModel(model)
    assert selected_rows(selected).tolist() == []
    selected.select(selection_of(model, np.array([8, 9])), SELECT)
    selected.select(selection_of(model, np.array([2])), QItemSelectionModel.SelectionFlag.Select)
    assert selected_rows(selected).tolist() == [2, 8, 9]
    selected.select(selection_of(model, np.array([], np.int64)), SELECT)
    assert selected_rows(selected).tolist() == []
