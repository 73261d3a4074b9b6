from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.item_models.sidebar_model import SidebarModel
from app.view_models.sidebar_tree import SECTIONS
from app.widgets.sidebar.sidebar_view import SidebarView
from engine.library_rows import NameCount

DOG = ("tag", "dog")


@pytest.fixture
def view(qtbot: QtBot) -> SidebarView:
    """Two tags, on the screen."""
    model = SidebarModel()
    view = SidebarView(model)
    model.setParent(view)
    qtbot.addWidget(view)
    model.tree.tags = (NameCount("dog", 9), NameCount("car", 4))
    model.refresh()
    for section in SECTIONS:
        view.expand(model.index_of(section.key))
    view.resize(240, 400)
    view.show()
    return view


def place_of(view: SidebarView, key: object) -> QPoint:
    model = view.model()
    assert isinstance(model, SidebarModel)
    return view.visualRect(model.index_of(key)).center()


def test_a_press_that_is_released_elsewhere_chooses_nothing(view: SidebarView, qtbot: QtBot) -> None:
    button = Qt.MouseButton.LeftButton
    with qtbot.assertNotEmitted(view.chosen):
        qtbot.mousePress(view.viewport(), button, pos=place_of(view, DOG))
        qtbot.mouseRelease(view.viewport(), button, pos=place_of(view, ("tag", "car")))


def test_a_hint_cannot_be_chosen(view: SidebarView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.chosen):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place_of(view, ("hint", "saved")))


def test_a_double_click_folds_nothing(view: SidebarView, qtbot: QtBot) -> None:
    expanded = [view.isExpanded(view.model().index(row, 0)) for row in range(4)]
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place_of(view, DOG))
    assert [view.isExpanded(view.model().index(row, 0)) for row in range(4)] == expanded


@pytest.mark.parametrize("reason", [QContextMenuEvent.Reason.Keyboard, QContextMenuEvent.Reason.Mouse])
def test_a_menu_is_wanted_by_key_and_by_mouse(
    view: SidebarView, qtbot: QtBot, reason: QContextMenuEvent.Reason
) -> None:
    model = view.model()
    assert isinstance(model, SidebarModel)
    view.setCurrentIndex(model.index_of(DOG))
    at = place_of(view, DOG)
    with qtbot.waitSignal(view.menu_wanted) as wanted:
        QApplication.sendEvent(view.viewport(), QContextMenuEvent(reason, at, view.viewport().mapToGlobal(at)))
    assert wanted.args[0].label == "dog"


def test_the_keyboard_reaches_every_row(view: SidebarView, qtbot: QtBot) -> None:
    view.setCurrentIndex(view.model().index(0, 0))
    reached = []
    for _ in range(8):
        entry = view.entry_at(view.currentIndex())
        assert entry is not None
        reached.append(entry.label)
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert reached == ["Library", "Collections", "Saved searches", "Tags", "dog", "car", "car", "car"]
