"""The dialog in which a tag is taught."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from app.view_models.learned_tags import ShownSound
from app.widgets.tags.personal_tag_dialog import PersonalTagDialog

GATE = ShownSound(1, "gate.wav", "Field", "0:02–0:05", 2.0, 5.0, 0.9)
DOOR = ShownSound(2, "door.wav", "Field", "0:02–0:05", 2.0, 5.0, 0.5)


@pytest.fixture
def dialog(qtbot: QtBot) -> PersonalTagDialog:
    dialog = PersonalTagDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_name_is_told_as_it_is_typed_and_once_it_is_finished(dialog: PersonalTagDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.renamed) as renamed:
        qtbot.keyClicks(dialog.name, "gate")
    assert renamed.args == ["gate"]
    with qtbot.waitSignal(dialog.named):
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)


def test_a_stored_tag_keeps_its_name_here(dialog: PersonalTagDialog, qtbot: QtBot) -> None:
    dialog.show_tag("gate", is_stored=True)
    assert dialog.name.isReadOnly()
    assert dialog.forget.isEnabled()
    dialog.show_tag("", is_stored=False)
    assert (dialog.name.text(), dialog.name.isReadOnly(), dialog.forget.isEnabled()) == ("", False, False)


def test_what_is_being_typed_stays_while_the_library_is_read(dialog: PersonalTagDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.name, "creaky ")
    dialog.show_tag("creaky", is_stored=False)
    assert dialog.name.text() == "creaky "


def test_what_is_selected_can_be_added_to_either_side(dialog: PersonalTagDialog, qtbot: QtBot) -> None:
    assert not dialog.add_like.isEnabled()
    dialog.show_selected(3)
    for button, is_like in ((dialog.add_like, True), (dialog.add_unlike, False)):
        with qtbot.waitSignal(dialog.add_requested) as requested:
            button.click()
        assert requested.args == [is_like]


def test_drops_say_on_which_side(dialog: PersonalTagDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.files_dropped) as dropped:
        dialog.unlikes.files_dropped.emit([7])
    assert dropped.args == [[7], False]


def test_suggestions_are_judged_with_buttons_too(dialog: PersonalTagDialog, qtbot: QtBot) -> None:
    assert not dialog.yes.isEnabled()
    dialog.show_found([GATE, DOOR])
    dialog.found.selectRow(0)
    for button, args in ((dialog.yes, [GATE, True]), (dialog.no, [DOOR, False])):
        with qtbot.waitSignal(dialog.judged) as judged:
            button.click()
        assert judged.args == args
    assert not dialog.no.isEnabled()


def test_the_tag_is_given_down_to_the_chosen_one(dialog: PersonalTagDialog, qtbot: QtBot) -> None:
    dialog.show_tag("gate", is_stored=True)
    dialog.show_found([GATE, DOOR])
    assert dialog.give.text() == "Give all 2 the tag"
    dialog.found.selectRow(0)
    assert dialog.give.text() == "Give the first one the tag"
    with qtbot.waitSignal(dialog.give_requested) as requested:
        dialog.give.click()
    assert requested.args == [[1]]


def test_a_tag_without_a_name_cannot_be_given(dialog: PersonalTagDialog) -> None:
    dialog.show_found([GATE])
    assert not dialog.give.isEnabled()


def test_training_the_network_is_offered_with_its_command(dialog: PersonalTagDialog) -> None:
    dialog.offer_tuning("", "")
    assert not dialog.tuning.isVisible()
    dialog.offer_tuning("With 20 examples …", "earmark-train personal")
    assert dialog.tuning.isVisible()
    dialog.copy_command.click()
    assert QGuiApplication.clipboard().text() == "earmark-train personal"


def test_closing_finishes_the_name(dialog: PersonalTagDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.name, "gate")
    told: list[str] = []
    dialog.named.connect(lambda: told.append("named"))
    dialog.hidden.connect(lambda: told.append("hidden"))
    dialog.close()
    assert "named" in told[:-1]
    assert told[-1] == "hidden"


def test_every_control_has_a_name_for_those_who_do_not_see_it(dialog: PersonalTagDialog) -> None:
    dialog.offer_tuning("With 20 examples …", "earmark-train personal")
    controls = [*dialog.findChildren(QAbstractButton), *dialog.findChildren(QLineEdit)]
    nameless = [
        control.metaObject().className()
        for control in controls
        if control.isVisible() and not control.accessibleName() and not getattr(control, "text", str)()
    ]
    assert set(nameless) <= {"QTableCornerButton"}


def test_what_escape_does_is_asked(dialog: PersonalTagDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.escaped):
        qtbot.keyClick(dialog.likes, Qt.Key.Key_Escape)
    assert dialog.isVisible()
