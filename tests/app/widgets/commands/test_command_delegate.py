"""How one command looks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QListView, QWidget
from pytestqt.qtbot import QtBot

from app.commands import Commands
from app.item_models.command_list import CommandList
from app.widgets.commands.command_delegate import ROW_HEIGHT_PX, CommandDelegate


@pytest.fixture
def commands(qtbot: QtBot) -> Commands:
    window = QWidget()
    qtbot.addWidget(window)
    commands = Commands(window)
    commands.add("loop", "Loop", list, section="Listening", keys=["L"], icon="loop", checkable=True)
    return commands


@pytest.fixture
def view(qtbot: QtBot, commands: Commands) -> QListView:
    view = QListView()
    qtbot.addWidget(view)
    model = CommandList(commands, view)
    model.show(["loop"])
    view.setModel(model)
    view.setItemDelegate(CommandDelegate(view))
    view.resize(400, 100)
    return view


def picture(view: QListView) -> QImage:
    return view.grab().toImage()


def test_rows_have_one_height(view: QListView) -> None:
    assert view.sizeHintForRow(0) == ROW_HEIGHT_PX


def test_what_matters_of_a_command_shows(view: QListView, commands: Commands) -> None:
    action = commands.action("loop")
    plain = picture(view)
    action.setChecked(True)
    checked = picture(view)
    action.setEnabled(False)
    disabled = picture(view)
    view.selectionModel().setCurrentIndex(view.model().index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
    chosen = picture(view)
    commands.rebind("loop", [])
    without_key = picture(view)
    pictures = [plain, checked, disabled, chosen, without_key]
    assert all(one != other for place, one in enumerate(pictures) for other in pictures[:place])


def test_a_list_too_narrow_for_the_words_is_painted_nevertheless(view: QListView) -> None:
    view.resize(60, 60)
    assert not picture(view).isNull()
