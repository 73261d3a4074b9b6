"""The one window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.file_mime import mime_of
from app.settings import Settings, load
from app.view_models.results import Results
from app.windows.main_window import MainWindow
from engine.hits import Hit
from engine.question import Question
from tests.app.listed_files import answer_of
from tests.recording_devices import HearingMicrophones, RecordingDevices


def test_an_empty_library_greets(qtbot: QtBot, tmp_path: Path):
    window = MainWindow(
        tmp_path / "library", Settings(), tmp_path / "settings.json", RecordingDevices, HearingMicrophones
    )
    window.show()
    window.show_library()
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.welcome)
    window.close()


def test_closing_keeps_what_was_chosen(window: MainWindow, tmp_path: Path):
    window.searching.ask_for("dog")
    window.commands.rebind("loop", ["P"])
    window.toggle_panel(window.inspector)
    window.sound_pane.set_collapsed(True)
    window.table.set_waveforms(True)
    window.close()
    kept = load(tmp_path / "settings.json")
    assert kept.keys == {"loop": ("P",)}
    again = MainWindow(window.library_folder, kept, tmp_path / "settings.json", RecordingDevices, HearingMicrophones)
    assert again.commands.keys("loop") == ("P",)
    assert again.inspector.isHidden()
    assert again.sound_pane.is_collapsed()
    assert again.table.has_waveforms
    assert not again.sidebar.isHidden()
    assert again.searching.history.recent_texts(3) == ["dog"]
    again.close()


def test_panels_fold_away_in_a_narrow_window_and_come_back(window: MainWindow, qtbot: QtBot):
    window.resize(1400, 800)
    assert not window.inspector.isHidden()
    window.resize(1000, 800)
    assert window.inspector.isHidden()
    assert not window.sidebar.isHidden()
    window.resize(800, 600)
    assert window.sidebar.isHidden()
    window.resize(1400, 800)
    assert not window.inspector.isHidden()
    assert not window.sidebar.isHidden()


def test_a_panel_that_was_closed_on_purpose_stays_closed(window: MainWindow):
    window.resize(1400, 800)
    window.toggle_panel(window.inspector)
    window.resize(1000, 800)
    window.resize(1400, 800)
    assert window.inspector.isHidden()


def test_a_panel_can_be_opened_in_a_narrow_window(window: MainWindow):
    window.resize(1000, 800)
    window.toggle_panel(window.inspector)
    window.resize(1010, 800)
    assert not window.inspector.isHidden()


def test_esc_stops_first_and_then_clears(window: MainWindow):
    window.searching.ask_for("dog")
    window.table.row_selected.emit(3, True)
    window.audition.play()
    window.stop_or_clear()
    assert window.search_bar.text() == "dog"
    window.stop_or_clear()
    assert window.search_bar.text() == ""


@pytest.mark.parametrize("command", ["tag", "note"])
def test_writing_opens_the_inspector(command: str, window: MainWindow, qtbot: QtBot):
    window.table.selectRow(0)
    qtbot.waitUntil(lambda: window.inspector.file_ids == (1,))
    window.inspector.hide()
    window.commands.action(command).trigger()
    assert not window.inspector.isHidden()


def test_every_control_has_a_name_for_those_who_do_not_see_it(window: MainWindow):
    nameless = [
        control
        for kind in (QAbstractButton, QAbstractSlider, QLineEdit)
        for control in window.findChildren(kind)
        if control.isVisible()
        and not control.accessibleName()
        and not getattr(control, "text", str)()
        and not _is_part_of_a_view(control)
    ]
    assert nameless == []


def _is_part_of_a_view(control: QWidget) -> bool:
    """Scroll bars and the buttons of headers, which Qt makes and names."""
    return control.metaObject().className() in {"QScrollBar", "QTableCornerButton"} or "qt_" in control.objectName()


def test_a_crash_is_told_and_the_window_stays(window: MainWindow):
    window.report_crash("Traceback: ZeroDivisionError")
    assert "your files and library are safe" in window.status.message.log.text()
    assert window.isVisible()


def test_a_second_start_brings_it_to_the_front(window: MainWindow):
    window.showMinimized()
    window.come_to_front()
    assert not window.isMinimized()
    assert window.isVisible()


def test_when_nothing_sounds_like_that_it_says_so_and_offers_the_rest(window: MainWindow, sounds: Path):
    weak = Hit(1, sounds / "bell.wav", 0.2, 0.0, 1.0, (), (), 2.0, weak=True)
    window.searching.ask(Question("a walrus sings"))
    window.finding.results = Results.of_answer(answer_of([weak]))
    window.choose_page()
    assert window.pages.currentWidget() is window.empty
    window.empty.show_weak_requested.emit()
    assert window.pages.currentWidget() is window.table
    window.searching.like(sounds / "bell.wav")
    assert window.pages.currentWidget() is window.table
    window.searching.ask(Question("another"))
    window.choose_page()
    assert window.pages.currentWidget() is window.empty


def test_folders_that_are_dropped_are_watched_and_a_file_is_an_example(
    window: MainWindow, sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    added: list[list[Path]] = []
    monkeypatch.setattr(window.folders, "add", added.append)
    window.take_dropped([tmp_path, sounds / "dog.wav"])
    assert added == [[tmp_path]]
    window.take_dropped([sounds / "dog.wav"])
    (example,) = window.finding.question.examples
    assert added == [[tmp_path]]
    assert example.path == sounds / "dog.wav"


def test_a_drop_may_land_anywhere_on_the_window(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    added: list[list[Path]] = []
    monkeypatch.setattr(window.folders, "add", added.append)
    place, action = QPointF(5, 5), Qt.DropAction.CopyAction
    mime, button, keys = mime_of([tmp_path]), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(place.toPoint(), action, mime, button, keys)
    window.dragEnterEvent(entering)
    assert entering.isAccepted()
    window.dropEvent(QDropEvent(place, action, mime, button, keys))
    assert added == [[tmp_path]]


def test_a_library_that_is_not_known_yet_is_not_greeted_as_an_empty_one(
    filled_library: Path, tmp_path: Path, qtbot: QtBot
):
    window = MainWindow(filled_library, Settings(), tmp_path / "settings.json", RecordingDevices, HearingMicrophones)
    window.show()
    window.show_library()
    assert window.pages.currentWidget() is window.table
    window.close()


def test_files_that_say_it_are_listed_though_nothing_sounds_like_it(window: MainWindow, sounds: Path):
    named = Hit(1, sounds / "bell.wav", 0.2, 0.0, 1.0, (), ("bell",), 2.0, weak=True)
    window.finding.ask(Question("a bell"))
    window.finding.results = Results.of_answer(answer_of([named]))
    window.choose_page()
    assert window.pages.currentWidget() is window.table


def test_esc_clears_a_question_without_words_too(window: MainWindow, sounds: Path):
    window.searching.ask_like(sounds / "dog.wav")
    window.stop_or_clear()
    assert window.finding.question.is_browsing
