from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.view_models.result_columns import AS_FITS_PX, COLUMNS, NUMBER_OF
from app.widgets.results.results_header import ResultsHeader
from app.widgets.results.results_table import ResultsTable
from engine.library_rows import Order
from tests.app.listed_files import knowing_model


@pytest.fixture
def table(qtbot: QtBot) -> ResultsTable:
    model = knowing_model()
    table = ResultsTable(model)
    model.setParent(table)
    qtbot.addWidget(table)
    table.resize(1200, 400)
    table.show()
    qtbot.waitExposed(table)
    return table


@pytest.fixture
def header(table: ResultsTable) -> ResultsHeader:
    header = table.horizontalHeader()
    assert isinstance(header, ResultsHeader)
    return header


def shown(header: ResultsHeader) -> list[str]:
    in_order = [header.logicalIndex(place) for place in range(header.count())]
    return [COLUMNS[number].id for number in in_order if not header.isSectionHidden(number)]


def click(qtbot: QtBot, header: ResultsHeader, column: str) -> None:
    number = NUMBER_OF[column]
    place = QPoint(header.sectionViewportPosition(number) + header.sectionSize(number) // 2, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def choose(header: ResultsHeader, title: str) -> None:
    menu = header.column_menu()
    next(action for action in menu.actions() if action.text() == title).trigger()
    menu.deleteLater()


def test_the_usual_columns_fill_the_room(header: ResultsHeader, table: ResultsTable) -> None:
    assert shown(header) == ["name", "match", "moment", "duration", "tags", "format", "folder", "waveform"]
    assert header.columns() == ()
    assert table.viewport().width() - 8 < header.length() <= table.viewport().width()


def test_columns_grow_with_the_window_until_a_person_sets_a_width(
    qtbot: QtBot, header: ResultsHeader, table: ResultsTable
) -> None:
    narrow = header.sectionSize(NUMBER_OF["name"])
    table.resize(1600, 400)
    qtbot.waitUntil(lambda: header.sectionSize(NUMBER_OF["name"]) > narrow)
    with qtbot.waitSignal(header.columns_changed):
        header.resizeSection(NUMBER_OF["name"], 300)
    table.resize(1800, 400)
    assert header.sectionSize(NUMBER_OF["name"]) == 300
    assert header.columns()[0] == ("name", 300)
    assert len(header.columns()) == 8


def test_columns_can_be_chosen_from_the_header(qtbot: QtBot, header: ResultsHeader) -> None:
    with qtbot.waitSignal(header.columns_changed):
        choose(header, "Rating")
    choose(header, "Waveform")
    assert shown(header) == ["name", "match", "moment", "duration", "tags", "format", "folder", "rating"]
    assert header.columns()[-1] == ("rating", AS_FITS_PX)
    choose(header, "Usual columns")
    assert header.columns() == ()
    assert shown(header)[-1] == "waveform"


def test_the_name_is_always_there(header: ResultsHeader) -> None:
    menu = header.column_menu()
    enabled = {action.text(): action.isEnabled() for action in menu.actions() if action.text()}
    assert not enabled["Name"]
    assert enabled["Folder"]
    menu.deleteLater()


def test_the_menu_opens_where_it_was_asked_for_and_waits_for_nobody(qtbot: QtBot, header: ResultsHeader) -> None:
    place = QPoint(20, 10)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, header.mapToGlobal(place))
    QApplication.sendEvent(header.viewport(), event)
    menu = header.findChild(QMenu)
    assert menu is not None
    assert menu.isVisible()
    menu.close()
    qtbot.waitUntil(lambda: header.findChild(QMenu) is None)


def test_chosen_columns_come_back_as_they_were(qtbot: QtBot, header: ResultsHeader, table: ResultsTable) -> None:
    columns = (("folder", 150), ("name", 320), ("duration", 70))
    header.set_columns(columns)
    assert shown(header) == ["folder", "name", "duration"]
    assert header.columns() == columns


def test_moved_columns_are_remembered(qtbot: QtBot, header: ResultsHeader) -> None:
    with qtbot.waitSignal(header.columns_changed):
        header.moveSection(header.visualIndex(NUMBER_OF["waveform"]), 1)
    assert [name for name, _ in header.columns()][:3] == ["name", "waveform", "match"]


def test_a_strip_of_waveforms_hides_the_column_but_does_not_forget_it(header: ResultsHeader) -> None:
    header.set_strip(True)
    assert "waveform" not in shown(header)
    assert header.columns() == ()
    header.set_strip(False)
    assert "waveform" in shown(header)


def test_clicks_sort_upwards_downwards_and_by_relevance_again(qtbot: QtBot, header: ResultsHeader) -> None:
    asked: list[Order | None] = []
    header.sort_requested.connect(asked.append)
    for _ in range(4):
        click(qtbot, header, "duration")
    click(qtbot, header, "folder")
    assert asked == [
        Order("duration"),
        Order("duration", descending=True),
        None,
        Order("duration"),
        Order("folder"),
    ]
    assert header.sortIndicatorSection() == NUMBER_OF["folder"]


def test_what_only_a_search_knows_sorts_by_relevance(qtbot: QtBot, header: ResultsHeader) -> None:
    asked: list[Order | None] = []
    header.sort_requested.connect(asked.append)
    header.set_order(Order("name"))
    click(qtbot, header, "match")
    assert asked == [None]
    assert header.sortIndicatorSection() not in range(len(COLUMNS))


def test_showing_an_order_asks_for_nothing(qtbot: QtBot, header: ResultsHeader) -> None:
    with qtbot.assertNotEmitted(header.sort_requested):
        header.set_order(Order("modified", descending=True))
    assert header.sortIndicatorSection() == NUMBER_OF["modified"]
    assert header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder


def test_cells_are_the_columns_in_view(header: ResultsHeader) -> None:
    header.set_columns((("folder", 150), ("name", 320)))
    assert {cell.column.id: (cell.x_px, cell.width_px) for cell in header.cells()} == {
        "folder": (0, 150),
        "name": (150, 320),
    }
