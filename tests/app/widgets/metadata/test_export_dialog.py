from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.widgets.metadata.export_dialog import FORMS, ExportDialog, Form


@pytest.fixture
def dialog(qtbot: QtBot) -> ExportDialog:
    dialog = ExportDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_it_is_not_in_the_way(dialog: ExportDialog) -> None:
    assert not dialog.isModal()


@pytest.mark.parametrize("form", [form for form, _ in FORMS])
def test_each_form_can_be_asked_for(dialog: ExportDialog, form: Form, qtbot: QtBot) -> None:
    dialog.buttons[form].click()
    with qtbot.waitSignal(dialog.export_requested) as asked:
        dialog.export.click()
    assert asked.args == [form]


def test_one_export_at_a_time(dialog: ExportDialog) -> None:
    dialog.set_busy(True)
    assert not dialog.export.isEnabled()
    dialog.set_busy(False)
    assert dialog.export.isEnabled()
