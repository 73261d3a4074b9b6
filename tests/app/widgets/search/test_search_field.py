"""From keystrokes to queries."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QInputMethodEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.search.search_field import QUIET_MS, SearchField
from engine.query import MAX_CHARACTERS


@pytest.fixture
def field(qtbot: QtBot, window: QWidget) -> SearchField:
    field = SearchField()
    QVBoxLayout(window).addWidget(field)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    field.setFocus()
    return field


@pytest.fixture
def queries(field: SearchField) -> list[str]:
    heard: list[str] = []
    field.query_changed.connect(heard.append)
    return heard


def quiet(field: SearchField) -> bool:
    """Whether nothing that was typed is waiting to become a query."""
    return not any(
        timer.isActive() for timer in field.findChildren(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    )


def wait_for_quiet(qtbot: QtBot, field: SearchField) -> None:
    qtbot.waitUntil(lambda: quiet(field))


def compose(field: SearchField, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(field, event)


# --- typing -----------------------------------------------------------------------------------------------------------


def test_what_was_typed_is_one_query_after_a_little_quiet(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    qtbot.keyClicks(field, "dog")
    assert queries == []
    (timer,) = [timer for timer in field.findChildren(QTimer) if timer.isActive()]
    assert timer.interval() == QUIET_MS
    wait_for_quiet(qtbot, field)
    assert queries == ["dog"]


def test_enter_asks_at_once_and_leaves(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    qtbot.keyClicks(field, "dog")
    with qtbot.waitSignal(field.left):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert queries == ["dog"]
    assert quiet(field)


def test_the_key_that_leads_here_is_no_text_at_the_beginning(qtbot: QtBot, field: SearchField) -> None:
    qtbot.keyClicks(field, "/dog/cat")
    assert field.text() == "dog/cat"


def test_paste_and_enter_ask_at_once(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    QApplication.clipboard().setText("two\nlines")
    qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(field, Qt.Key.Key_Enter)
    assert queries == ["two lines"]


def test_nothing_is_asked_twice(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    qtbot.keyClicks(field, "dog")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClicks(field, " ")  # means the same
    wait_for_quiet(qtbot, field)
    qtbot.keyClicks(field, "x")
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    wait_for_quiet(qtbot, field)
    assert queries == ["dog"]


def test_deleting_everything_is_a_query_too(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    field.set_query("dog")
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    wait_for_quiet(qtbot, field)
    assert queries == [""]


def test_what_is_set_is_not_asked(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    qtbot.keyClicks(field, "do")
    field.set_query("dog")
    assert field.text() == "dog"
    assert quiet(field)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert queries == []


def test_setting_what_is_being_typed_leaves_it_as_it_is(qtbot: QtBot, field: SearchField) -> None:
    qtbot.keyClicks(field, "dog ")
    qtbot.keyClick(field, Qt.Key.Key_Left)
    field.set_query("dog")
    assert (field.text(), field.cursorPosition()) == ("dog ", 3)


def test_a_letter_from_elsewhere_begins_anew(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    field.set_query("dog")
    field.clearFocus()
    field.type_over("c")
    assert field.hasFocus()
    qtbot.keyClicks(field, "at")
    wait_for_quiet(qtbot, field)
    assert queries == ["cat"]


def test_a_pasted_book_is_cut(field: SearchField) -> None:
    field.ask("dog " * MAX_CHARACTERS)
    assert len(field.text()) == MAX_CHARACTERS


# --- writing systems in which a sign takes several keys ---------------------------------------------------------------


def test_nothing_is_asked_while_signs_are_composed(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    field.set_query("dog")
    field.selectAll()
    compose(field, "い")  # which removes the selected text
    compose(field, "いぬ")
    wait_for_quiet(qtbot, field)
    assert queries == []
    compose(field, "", "犬")
    wait_for_quiet(qtbot, field)
    assert queries == ["犬"]


def test_letters_before_composing_wait_for_its_end(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    qtbot.keyClicks(field, "dog ")
    compose(field, "い")
    wait_for_quiet(qtbot, field)
    assert queries == []
    compose(field, "")  # given up
    wait_for_quiet(qtbot, field)
    assert queries == ["dog"]


# --- keys -------------------------------------------------------------------------------------------------------------


def test_down_leaves_and_asks_first(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    qtbot.keyClicks(field, "dog")
    with qtbot.waitSignal(field.left):
        qtbot.keyClick(field, Qt.Key.Key_Down)
    assert queries == ["dog"]


def test_down_in_an_empty_field_offers_suggestions(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    field.set_suggestions(["dog barking", "<b>rain</b>"])
    with qtbot.assertNotEmitted(field.left):
        qtbot.keyClick(field, Qt.Key.Key_Down)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert field.text() == "<b>rain</b>"
    assert queries == ["<b>rain</b>"]
    assert QApplication.activePopupWidget() is None


def test_typing_sends_the_suggestions_away(qtbot: QtBot, field: SearchField) -> None:
    field.set_suggestions(["dog barking"])
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_R)
    assert QApplication.activePopupWidget() is None
    assert field.text() == "r"


def test_without_suggestions_down_leaves(qtbot: QtBot, field: SearchField) -> None:
    with qtbot.waitSignal(field.left):
        qtbot.keyClick(field, Qt.Key.Key_Down)


def test_letters_with_ctrl_are_commands_unless_they_edit(qtbot: QtBot, field: SearchField) -> None:
    ran: list[str] = []
    for key in ("Ctrl+E", "Ctrl+K", "Ctrl+D", "Ctrl+A", "Ctrl+C"):
        action = QAction(key, field.window())
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _checked, key=key: ran.append(key))
        field.window().addAction(action)
    field.set_query("dog")
    for letter in (Qt.Key.Key_E, Qt.Key.Key_K, Qt.Key.Key_D, Qt.Key.Key_A, Qt.Key.Key_C):
        qtbot.keyClick(field, letter, Qt.KeyboardModifier.ControlModifier)
    assert ran == ["Ctrl+E", "Ctrl+K", "Ctrl+D"]
    assert field.selectedText() == "dog"


# --- dropped files ----------------------------------------------------------------------------------------------------


def drop(field: SearchField, mime: QMimeData) -> bool:
    """Whether it was taken."""
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, buttons, modifiers)
    QApplication.sendEvent(field, enter)
    if not enter.isAccepted():
        return False
    dropped = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, buttons, modifiers)
    QApplication.sendEvent(field, dropped)
    return dropped.isAccepted()


def test_dropped_files_are_examples(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/sounds/dog #1.wav"), QUrl("https://example.org/a.wav")])
    with qtbot.waitSignal(field.files_dropped) as blocker:
        assert drop(field, mime)
    assert blocker.args == [[Path("/sounds/dog #1.wav")]]
    assert field.text() == ""


def test_dropped_text_is_a_query(qtbot: QtBot, field: SearchField, queries: list[str]) -> None:
    mime = QMimeData()
    mime.setText("dog")
    assert drop(field, mime)
    wait_for_quiet(qtbot, field)
    assert queries == ["dog"]


def test_folders_are_left_to_the_window(qtbot: QtBot, field: SearchField, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    with qtbot.assertNotEmitted(field.files_dropped):
        assert not drop(field, mime)
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path)), QUrl.fromLocalFile("/sounds/dog.wav")])
    with qtbot.waitSignal(field.files_dropped) as blocker:
        assert drop(field, mime)
    assert blocker.args == [[Path("/sounds/dog.wav")]]
