"""What a network is to learn is said, and what is missing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.view_models.training_lessons import Lessons, TagLessons
from app.view_models.training_texts import BUSY, Wish
from app.widgets.training.lessons_page import LessonsPage

LESSONS = Lessons((TagLessons("bell", 30), TagLessons("gate", 12)), captions=24, only_notes=3, sounds=500)


@pytest.fixture
def page(qtbot: QtBot) -> LessonsPage:
    page = LessonsPage()
    qtbot.addWidget(page)
    page.show()
    page.show_lessons(LESSONS)
    return page


def test_a_wish_is_complete_with_tags_and_a_name(page: LessonsPage, qtbot: QtBot) -> None:
    assert not page.start.isEnabled()
    assert page.missing.text() == "Choose the tags that it is to learn."
    bell, gate = page.tags.item(0), page.tags.item(1)
    assert bell.flags() & Qt.ItemFlag.ItemIsUserCheckable
    assert gate.flags() == Qt.ItemFlag.NoItemFlags  # too few examples
    bell.setCheckState(Qt.CheckState.Checked)
    page.name.setText(" My bells ")
    assert (page.missing.text(), page.wish) == ("", Wish("personal", ("bell",), name="My bells"))
    with qtbot.waitSignal(page.start_requested):
        qtbot.keyClick(page.name, Qt.Key.Key_Return)
    page.show_lessons(Lessons((TagLessons("bell", 31),), sounds=500))  # what was chosen stays so
    assert page.wish.tags == ("bell",)


def test_captions_and_notes(page: LessonsPage) -> None:
    page.recipes["captions"].setChecked(True)
    assert page.sentence.text() == "24 sounds have a caption of yours. 3 more have a note."
    assert not page.tags.isVisible()
    page.notes.setChecked(True)
    page.name.setText("x")
    assert page.wish == Wish("captions", (), True, "x")
    assert page.start.isEnabled()
    page.show_place("It will lie there.", {"x"})
    assert page.missing.text() == "There is a network of this name already."


def test_nothing_begins_while_something_stands_in_the_way(page: LessonsPage, qtbot: QtBot) -> None:
    page.recipes["continue"].setChecked(True)
    page.name.setText("x")
    assert page.start.isEnabled()
    page.show_hindrance(BUSY)
    assert (page.start.isEnabled(), page.missing.text()) == (False, BUSY)
    with qtbot.assertNotEmitted(page.start_requested):
        qtbot.keyClick(page.name, Qt.Key.Key_Return)
