"""Tables, tags inside files and new names, from the window: real files, and a library that follows by itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from app.widgets.metadata.export_dialog import Form
from app.widgets.metadata.outcome_view import OutcomeView
from app.windows.main_window import MainWindow
from engine.library import Library
from engine.library_rows import FileStat
from engine.metadata import read_metadata
from engine.paths import names_undo_folder, tags_undo_folder
from engine.scanning import Changes, find_changes


@pytest.fixture
def window(window: MainWindow, filled_library: Path, sounds: Path) -> MainWindow:
    """The library has seen the files as they are; two have a tag."""
    with Library(filled_library) as library:
        for file in list(library.files_under(1)):
            library.store_move(file.id, 1, file.relative_path, FileStat.of(os.stat(file.path)))
        library.add_tag([1, 2], "rain metal")
    return window


def scanned(library_folder: Path) -> Changes:
    with Library(library_folder) as library:
        return find_changes(library, library.roots()[0])


def names(window: MainWindow) -> list[str]:
    model = window.selecting.model
    files = (model.file_row(row) for row in range(model.rowCount()))
    return [file.name for file in files if file is not None]


@pytest.mark.parametrize("command", ["export-metadata", "write-tags", "rename-ucs"])
def test_each_dialog_opens_and_none_stands_in_the_way(window: MainWindow, command: str, qtbot: QtBot):
    window.commands.action(command).trigger()
    (opened,) = (dialog for dialog in window.findChildren(QDialog) if dialog.isVisible())
    assert not opened.isModal()
    outcome = opened.findChild(OutcomeView)
    assert isinstance(outcome, OutcomeView)
    qtbot.waitUntil(lambda: not outcome.is_running)


class TestExport:
    @pytest.fixture(autouse=True)
    def opened(self, window: MainWindow):
        window.table.selectRow(1)
        window.metadata.open_export()

    def export(self, window: MainWindow, form: Form, qtbot: QtBot) -> str:
        dialog = window.metadata._export
        dialog.buttons[form].click()
        dialog.export.click()
        qtbot.waitUntil(lambda: bool(dialog.outcome.sentence) and not dialog.outcome.is_running)
        return dialog.outcome.sentence

    @pytest.mark.parametrize("form", ["csv", "json"])
    def test_a_table_of_what_is_selected(
        self, window: MainWindow, form: Form, tmp_path: Path, qtbot: QtBot, monkeypatch
    ):
        path = tmp_path / f"out.{form}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path.with_suffix("")), ""))
        assert self.export(window, form, qtbot) == f"1 file written to {path}."
        assert "car.wav" in path.read_text("utf-8-sig")
        assert "exists already" in self.export(window, form, qtbot)

    def test_sidecars_of_what_is_listed(self, window: MainWindow, sounds: Path, tmp_path: Path, qtbot, monkeypatch):
        window.metadata._export.files.listed.click()
        assert self.export(window, "beside", qtbot) == "3 sidecars written."
        assert (sounds / "car.wav.earmark.json").exists()
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "out"))
        window.metadata._export.files.library.click()
        assert self.export(window, "folder", qtbot) == "3 sidecars written."
        assert (tmp_path / "out/sounds/car.wav.earmark.json").exists()

    def test_nothing_without_a_place(self, window: MainWindow, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
        dialog = window.metadata._export
        dialog.buttons["folder"].click()
        dialog.export.click()
        assert not dialog.outcome.is_running


def test_a_table_is_seen_first_and_then_taken(window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch):
    table = tmp_path / "in.csv"
    table.write_text("path,tags,note\nbell.wav,bronze,Loud.\nnone.wav,x,\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(table), ""))
    window.metadata.open_import()
    dialog = window.metadata._import
    qtbot.waitUntil(lambda: dialog.take.isEnabled())
    assert dialog.changes.rows.rows() == [("bell.wav", str(tmp_path / "sounds"), "tags: bronze · note: Loud.")]
    assert dialog.left_out.rows.rows() == [("The library has no none.wav.",)]
    with Library(tmp_path / "library", read_only=True) as library:
        assert library.tags_of(1) == ["rain metal"]
    with qtbot.waitSignal(window.metadata.changed):
        dialog.take.click()
    qtbot.waitUntil(lambda: "bronze" in (window.selecting.model.file_row(0).tags if names(window) else ()))
    assert dialog.outcome.sentence == "in.csv: 1 file got something new."


def test_what_is_no_table_is_told(window: MainWindow, sounds: Path, qtbot: QtBot):
    window.metadata.preview_import(sounds / "bell.wav")
    dialog = window.metadata._import
    qtbot.waitUntil(lambda: "nothing was imported" in dialog.outcome.sentence)
    assert not dialog.take.isEnabled()


class TestWritingTags:
    def test_into_the_files_and_back(self, window: MainWindow, sounds: Path, filled_library: Path, qtbot: QtBot):
        former = {path.name: path.read_bytes() for path in sounds.iterdir()}
        window.metadata.open_write_tags()
        dialog = window.metadata._write
        dialog.themselves.click()
        (sounds / "car.wav").chmod(0o444)
        dialog.check.click()
        qtbot.waitUntil(lambda: "would be written" in dialog.outcome.sentence)
        assert {path.name: path.read_bytes() for path in sounds.iterdir()} == former
        with qtbot.waitSignal(window.metadata.changed):
            dialog.write.click()
        unchanged, refused = "1 file has nothing new to say.", "1 file stays as it is; the reason is below."
        assert dialog.outcome.sentence == f"1 file written. {unchanged} {refused}"
        assert dialog.outcome.failures.rows.rows() == [("car.wav", str(sounds), "it is read-only")]
        assert read_metadata(sounds / "bell.wav").keywords == ("rain metal",)
        assert scanned(filled_library).unchanged == 3  # nothing to listen to
        qtbot.waitUntil(dialog.undo.isEnabled)
        assert len(list(tags_undo_folder(filled_library).iterdir())) == 1
        with qtbot.waitSignal(window.metadata.changed):
            dialog.undo.click()
        assert {path.name: path.read_bytes() for path in sounds.iterdir()} == former
        qtbot.waitUntil(lambda: not dialog.undo.isEnabled())

    def test_into_copies(self, window: MainWindow, sounds: Path, tmp_path: Path, qtbot: QtBot, monkeypatch):
        former = {path.name: path.read_bytes() for path in sounds.iterdir()}
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "out"))
        window.metadata.open_write_tags()
        with qtbot.waitSignal(window.metadata.changed):
            window.metadata._write.write.click()
        assert window.metadata._write.outcome.sentence == "3 files written as copies."
        assert read_metadata(tmp_path / "out/sounds/bell.wav").keywords == ("rain metal",)
        assert {path.name: path.read_bytes() for path in sounds.iterdir()} == former


class TestRenaming:
    def test_given_shown_in_the_list_and_taken_back(
        self, window: MainWindow, sounds: Path, filled_library, qtbot: QtBot
    ):
        window.table.selectRow(0)
        window.table.row_selected.emit(1, True)
        qtbot.waitUntil(lambda: window.sound_pane.view.path == sounds / "bell.wav")
        window.metadata.open_renaming()
        dialog = window.metadata._renaming
        dialog.files.listed.click()
        qtbot.waitUntil(lambda: dialog.rename.isEnabled() and dialog.model.rowCount() == 3)
        dialog.rename.click()
        qtbot.waitUntil(lambda: "RAINMetl_bell.wav" in names(window))
        assert dialog.outcome.sentence == "2 files renamed."
        assert sorted(os.listdir(sounds)) == ["RAINMetl_bell.wav", "RAINMetl_car.wav", "dog.wav"]
        assert scanned(filled_library).unchanged == 3
        qtbot.waitUntil(lambda: window.sound_pane.view.path == sounds / "RAINMetl_bell.wav")
        assert window.audition.file.path == sounds / "RAINMetl_bell.wav"
        qtbot.waitUntil(dialog.undo.isEnabled)
        assert len(list(names_undo_folder(filled_library).iterdir())) == 1
        dialog.undo.click()
        qtbot.waitUntil(lambda: "bell.wav" in names(window))
        assert sorted(os.listdir(sounds)) == ["bell.wav", "car.wav", "dog.wav"]

    def test_blocks_are_written_by_hand(self, window: MainWindow, sounds: Path, qtbot: QtBot):
        window.table.selectRow(2)
        window.metadata.open_renaming()
        dialog = window.metadata._renaming
        qtbot.waitUntil(lambda: dialog.model.rowCount() == 1)
        assert not dialog.rename.isEnabled()
        dialog.model.setData(dialog.model.index(0, 1), "ANMLDog")
        dialog.model.setData(dialog.model.index(0, 2), "Kennel")
        qtbot.waitUntil(dialog.rename.isEnabled)
        with qtbot.waitSignal(window.metadata.changed):
            dialog.rename.click()
        assert "ANMLDog_Kennel.wav" in os.listdir(sounds)


def test_a_dialog_that_was_closed_speaks_in_the_window(window: MainWindow, sounds: Path, qtbot: QtBot):
    window.metadata.open_write_tags()
    dialog = window.metadata._write
    dialog.themselves.click()
    with qtbot.waitSignal(window.metadata.changed):
        dialog.write.click()
        dialog.close()
    assert "2 files written" in window.status.message.log.text()
