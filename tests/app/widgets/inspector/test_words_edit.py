from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from pytestqt.qtbot import QtBot

from app.widgets.inspector.words_edit import WordsEdit


@pytest.fixture
def note(qtbot: QtBot) -> WordsEdit:
    """The note of file 1, on the screen and ready to be written in."""
    note = WordsEdit("Notes", "Write down what you want to remember")
    qtbot.addWidget(note)
    note.show()
    note.show_words([1], "")
    note.setFocus()
    return note


def test_words_are_handed_out_a_moment_after_the_last_key(note: WordsEdit, qtbot: QtBot) -> None:
    with qtbot.waitSignal(note.written) as written:
        qtbot.keyClicks(note, "wind")
    assert written.args == [(1,), "wind"]


def test_words_are_handed_out_when_the_focus_leaves(note: WordsEdit, qtbot: QtBot) -> None:
    qtbot.keyClicks(note, "wind")
    with qtbot.waitSignal(note.written) as written:
        qtbot.keyClick(note, Qt.Key.Key_Escape)
    assert written.args == [(1,), "wind"]


def test_words_are_handed_out_when_the_field_is_hidden(note: WordsEdit, qtbot: QtBot) -> None:
    qtbot.keyClicks(note, "wind")
    with qtbot.waitSignal(note.written):
        note.hide()


def test_words_belong_to_the_file_they_were_typed_for(note: WordsEdit, qtbot: QtBot) -> None:
    qtbot.keyClicks(note, "wind")
    with qtbot.waitSignal(note.written) as written:
        note.show_words([2], "rain")
    assert written.args == [(1,), "wind"]
    assert note.toPlainText() == "rain"


def test_a_refresh_leaves_words_and_cursor_alone(note: WordsEdit, qtbot: QtBot) -> None:
    qtbot.keyClicks(note, "wind")
    note.show_words([1], "")
    assert note.toPlainText() == "wind"
    assert note.textCursor().position() == 4
    note.commit()
    note.show_words([1], "wind")
    assert note.textCursor().position() == 4


def test_what_is_shown_is_not_written_again(note: WordsEdit, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(note.written):
        note.show_words([2], "rain")
        note.show_words([3], "<b>snow</b>")
        note.commit()
    assert note.toPlainText() == "<b>snow</b>"


def test_it_is_as_high_as_its_text_up_to_a_limit(note: WordsEdit) -> None:
    def height_px(text: str) -> int:
        note.show_words([len(text) + 2], text)
        return note.heightForWidth(200)

    assert height_px("") == height_px("one") < height_px("one\ntwo\nthree") < height_px("word " * 100)
    assert height_px("x\n" * 100) == height_px("x\n" * 200)


def test_only_plain_text_is_pasted(note: WordsEdit) -> None:
    data = QMimeData()
    data.setHtml("<b>wind</b>")
    data.setText("wind")
    note.insertFromMimeData(data)
    assert "font-weight:700" not in note.toHtml()
    assert note.toPlainText() == "wind"
