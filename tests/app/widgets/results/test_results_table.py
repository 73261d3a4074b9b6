from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QContextMenuEvent, QDrag, QDropEvent, QKeyEvent, QMouseEvent, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.item_models.results_model import ResultsModel
from app.look.theme import CLAUSE_COLOURS
from app.view_models.results import Results
from app.widgets.results.result_row_painter import DIVIDER_PX, LINE_PX, STRIP_ROW_PX
from app.widgets.results.results_table import ResultsTable
from engine.library_rows import Order
from engine.text_index import TextHit
from tests.app.listed_files import answer_of, hit, knowing_model

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

STRONG_AND_WEAK = Results.of_answer(answer_of([hit(1, 0.9), hit(2, 0.8), hit(3, 0.3), hit(4, 0.1)]))


@pytest.fixture
def model() -> ResultsModel:
    return knowing_model()


@pytest.fixture
def table(qtbot: QtBot, model: ResultsModel) -> ResultsTable:
    table = ResultsTable(model)
    model.setParent(table)
    qtbot.addWidget(table)
    table.resize(1000, 400)
    table.show()
    table.activateWindow()
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    return table


@pytest.fixture
def heard(table: ResultsTable) -> list[tuple[int, bool]]:
    """What was selected, and whether by keyboard."""
    heard: list[tuple[int, bool]] = []
    table.row_selected.connect(lambda file_id, by_keyboard: heard.append((file_id, by_keyboard)))
    return heard


def middle_of(table: ResultsTable, file_id: int) -> QPoint:
    row = table.model().row_of(file_id)
    assert row is not None
    bottom_px = table.rowViewportPosition(row) + table.rowHeight(row)
    return QPoint(100, bottom_px - LINE_PX // 2)


def click(
    qtbot: QtBot, table: ResultsTable, file_id: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    qtbot.mouseClick(table.viewport(), LEFT, keys, middle_of(table, file_id))


def point_at(qtbot: QtBot, table: ResultsTable, file_id: int) -> QPoint:
    place = middle_of(table, file_id)
    qtbot.mouseMove(table.viewport(), place + QPoint(1, 0))  # a mouse that is there already does not move
    qtbot.mouseMove(table.viewport(), place)
    return place


def move_holding_the_button(table: ResultsTable, place: QPoint) -> None:
    here, there = QPointF(place), QPointF(table.viewport().mapToGlobal(place))
    keys = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(table.viewport(), QMouseEvent(QEvent.Type.MouseMove, here, there, LEFT, LEFT, keys))


def file_at(table: ResultsTable, place: QPoint) -> int | None:
    row = table.indexAt(place).row()
    return int(table.model().results.file_ids[row]) if row >= 0 else None


# --- choosing ---------------------------------------------------------------------------------------------------------


def test_a_click_chooses(qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]) -> None:
    table.show_results(Results.browsing([5, 6, 7]))
    click(qtbot, table, 6)
    assert heard == [(6, False)]
    assert table.selected_ids() == [6]
    assert table.current_id() == 6


def test_clicks_with_keys_select_and_say_nothing(
    qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]
) -> None:
    table.show_results(Results.browsing([5, 6, 7, 8]))
    click(qtbot, table, 5, CTRL)
    click(qtbot, table, 7, CTRL)
    assert table.selected_ids() == [5, 7]
    click(qtbot, table, 8, SHIFT)
    assert heard == []


def test_a_click_on_the_playing_row_does_not_start_it_again(
    qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]
) -> None:
    table.show_results(Results.browsing([5, 6, 7]))
    table.set_playing(6)
    click(qtbot, table, 6)
    assert heard == []
    table.set_playing(None)
    click(qtbot, table, 6)
    assert heard == [(6, False)]


def test_a_press_on_one_of_several_is_perhaps_a_drag_and_chooses_when_let_go(
    qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]
) -> None:
    table.show_results(Results.browsing([5, 6, 7]))
    click(qtbot, table, 5, CTRL)
    click(qtbot, table, 6, CTRL)
    qtbot.mousePress(table.viewport(), LEFT, pos=middle_of(table, 5))
    assert heard == []
    assert table.selected_ids() == [5, 6]
    qtbot.mouseRelease(table.viewport(), LEFT, pos=middle_of(table, 5))
    assert heard == [(5, False)]
    assert table.selected_ids() == [5]


