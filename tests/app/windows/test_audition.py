"""What is selected is heard, from the moment that matched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.playing.audio_stream import Region
from app.windows.main_window import MainWindow


@pytest.fixture
def select(window: MainWindow, show_hits: Callable[..., None], qtbot: QtBot) -> Callable[[int], None]:
    """`select(row)` of the two hits dog.wav and bell.wav, as the arrow keys do."""
    show_hits(3, 1)

    def select(row: int) -> None:
        window.table.selectRow(row)
        window.table.row_selected.emit(window.table.current_id(), True)

    return select


def heard(window: MainWindow) -> str | None:
    return window.playback.path.name if window.playback.is_playing and window.playback.path else None


def test_selecting_plays_from_the_moment(window: MainWindow, select: Callable[[int], None]):
    select(0)
    assert heard(window) == "dog.wav"
    assert window.playback.position_s == pytest.approx(0.5, abs=0.2)


def test_or_from_the_start_if_a_person_wants_it_so(window: MainWindow, select: Callable[[int], None]):
    window.choices.change(play_from_moment=False)
    select(0)
    assert window.playback.position_s < 0.3


def test_or_not_at_all(window: MainWindow, select: Callable[[int], None]):
    window.choices.change(play_on_select=False)
    select(0)
    assert heard(window) is None
    window.audition.toggle()
    assert heard(window) == "dog.wav"


def test_the_next_selection_takes_over(window: MainWindow, select: Callable[[int], None]):
    select(0)
    select(1)
    assert heard(window) == "bell.wav"


def test_pausing_and_going_on(window: MainWindow, select: Callable[[int], None]):
    select(0)
    window.audition.toggle()
    assert heard(window) is None
    window.audition.toggle()
    assert heard(window) == "dog.wav"


def test_the_row_that_plays_is_marked(window: MainWindow, select: Callable[[int], None]):
    marked = []
    window.audition.playing_changed.connect(marked.append)
    select(0)
    window.audition.stop()
    assert marked == [3, None]


def test_stopping_tells_whether_there_was_anything_to_stop(window: MainWindow, select: Callable[[int], None]):
    assert not window.audition.stop()
    select(0)
    assert window.audition.stop()
    assert not window.audition.stop()


def test_a_click_on_the_picture_plays_from_there(window: MainWindow, select: Callable[[int], None]):
    window.choices.change(play_on_select=False)
    select(0)
    window.audition.seek(1.5)
    assert heard(window) == "dog.wav"
    assert window.playback.position_s == pytest.approx(1.5, abs=0.2)


def test_moments_are_gone_to_one_after_the_other(window: MainWindow, select: Callable[[int], None]):
    window.choices.change(play_from_moment=False)
    select(0)
    window.audition.go_to_next_span()
    assert window.playback.position_s == pytest.approx(0.5, abs=0.2)


def test_a_region_is_played_and_forgotten_with_its_file(window: MainWindow, select: Callable[[int], None]):
    select(0)
    window.audition.set_region(Region(1.0, 1.2))
    window.audition.play()
    assert window.playback.position_s >= 1.0
    select(1)
    assert window.playback.position_s == pytest.approx(0.5, abs=0.2)


def test_the_matching_spans_are_those_of_the_selected_file(window: MainWindow, select: Callable[[int], None]):
    assert window.audition.spans == ()
    select(0)
    assert [(span.text, span.start_s, span.end_s) for span in window.audition.spans] == [("a sound", 0.5, 1.0)]


def test_a_file_that_is_called_otherwise_is_played_by_its_new_name(window: MainWindow, select: Callable[[int], None]):
    window.choices.change(play_on_select=False)
    select(0)
    file = window.audition.file
    assert file is not None
    window.audition.follow(replace(file, path=file.path.with_name("new.wav")))
    assert window.audition.file.path.name == "new.wav"
    assert not window.playback.is_playing
    window.audition.follow(replace(file, id=99))
    assert window.audition.file.id == file.id
