from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.widgets.inspector.tag_editor import TagEditor


@pytest.fixture
def editor(qtbot: QtBot) -> TagEditor:
    """The tags of file 1: dog and yard."""
    editor = TagEditor()
    qtbot.addWidget(editor)
    editor.show_tags([1], ["dog", "yard"])
    editor.show()
    return editor


def test_tags_are_shown(editor: TagEditor) -> None:
    assert [capsule.tag for capsule in editor.capsules()] == ["dog", "yard"]


def test_several_tags_are_entered_at_once(editor: TagEditor, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor.field, "night  walk, rain,,rain")
    with qtbot.waitSignal(editor.tags_added) as added:
        qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    assert added.args == [["night walk", "rain"]]
    assert editor.field.text() == ""


def test_nothing_is_no_tag(editor: TagEditor, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor.field, " , ")
    with qtbot.assertNotEmitted(editor.tags_added):
        qtbot.keyClick(editor.field, Qt.Key.Key_Return)


def test_a_capsule_speaks_through_its_editor(editor: TagEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.removed) as removed:
        editor.capsules()[1].removed.emit("yard")
    assert removed.args == ["yard"]


def test_what_is_half_typed_waits_for_its_file(editor: TagEditor, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor.field, "ra")
    editor.show_tags([2], ["car"])
    assert editor.field.text() == ""
    editor.show_tags([1], ["dog", "yard"])
    assert editor.field.text() == "ra"


def test_a_refresh_leaves_what_is_half_typed(editor: TagEditor, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor.field, "ra")
    editor.show_tags([1], ["dog", "yard", "rain"])
    assert editor.field.text() == "ra"


def test_escape_empties_the_field(editor: TagEditor, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor.field, "ra")
    qtbot.keyClick(editor.field, Qt.Key.Key_Escape)
    assert editor.field.text() == ""


def test_the_last_tag_is_completed(editor: TagEditor, qtbot: QtBot) -> None:
    editor.set_known_tags(["dog", "night walk", "rain"])
    qtbot.keyClicks(editor.field, "car, WALK")
    completer = editor.field.completer()
    completer.setCompletionPrefix(completer.splitPath(editor.field.text())[0])
    assert [completer.completionModel().index(row, 0).data() for row in range(completer.completionCount())] == [
        "night walk"
    ]
    assert completer.currentCompletion() == "car, night walk"