def test_a_double_click_and_enter_activate(qtbot: QtBot, table: ResultsTable) -> None:
    table.show_results(Results.browsing([5, 6, 7]))
    activated: list[int] = []
    table.row_activated.connect(activated.append)
    qtbot.mouseDClick(table.viewport(), LEFT, pos=middle_of(table, 6))
    table.select_id(7)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert activated == [6, 7]


def test_arrows_and_their_repeats_choose_row_by_row(
    qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]
) -> None:
    table.show_results(Results.browsing([5, 6, 7]))
    for _ in range(5):  # two more than there are rows
        qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Up)
    assert heard == [(5, True), (6, True), (7, True), (6, True)]


def test_home_end_and_pages(qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]) -> None:
    table.show_results(Results.browsing(range(1000)))
    page = table.viewport().height() // LINE_PX - 1
    for key in (Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_PageDown):
        qtbot.keyClick(table, key)
        assert table.viewport().rect().contains(middle_of(table, table.current_id() or 0))
    assert [file_id for file_id, _ in heard] == [999, 999 - page, 0, page]


def test_extending_with_shift_says_nothing(qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]) -> None:
    table.show_results(Results.browsing([5, 6, 7]))
    table.select_id(5)
    qtbot.keyClick(table, Qt.Key.Key_Down, SHIFT)
    assert table.selected_ids() == [5, 6]
    assert heard == []


def test_sideways_keys_leave_the_row(qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]) -> None:
    table.show_results(Results.browsing([5, 6]))
    table.select_id(5)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        qtbot.keyClick(table, key)
    assert table.current_id() == 5
    assert table.currentIndex().column() == 0
    assert heard == []


def test_commands_step_as_arrows_do(table: ResultsTable, heard: list[tuple[int, bool]]) -> None:
    table.show_results(Results.browsing([5, 6]))
    for step in (table.select_next, table.select_next, table.select_next, table.select_previous):
        step()
    assert heard == [(5, True), (6, True), (5, True)]


def test_an_empty_list_takes_every_key(qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]) -> None:
    for key in (Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_PageUp):
        qtbot.keyClick(table, key)
    table.select_next()
    assert heard == []
    assert table.current_id() is None
    assert table.selected_ids() == []


def test_selecting_by_program_says_nothing_and_brings_the_row_into_view(
    table: ResultsTable, heard: list[tuple[int, bool]]
) -> None:
    table.show_results(Results.browsing(range(1000)))
    assert table.select_id(700)
    assert not table.select_id(5000)
    assert table.current_id() == 700
    assert table.viewport().rect().contains(middle_of(table, 700))
    assert heard == []


def test_letters_go_elsewhere_and_space_plays(qtbot: QtBot, table: ResultsTable) -> None:
    table.show_results(Results.browsing([5, 6]))
    letters: list[str] = []
    table.letter_typed.connect(letters.append)
    with qtbot.waitSignal(table.play_toggled):
        qtbot.keyClick(table, Qt.Key.Key_Space)
    qtbot.keyClick(table, Qt.Key.Key_D)
    accented = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Eacute, Qt.KeyboardModifier.NoModifier, "é")
    QApplication.sendEvent(table, accented)
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_F5):
        qtbot.keyClick(table, key)
    qtbot.keyClick(table, Qt.Key.Key_K, CTRL)
    assert letters == ["d", "é"]


def test_everything_can_be_selected(qtbot: QtBot, table: ResultsTable) -> None:
    table.show_results(Results.browsing(range(100_000)))
    with qtbot.waitSignal(table.selection_changed):
        table.selectAll()
    assert len(table.selected_ids()) == 100_000


# --- the divider ------------------------------------------------------------------------------------------------------


