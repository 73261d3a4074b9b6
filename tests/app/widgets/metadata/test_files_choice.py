from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.widgets.metadata.files_choice import FilesChoice


@pytest.fixture
def choice(qtbot: QtBot) -> FilesChoice:
    choice = FilesChoice(with_library=True)
    qtbot.addWidget(choice)
    return choice


def test_the_selected_files_unless_there_are_none(choice: FilesChoice) -> None:
    choice.set_files([3], [1, 2, 3])
    first = choice.file_ids
    choice.set_files([], [1, 2, 3])
    assert (first, choice.file_ids) == ((3,), (1, 2, 3))
    assert not choice.selected.isEnabled()


def test_another_choice_is_told_once(choice: FilesChoice, qtbot: QtBot) -> None:
    choice.set_files([3], [1, 2, 3])
    told: list[object] = []
    choice.changed.connect(lambda: told.append(choice.file_ids))
    choice.listed.click()
    choice.library.click()
    choice.set_files([3], [1, 2, 3])  # opened again
    choice.set_files([2], [1, 2, 3])
    assert told == [(1, 2, 3), None, (3,), (2,)]


def test_it_says_how_many_there_are(choice: FilesChoice) -> None:
    choice.set_files([3], range(1200))
    assert (choice.selected.text(), choice.listed.text()) == ("Selected (1)", "All that is listed (1,200)")
