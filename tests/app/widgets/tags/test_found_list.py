"""What was found, judged one after the other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.view_models.learned_tags import ShownSound
from app.widgets.tags.found_list import FoundList
from tests.app.shown_files import HOSTILE_NAMES


def sound(file_id: int, name: str = "a.wav") -> ShownSound:
    return ShownSound(file_id, name, "Field", "0:02–0:05", 2.0, 5.0, 0.5)


@pytest.fixture
def found(qtbot: QtBot) -> FoundList:
    """Of files 1, 2 and 3, the second chosen."""
    found = FoundList()
    qtbot.addWidget(found)
    found.show_found([sound(1), sound(2), sound(3)])
    found.selectRow(1)
    return found


def chosen_id(found: FoundList) -> int | None:
    current = found.current()
    return current.file_id if current else None


def test_coming_to_a_row_is_told(found: FoundList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(found.chosen) as chosen:
        qtbot.keyClick(found, Qt.Key.Key_Down)
    assert chosen.args == [sound(3)]


@pytest.mark.parametrize(("key", "is_like"), [(Qt.Key.Key_Return, True), (Qt.Key.Key_Y, True), (Qt.Key.Key_N, False)])
def test_a_key_judges_and_goes_on_to_the_next(found: FoundList, qtbot: QtBot, key: Qt.Key, is_like: bool) -> None:
    told: list[object] = []
    found.judged.connect(lambda judged, verdict: told.append((judged, verdict)))
    found.chosen.connect(told.append)
    qtbot.keyClick(found, key)
    assert told == [(sound(2), is_like), sound(3)]
    assert found.found.rowCount() == 2


def test_the_last_one_can_be_judged(found: FoundList, qtbot: QtBot) -> None:
    for _ in range(3):
        qtbot.keyClick(found, Qt.Key.Key_Y)
    assert chosen_id(found) is None
    found.judge(True)  # there is nothing to judge


def test_space_plays(found: FoundList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(found.play_toggled):
        qtbot.keyClick(found, Qt.Key.Key_Space)


def test_what_is_found_anew_moves_nobody_and_plays_nothing(found: FoundList, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(found.chosen):
        found.show_found([sound(3), sound(2), sound(4)])
        assert chosen_id(found) == 2
        found.show_found([sound(3), sound(4), sound(5)])
    assert chosen_id(found) == 4, "whichever is in its row"


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_plain_text(found: FoundList, name: str) -> None:
    found.show_found([sound(1, name.encode("utf-8", "replace").decode())])
    assert not found.grab().isNull()