def test_the_divider_is_no_row(qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]) -> None:
    table.show_results(STRONG_AND_WEAK)
    assert [table.rowHeight(row) for row in range(4)] == [LINE_PX, LINE_PX, LINE_PX + DIVIDER_PX, LINE_PX]
    on_divider = QPoint(100, 2 * LINE_PX + DIVIDER_PX // 2)
    assert not table.indexAt(on_divider).isValid()
    qtbot.mouseClick(table.viewport(), LEFT, pos=on_divider)
    assert heard == []
    click(qtbot, table, 3)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert heard == [(3, False), (4, True)]


def test_the_divider_moves_and_goes_with_the_results(table: ResultsTable) -> None:
    table.show_results(STRONG_AND_WEAK)
    table.show_results(Results.of_answer(answer_of([hit(1, 0.2), hit(2, 0.1)])))
    assert [table.rowHeight(row) for row in range(2)] == [LINE_PX + DIVIDER_PX, LINE_PX]
    table.show_results(STRONG_AND_WEAK.reordered([4, 3, 2, 1]))
    assert [table.rowHeight(row) for row in range(4)] == [LINE_PX] * 4
    table.show_results(Results.browsing(range(5)))
    assert [table.rowHeight(row) for row in range(5)] == [LINE_PX] * 5


# --- one list replaces another ----------------------------------------------------------------------------------------


def words(*file_ids: int) -> Results:
    return Results.of_words([TextHit(file_id, 1.0, ("dog",)) for file_id in file_ids])


@pytest.mark.parametrize("pointed_at", [11, 12, 13, 14])
def test_the_row_under_the_mouse_stays_when_the_network_answers(
    qtbot: QtBot, table: ResultsTable, pointed_at: int
) -> None:
    table.show_results(words(11, 12, 13, 14))
    place = point_at(qtbot, table, pointed_at)
    scores = {21: 0.9, 13: 0.8, 22: 0.7, 11: 0.6, 23: 0.4, 14: 0.3, 12: 0.1}
    table.show_results(Results.of_answer(answer_of([hit(file_id, score) for file_id, score in scores.items()])), True)
    assert file_at(table, place) in (pointed_at, None)  # or the divider, where a click does nothing
    others = [file_id for file_id in table.model().results.file_ids.tolist() if file_id != pointed_at]
    assert others == [file_id for file_id in scores if file_id != pointed_at]


def test_a_mouse_that_has_long_lain_there_keeps_nothing(qtbot: QtBot, table: ResultsTable) -> None:
    table.show_results(words(11, 12, 13))
    point_at(qtbot, table, 12)
    table.show_results(words(12, 13, 11))  # another question
    table.show_results(Results.of_answer(answer_of([hit(13), hit(12), hit(11)])), True)
    assert table.model().results.file_ids.tolist() == [13, 12, 11]


def test_the_chosen_row_stays_where_it_is_and_chosen(
    qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]
) -> None:
    table.show_results(words(11, 12, 13))
    for _ in range(2):
        qtbot.keyClick(table, Qt.Key.Key_Down)
    place = middle_of(table, 12)
    table.show_results(Results.of_answer(answer_of([hit(13, 0.9), hit(11, 0.8), hit(20, 0.7), hit(12, 0.6)])), True)
    assert file_at(table, place) == 12
    assert table.selected_ids() == [12]
    assert table.current_id() == 12
    assert heard == [(11, True), (12, True)]


def test_a_scrolled_list_keeps_its_top_row_when_files_are_added_above(table: ResultsTable) -> None:
    table.show_results(Results.browsing(range(1000)))
    table.verticalScrollBar().setValue(500 * LINE_PX + 5)
    table.show_results(Results.browsing([2000, 2001, *range(1000)]), True)
    assert table.verticalScrollBar().value() == 502 * LINE_PX + 5


def test_another_question_starts_at_the_top_and_keeps_what_is_selected(
    qtbot: QtBot, table: ResultsTable, heard: list[tuple[int, bool]]
) -> None:
    table.show_results(Results.browsing(range(1000)))
    table.select_id(700)
    with qtbot.assertNotEmitted(table.selection_changed):
        table.show_results(Results.browsing(range(600, 800)))
    assert table.verticalScrollBar().value() == 0
    assert table.selected_ids() == [700]
    with qtbot.waitSignal(table.selection_changed):
        table.show_results(Results.browsing(range(100)))
    assert table.selected_ids() == []
    assert heard == []


