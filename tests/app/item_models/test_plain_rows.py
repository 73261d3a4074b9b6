from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from app.item_models.plain_rows import PlainRows

ROWS = [("a.wav", "gets <b>tags</b>"), ("b.wav", "gets none")]


def test_it_is_a_table_as_qt_wants_it(qtmodeltester: ModelTester) -> None:
    model = PlainRows(["Name", "What"])
    qtmodeltester.check(model)
    model.put(ROWS)
    qtmodeltester.check(model)


def test_rows_stay_in_the_order_in_which_they_came() -> None:
    model = PlainRows(["Name", "What"])
    model.put(ROWS)
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["a.wav", "b.wav"]
    assert model.rows() == ROWS
    assert model.headerData(1, Qt.Orientation.Horizontal) == "What"


def test_tooltips_show_markup_as_it_is() -> None:
    model = PlainRows(["Name", "What"])
    model.put(ROWS)
    assert "&lt;b&gt;" in model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
