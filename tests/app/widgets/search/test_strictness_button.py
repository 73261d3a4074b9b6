"""How near to chance a match may be."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.widgets.search.strictness_button import StrictnessButton


@pytest.fixture
def button(qtbot: QtBot) -> StrictnessButton:
    button = StrictnessButton()
    qtbot.addWidget(button)
    return button


def test_it_says_in_words_what_can_be_chosen(button: StrictnessButton) -> None:
    assert [action.text() for action in button.menu().actions()] == [
        "Loose: show more, some by chance",
        "Usual",
        "Strict: only what stands out",
    ]
    assert (button.text(), button.accessibleName()) == ("Matches: usual", "Matches: usual")


def test_a_choice_is_shown_and_told(qtbot: QtBot, button: StrictnessButton) -> None:
    loose, usual, strict = button.menu().actions()
    with qtbot.waitSignal(button.strictness_changed) as blocker:
        strict.trigger()
    assert blocker.args == ["strict"]
    assert button.text() == "Matches: strict"
    assert [action.isChecked() for action in (loose, usual, strict)] == [False, False, True]
    with qtbot.assertNotEmitted(button.strictness_changed):
        strict.trigger()


def test_what_is_set_is_not_told(qtbot: QtBot, button: StrictnessButton) -> None:
    with qtbot.assertNotEmitted(button.strictness_changed):
        button.set_strictness("loose")
    assert button.text() == "Matches: loose"
    assert button.menu().actions()[0].isChecked()


def test_its_width_does_not_follow_its_words(button: StrictnessButton) -> None:
    before = button.width()
    button.set_strictness("strict")
    assert button.width() == before
