from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.view_models.settings_texts import LibrarySpace
from app.widgets.settings.library_page import LibraryPage


@pytest.fixture
def page(qtbot: QtBot) -> LibraryPage:
    made = LibraryPage()
    qtbot.addWidget(made)
    return made


def test_it_tells_where_the_library_is_and_how_large(page: LibraryPage) -> None:
    page.set_space(LibrarySpace(Path("/libraries/mi\nne"), 1_250_000, 812_000_000))
    told = {label.accessibleName(): label.text() for label in page.findChildren(QLabel) if label.accessibleName()}
    assert told == {
        "Folder": "/libraries/mi\\nne",
        "Your own words": "1.2 MB",
        "What was heard": "812 MB",
        "Spectrograms": "…",  # not known yet
    }


@pytest.mark.parametrize(
    ("text", "signal"), [("Show in file manager", "reveal_requested"), ("Clear cache…", "clear_cache_requested")]
)
def test_its_buttons_ask(page: LibraryPage, qtbot: QtBot, text: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(page, signal)):
        next(button for button in page.findChildren(QPushButton) if button.text() == text).click()
