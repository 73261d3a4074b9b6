"""Old names and new ones, as a table that can be written in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.item_models.renaming_model import FIRST_BLOCK, NAME_NOW, NEW_NAME, REMARK, RenamingModel
from app.view_models.renaming_plan import Wishes, made_plan
from engine.ucs_renaming import FilesToName, FileToName

FOLDER = Path("/sounds")
KNOWN = FilesToName(
    (FileToName(7, FOLDER / "tape\n1.wav", category="THUN"), FileToName(9, FOLDER / "tape 2.wav")),
    {FOLDER: ["tape\n1.wav", "tape 2.wav"]},
)
CATEGORY, WHAT = FIRST_BLOCK, FIRST_BLOCK + 1


def answer(model: RenamingModel) -> None:
    """As the thread does that works out names."""
    model.put_plan(made_plan(model.known, model.wishes))


@pytest.fixture
def model() -> RenamingModel:
    model = RenamingModel()
    model.put_files(KNOWN)
    answer(model)
    return model


def texts(model: RenamingModel, row: int) -> list[object]:
    return [model.index(row, column).data() for column in range(model.columnCount())]


def test_it_is_a_table_as_qt_wants_it(model: RenamingModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)
    qtmodeltester.check(RenamingModel())


def test_what_it_shows(model: RenamingModel) -> None:
    assert texts(model, 0) == ["tape\\n1.wav", "THUN", "tape 1", "", "", "THUN_tape 1.wav", ""]
    assert texts(model, 1) == ["tape 2.wav", "", "", "", "", "", "Needs a category"]


def test_only_blocks_can_be_written(model: RenamingModel) -> None:
    writable = [bool(model.flags(model.index(0, column)) & Qt.ItemFlag.ItemIsEditable) for column in range(7)]
    assert writable == [False, True, True, True, True, False, False]
    assert not model.setData(model.index(0, NEW_NAME), "x.wav")
    assert not model.setData(model.index(0, NAME_NOW), "x.wav")


def test_what_is_written_is_shown_at_once_and_its_name_when_it_is_known(model: RenamingModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.wishes_changed):
        assert model.setData(model.index(1, CATEGORY), "rainmetl")
    assert texts(model, 1)[CATEGORY] == "RAINMetl"
    planned_before = model.is_planned
    with qtbot.waitSignal(model.planned):
        answer(model)
    assert (planned_before, model.is_planned) == (False, True)
    assert texts(model, 1)[NEW_NAME:] == ["RAINMetl_tape 2.wav", ""]
    assert model.setData(model.index(1, WHAT), "Tin roof")
    answer(model)
    assert texts(model, 1)[NEW_NAME] == "RAINMetl_Tin roof.wav"


def test_a_plan_that_is_out_of_date_is_not_shown(model: RenamingModel) -> None:
    late = made_plan(KNOWN, Wishes(creator_id="OLD"))
    model.wish(Wishes(creator_id="NEW"))
    model.put_plan(late)
    assert not model.is_planned
    answer(model)
    assert texts(model, 0)[NEW_NAME] == "THUN_tape 1_NEW.wav"


def test_what_is_no_category_is_refused(model: RenamingModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.refused) as refused:
        assert not model.setData(model.index(0, CATEGORY), "Nonsense")
    assert refused.args == ["Nonsense"]
    assert texts(model, 0)[CATEGORY] == "THUN"


def test_other_files_come_without_what_was_written_into_rows(model: RenamingModel) -> None:
    model.setData(model.index(0, WHAT), "Tin roof")
    model.put_files(FilesToName(KNOWN.files[:1], KNOWN.names))
    answer(model)
    assert texts(model, 0)[WHAT] == "tape 1"
    assert texts(model, 0)[REMARK] == ""
    assert model.rowCount() == 1
