from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton, QTreeWidget
from pytestqt.qtbot import QtBot

from app.widgets.settings.folders_page import FoldersPage
from engine.library_rows import Root, RootCounts

FIELD = RootCounts(Root(1, Path("/sounds/field"), "ok"), 1_204, 0, 3)
DRIVE = RootCounts(Root(2, Path("/media/drive/<b>sfx</b>\nnew"), "offline"), 80, 0, 0)


@pytest.fixture
def page(qtbot: QtBot) -> FoldersPage:
    made = FoldersPage()
    qtbot.addWidget(made)
    made.set_roots([FIELD, DRIVE])
    return made


def rows(page: FoldersPage) -> QTreeWidget:
    (found,) = page.findChildren(QTreeWidget)
    return found


def button(page: FoldersPage, text: str) -> QPushButton:
    return next(found for found in page.findChildren(QPushButton) if found.text() == text)


def select(page: FoldersPage, row: int) -> None:
    rows(page).setCurrentIndex(rows(page).model().index(row, 0))


def test_roots_are_shown_as_plain_text_with_what_they_hold(page: FoldersPage) -> None:
    first, second = (rows(page).topLevelItem(row) for row in range(2))
    assert (first.text(0), first.text(1)) == ("/sounds/field", "1,204 sounds, 3 unreadable")
    assert (second.text(0), second.text(1)) == ("/media/drive/<b>sfx</b>\\nnew", "offline, 80 sounds")
    assert "<b>" not in second.toolTip(0)


def test_a_folder_can_be_asked_for(page: FoldersPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.add_requested):
        button(page, "Add folder…").click()


def test_nothing_can_be_done_with_no_root(page: FoldersPage) -> None:
    page.set_roots([])
    assert not button(page, "Remove").isEnabled()
    assert not button(page, "Rescan").isEnabled()


def test_the_selected_root_can_be_rescanned_and_removed(page: FoldersPage, qtbot: QtBot) -> None:
    select(page, 0)
    with qtbot.waitSignal(page.rescan_requested) as rescan:
        button(page, "Rescan").click()
    with qtbot.waitSignal(page.remove_requested) as removal:
        button(page, "Remove").click()
    assert rescan.args == removal.args == [FIELD.root]


def test_an_offline_root_can_be_removed_but_not_rescanned(page: FoldersPage) -> None:
    select(page, 1)
    assert button(page, "Remove").isEnabled()
    assert not button(page, "Rescan").isEnabled()


def test_the_selection_stays_with_its_root_while_the_list_changes(page: FoldersPage, qtbot: QtBot) -> None:
    select(page, 1)
    page.set_roots([DRIVE, RootCounts(Root(9, Path("/more"), "ok"), 0, 0, 0), FIELD])
    with qtbot.waitSignal(page.remove_requested) as removal:
        button(page, "Remove").click()
    assert removal.args == [DRIVE.root]
