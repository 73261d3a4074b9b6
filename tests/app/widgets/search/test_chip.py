"""One part of a question."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QImage, QKeySequence
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.view_models.query_chips import Chip, ChipKind
from app.widgets.search.chip import HEIGHT_PX, MAX_TEXT_PX, ChipView

DOG = Chip("dog barks", "clause", 0, "", ("clause", 0))


def made(qtbot: QtBot, chip: Chip) -> ChipView:
    view = ChipView(chip)
    qtbot.addWidget(view)
    return view


def picture(qtbot: QtBot, chip: Chip) -> QImage:
    view = made(qtbot, chip)
    view.resize(view.sizeHint())
    return view.grab().toImage()


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_keys_take_it_away(qtbot: QtBot, key: Qt.Key) -> None:
    view = made(qtbot, DOG)
    with qtbot.waitSignal(view.removed) as blocker:
        qtbot.keyClick(view, key)
    assert blocker.args == [DOG]


def test_its_cross_takes_it_away_and_a_click_beside_does_not(qtbot: QtBot) -> None:
    view = made(qtbot, DOG)
    with qtbot.assertNotEmitted(view.removed):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect().topLeft())
    with qtbot.waitSignal(view.removed):
        qtbot.mouseClick(view.findChild(QToolButton), Qt.MouseButton.LeftButton)


def test_arrows_go_to_its_neighbours(qtbot: QtBot) -> None:
    view = made(qtbot, DOG)
    steps: list[int] = []
    view.stepped.connect(steps.append)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert steps == [-1, 1]


def test_its_keys_are_no_commands_while_it_has_the_focus(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    view = ChipView(DOG)
    QVBoxLayout(window).addWidget(view)
    ran: list[str] = []
    for key in ("Delete", "Left", "J"):
        action = QAction(key, window)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _checked, key=key: ran.append(key))
        window.addAction(action)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    view.setFocus()
    with qtbot.waitSignals([view.removed, view.stepped]):
        qtbot.keyClick(view, Qt.Key.Key_Delete)
        qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_J)
    assert ran == ["J"]


def test_a_long_text_is_cut(qtbot: QtBot) -> None:
    short, long = made(qtbot, DOG), made(qtbot, Chip("dog barks " * 50, "clause", 0, "", ("clause", 0)))
    assert short.sizeHint().width() < MAX_TEXT_PX
    assert MAX_TEXT_PX < long.sizeHint().width() < MAX_TEXT_PX + 60
    assert long.sizeHint().height() == HEIGHT_PX


def test_it_is_spoken(qtbot: QtBot) -> None:
    assert made(qtbot, DOG).accessibleName() == "dog barks, sound"
    voices = Chip("voices", "negated", None, "", ("clause", 1))
    assert made(qtbot, voices).accessibleName() == "voices, sound that must not be heard"
    assert made(qtbot, DOG).findChild(QToolButton).accessibleName() == "Remove dog barks"


def test_names_from_outside_are_plain_text(qtbot: QtBot) -> None:
    chip = Chip("tag: <b>x</b>", "scope", None, "", ("tag", "<b>x</b>"))
    assert "<b>" not in made(qtbot, chip).toolTip()
    assert "&lt;b&gt;" in made(qtbot, chip).toolTip()


def test_each_clause_has_its_colour_and_what_is_not_heard_is_struck_through(qtbot: QtBot) -> None:
    def chip(kind: ChipKind, colour: int | None) -> Chip:
        return Chip("dog", kind, colour, "", ("clause", 0))

    pictures = [
        picture(qtbot, chip("clause", 0)),
        picture(qtbot, chip("clause", 1)),
        picture(qtbot, chip("negated", None)),
        picture(qtbot, chip("scope", None)),
    ]
    assert all(one != other for place, one in enumerate(pictures) for other in pictures[:place])
    assert picture(qtbot, chip("clause", 0)) == picture(qtbot, chip("clause", 5))
