from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.widgets.inspector.tag_capsule import TagCapsule, TagKind
from tests.app.shown_files import HOSTILE_NAMES


def press(capsule: TagCapsule, name: str) -> None:
    (button,) = (each for each in capsule.findChildren(QToolButton) if each.accessibleName() == name)
    button.click()


def test_a_given_tag_can_be_removed(qtbot: QtBot) -> None:
    capsule = TagCapsule("dog")
    qtbot.addWidget(capsule)
    with qtbot.waitSignal(capsule.removed) as removed:
        press(capsule, "Remove the tag dog")
    assert removed.args == ["dog"]


def test_a_suggested_tag_is_kept_or_rejected(qtbot: QtBot) -> None:
    capsule = TagCapsule("dog", "suggested")
    qtbot.addWidget(capsule)
    with qtbot.waitSignal(capsule.accepted) as accepted:
        press(capsule, "Keep the tag dog")
    assert accepted.args == ["dog"]
    with qtbot.waitSignal(capsule.rejected) as rejected:
        press(capsule, "Reject the tag dog")
    assert rejected.args == ["dog"]


@pytest.mark.parametrize(("kind", "signal"), [("given", "removed"), ("suggested", "rejected")])
def test_delete_presses_the_cross(qtbot: QtBot, kind: TagKind, signal: str) -> None:
    capsule = TagCapsule("dog", kind)
    qtbot.addWidget(capsule)
    with qtbot.waitSignal(getattr(capsule, signal)):
        qtbot.keyClick(capsule.findChildren(QToolButton)[0], Qt.Key.Key_Delete)


def test_the_two_kinds_look_different(qtbot: QtBot) -> None:
    given, suggested = TagCapsule("dog"), TagCapsule("dog", "suggested")
    for capsule in (given, suggested):
        qtbot.addWidget(capsule)
        capsule.resize(100, 24)
    assert given.grab().toImage().pixelColor(5, 12) != suggested.grab().toImage().pixelColor(5, 12)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_tags_are_plain_text(qtbot: QtBot, name: str) -> None:
    capsule = TagCapsule(name)
    qtbot.addWidget(capsule)
    assert capsule.accessibleName().isprintable()
    assert "<b>" not in capsule.toolTip()
    assert not capsule.grab().isNull()
