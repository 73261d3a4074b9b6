from __future__ import annotations

import pytest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.widgets.inspector.fact_sheet import FactSheet
from app.widgets.inspector.metadata_section import MetadataSection
from engine.metadata import Metadata

SAID = Metadata(title="Dog", fields={"bext.coding_history": "A=PCM", "year": "2026"})


@pytest.fixture
def section(qtbot: QtBot) -> MetadataSection:
    section = MetadataSection()
    qtbot.addWidget(section)
    section.show()
    return section


def shown(section: MetadataSection) -> list[str]:
    """The names of the facts that are in sight."""
    return [fact.name for sheet in section.findChildren(FactSheet) if sheet.isVisible() for fact in sheet.facts()]


def test_other_fields_are_folded_away_until_they_are_wanted(section: MetadataSection) -> None:
    section.show_metadata(SAID)
    button = section.findChild(QToolButton)
    assert shown(section) == ["Title"]
    assert button.text() == "2 more fields"
    button.click()
    assert shown(section) == ["Title", "bext.coding_history", "year"]


def test_what_is_unfolded_stays_so_for_the_next_file(section: MetadataSection) -> None:
    section.show_metadata(SAID)
    section.findChild(QToolButton).click()
    section.show_metadata(Metadata(fields={"year": "1999"}))
    assert shown(section) == ["year"]


@pytest.mark.parametrize("metadata", [None, Metadata()])
def test_a_file_that_says_nothing_has_no_metadata(section: MetadataSection, metadata: Metadata | None) -> None:
    section.show_metadata(SAID)
    section.show_metadata(metadata)
    assert section.isHidden()
