from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from app.services.messages import Progress
from app.view_models.indexing_state import IndexingState
from app.widgets.status_bar import HEIGHT_PX, StatusBar

HALF = IndexingState().progressed(Progress(12_400, 24_800, 36_000.0, 45.0, 1080.0))


@pytest.fixture
def bar(qtbot: QtBot) -> StatusBar:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(1000, HEIGHT_PX)
    bar.show()
    return bar


def test_at_rest_it_says_only_where_sound_goes(bar: StatusBar) -> None:
    parts = [bar.indexing, bar.pause, bar.unreadable, bar.messages]
    assert not any(part.isVisible() for part in parts)
    assert bar.device.text() == "Output: System default"


def test_indexing_is_told_and_paused(bar: StatusBar, qtbot: QtBot) -> None:
    bar.show_indexing(HALF)
    assert bar.indexing.text() == "Indexing 12,400 of 24,800 · 18 min left"
    assert bar.pause.accessibleName() == "Pause indexing"
    with qtbot.waitSignal(bar.pause_toggled) as toggled:
        bar.pause.click()
    assert toggled.args == [True]
    bar.show_indexing(HALF.held("asked"))
    assert bar.pause.accessibleName() == "Go on with indexing"
    with qtbot.waitSignal(bar.pause_toggled) as toggled:
        bar.pause.click()
    assert toggled.args == [False]


def test_a_hairline_fills_as_indexing_goes_on(bar: StatusBar) -> None:
    bar.show_indexing(HALF)
    picture = bar.grab().toImage()
    accent = bar.palette().color(QPalette.ColorRole.Accent).rgb()
    ratio = bar.devicePixelRatioF()
    assert picture.pixel(round(490 * ratio), 0) == accent
    assert picture.pixel(round(510 * ratio), 0) != accent


def test_unreadable_files_are_one_click_away(bar: StatusBar, qtbot: QtBot) -> None:
    bar.show_unreadable(3)
    assert bar.unreadable.text() == "3 files unreadable"
    with qtbot.waitSignal(bar.unreadable_requested):
        bar.unreadable.click()
    bar.show_unreadable(0)
    assert not bar.unreadable.isVisible()


def test_silence_has_a_reason(bar: StatusBar, qtbot: QtBot) -> None:
    bar.show_device("Built-in & co", "There is no sound device; plug one in.")
    assert bar.device.text() == "No sound"
    assert "plug one in" in bar.device.toolTip()
    with qtbot.waitSignal(bar.device_menu_requested):
        bar.device.click()


def test_a_device_is_named_as_it_is(bar: StatusBar) -> None:
    bar.show_device("Built-in <b> & co")
    assert bar.device.text() == "Output: Built-in <b> && co"
    assert bar.device.toolTip() == "<qt>Sound goes to: Built-in &lt;b&gt; &amp; co</qt>"


def test_a_message_brings_the_list_of_messages(bar: StatusBar) -> None:
    bar.say("The search was saved.")
    assert bar.message.sentence == "The search was saved."
    assert bar.messages.isVisible()


def test_it_stays_one_line_in_a_narrow_window(bar: StatusBar) -> None:
    bar.show_indexing(HALF)
    bar.show_unreadable(31_000)
    bar.show_device("x" * 300)
    bar.say("y" * 300, "error")
    assert bar.minimumSizeHint().width() <= 700
    assert bar.height() == HEIGHT_PX


def test_what_was_done_can_be_undone_while_it_is_told(bar: StatusBar, qtbot: QtBot) -> None:
    bar.say_done("“dog” given to 12 files.")
    assert bar.undo.isVisible()
    with qtbot.waitSignal(bar.undo_requested):
        bar.undo.click()
    assert not bar.undo.isVisible()
    bar.say_done("“dog” given to 12 files.")
    bar.say("Something else.")
    assert not bar.undo.isVisible(), "it would undo something else than what is told"
