"""The parts of a question, side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.view_models.query_chips import Chip
from app.widgets.search.chip import ChipView
from app.widgets.search.chip_rows import MOST_ROWS, height_px
from app.widgets.search.chip_strip import ChipStrip
from app.widgets.search.joiner_button import JoinerButton

DOG = Chip("dog barks", "clause", 0, "", ("clause", 0))
CAR = Chip("car passes", "clause", 1, "→", ("clause", 1))
RAIN = Chip("rain falls", "clause", 2, "+", ("clause", 2))
VOICES = Chip("voices", "negated", None, "", ("clause", 1))
LIKE = Chip("like bell.wav", "example", 2, "+", ("example", 0))
FIELD = Chip("folder: Field", "scope", None, "", ("root", 1))
MANY = [Chip(f"sound number {number}", "clause", number, "+", ("clause", number)) for number in range(20)]


@pytest.fixture
def strip(qtbot: QtBot, window: QWidget) -> ChipStrip:
    window.resize(600, 100)
    layout = QVBoxLayout(window)
    layout.addWidget(QLineEdit())
    strip = ChipStrip()
    layout.addWidget(strip)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return strip


def views(strip: ChipStrip) -> list[ChipView]:
    """As one reads."""
    return sorted(_shown(strip).findChildren(ChipView), key=lambda view: _place(strip, view))


def joiners(strip: ChipStrip) -> list[JoinerButton]:
    return sorted(_shown(strip).findChildren(JoinerButton), key=lambda joiner: _place(strip, joiner))


def _shown(strip: ChipStrip) -> QWidget:
    widget = strip.findChild(QScrollArea).widget()
    assert widget is not None
    return widget


def _place(strip: ChipStrip, widget: QWidget) -> tuple[int, int]:
    at = widget.mapTo(_shown(strip), QPoint(0, 0))
    return at.y(), at.x()


def focused(strip: ChipStrip) -> str | None:
    return next((view.chip.text for view in views(strip) if view.hasFocus()), None)


def clear_all(strip: ChipStrip) -> QToolButton:
    return next(button for button in strip.findChildren(QToolButton) if button.text() == "Clear all")


def test_without_chips_it_takes_no_place(strip: ChipStrip) -> None:
    assert not strip.isVisible()
    strip.set_chips([DOG])
    assert strip.isVisible()
    assert strip.height() == height_px(1)
    strip.set_chips([])
    assert not strip.isVisible()


def test_chips_stand_in_their_order_with_what_joins_them(strip: ChipStrip) -> None:
    strip.set_chips([DOG, CAR, FIELD])
    assert [view.chip for view in views(strip)] == [DOG, CAR, FIELD]
    assert [joiner.text() for joiner in joiners(strip)] == ["→"]


def test_a_chip_is_taken_away(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips([DOG, CAR])
    with qtbot.waitSignal(strip.chip_removed) as blocker:
        qtbot.keyClick(views(strip)[1], Qt.Key.Key_Delete)
    assert blocker.args == [CAR]


def test_all_are_taken_away_at_once_where_there_are_several(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips([DOG])
    assert not clear_all(strip).isVisible()
    strip.set_chips([DOG, CAR])
    with qtbot.waitSignal(strip.all_removed):
        qtbot.mouseClick(clear_all(strip), Qt.MouseButton.LeftButton)


def test_the_focus_stays_at_its_place_when_its_chip_goes(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips([DOG, CAR, FIELD])
    views(strip)[1].setFocus()
    strip.set_chips([DOG, FIELD])
    assert focused(strip) == FIELD.text
    strip.set_chips([DOG])
    assert focused(strip) == DOG.text
    with qtbot.waitSignal(strip.emptied):
        strip.set_chips([])


def test_other_chips_leave_a_focus_elsewhere_alone(qtbot: QtBot, strip: ChipStrip) -> None:
    field = strip.window().findChild(QLineEdit)
    field.setFocus()
    with qtbot.assertNotEmitted(strip.emptied):
        strip.set_chips([DOG, CAR])
        strip.set_chips([])
    assert field.hasFocus()


def test_tab_goes_into_the_strip_and_arrows_along_it(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips([DOG, CAR])
    strip.window().findChild(QLineEdit).setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert focused(strip) == DOG.text
    for key, text in [
        (Qt.Key.Key_Right, CAR.text),
        (Qt.Key.Key_Right, CAR.text),
        (Qt.Key.Key_Left, DOG.text),
        (Qt.Key.Key_Left, DOG.text),
    ]:
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert focused(strip) == text


def test_more_chips_than_room_take_further_rows(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips(MANY[:8])
    qtbot.waitUntil(lambda: height_px(1) < strip.height() <= height_px(MOST_ROWS))
    assert strip.window().width() == 600
    strip.set_chips(MANY[:2])
    qtbot.waitUntil(lambda: strip.height() == height_px(1))


def test_the_chip_with_the_focus_can_be_seen(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips(MANY)
    qtbot.waitUntil(lambda: strip.height() == height_px(MOST_ROWS))
    views(strip)[0].setFocus()
    for _ in MANY:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert focused(strip) == MANY[-1].text
    assert not views(strip)[-1].visibleRegion().isEmpty()
    assert views(strip)[0].visibleRegion().isEmpty()


class TestJoiners:
    def test_a_joiner_can_be_changed_and_a_mere_sign_cannot(self, strip: ChipStrip) -> None:
        strip.set_chips([DOG, CAR, LIKE])
        assert [joiner.text() for joiner in joiners(strip)] == ["→"]
        assert [label.text() for label in strip.findChild(QScrollArea).widget().findChildren(QLabel)] == ["+"]

    def test_it_tells_which_chip_is_joined_how(self, qtbot: QtBot, strip: ChipStrip) -> None:
        strip.set_chips([DOG, CAR])
        with qtbot.waitSignal(strip.chip_joined) as blocker:
            joiners(strip)[0].joined.emit(CAR, "while")
        assert blocker.args == [CAR, "while"]

    def test_it_is_reached_by_tab_and_left_by_arrows(self, qtbot: QtBot, strip: ChipStrip) -> None:
        strip.set_chips([DOG, CAR])
        views(strip)[0].setFocus()
        for key, text in [(Qt.Key.Key_Left, DOG.text), (Qt.Key.Key_Right, CAR.text)]:
            views(strip)[0].setFocus()
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            assert joiners(strip)[0].hasFocus()
            qtbot.keyClick(QApplication.focusWidget(), key)
            assert focused(strip) == text

    def test_it_keeps_the_focus_when_it_was_changed(self, strip: ChipStrip) -> None:
        strip.set_chips([DOG, CAR])
        joiners(strip)[0].setFocus()
        strip.set_chips([DOG, replace(CAR, joiner="+")])
        assert joiners(strip)[0].hasFocus()


class TestMoving:
    def carry(self, qtbot: QtBot, view: ChipView, to: QPoint) -> None:
        """With the mouse, to a point of the screen, without letting go."""
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(20, 12))
        for share in (0.5, 1.0):
            point = view.mapToGlobal(QPoint(20, 12)) * (1 - share) + to * share
            qtbot.mouseMove(view, view.mapFromGlobal(point))

    def beside(self, view: ChipView, x: int) -> QPoint:
        return view.mapToGlobal(QPoint(x, 12))

    def test_a_chip_is_dragged_to_another_place(self, qtbot: QtBot, strip: ChipStrip) -> None:
        strip.set_chips([DOG, CAR, RAIN])
        dog, car, rain = views(strip)
        for chip, to, place in [
            (dog, self.beside(rain, rain.width()), 2),
            (dog, self.beside(car, car.width() - 10), 1),
            (rain, self.beside(dog, 3), 0),
        ]:
            self.carry(qtbot, chip, to)
            with qtbot.waitSignal(strip.chip_moved) as blocker:
                qtbot.mouseRelease(chip, Qt.MouseButton.LeftButton)
            assert blocker.args == [chip.chip, place]

    def test_a_mark_shows_where_it_would_land(self, qtbot: QtBot, strip: ChipStrip) -> None:
        strip.set_chips([DOG, CAR, RAIN])
        dog, car, rain = views(strip)
        before = strip.grab().toImage()
        self.carry(qtbot, dog, self.beside(car, car.width()))
        mark = next(each for each in strip.findChildren(QWidget) if each.width() == 2 and each.isVisible())
        x = mark.mapTo(strip, QPoint(0, 0)).x()
        assert car.mapTo(strip, QPoint(car.width(), 0)).x() <= x < rain.mapTo(strip, QPoint(0, 0)).x()
        self.carry(qtbot, dog, self.beside(dog, 40))
        assert mark.isHidden()
        with qtbot.assertNotEmitted(strip.chip_moved):
            qtbot.mouseRelease(dog, Qt.MouseButton.LeftButton)
        dog.clearFocus()
        assert strip.grab().toImage() == before

    def test_escape_leaves_it_where_it_was(self, qtbot: QtBot, strip: ChipStrip) -> None:
        strip.set_chips([DOG, CAR])
        dog, car = views(strip)
        self.carry(qtbot, dog, self.beside(car, car.width()))
        with qtbot.assertNotEmitted(strip.chip_moved):
            qtbot.keyClick(dog, Qt.Key.Key_Escape)
            qtbot.mouseRelease(dog, Qt.MouseButton.LeftButton)

    def test_a_chip_can_be_dragged_to_another_row(self, qtbot: QtBot, strip: ChipStrip) -> None:
        strip.set_chips(MANY[:8])
        qtbot.waitUntil(lambda: strip.height() > height_px(1))
        first, last = views(strip)[0], views(strip)[-1]
        self.carry(qtbot, first, self.beside(last, last.width()))
        with qtbot.waitSignal(strip.chip_moved) as blocker:
            qtbot.mouseRelease(first, Qt.MouseButton.LeftButton)
        assert blocker.args == [MANY[0], 7]

    def test_keys_move_it_too_as_far_as_there_are_sounds(self, qtbot: QtBot, strip: ChipStrip) -> None:
        strip.set_chips([DOG, CAR, FIELD])
        moves: list[tuple[Chip, int]] = []
        strip.chip_moved.connect(lambda chip, to: moves.append((chip, to)))
        for view, key in [(0, Qt.Key.Key_Left), (0, Qt.Key.Key_Right), (1, Qt.Key.Key_Right), (1, Qt.Key.Key_Left)]:
            qtbot.keyClick(views(strip)[view], key, Qt.KeyboardModifier.ControlModifier)
        assert moves == [(DOG, 1), (CAR, 0)]

    def test_the_focus_goes_with_it(self, qtbot: QtBot, strip: ChipStrip) -> None:
        strip.set_chips([DOG, CAR])
        strip.chip_moved.connect(
            lambda chip, to: strip.set_chips([replace(CAR, joiner="", key=("clause", 0)), replace(DOG, joiner="→")])
        )
        views(strip)[0].setFocus()
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        assert focused(strip) == DOG.text

    def test_it_takes_the_place_of_a_sound_though_something_stands_between(
        self, qtbot: QtBot, strip: ChipStrip
    ) -> None:
        longer = Chip("longer", "filter", None, "", ("clause", 1))
        strip.set_chips([DOG, replace(CAR, key=("clause", 2)), LIKE, longer])
        with qtbot.waitSignal(strip.chip_moved) as blocker:
            qtbot.keyClick(views(strip)[0], Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        assert blocker.args == [DOG, 2]

    def test_only_one_of_several_sounds_can_be_moved(self, strip: ChipStrip) -> None:
        strip.set_chips([DOG, VOICES, FIELD])
        assert not any(view.is_movable for view in views(strip))
        strip.set_chips([DOG, CAR, VOICES, FIELD])
        assert [view.chip for view in views(strip) if view.is_movable] == [DOG, CAR]


def test_what_is_changed_in_a_chip_is_told(qtbot: QtBot, strip: ChipStrip) -> None:
    strip.set_chips([DOG])
    (view,) = views(strip)
    with qtbot.waitSignal(strip.chip_renamed) as renamed, qtbot.waitSignal(strip.chip_negated) as negated:
        view.renamed.emit(DOG, "hound")
        view.negated.emit(DOG, True)
    assert renamed.args == [DOG, "hound"]
    assert negated.args == [DOG, True]


def test_the_chip_that_is_pointed_at_is_told_until_it_goes(strip: ChipStrip) -> None:
    pointed: list[Chip | None] = []
    strip.set_chips([DOG, CAR])
    strip.chip_pointed.connect(pointed.append)
    views(strip)[1].pointed.emit(CAR)
    strip.set_chips([DOG])
    assert pointed == [CAR, None]
