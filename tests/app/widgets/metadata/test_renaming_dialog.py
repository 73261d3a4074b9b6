from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.item_models.renaming_model import FIRST_BLOCK, NEW_NAME
from app.view_models.renaming_plan import made_plan
from app.widgets.metadata.renaming_dialog import RenamingDialog
from engine.ucs_renaming import FilesToName, FileToName

FOLDER = Path("/sounds")
KNOWN = FilesToName(
    (FileToName(1, FOLDER / "tape 1.wav", category="THUN"), FileToName(2, FOLDER / "tape 2.wav")),
    {FOLDER: ["tape 1.wav", "tape 2.wav"]},
)


@pytest.fixture
def dialog(qtbot: QtBot) -> RenamingDialog:
    """With its plans made at once."""
    dialog = RenamingDialog()
    qtbot.addWidget(dialog)
    model = dialog.model
    dialog.plan_wanted.connect(lambda: dialog.show_plan(made_plan(model.known, model.wishes)))
    dialog.show_files(KNOWN)
    dialog.show()
    return dialog


def new_names(dialog: RenamingDialog) -> list[str]:
    return [dialog.model.index(row, NEW_NAME).data() for row in range(dialog.model.rowCount())]


def said(dialog: RenamingDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_it_is_not_in_the_way(dialog: RenamingDialog) -> None:
    assert not dialog.isModal()


def test_only_files_that_can_be_renamed_are(dialog: RenamingDialog, qtbot: QtBot) -> None:
    assert new_names(dialog) == ["THUN_tape 1.wav", ""]
    assert dialog.rename.text() == "Rename 1 file"
    assert "1 file would get a new name; 1 keeps its name, see the remarks." in said(dialog)
    with qtbot.waitSignal(dialog.rename_requested) as asked:
        dialog.rename.click()
    assert [renaming.new.name for renaming in asked.args[0]] == ["THUN_tape 1.wav"]


def test_a_category_is_chosen_from_the_list_or_written(dialog: RenamingDialog, qtbot: QtBot) -> None:
    dialog.category.setCurrentIndex(dialog.category.findData("RAINMetl"))
    dialog.category.activated.emit(dialog.category.currentIndex())
    assert new_names(dialog)[1] == "RAINMetl_tape 2.wav"
    dialog.category.lineEdit().clear()
    qtbot.keyClicks(dialog.category.lineEdit(), "ambforst")
    qtbot.keyClick(dialog.category.lineEdit(), Qt.Key.Key_Return)
    assert new_names(dialog) == ["AMBForst_tape 1.wav", "AMBForst_tape 2.wav"]
    assert dialog.isVisible()


def test_creator_and_source_for_all(dialog: RenamingDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.creator, "EM")
    qtbot.keyClicks(dialog.source, "Alps")
    dialog.source.editingFinished.emit()
    assert new_names(dialog)[0] == "THUN_tape 1_EM_Alps.wav"


def test_what_is_no_category_is_said_in_words(dialog: RenamingDialog) -> None:
    dialog.model.setData(dialog.model.index(0, FIRST_BLOCK), "Nonsense")
    assert dialog.outcome.sentence.startswith('"Nonsense" is no category of the Universal Category System')


def test_names_that_are_not_worked_out_yet_cannot_be_given(qtbot: QtBot) -> None:
    dialog = RenamingDialog()
    qtbot.addWidget(dialog)
    dialog.show_files(KNOWN)
    dialog.show_plan(made_plan(KNOWN, dialog.model.wishes))
    assert dialog.rename.isEnabled()
    dialog.model.setData(dialog.model.index(0, FIRST_BLOCK + 1), "Tin roof")
    assert not dialog.rename.isEnabled()
    dialog.show_plan(made_plan(KNOWN, dialog.model.wishes))
    assert dialog.rename.isEnabled()


def test_a_way_back(dialog: RenamingDialog, qtbot: QtBot) -> None:
    assert not dialog.undo.isEnabled()
    dialog.show_way_back(Path("/library/undo/names/01795000000000000000-ab.json"))
    with qtbot.waitSignal(dialog.undo_requested):
        dialog.undo.click()
    dialog.set_busy(True)
    assert not dialog.undo.isEnabled()
    assert not dialog.rename.isEnabled()
