from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.widgets.inspector.tag_capsule import TagCapsule
from tests.app.shown_files import HOSTILE_NAMES


def test_its_cross_removes_it(qtbot: QtBot) -> None:
    capsule = TagCapsule("dog")
    qtbot.addWidget(capsule)
    (cross,) = capsule.findChildren(QToolButton)
    assert cross.accessibleName() == "Remove the tag dog"
    with qtbot.waitSignal(capsule.removed) as removed:
        cross.click()
    assert removed.args == ["dog"]


def test_delete_presses_the_cross(qtbot: QtBot) -> None:
    capsule = TagCapsule("dog")
    qtbot.addWidget(capsule)
    with qtbot.waitSignal(capsule.removed):
        qtbot.keyClick(capsule.findChildren(QToolButton)[0], Qt.Key.Key_Delete)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_tags_are_plain_text(qtbot: QtBot, name: str) -> None:
    capsule = TagCapsule(name)
    qtbot.addWidget(capsule)
    assert capsule.accessibleName().isprintable()
    assert "<b>" not in capsule.toolTip()
    assert not capsule.grab().isNull()
