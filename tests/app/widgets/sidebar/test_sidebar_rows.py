from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.item_models.sidebar_model import SidebarModel
from app.view_models.sidebar_tree import COLLECTIONS, LIBRARY, SECTIONS, TAGS, RootStatus
from app.widgets.sidebar.sidebar_rows import ROW_PX, SECTION_PX, add_rect, can_add
from app.widgets.sidebar.sidebar_view import SidebarView
from engine.library_rows import Root, RootCounts, Scope

ROOT = ("root", 1)
ELSEWHERE = Scope(collection_id=1)


def drawn(qtbot: QtBot, status: RootStatus, scope: Scope = ELSEWHERE) -> QImage:
    """The row of a root."""
    model = SidebarModel()
    view = SidebarView(model)
    model.setParent(view)
    qtbot.addWidget(view)
    model.tree.roots = (RootCounts(Root(1, Path("/sounds/Field"), "ok"), 12_400, 0, 0),)
    model.tree.statuses = {1: status}
    model.show_scope(scope)
    model.refresh()
    view.expand(model.index_of(LIBRARY.key))
    view.resize(240, 300)
    return view.grab(view.visualRect(model.index_of(ROOT))).toImage()


def test_every_state_of_a_root_looks_different(qtbot: QtBot) -> None:
    statuses = [RootStatus(), RootStatus("paused"), RootStatus("offline"), RootStatus("polling")]
    statuses += [RootStatus("indexing", share_done=share) for share in (None, 0.5, 1.0)]
    images = [drawn(qtbot, status) for status in statuses]
    assert all(one != other for number, one in enumerate(images) for other in images[:number])


def test_a_chosen_row_stands_out(qtbot: QtBot) -> None:
    assert drawn(qtbot, RootStatus()) != drawn(qtbot, RootStatus(), Scope(root_ids=(1,)))


def test_rows_lie_on_the_grid(qtbot: QtBot) -> None:
    view = SidebarView(SidebarModel())
    qtbot.addWidget(view)
    model = view.model()
    view.expandAll()
    assert view.visualRect(model.index(0, 0)).height() == SECTION_PX
    assert view.visualRect(model.index(0, 0, model.index(0, 0))).height() == ROW_PX


def test_something_can_be_added_to_three_sections() -> None:
    assert [can_add(section) for section in SECTIONS] == [True, True, False, True]
    assert can_add(LIBRARY)
    assert can_add(COLLECTIONS)
    assert can_add(TAGS)


def test_the_plus_lies_inside_its_row() -> None:
    row = QRect(0, 100, 240, SECTION_PX)
    assert row.contains(add_rect(row))
