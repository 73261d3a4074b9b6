"""What passes between the parts of the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.services.messages import Failure, FileFailed, Progress
from app.widgets.search.chip import ChipView
from app.windows.main_window import MainWindow
from engine.library_rows import Scope
from engine.question import Question
from engine.saved_searches import SavedSearch


def said(window: MainWindow) -> str:
    return window.status.message.log.text()


def test_what_goes_wrong_is_said_in_one_place(window: MainWindow, sounds: Path):
    window.services.troubled.emit("The search process ended unexpectedly.")
    window.services.indexing_failed.emit(Failure(1, "That is not a folder."))
    window.services.file_failed.emit(FileFailed(sounds / "two\nlines.wav", "it is cut off"))
    for sentence in ("ended unexpectedly", "That is not a folder.", "two\\nlines.wav cannot be read: it is cut off."):
        assert sentence in said(window)


def test_indexing_is_paused_while_one_listens_if_a_person_wants_it(window: MainWindow):
    from app.services.indexing_service import IndexingService

    window.services.indexing = IndexingService(
        window.library_folder, on_answer=lambda _: None, on_trouble=lambda _: None
    )
    window.choices.change(pause_indexing_while_playing=True)
    window.services.progressed.emit(Progress(1, 3, 2.0, 100.0, 60.0))
    window.table.selectRow(0)
    window.table.row_selected.emit(1, True)
    assert window.folders.state.hold == "listening"
    window.audition.stop()
    assert window.folders.state.hold is None


def test_a_saved_search_is_asked(window: MainWindow):
    window.sidebar.saved_search_chosen.emit(SavedSearch("Rain", "rain falls"))
    assert window.finding.question.text == "rain falls"


def test_choosing_in_the_sidebar_narrows_the_list(window: MainWindow, qtbot: QtBot):
    window.sidebar.scope_chosen.emit(Scope(tags=("nowhere",)), False)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.empty)
    window.empty.clear_scope_requested.emit()
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.table)


def test_tags_that_are_given_appear_in_the_sidebar(window: MainWindow, qtbot: QtBot):
    window.table.selectRow(0)
    window.inspector.tags_added.emit([1], ["loud"])
    found: list[object] = []

    def count() -> bool:
        window.access.read(lambda library: library.tag_counts(), found.append)
        return any(found)

    qtbot.waitUntil(count)


def test_the_list_can_be_entered_from_the_field(window: MainWindow):
    window.search_bar.go_to_results.emit()
    assert window.table.current_id() == 1
    assert window.focusWidget() is window.table


def test_playing_is_shown_in_the_bar(window: MainWindow):
    def button_names() -> set[str]:
        return {button.accessibleName() for button in window.sound_pane.bar.findChildren(QToolButton)}

    window.table.selectRow(1)
    window.table.row_selected.emit(2, True)
    assert "Pause" in button_names()
    window.audition.stop()
    assert "Play" in button_names()


def test_pointing_at_a_sound_of_the_search_shows_it_alone(window: MainWindow):
    window.searching.ask(Question("dog then car"))
    _, car = (chip for chip in window.search_bar.findChildren(ChipView) if chip.chip.kind == "clause")
    at = QPointF(4, 4)
    QApplication.sendEvent(car, QEnterEvent(at, at, at))
    alone = [window.explaining.alone]
    QApplication.sendEvent(car, QEvent(QEvent.Type.Leave))
    alone.append(window.explaining.alone)
    window.inspector.why.clause_pointed.emit("dog")
    alone.append(window.explaining.alone)
    assert alone == ["car", None, "dog"]


def test_the_heat_map_is_a_choice_that_is_kept(window: MainWindow, qtbot: QtBot):
    button = next(
        each for each in window.sound_pane.bar.findChildren(QToolButton) if "spectrogram each" in each.accessibleName()
    )
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    switched_on = window.choices.settings.heat_map
    assert window.commands.action("heat-map").isChecked()
    window.commands.action("heat-map").trigger()
    assert (switched_on, window.choices.settings.heat_map) == (True, False)
    assert not button.isChecked()


def test_what_cannot_be_explained_is_said(window: MainWindow):
    window.explaining.failed.emit("dog.wav cannot be read: it is cut off.")
    assert "it is cut off." in said(window)
