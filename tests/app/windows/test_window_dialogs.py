"""What opens beside the window or over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMenu, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.services.messages import Ready
from app.widgets.commands.command_palette import CommandPalette
from app.widgets.commands.key_help import KeyHelp
from app.widgets.settings.about_dialog import AboutDialog
from app.widgets.settings.settings_dialog import SettingsDialog
from app.widgets.unreadable_dialog import UnreadableDialog
from app.windows.main_window import MainWindow
from engine.library import Library
from engine.library_rows import FileStat
from engine.question import Question
from engine.saved_searches import SavedSearch


def visible(kind: type[QWidget]) -> list[QWidget]:
    return [widget for widget in QApplication.allWidgets() if isinstance(widget, kind) and widget.isVisible()]


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("settings", SettingsDialog),
        ("about", AboutDialog),
        ("unreadable", UnreadableDialog),
        ("palette", CommandPalette),
        ("keys", KeyHelp),
    ],
)
def test_each_opens_and_none_stands_in_the_way(command: str, kind: type[QWidget], window: MainWindow, qtbot: QtBot):
    window.commands.action(command).trigger()
    qtbot.waitUntil(lambda: len(visible(kind)) == 1)
    (opened,) = visible(kind)
    assert not isinstance(opened, QDialog) or not opened.isModal()
    opened.close()


def test_the_settings_dialog_changes_the_settings(window: MainWindow):
    window.dialogs.open_settings()
    (dialog,) = visible(SettingsDialog)
    assert isinstance(dialog, SettingsDialog)
    from dataclasses import replace

    dialog.changed.emit(replace(window.choices.settings, gain_db=-12.0))
    assert window.choices.settings.gain_db == -12.0
    dialog.close()


def test_the_network_in_use_is_named(window: MainWindow):
    window.dialogs.open_settings()
    window.services.searching_ready.emit(Ready("earmark-small", "0123456789abcdef", 1.0))
    (dialog,) = visible(SettingsDialog)
    assert any("earmark-small" in label.text() for label in dialog.findChildren(QLabel))
    dialog.close()


def test_unreadable_files_are_listed_with_their_reasons(
    window: MainWindow, filled_library: Path, sounds: Path, qtbot: QtBot
):
    with Library(filled_library) as library:
        library.store_failure(1, Path("broken.wav"), FileStat(1, 1, 1), "it is cut off")
    window.dialogs.open_unreadable()
    (dialog,) = visible(UnreadableDialog)
    assert isinstance(dialog, UnreadableDialog)
    qtbot.waitUntil(lambda: [failure.path.name for failure in dialog.model.failures()] == ["broken.wav"])
    dialog.close()


def test_a_folder_that_is_chosen_is_added(window: MainWindow, sounds: Path, monkeypatch: pytest.MonkeyPatch):
    added: list[list[Path]] = []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *arguments: str(sounds))
    monkeypatch.setattr(window.folders, "add", added.append)
    window.dialogs.add_folder()
    assert added == [[sounds]]


def test_what_is_listed_is_exported(window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "out.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(path), ""))
    window.dialogs.export()
    qtbot.waitUntil(lambda: "3 rows written" in window.status.message.log.text())
    assert len(path.read_text("utf-8-sig").splitlines()) == 4


def test_selected_files_are_copied(window: MainWindow, sounds: Path):
    window.table.selectAll()
    window.dialogs.copy_selected_files()
    assert len(QGuiApplication.clipboard().mimeData().urls()) == 3
    window.dialogs.copy_selected_paths()
    assert QGuiApplication.clipboard().text().splitlines()[0] == str(sounds / "bell.wav")


def texts_of_row_menu(window: MainWindow) -> list[str]:
    texts: list[str] = []

    def look_and_close() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        texts.extend(action.text() for action in menu.actions())
        texts.extend(action.text() for child in menu.findChildren(QMenu) for action in child.actions())
        menu.close()

    QTimer.singleShot(0, look_and_close)
    window.dialogs.open_row_menu([1], QPoint(10, 10))
    return texts


def test_rows_have_a_menu_of_commands_and_collections(window: MainWindow, qtbot: QtBot):
    window.annotating.create_collection("Doors & gates")
    qtbot.waitUntil(lambda: bool(window.collections))
    texts = texts_of_row_menu(window)
    assert "Find similar sounds" in texts
    assert "Doors && gates" in texts


def test_only_answers_can_be_liked(window: MainWindow):
    assert "More like this" not in texts_of_row_menu(window)
    window.searching.ask_for("dog")
    assert {"More like this", "Less like this", "Find similar sounds among these results"} <= set(
        texts_of_row_menu(window)
    )


def test_a_search_is_saved_under_a_name(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    from PySide6.QtWidgets import QInputDialog

    monkeypatch.setattr(QInputDialog, "getText", lambda *arguments, **options: (" Rain ", True))
    window.dialogs.save_search()
    window.searching.ask(Question("rain falls"))
    window.dialogs.save_search()
    found: list[list[SavedSearch]] = []
    window.access.write(lambda library: library.saved_searches.all(), found.append)
    qtbot.waitUntil(lambda: bool(found))
    (saved,) = found[0]
    assert (saved.name, saved.query) == ("Rain", "rain falls")


def test_forgetting_what_was_heard_is_asked_first(window: MainWindow, qtbot: QtBot):
    window.dialogs.open_settings()
    (dialog,) = visible(SettingsDialog)
    assert isinstance(dialog, SettingsDialog)
    dialog.clear_cache_requested.emit()
    qtbot.waitUntil(lambda: len(visible(QMessageBox)) == 1)
    visible(QMessageBox)[0].close()
    dialog.close()


def test_silence_is_explained(window: MainWindow, devices: object, qtbot: QtBot):
    devices.plugged_in.clear()  # type: ignore[attr-defined]
    window.playback.refresh_devices()
    qtbot.waitUntil(lambda: bool(window.playback.reason_for_silence))
    qtbot.waitUntil(lambda: window.status.device.text() == "No sound")
