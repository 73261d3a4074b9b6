from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.view_models.metadata_texts import OF_COPIES, OF_FILES
from app.widgets.metadata.write_tags_dialog import WriteTagsDialog

RUN = Path("/library/undo/tags/01795000000000000000-ab")


@pytest.fixture
def dialog(qtbot: QtBot) -> WriteTagsDialog:
    dialog = WriteTagsDialog()
    qtbot.addWidget(dialog)
    dialog.files.set_files([3, 4], [1, 2, 3, 4])
    dialog.show()
    return dialog


def said(dialog: WriteTagsDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_it_is_not_in_the_way(dialog: WriteTagsDialog) -> None:
    assert not dialog.isModal()


def test_copies_are_meant_unless_a_person_says_otherwise(dialog: WriteTagsDialog) -> None:
    assert not dialog.in_place
    assert OF_COPIES in said(dialog)
    assert dialog.write.text() == "Choose a folder and write…"


def test_it_says_what_happens_to_the_files_themselves_and_to_how_many(dialog: WriteTagsDialog) -> None:
    dialog.themselves.click()
    assert dialog.in_place
    assert OF_FILES in said(dialog)
    assert dialog.write.text() == "Write into 2 files"
    dialog.files.listed.click()
    assert dialog.write.text() == "Write into 4 files"


def test_checking_and_writing_are_asked_for(dialog: WriteTagsDialog, qtbot: QtBot) -> None:
    dialog.suggested.click()
    assert dialog.with_suggested_captions
    with qtbot.waitSignal(dialog.check_requested):
        dialog.check.click()
    with qtbot.waitSignal(dialog.write_requested):
        dialog.write.click()


def test_there_is_a_way_back_only_after_something_was_written(dialog: WriteTagsDialog, qtbot: QtBot) -> None:
    assert not dialog.undo.isEnabled()
    dialog.show_way_back(RUN)
    assert dialog.undo.text().startswith("Take back: ")
    with qtbot.waitSignal(dialog.undo_requested):
        dialog.undo.click()
    dialog.show_way_back(None)
    assert not dialog.undo.isEnabled()


def test_one_run_at_a_time_and_none_without_files(dialog: WriteTagsDialog) -> None:
    dialog.show_way_back(RUN)
    dialog.outcome.begin("One moment …")
    dialog.set_busy(True)
    dialog.themselves.click()
    assert not any(button.isEnabled() for button in (dialog.check, dialog.write, dialog.undo))
    dialog.outcome.clear()
    dialog.set_busy(False)
    assert all(button.isEnabled() for button in (dialog.check, dialog.write, dialog.undo))
    dialog.files.set_files([], [])
    assert not dialog.write.isEnabled()
