"""A suggested tag: seen as one, heard, accepted, rejected."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.widgets.inspector.suggestion_capsule import SuggestionCapsule
from app.widgets.inspector.tag_capsule import TagCapsule
from engine.library_rows import Strength
from tests.app.shown_files import HOSTILE_NAMES, suggestion


@pytest.fixture
def capsule(qtbot: QtBot) -> SuggestionCapsule:
    capsule = SuggestionCapsule(suggestion("dog"))
    qtbot.addWidget(capsule)
    capsule.show()
    return capsule


def press(capsule: SuggestionCapsule, name: str) -> None:
    (button,) = (each for each in capsule.findChildren(QToolButton) if each.accessibleName() == name)
    button.click()


def test_its_tick_accepts_and_its_cross_rejects(capsule: SuggestionCapsule, qtbot: QtBot) -> None:
    with qtbot.waitSignal(capsule.accepted) as accepted:
        press(capsule, "Accept the tag dog")
    assert accepted.args == ["dog"]
    with qtbot.waitSignal(capsule.rejected) as rejected:
        press(capsule, "Reject the tag dog")
    assert rejected.args == ["dog"]


def test_keys_do_the_same(capsule: SuggestionCapsule, qtbot: QtBot) -> None:
    with qtbot.waitSignal(capsule.accepted):
        qtbot.keyClick(capsule, Qt.Key.Key_Return)
    with qtbot.waitSignal(capsule.rejected):
        qtbot.keyClick(capsule, Qt.Key.Key_Delete)


def test_each_click_plays_the_next_moment(capsule: SuggestionCapsule, qtbot: QtBot) -> None:
    heard: list[tuple[float, float]] = []
    capsule.moment_requested.connect(lambda start_s, end_s: heard.append((start_s, end_s)))
    for _ in range(3):
        qtbot.keyClick(capsule, Qt.Key.Key_Space)
    assert heard == [(1.0, 2.0), (5.0, 6.0), (1.0, 2.0)]


def test_it_says_how_strong_it_is_and_where(capsule: SuggestionCapsule) -> None:
    assert "likely" in capsule.toolTip()
    assert "0:01" in capsule.toolTip()
    assert capsule.accessibleName() == "Suggested: dog, likely"


def test_it_is_no_persons_tag_at_a_glance(capsule: SuggestionCapsule, qtbot: QtBot) -> None:
    given = TagCapsule("dog")
    qtbot.addWidget(given)
    for each in (given, capsule):
        each.resize(120, 24)
    assert given.grab().toImage().pixelColor(5, 12) != capsule.grab().toImage().pixelColor(5, 12)


def test_strengths_and_what_is_implied_look_different(qtbot: QtBot) -> None:
    def picture(strength: Strength, implied: bool = False) -> bytes:
        capsule = SuggestionCapsule(suggestion("dog", strength=strength, implied=implied))
        qtbot.addWidget(capsule)
        capsule.resize(120, 24)
        return bytes(capsule.grab().toImage().constBits())

    pictures = [picture("very likely"), picture("likely"), picture("maybe"), picture("likely", implied=True)]
    assert len(set(pictures)) == len(pictures)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_tags_are_plain_text(qtbot: QtBot, name: str) -> None:
    capsule = SuggestionCapsule(suggestion(name))
    qtbot.addWidget(capsule)
    assert capsule.accessibleName().isprintable()
    assert "<b>" not in capsule.toolTip()
    assert not capsule.grab().isNull()
