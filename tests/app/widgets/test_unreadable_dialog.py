from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.widgets.unreadable_dialog import UnreadableDialog
from engine.errors import Failure

CAT = Failure(Path("/sounds/cat.wav"), "its header is damaged")
DOG = Failure(Path("/sounds/dog.wav"), "it is empty")


@pytest.fixture
def dialog(qtbot: QtBot) -> UnreadableDialog:
    dialog = UnreadableDialog()
    qtbot.addWidget(dialog)
    dialog.show_failures([DOG, CAT])
    dialog.show()
    return dialog


def test_it_is_not_in_the_way(dialog: UnreadableDialog) -> None:
    assert not dialog.isModal()


def test_it_says_what_is_safe(dialog: UnreadableDialog) -> None:
    assert dialog.findChild(QLabel).text().startswith("2 files could not be read. They are as they were")


def test_selected_files_are_tried_again(dialog: UnreadableDialog, qtbot: QtBot) -> None:
    assert not dialog.retry.isEnabled()
    dialog.table.selectRow(1)
    with qtbot.waitSignal(dialog.retry_requested) as retried:
        dialog.retry.click()
    assert retried.args == [[DOG.path]]


def test_all_files_are_tried_again(dialog: UnreadableDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.retry_requested) as retried:
        dialog.retry_all.click()
    assert retried.args == [[CAT.path, DOG.path]]


def test_one_file_is_revealed(dialog: UnreadableDialog, qtbot: QtBot) -> None:
    dialog.table.selectAll()
    assert not dialog.reveal.isEnabled()
    dialog.table.selectRow(0)
    with qtbot.waitSignal(dialog.reveal_requested) as revealed:
        dialog.reveal.click()
    assert revealed.args == [CAT.path]


def test_the_list_is_copied_as_a_table(dialog: UnreadableDialog) -> None:
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == (
        "Name\tFolder\tReason\ncat.wav\t/sounds\tits header is damaged\ndog.wav\t/sounds\tit is empty"
    )
    dialog.table.selectRow(1)
    dialog.copy.click()
    assert "cat.wav" not in QGuiApplication.clipboard().text()


def test_a_selection_outlives_a_refresh(dialog: UnreadableDialog) -> None:
    dialog.table.selectRow(1)
    dialog.show_failures([DOG])
    assert [index.row() for index in dialog.table.selectionModel().selectedRows()] == [0]
    assert dialog.retry.isEnabled()


def test_the_list_may_become_empty(dialog: UnreadableDialog) -> None:
    dialog.table.selectAll()
    dialog.show_failures([])
    assert dialog.findChild(QLabel).text() == "Every file could be read."
    buttons = [dialog.retry, dialog.retry_all, dialog.reveal, dialog.copy]
    assert not any(button.isEnabled() for button in buttons)
