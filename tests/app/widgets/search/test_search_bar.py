"""The row in which one searches, and the chips under it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.commands import Commands
from app.view_models.query_chips import Chip
from app.widgets.busy_line import BusyLine
from app.widgets.search.chip import ChipView
from app.widgets.search.joiner_button import JoinerButton
from app.widgets.search.search_bar import FIELD_ROW_PX, SearchBar
from app.widgets.search.search_field import SearchField
from app.widgets.search.strictness_button import StrictnessButton

DOG = Chip("dog barks", "clause", 0, "", ("clause", 0))
CAR = Chip("car passes", "clause", 1, "→", ("clause", 1))
FIELD = Chip("folder: Field", "scope", None, "", ("root", 1))


@pytest.fixture
def bar(qtbot: QtBot, window: QWidget) -> SearchBar:
    window.resize(900, 400)
    bar = SearchBar()
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(bar, alignment=Qt.AlignmentFlag.AlignTop)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return bar


def field(bar: SearchBar) -> SearchField:
    return bar.findChildren(SearchField)[0]


def button(bar: SearchBar, name: str) -> QToolButton:
    return next(found for found in bar.findChildren(QToolButton) if found.accessibleName() == name)


def test_a_typed_sentence_is_asked(qtbot: QtBot, bar: SearchBar) -> None:
    with qtbot.waitSignal(bar.query_changed) as blocker:
        qtbot.keyClicks(field(bar), "dog")
    assert blocker.args == ["dog"]
    assert bar.text() == "dog"


def test_a_shown_text_is_not_asked(qtbot: QtBot, bar: SearchBar) -> None:
    with qtbot.assertNotEmitted(bar.query_changed):
        bar.set_text("dog")
    assert bar.text() == "dog"


def test_the_field_gets_the_focus_with_all_selected(bar: SearchBar) -> None:
    bar.set_text("dog barking")
    bar.focus_field()
    assert field(bar).hasFocus()
    assert field(bar).selectedText() == "dog barking"


def test_a_letter_typed_elsewhere_begins_anew(qtbot: QtBot, bar: SearchBar) -> None:
    bar.set_text("dog")
    with qtbot.waitSignal(bar.query_changed) as blocker:
        bar.type_ahead("c")
    assert blocker.args == ["c"]
    assert field(bar).hasFocus()


def test_enter_goes_to_the_results(qtbot: QtBot, bar: SearchBar) -> None:
    with qtbot.waitSignal(bar.go_to_results):
        qtbot.keyClick(field(bar), Qt.Key.Key_Return)


def test_the_text_is_cleared_and_asked_at_once(qtbot: QtBot, bar: SearchBar) -> None:
    assert not button(bar, "Clear the text").isVisible()
    bar.set_text("dog")
    with qtbot.waitSignal(bar.query_changed) as blocker:
        qtbot.mouseClick(button(bar, "Clear the text"), Qt.MouseButton.LeftButton)
    assert blocker.args == [""]
    assert field(bar).hasFocus()
    assert not button(bar, "Clear the text").isVisible()


def test_clearing_can_be_undone(qtbot: QtBot, bar: SearchBar) -> None:
    qtbot.keyClicks(field(bar), "dog")
    button(bar, "Clear the text").click()
    field(bar).undo()
    assert bar.text() == "dog"


def test_no_button_moves_when_text_comes(qtbot: QtBot, bar: SearchBar) -> None:
    before = [button(bar, name).x() for name in ("Save this search", "Back", "Forward")]
    bar.set_text("dog")
    bar.set_strictness("strict")
    assert [button(bar, name).x() for name in ("Save this search", "Back", "Forward")] == before


def test_back_and_forward_where_there_is_somewhere_to_go(qtbot: QtBot, bar: SearchBar) -> None:
    assert not button(bar, "Back").isEnabled()
    bar.set_history(can_back=True, can_forward=False)
    assert not button(bar, "Forward").isEnabled()
    with qtbot.waitSignal(bar.back_requested):
        button(bar, "Back").click()
    bar.set_history(can_back=False, can_forward=True)
    with qtbot.waitSignal(bar.forward_requested):
        button(bar, "Forward").click()


def test_there_must_be_something_to_save(qtbot: QtBot, bar: SearchBar) -> None:
    bar.set_text("  ")
    assert not button(bar, "Save this search").isEnabled()
    bar.set_text("dog")
    with qtbot.waitSignal(bar.save_requested):
        button(bar, "Save this search").click()


def test_a_click_on_a_button_leaves_the_focus_where_it_is(qtbot: QtBot, bar: SearchBar) -> None:
    bar.set_history(can_back=True, can_forward=True)
    elsewhere = QLineEdit()
    bar.window().layout().addWidget(elsewhere)
    elsewhere.show()
    elsewhere.setFocus()
    qtbot.mouseClick(button(bar, "Back"), Qt.MouseButton.LeftButton)
    assert elsewhere.hasFocus()


def test_chips_appear_under_the_field_and_can_be_taken_away(qtbot: QtBot, bar: SearchBar) -> None:
    qtbot.waitUntil(lambda: bar.height() == FIELD_ROW_PX + 1)
    bar.set_chips([DOG, FIELD])
    qtbot.waitUntil(lambda: bar.height() == FIELD_ROW_PX + 32 + 1)
    with qtbot.waitSignal(bar.chip_removed) as blocker:
        qtbot.keyClick(bar.findChildren(ChipView)[1], Qt.Key.Key_Delete)
    assert blocker.args == [FIELD]
    with qtbot.waitSignal(bar.chips_cleared):
        next(found for found in bar.findChildren(QToolButton) if found.text() == "Clear all").click()


def test_when_the_last_chip_goes_the_field_has_the_focus(bar: SearchBar) -> None:
    bar.set_chips([DOG])
    bar.findChild(ChipView).setFocus()
    bar.set_chips([])
    assert field(bar).hasFocus()


def test_a_long_wait_shows(qtbot: QtBot, bar: SearchBar) -> None:
    line = bar.findChild(BusyLine)
    bar.set_busy(True)
    qtbot.waitUntil(line.isVisible)
    assert line.geometry().bottom() == bar.rect().bottom()
    bar.set_busy(False)
    assert not line.isVisible()


def test_tooltips_say_the_present_keys(bar: SearchBar) -> None:
    commands = Commands(bar.window())
    actions = {
        name: commands.add(name, name.title(), list, section="Search", keys=[key])
        for name, key in [
            ("search", "/"),
            ("save", "Ctrl+D"),
            ("back", "Alt+Left"),
            ("forward", "Alt+Right"),
            ("record", "Ctrl+M"),
        ]
    }
    bar.show_keys_of(**actions)
    assert field(bar).toolTip() == "Search (/)"
    assert button(bar, "Save this search").toolTip() == "Save (Ctrl+D)"
    assert button(bar, "Hum or imitate a sound").toolTip() == "Record (Ctrl+M)"
    commands.rebind("save", ["Ctrl+S"])
    assert button(bar, "Save this search").toolTip() == "Save (Ctrl+S)"


def test_what_is_changed_in_the_chips_is_told(qtbot: QtBot, bar: SearchBar) -> None:
    bar.set_chips([DOG, CAR, FIELD])
    dog, *_ = bar.findChildren(ChipView)
    with qtbot.waitSignal(bar.chip_moved) as moved:
        qtbot.keyClick(dog, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(bar.chip_joined) as joined:
        bar.findChild(JoinerButton).joined.emit(CAR, "while")
    with qtbot.waitSignal(bar.chip_renamed) as renamed, qtbot.waitSignal(bar.chip_negated) as negated:
        dog.renamed.emit(DOG, "hound")
        dog.negated.emit(DOG, True)
    assert [each.args for each in (moved, joined, renamed, negated)] == [
        [DOG, 1],
        [CAR, "while"],
        [DOG, "hound"],
        [DOG, True],
    ]


def test_it_says_that_words_come_beside_an_example(bar: SearchBar) -> None:
    bar.set_has_example(True)
    assert field(bar).placeholderText().startswith("And what else?")
    bar.set_has_example(False)
    assert field(bar).placeholderText().startswith("What do you hear?")


def test_the_strictness_is_there_where_something_is_asked(qtbot: QtBot, bar: SearchBar) -> None:
    strictness = bar.findChild(StrictnessButton)
    assert not strictness.isVisible()
    bar.set_strictness("strict")
    assert strictness.isVisible()
    assert strictness.text() == "Matches: strict"
    with qtbot.waitSignal(bar.strictness_changed) as blocker:
        strictness.menu().actions()[0].trigger()
    assert blocker.args == ["loose"]
    bar.set_strictness(None)
    assert not strictness.isVisible()


def test_one_can_hum_where_something_listens(qtbot: QtBot, bar: SearchBar) -> None:
    microphone = button(bar, "Hum or imitate a sound")
    assert not microphone.isVisible()
    bar.set_can_record(True)
    assert microphone.isVisible()
    with qtbot.waitSignal(bar.record_requested):
        qtbot.mouseClick(microphone, Qt.MouseButton.LeftButton)


def test_everything_is_named(bar: SearchBar) -> None:
    assert field(bar).accessibleName() == "Search"
    assert field(bar).placeholderText().startswith("What do you hear?")
    assert all(found.accessibleName() or found.text() for found in bar.findChildren(QToolButton))


@pytest.mark.parametrize("text", ["نباح كلب ثم سيارة تمر", "犬が吠えてから車が通る", "a very long query " * 50])
def test_any_writing_is_shown(bar: SearchBar, text: str) -> None:
    bar.set_text(text)
    bar.set_chips([Chip(text, "clause", 0, "", ("clause", 0))])
    assert not bar.grab().isNull()
    assert bar.window().width() == 900


def test_the_chip_that_is_pointed_at_is_told(bar: SearchBar) -> None:
    pointed: list[Chip | None] = []
    bar.set_chips([DOG])
    bar.chip_pointed.connect(pointed.append)
    (view,) = bar.findChildren(ChipView)
    view.pointed.emit(DOG)
    assert pointed == [DOG]
