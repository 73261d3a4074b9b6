"""What is suggested for one file."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.widgets.inspector.suggested_tags import SuggestedTags, SuggestionsHead
from tests.app.shown_files import suggestion

DOG, RAIN, ANIMAL = suggestion("dog"), suggestion("rain", strength="maybe"), suggestion("animal", implied=True)


@pytest.fixture
def suggested(qtbot: QtBot) -> SuggestedTags:
    suggested = SuggestedTags()
    qtbot.addWidget(suggested)
    suggested.show_suggestions([DOG, ANIMAL, RAIN])
    suggested.resize(300, 200)
    return suggested


def seen(suggested: SuggestedTags) -> list[str]:
    return [capsule.suggestion.name for capsule in suggested.capsules() if capsule.isVisible()]


def fold_of(suggested: SuggestedTags) -> QToolButton:
    (fold,) = suggested.findChildren(QToolButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return fold


def test_what_is_implied_is_folded_away(suggested: SuggestedTags) -> None:
    assert seen(suggested) == ["dog", "rain"]
    assert fold_of(suggested).text() == "1 more general"
    fold_of(suggested).click()
    assert seen(suggested) == ["dog", "rain", "animal"]
    fold_of(suggested).click()
    assert seen(suggested) == ["dog", "rain"]


def test_nothing_is_folded_where_nothing_is_implied(suggested: SuggestedTags) -> None:
    suggested.show_suggestions([DOG])
    assert not fold_of(suggested).isVisible()


def test_it_is_out_of_sight_without_suggestions(suggested: SuggestedTags) -> None:
    suggested.show_suggestions([])
    assert not suggested.isVisible()


def test_the_keyboard_goes_from_one_to_the_next(suggested: SuggestedTags, qtbot: QtBot) -> None:
    suggested.activateWindow()
    suggested.capsules()[0].setFocus()
    qtbot.waitUntil(suggested.capsules()[0].hasFocus)
    suggested.accepted.connect(lambda name: suggested.show_suggestions([RAIN]))
    with qtbot.waitSignal(suggested.accepted) as accepted:
        qtbot.keyClick(suggested.capsules()[0], Qt.Key.Key_Return)
    assert accepted.args == ["dog"]
    assert suggested.capsules()[0].hasFocus()
    assert seen(suggested) == ["rain"]


@pytest.mark.parametrize(
    ("likely", "others", "texts"),
    [(2, 3, ("Accept likely", "Reject the rest")), (2, 0, ("Accept all", "Reject all")), (0, 3, ("", "Reject all"))],
)
def test_the_buttons_say_what_they_judge(likely: int, others: int, texts: tuple[str, str], qtbot: QtBot) -> None:
    head = SuggestionsHead()
    qtbot.addWidget(head)
    head.show_numbers(likely, others)
    assert head.isVisible()
    assert tuple(each.text() if each.isVisible() else "" for each in (head.accept, head.reject)) == texts
    head.show_numbers(0, 0)
    assert not head.isVisible()
