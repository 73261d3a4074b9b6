from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from app.item_models.unreadable_model import UnreadableModel
from engine.errors import Failure
from tests.app.shown_files import HOSTILE_NAMES

DOG = Failure(Path("/sounds/Field/dog.wav"), "it is empty")
CAT = Failure(Path("/sounds/Field/cat.wav"), "its header is damaged")


def shown(model: UnreadableModel) -> list[list[object]]:
    return [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]


def test_it_is_a_table_as_qt_wants_it(qtmodeltester: ModelTester) -> None:
    model = UnreadableModel()
    qtmodeltester.check(model)
    model.put([DOG, CAT])
    qtmodeltester.check(model)


def test_files_are_in_the_order_of_their_paths() -> None:
    model = UnreadableModel()
    model.put([DOG, CAT])
    assert shown(model) == [
        ["cat.wav", "/sounds/Field", "its header is damaged"],
        ["dog.wav", "/sounds/Field", "it is empty"],
    ]
    assert model.failure(0) == CAT
    assert model.failures() == [CAT, DOG]


def test_columns_have_names() -> None:
    model = UnreadableModel()
    names = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(3)]
    assert names == ["Name", "Folder", "Reason"]


def test_the_same_list_again_changes_nothing() -> None:
    model = UnreadableModel()
    model.put([DOG])
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    model.put([DOG])
    assert resets == []


def test_hostile_names_are_plain_text() -> None:
    model = UnreadableModel()
    model.put([Failure(Path("/sounds") / name.replace("/", ""), name) for name in HOSTILE_NAMES])
    for row in shown(model):
        assert all(str(text).isprintable() for text in row)
    tooltips = [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) for row in range(model.rowCount())]
    assert not any("<b>" in tooltip for tooltip in tooltips)
