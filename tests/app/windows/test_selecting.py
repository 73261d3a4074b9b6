"""What is selected in the list is drawn and described."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel
from pytestqt.qtbot import QtBot

from app.windows.main_window import MainWindow


def select(window: MainWindow, row: int) -> None:
    window.table.selectRow(row)
    window.table.row_selected.emit(window.table.current_id(), True)


def test_a_selected_file_is_described_and_drawn(window: MainWindow, qtbot: QtBot):
    select(window, 1)
    qtbot.waitUntil(lambda: window.inspector.file_ids == (2,))
    assert window.sound_pane.view.path is not None
    assert window.sound_pane.view.path.name == "car.wav"


def test_the_inspector_knows_why_it_matched(window: MainWindow, show_hits: Callable[..., None], qtbot: QtBot):
    show_hits(3, 1)
    with qtbot.waitSignal(window.selecting.described) as told:
        select(window, 0)
    details = told.args[0]
    assert details.hit is not None
    assert (details.hit.start_s, details.hit.end_s) == (0.5, 1.0)


def test_several_files_are_described_together(window: MainWindow, qtbot: QtBot):
    select(window, 0)
    flags = QItemSelectionModel.SelectionFlag
    window.table.selectionModel().select(window.selecting.model.index(2, 0), flags.Select | flags.Rows)
    qtbot.waitUntil(lambda: set(window.inspector.file_ids) == {1, 3})
    assert {file.id for file in window.selecting.files} == {1, 3}


def test_what_a_person_says_is_shown_at_once_in_list_and_inspector(window: MainWindow, qtbot: QtBot):
    select(window, 0)
    qtbot.waitUntil(lambda: window.inspector.file_ids == (1,))
    window.annotating.add_tags([1], ["loud"])

    def tags() -> tuple[str, ...]:
        file = window.selecting.model.file_row(0)
        return file.tags if file else ()

    qtbot.waitUntil(lambda: tags() == ("loud",))


def test_small_outlines_come_with_the_rows(window: MainWindow, qtbot: QtBot):
    window.table.set_waveforms(True)
    qtbot.waitUntil(lambda: window.selecting.model.peaks(0) is None)  # these files were stored without usable peaks


def test_another_answer_about_the_same_file_is_told_and_drawn(
    window: MainWindow, show_hits: Callable[..., None], qtbot: QtBot
):
    select(window, 2)
    qtbot.waitUntil(lambda: window.inspector.file_ids == (3,))
    assert window.audition.spans == ()
    with qtbot.waitSignal(window.selecting.described) as told:
        show_hits(1, 3)
    details = told.args[0]
    assert details.hit is not None
    assert [span.text for span in window.audition.spans] == ["a sound"]


def test_the_current_file_is_the_selected_one(window: MainWindow, qtbot: QtBot):
    def current() -> tuple[str, int] | None:
        found = window.selecting.current
        return (found[0].name, found[1].file_id) if found else None

    assert current() is None
    select(window, 1)
    assert current() == ("car.wav", 2)