def test_nothing_moves_while_a_row_is_held(qtbot: QtBot, table: ResultsTable) -> None:
    table.show_results(words(11, 12, 13))
    place = middle_of(table, 12)
    qtbot.mousePress(table.viewport(), LEFT, pos=place)
    table.show_results(Results.of_answer(answer_of([hit(13), hit(12)])), True)
    assert table.model().results.file_ids.tolist() == [11, 12, 13]
    qtbot.mouseRelease(table.viewport(), LEFT, pos=place)
    assert sorted(table.model().results.file_ids.tolist()) == [12, 13]
    assert file_at(table, place) == 12


def test_nothing_moves_during_a_drag_and_the_newest_answer_appears_after_it(
    qtbot: QtBot, table: ResultsTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.show_results(Results.browsing([11, 12, 13]))
    qtbot.waitUntil(lambda: table.model().file_row(2) is not None)
    click(qtbot, table, 11, CTRL)
    click(qtbot, table, 13, CTRL)
    dragged: list[list[str]] = []

    def answer_during_the_drag(drag: QDrag, actions: Qt.DropAction) -> Qt.DropAction:
        assert actions == Qt.DropAction.CopyAction
        dragged.append([url.fileName() for url in drag.mimeData().urls()])
        table.show_results(Results.browsing([1]))
        table.show_results(Results.browsing([13, 12]))
        assert table.model().results.file_ids.tolist() == [11, 12, 13]
        return actions

    monkeypatch.setattr(QDrag, "exec", answer_during_the_drag)  # it belongs to the desktop, which no test has
    start = middle_of(table, 11)
    qtbot.mousePress(table.viewport(), LEFT, pos=start)
    for far_px in (5, 40):
        move_holding_the_button(table, start + QPoint(far_px, 0))
    assert dragged == [["sound_011.wav", "sound_013.wav"]]
    assert table.model().results.file_ids.tolist() == [13, 12]
    table.show_results(Results.browsing([1, 2]))
    assert table.model().results.file_ids.tolist() == [1, 2]


# --- dropping, menus, columns -----------------------------------------------------------------------------------------


def test_files_and_folders_can_be_dropped(qtbot: QtBot, table: ResultsTable) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("file:///sounds/field"), QUrl("https://example.org/a.wav")])
    keys = Qt.KeyboardModifier.NoModifier
    drop = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, mime, LEFT, keys)
    with qtbot.waitSignal(table.files_dropped) as dropped:
        table.dropEvent(drop)
    assert dropped.args == [[Path("/sounds/field")]]
    assert drop.dropAction() == Qt.DropAction.CopyAction


def test_a_context_menu_is_for_what_is_selected(qtbot: QtBot, table: ResultsTable) -> None:
    table.show_results(Results.browsing([5, 6, 7]))
    place = middle_of(table, 6)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, table.viewport().mapToGlobal(place))
    with qtbot.assertNotEmitted(table.context_menu_requested):
        QApplication.sendEvent(table.viewport(), event)
    table.select_id(6)
    with qtbot.waitSignal(table.context_menu_requested) as asked:
        QApplication.sendEvent(table.viewport(), event)
    assert asked.args == [[6], event.globalPos()]
    by_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    with qtbot.waitSignal(table.context_menu_requested) as asked:
        QApplication.sendEvent(table.viewport(), by_key)
    assert file_at(table, table.viewport().mapFromGlobal(asked.args[1])) == 6


def test_columns_and_order_go_through_the_table(qtbot: QtBot, table: ResultsTable) -> None:
    columns = (("name", 300), ("folder", 200))
    table.set_columns(columns)
    assert table.columns() == columns
    table.set_order(Order("name"))
    with qtbot.waitSignal(table.sort_requested) as asked:
        header = table.horizontalHeader()
        qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(100, 10))
    assert asked.args == [Order("name", descending=True)]


