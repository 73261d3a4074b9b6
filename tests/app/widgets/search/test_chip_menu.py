"""What one can do to a sound."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.view_models.query_chips import Chip
from app.widgets.search.chip_menu import ChipMenu

DOG = Chip("a dog", "clause", 0, "", ("clause", 0))
VOICES = Chip("voices", "negated", None, "", ("clause", 1))
NAMELESS = Chip("zzyzx", "clause", 0, "", ("clause", 0))


@pytest.fixture
def done() -> list[object]:
    return []


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


def menu_of(parent: QWidget, chip: Chip, done: list[object]) -> ChipMenu:
    menu = ChipMenu(chip, parent)
    menu.renamed.connect(done.append)
    menu.negated.connect(done.append)
    menu.renaming_requested.connect(lambda: done.append("edit"))
    menu.removed.connect(lambda: done.append("remove"))
    return menu


def choose(menu: ChipMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text().partition("\t")[0] == text).trigger()


def test_it_shows_other_words_and_does_what_is_chosen(parent: QWidget, done: list[object]) -> None:
    menu = menu_of(parent, DOG, done)
    assert [action.text() for action in menu.actions()][:3] == ["Other words", "a hound", "a puppy"]
    assert not menu.actions()[0].isEnabled()
    for text in ("a hound", "Rename", "Must not be heard", "Take away"):
        choose(menu, text)
    assert done == ["a hound", "edit", True, "remove"]


@pytest.mark.parametrize(("chip", "heard"), [(DOG, True), (VOICES, False)])
def test_it_tells_whether_the_sound_should_be_heard(
    parent: QWidget, done: list[object], chip: Chip, heard: bool
) -> None:
    checked = {action.text(): action.isChecked() for action in menu_of(parent, chip, done).actions()}
    assert (checked["Must be heard"], checked["Must not be heard"]) == (heard, not heard)


def test_without_other_words_it_offers_none(parent: QWidget, done: list[object]) -> None:
    assert "Other words" not in [action.text() for action in menu_of(parent, NAMELESS, done).actions()]
