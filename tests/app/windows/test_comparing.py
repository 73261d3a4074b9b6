"""The selected sound as a part of the question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.playing.audio_stream import Region
from app.windows.main_window import MainWindow
from engine.library_rows import Scope
from engine.question import Example, Question


def select(window: MainWindow, row: int) -> None:
    window.table.selectRow(row)
    window.table.row_selected.emit(window.table.current_id(), True)


@pytest.fixture
def asked(window: MainWindow, show_hits: Callable[..., None], qtbot: QtBot) -> MainWindow:
    """Dog and bell were found, and the dog is selected."""
    window.searching.ask(Question("something loud"))
    qtbot.waitUntil(lambda: len(window.finding.results) == 0)
    show_hits(3, 1)
    select(window, 0)
    return window


def said(window: MainWindow) -> str:
    return window.status.message.log.text()


# --- what is like it --------------------------------------------------------------------------------------------------


def test_a_sound_like_the_selected_one_is_asked_for(window: MainWindow, sounds: Path):
    select(window, 2)
    window.comparing.find_similar()
    assert window.finding.question == Question(examples=(Example(sounds / "dog.wav"),))


def test_a_sound_like_the_region_is_asked_for(window: MainWindow, sounds: Path, qtbot: QtBot):
    window.comparing.find_similar_to_region()
    assert "Choose a region first" in said(window)
    select(window, 2)
    qtbot.waitUntil(lambda: window.sound_pane.view.path == sounds / "dog.wav")
    window.sound_pane.view.set_region(Region(0.5, 1.5))
    window.comparing.find_similar_to_region()
    assert window.finding.question.examples == (Example(sounds / "dog.wav", 0.5, 1.5),)


# --- among what is listed ---------------------------------------------------------------------------------------------


def test_sounds_like_it_are_looked_for_among_what_was_found(asked: MainWindow, sounds: Path):
    asked.comparing.find_similar_within()
    assert asked.finding.question == Question(scope=Scope(among=(3, 1)), examples=(Example(sounds / "dog.wav"),))


def test_a_part_of_the_library_that_is_browsed_stays_one(window: MainWindow, sounds: Path, qtbot: QtBot):
    window.searching.look_in(Scope(root_ids=(1,)), add=False)
    select(window, 0)
    window.comparing.find_similar_within()
    assert window.finding.question == Question(scope=Scope(root_ids=(1,)), examples=(Example(sounds / "bell.wav"),))


def test_another_question_is_asked_of_what_was_found(asked: MainWindow):
    asked.commands.action("within").trigger()
    assert asked.finding.question == Question(scope=Scope(among=(3, 1)))
    assert asked.search_bar.isAncestorOf(asked.focusWidget())


# --- whether it was a right answer ------------------------------------------------------------------------------------


def test_an_answer_is_liked_with_its_moment_and_shows_it(asked: MainWindow, sounds: Path):
    asked.commands.action("more-like").trigger()
    assert asked.finding.question.liked == (Example(sounds / "dog.wav", 0.5, 1.0),)
    assert asked.finding.question.text == "something loud"
    assert [asked.selecting.model.verdict(row) for row in range(2)] == ["liked", None]


def test_doing_it_again_takes_it_back_and_so_does_the_history(asked: MainWindow):
    asked.comparing.dislike()
    assert asked.selecting.model.verdict(0) == "disliked"
    asked.comparing.dislike()
    assert asked.selecting.model.verdict(0) is None
    asked.comparing.like()
    asked.searching.go_back()
    assert asked.finding.question == Question("something loud")
    assert asked.selecting.model.verdict(0) is None


def test_the_buttons_of_the_inspector_say_the_same(asked: MainWindow, qtbot: QtBot):
    qtbot.waitUntil(lambda: asked.inspector.file_ids == (3,))
    asked.inspector.less_requested.emit()
    assert asked.selecting.model.verdict(0) == "disliked"
    asked.inspector.more_requested.emit()
    assert asked.selecting.model.verdict(0) == "liked"
    assert len(asked.finding.question.disliked) == 0


def test_where_nothing_was_asked_there_is_no_answer_to_like(window: MainWindow):
    select(window, 0)
    window.comparing.like()
    assert window.finding.question == Question()
    assert "Ask for a sound first" in said(window)


def test_without_a_selected_row_nothing_is_liked(window: MainWindow, qtbot: QtBot):
    window.searching.ask(Question("dog"))
    window.comparing.like()
    assert window.finding.question == Question("dog")
