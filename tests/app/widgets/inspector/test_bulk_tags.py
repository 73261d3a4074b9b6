"""Tags of several files, counted."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.view_models.suggestions import SharedName
from app.widgets.inspector.bulk_tags import ROWS_AT_ONCE, BulkRow, BulkTags
from tests.app.shown_files import HOSTILE_NAMES

DOG = SharedName("dog", 2, 3)
YARD = SharedName("yard", 3, 3)
RAIN = SharedName("rain", 1, 3, "likely")


@pytest.fixture
def bulk(qtbot: QtBot) -> BulkTags:
    bulk = BulkTags("Tags")
    qtbot.addWidget(bulk)
    bulk.show_names([YARD, DOG, RAIN])
    return bulk


def test_each_row_says_how_many_have_it(bulk: BulkTags) -> None:
    assert [row.share.text() for row in bulk.rows()] == ["all 3", "2 of 3", "1 of 3"]
    assert [row.accessibleName() for row in bulk.rows()] == ["yard, all 3", "dog, 2 of 3", "Suggested: rain, 1 of 3"]


def test_what_all_have_cannot_be_given(bulk: BulkTags) -> None:
    assert [row.give.isEnabled() for row in bulk.rows()] == [False, True, True]


def test_buttons_and_keys_speak_of_the_row(bulk: BulkTags, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bulk.given) as given:
        bulk.rows()[1].give.click()
    assert given.args == [DOG]
    with qtbot.waitSignal(bulk.taken) as taken:
        bulk.rows()[0].take.click()
    assert taken.args == [YARD]
    with qtbot.waitSignal(bulk.given) as accepted:
        qtbot.keyClick(bulk.rows()[2], Qt.Key.Key_Return)
    assert accepted.args == [RAIN]
    with qtbot.waitSignal(bulk.taken):
        qtbot.keyClick(bulk.rows()[2], Qt.Key.Key_Delete)


def test_the_first_dozen_until_more_are_asked_for(bulk: BulkTags) -> None:
    bulk.show_names([SharedName(f"tag {number}", 1, 3) for number in range(ROWS_AT_ONCE + 5)])
    (more,) = bulk.findChildren(QToolButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert (len(bulk.rows()), more.text()) == (ROWS_AT_ONCE, "5 more")
    more.click()
    assert len(bulk.rows()) == ROWS_AT_ONCE + 5
    assert not more.isVisible()


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_plain_text(name: str, qtbot: QtBot) -> None:
    row = BulkRow(SharedName(name, 1, 2, "maybe"))
    qtbot.addWidget(row)
    assert row.accessibleName().isprintable()
    assert not row.grab().isNull()
