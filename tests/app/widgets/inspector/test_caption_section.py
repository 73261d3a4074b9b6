from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.widgets.inspector.caption_section import CaptionSection


@pytest.fixture
def section(qtbot: QtBot) -> CaptionSection:
    section = CaptionSection()
    qtbot.addWidget(section)
    section.show()
    return section


def test_a_persons_words_are_in_the_field(section: CaptionSection) -> None:
    section.show_caption([1], "My dog.", suggested=False)
    assert section.words.toPlainText() == "My dog."
    assert not section.suggestion.isVisible()


def test_the_networks_words_are_never_in_the_field(section: CaptionSection) -> None:
    section.show_caption([1], "A dog barks.", suggested=True)
    assert section.words.toPlainText() == ""
    assert section.suggestion.isVisible()


def test_a_person_makes_them_their_own(section: CaptionSection, qtbot: QtBot) -> None:
    section.show_caption([1], "A dog barks.", suggested=True)
    with qtbot.waitSignal(section.written) as written:
        section.suggestion.keep.click()
    assert written.args == [(1,), "A dog barks."]
    assert section.words.toPlainText() == "A dog barks."
    assert not section.suggestion.isVisible()


def test_what_is_typed_is_handed_out(section: CaptionSection, qtbot: QtBot) -> None:
    section.show_caption([1], "", suggested=False)
    qtbot.keyClicks(section.words, "My dog")
    with qtbot.waitSignal(section.written) as written:
        section.commit()
    assert written.args == [(1,), "My dog"]
