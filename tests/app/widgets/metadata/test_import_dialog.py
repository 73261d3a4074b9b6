from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.widgets.metadata.import_dialog import ImportDialog

CHANGE = ("a.wav", "/sounds", "tags: bark")


@pytest.fixture
def dialog(qtbot: QtBot) -> ImportDialog:
    dialog = ImportDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_it_is_not_in_the_way(dialog: ImportDialog) -> None:
    assert not dialog.isModal()


def test_what_would_change_is_seen_before_it_is_taken(dialog: ImportDialog, qtbot: QtBot) -> None:
    assert not dialog.take.isEnabled()
    dialog.show_preview("1 file would get something new.", [CHANGE], [("Not read: price.",)])
    assert dialog.changes.rows.rows() == [CHANGE]
    assert not dialog.left_out.isHidden()
    with qtbot.waitSignal(dialog.import_requested) as asked:
        dialog.take.click()
    assert asked.args == [False]


def test_to_replace_is_another_preview(dialog: ImportDialog, qtbot: QtBot) -> None:
    dialog.show_preview("", [CHANGE], [])
    with qtbot.waitSignal(dialog.preview_requested) as asked:
        dialog.overwrite.click()
    assert asked.args == [True]


def test_a_table_that_says_nothing_new_cannot_be_taken(dialog: ImportDialog) -> None:
    dialog.show_preview("0 files would get something new.", [], [])
    dialog.set_busy(True)
    dialog.set_busy(False)
    assert not dialog.take.isEnabled()
    assert dialog.left_out.isHidden()


def test_once_it_was_taken_it_is_not_taken_again(dialog: ImportDialog) -> None:
    dialog.show_preview("", [CHANGE], [])
    dialog.show_imported("1 file got something new.")
    assert not dialog.take.isEnabled()
    assert dialog.changes.rows.rows() == [CHANGE]