# --- drawing ----------------------------------------------------------------------------------------------------------


def colours(table: ResultsTable, rows: range) -> set[int]:
    image = table.viewport().grab().toImage()
    return {image.pixel(x, y) for x in range(0, image.width(), 2) for y in rows if y < image.height()}


def test_rows_in_sight_are_loaded_and_drawn_with_their_moments(qtbot: QtBot, table: ResultsTable) -> None:
    table.show_results(Results.of_answer(answer_of([hit(1, 0.9, 0.0, 95.0)])))
    marked = CLAUSE_COLOURS[0].rgb()
    qtbot.waitUntil(lambda: marked in colours(table, range(LINE_PX)))


def test_rows_out_of_sight_are_not_loaded(qtbot: QtBot, table: ResultsTable) -> None:
    table.show_results(Results.browsing(range(10_000)))
    qtbot.waitUntil(lambda: table.model().peaks(0) is not None)
    assert table.model().file_row(5000) is None
    table.verticalScrollBar().setValue(5000 * LINE_PX)
    qtbot.waitUntil(lambda: table.model().peaks(5000) is not None)


def test_without_a_place_for_waveforms_none_are_loaded(qtbot: QtBot, table: ResultsTable) -> None:
    table.set_columns((("name", 300), ("folder", 200)))
    table.show_results(Results.browsing(range(10)))
    qtbot.waitUntil(lambda: table.model().file_row(0) is not None)
    assert table.model().peaks(0) is None
    table.set_waveforms(True)
    qtbot.waitUntil(lambda: table.model().peaks(0) is not None)


def test_strips_make_rows_higher_and_leave_the_top_row_on_top(table: ResultsTable) -> None:
    table.show_results(Results.browsing(range(1000)))
    table.verticalScrollBar().setValue(500 * LINE_PX)
    table.set_waveforms(True)
    assert table.has_waveforms
    assert table.rowHeight(0) == STRIP_ROW_PX
    assert table.rowAt(0) == 500
    table.set_waveforms(False)
    assert table.rowHeight(0) == LINE_PX
    assert table.rowAt(0) == 500


def in_magenta(table: ResultsTable, role: QPalette.ColorRole) -> int:
    palette = table.palette()
    palette.setColor(role, QColor("#ff00ff"))
    table.setPalette(palette)
    return QColor("#ff00ff").rgb()


def test_the_row_under_the_mouse_stands_out(qtbot: QtBot, table: ResultsTable) -> None:
    table.show_results(Results.browsing([5, 6]))
    raised = in_magenta(table, QPalette.ColorRole.AlternateBase)
    point_at(qtbot, table, 6)
    qtbot.waitUntil(lambda: raised in colours(table, range(LINE_PX, 2 * LINE_PX)))
    assert raised not in colours(table, range(LINE_PX))
    QApplication.sendEvent(table.viewport(), QEvent(QEvent.Type.Leave))
    assert raised not in colours(table, range(2 * LINE_PX))


def test_another_theme_is_drawn_at_once(table: ResultsTable) -> None:
    table.show_results(Results.of_answer(answer_of([hit(1, 0.9)])))
    table.viewport().grab()
    assert in_magenta(table, QPalette.ColorRole.Accent) in colours(table, range(LINE_PX))


def test_looking_at_the_right_is_not_disturbed_by_going_down(qtbot: QtBot, table: ResultsTable) -> None:
    table.set_columns((("name", 900), ("folder", 900)))
    table.show_results(Results.browsing(range(100)))
    table.horizontalScrollBar().setValue(400)
    for _ in range(30):
        qtbot.keyClick(table, Qt.Key.Key_Down)
    assert table.horizontalScrollBar().value() == 400


def test_where_the_good_matches_end_is_told_to_those_who_do_not_see_the_divider(table: ResultsTable) -> None:
    table.show_results(STRONG_AND_WEAK)
    assert table.accessibleDescription() == "Some of these stand out."
    table.show_results(Results.browsing([1]))
    assert table.accessibleDescription() == ""
