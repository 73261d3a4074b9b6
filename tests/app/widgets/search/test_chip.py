"""One part of a question."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QEnterEvent, QFocusEvent, QImage, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.view_models.query_chips import Chip, ChipKind
from app.widgets.search.chip import HEIGHT_PX, MAX_TEXT_PX, ChipView
from app.widgets.search.chip_editor import ChipEditor

DOG = Chip("dog barks", "clause", 0, "", ("clause", 0))
VOICES = Chip("voices", "negated", None, "", ("clause", 1))
FIELD = Chip("folder: Field", "scope", None, "", ("root", 1))


def made(qtbot: QtBot, chip: Chip, is_movable: bool = False) -> ChipView:
    view = ChipView(chip, is_movable=is_movable)
    qtbot.addWidget(view)
    return view


def shown(qtbot: QtBot, chip: Chip) -> ChipView:
    """With the focus."""
    view = made(qtbot, chip)
    with qtbot.waitActive(view):
        view.show()
        view.activateWindow()
    view.setFocus()
    return view


def button(view: ChipView, name: str) -> QToolButton:
    return next(each for each in view.findChildren(QToolButton) if each.accessibleName() == name)


def popup() -> QMenu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


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
        qtbot.mouseClick(button(view, "Remove dog barks"), Qt.MouseButton.LeftButton)


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
    assert made(qtbot, VOICES).accessibleName() == "voices, sound that must not be heard"
    view = made(qtbot, DOG)
    names = [each.accessibleName() for each in view.findChildren(QToolButton)]
    assert names == ["Remove dog barks", "Change dog barks"]
    assert "Ctrl+Left" not in made(qtbot, DOG).accessibleDescription()
    assert "Ctrl+Left" in made(qtbot, DOG, is_movable=True).accessibleDescription()


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


class TestMenu:
    def test_its_arrow_and_down_open_it(self, qtbot: QtBot) -> None:
        view = shown(qtbot, DOG)
        with qtbot.waitSignal(view.renamed) as renamed:
            qtbot.mouseClick(button(view, "Change dog barks"), Qt.MouseButton.LeftButton)
            popup().actions()[1].trigger()
        assert renamed.args == [DOG, "bark"]
        popup().close()
        qtbot.keyClick(view, Qt.Key.Key_Down)
        with qtbot.waitSignal(view.negated) as negated:
            next(action for action in popup().actions() if action.text() == "Must not be heard").trigger()
        assert negated.args == [DOG, True]

    def test_what_must_not_be_heard_has_one_too_and_a_filter_none(self, qtbot: QtBot) -> None:
        assert not button(shown(qtbot, VOICES), "Change voices").isHidden()
        view = shown(qtbot, FIELD)
        assert button(view, "Change folder: Field").isHidden()
        qtbot.keyClick(view, Qt.Key.Key_Down)
        assert QApplication.activePopupWidget() is None


class TestRenaming:
    def test_f2_lets_a_person_type_another_name(self, qtbot: QtBot) -> None:
        view = shown(qtbot, DOG)
        qtbot.keyClick(view, Qt.Key.Key_F2)
        editor = view.findChild(ChipEditor)
        assert (editor.hasFocus(), editor.selectedText()) == (True, "dog barks")
        qtbot.keyClicks(editor, "a hound")
        with qtbot.waitSignal(view.renamed) as blocker:
            qtbot.keyClick(editor, Qt.Key.Key_Return)
        assert blocker.args == [DOG, "a hound"]
        assert view.hasFocus()

    def test_a_double_click_does_too_and_escape_gives_up(self, qtbot: QtBot) -> None:
        view = shown(qtbot, DOG)
        width = view.sizeHint().width()
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
        assert view.sizeHint().width() > width
        qtbot.keyClicks(view.findChild(ChipEditor), "a hound")
        with qtbot.assertNotEmitted(view.renamed):
            qtbot.keyClick(view.findChild(ChipEditor), Qt.Key.Key_Escape)
        assert view.hasFocus()
        assert view.sizeHint().width() == width

    @pytest.mark.parametrize("name", ["", "   ", "dog barks"])
    def test_no_name_and_the_same_name_change_nothing(self, qtbot: QtBot, name: str) -> None:
        view = shown(qtbot, DOG)
        view.begin_renaming()
        editor = view.findChild(ChipEditor)
        editor.setText(name)
        with qtbot.assertNotEmitted(view.renamed):
            qtbot.keyClick(editor, Qt.Key.Key_Return)

    def test_a_filter_has_no_other_name(self, qtbot: QtBot) -> None:
        view = shown(qtbot, FIELD)
        qtbot.keyClick(view, Qt.Key.Key_F2)
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
        assert view.findChild(ChipEditor) is None


def test_with_ctrl_arrows_move_it_where_it_can_be_moved(qtbot: QtBot) -> None:
    for is_movable, expected in [(True, [-1, 1]), (False, [])]:
        view = made(qtbot, DOG, is_movable)
        steps: list[int] = []
        view.shifted.connect(lambda chip, step, steps=steps: steps.append(step))
        qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        assert steps == expected


def test_a_small_move_of_the_mouse_carries_nothing(qtbot: QtBot) -> None:
    view = made(qtbot, DOG, is_movable=True)
    view.show()
    with qtbot.assertNotEmitted(view.carried), qtbot.assertNotEmitted(view.let_go):
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
        qtbot.mouseMove(view, QPoint(12, 11))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton)


def test_of_a_file_the_end_of_its_text_stays(qtbot: QtBot) -> None:
    text = "like " + "a very long name " * 10 + ".wav @0:42–0:44"
    ending: tuple[ChipKind, ...] = ("example", "liked", "disliked")
    pictures = [picture(qtbot, Chip(text + end, kind, None, "", (kind, 0))) for kind in ending for end in ("", "9")]
    assert all(pictures[place] != pictures[place + 1] for place in (0, 2, 4))


def test_it_tells_while_it_is_pointed_at(qtbot: QtBot) -> None:
    view = made(qtbot, DOG)
    pointed: list[Chip | None] = []
    view.pointed.connect(pointed.append)
    at = QPointF(4, 4)
    QApplication.sendEvent(view, QEnterEvent(at, at, at))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert pointed == [DOG, None]


def test_the_focus_points_at_it_where_a_key_brought_it(qtbot: QtBot) -> None:
    view = made(qtbot, DOG)
    pointed: list[Chip | None] = []
    view.pointed.connect(pointed.append)
    for reason in (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason):
        QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn, reason))
        QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusOut, reason))
    assert pointed == [None, DOG, None]
