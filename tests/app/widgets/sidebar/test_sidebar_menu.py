from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.widgets.sidebar.sidebar_menu import SidebarMenu


class Asked(QObject):
    asked = Signal()


def test_an_entry_does_what_it_is_for(qtbot: QtBot) -> None:
    parent, asked, done = QWidget(), Asked(), list[str]()
    qtbot.addWidget(parent)
    menu = SidebarMenu(parent)
    menu.add("Rename…", lambda: done.append("renamed"))
    menu.add("Delete…", lambda: done.append("deleted"), False)
    menu.add("Add a folder…", asked.asked.emit)
    with qtbot.waitSignal(asked.asked):
        for action in menu.actions():
            action.trigger()
    assert done == ["renamed"]


def test_a_closed_menu_is_gone(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = SidebarMenu(parent)
    menu.add("Rename…", lambda: None)
    with qtbot.waitSignal(menu.destroyed):
        menu.close()
