from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.view_models.file_details import FileDetails
from app.view_models.several_files import SeveralFiles
from app.view_models.verdicts import Verdicts
from app.widgets.inspector.inspector import NARROWEST_PX, Inspector
from engine.metadata import Metadata
from tests.app.shown_files import HOSTILE_NAMES, file_row, hit, hostile_row, suggestion

DOG = FileDetails(file_row(1, tags=("dog", "yard"), stars=4), note="wind at 1:20", caption="My dog.")
CAT = FileDetails(file_row(2, tags=("cat", "yard"), name="cat.wav"))


@pytest.fixture
def inspector(qtbot: QtBot) -> Inspector:
    """On the screen, with the dog."""
    inspector = Inspector()
    qtbot.addWidget(inspector)
    inspector.resize(320, 800)
    inspector.show_files(DOG)
    inspector.show()
    return inspector


def headings(inspector: Inspector) -> list[str]:
    """Of the sections in sight."""
    texts = (label.text() for label in inspector.findChildren(QLabel) if label.isVisible())
    return [text for text in texts if text.isupper()]


def tags(inspector: Inspector) -> list[str]:
    return [capsule.tag for capsule in inspector.tags.editor.capsules()]


def enter_tag(qtbot: QtBot, inspector: Inspector, text: str) -> None:
    qtbot.keyClicks(inspector.tags.editor.field, text)
    qtbot.keyClick(inspector.tags.editor.field, Qt.Key.Key_Return)


# --- one file ---------------------------------------------------------------------------------------------------------


def test_all_that_is_known_of_a_file_is_shown(inspector: Inspector) -> None:
    assert headings(inspector) == ["TAGS", "CAPTION", "RATING", "NOTES", "FILE"]
    assert tags(inspector) == ["dog", "yard"]
    assert inspector.stars.accessibleName() == "Rating: 4 stars"
    assert inspector.note.toPlainText() == "wind at 1:20"
    assert inspector.caption.words.toPlainText() == "My dog."
    assert "dog.wav" in inspector.facts.toPlainText()


def test_a_search_and_metadata_add_their_sections(inspector: Inspector, qtbot: QtBot) -> None:
    found = hit(("dog barks", 42.1, 43.2, 0.9))
    inspector.show_files(FileDetails(file_row(), metadata=Metadata(title="Dog"), hit=found))
    assert headings(inspector)[0] == "WHY THIS MATCHED"
    assert headings(inspector)[-1] == "METADATA"
    with qtbot.waitSignal(inspector.moment_requested) as requested:
        inspector.why.moment_requested.emit(42.1, 43.2)
    assert requested.args == [42.1, 43.2]


def test_nothing_is_selected(inspector: Inspector) -> None:
    inspector.show_files(None)
    assert headings(inspector) == []
    (sentence,) = (label.text() for label in inspector.findChildren(QLabel) if label.isVisible())
    assert sentence == "Select a sound to see what is known of it."


def test_a_file_that_cannot_be_heard_says_why(inspector: Inspector) -> None:
    inspector.show_files(FileDetails(file_row(state="unreadable", reason="it is empty")))
    assert any(label.text() == "This file cannot be read: it is empty." for label in inspector.findChildren(QLabel))


# --- what a person says -----------------------------------------------------------------------------------------------


def test_tags_are_added_and_shown_at_once(inspector: Inspector, qtbot: QtBot) -> None:
    with qtbot.waitSignal(inspector.tags_added) as added:
        enter_tag(qtbot, inspector, "rain, night")
    assert added.args == [(1,), ["rain", "night"]]
    assert tags(inspector) == ["dog", "night", "rain", "yard"]


def test_a_tag_is_removed_and_gone_at_once(inspector: Inspector, qtbot: QtBot) -> None:
    with qtbot.waitSignal(inspector.tag_removed) as removed:
        inspector.tags.editor.capsules()[0].removed.emit("dog")
    assert removed.args == [(1,), "dog"]
    assert tags(inspector) == ["yard"]


def test_suggested_tags_are_judged_and_gone_at_once(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.show_files(FileDetails(file_row(1), suggestions=(suggestion("bark"), suggestion("kennel"))))
    with qtbot.waitSignal(inspector.suggestions_accepted) as accepted:
        inspector.tags.suggested.capsules()[0].accepted.emit("bark")
    assert accepted.args == [{"bark": (1,)}]
    assert tags(inspector) == ["bark"]
    with qtbot.waitSignal(inspector.suggestions_rejected) as rejected:
        inspector.tags.suggested.capsules()[0].rejected.emit("kennel")
    assert rejected.args == [{"kennel": (1,)}]
    assert inspector.tags.suggested.capsules() == []


def test_the_moment_of_a_suggestion_can_be_heard(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.show_files(FileDetails(file_row(1), suggestions=(suggestion("bark"),)))
    with qtbot.waitSignal(inspector.moment_requested) as requested:
        inspector.tags.suggested.capsules()[0].click()
    assert requested.args == [1.0, 2.0]


def test_a_rating_is_given(inspector: Inspector, qtbot: QtBot) -> None:
    with qtbot.waitSignal(inspector.rating_changed) as rated:
        qtbot.keyClick(inspector.stars, Qt.Key.Key_2)
    assert rated.args == [(1,), 2]


def test_a_note_goes_to_the_file_it_was_typed_for(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.note.setFocus()
    qtbot.keyClicks(inspector.note, "Loud. ")
    with qtbot.waitSignal(inspector.note_changed) as changed:
        inspector.show_files(CAT)
    assert changed.args == [(1,), "Loud. wind at 1:20"]
    assert inspector.note.toPlainText() == ""


def test_a_refresh_leaves_what_is_being_typed(inspector: Inspector, qtbot: QtBot) -> None:
    qtbot.keyClicks(inspector.note, "Loud. ")
    qtbot.keyClicks(inspector.tags.editor.field, "ra")
    inspector.show_files(DOG)
    assert inspector.note.toPlainText() == "Loud. wind at 1:20"
    assert inspector.tags.editor.field.text() == "ra"


def test_all_that_is_typed_is_handed_out_in_the_end(inspector: Inspector, qtbot: QtBot) -> None:
    qtbot.keyClicks(inspector.note, "Loud. ")
    qtbot.keyClicks(inspector.caption.words, "Oh, ")
    with qtbot.waitSignals([inspector.note_changed, inspector.caption_changed]):
        inspector.commit()


def test_keys_lead_to_the_fields(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.begin_note()
    qtbot.waitUntil(inspector.note.hasFocus)
    inspector.begin_tag()
    qtbot.waitUntil(inspector.tags.editor.field.hasFocus)


def test_the_buttons_reveal_and_copy(inspector: Inspector, qtbot: QtBot) -> None:
    buttons = {button.text(): button for button in inspector.findChildren(QPushButton)}
    with qtbot.waitSignal(inspector.reveal_requested):
        buttons["Reveal"].click()
    with qtbot.waitSignal(inspector.copy_path_requested):
        buttons["Copy path"].click()


# --- several files ----------------------------------------------------------------------------------------------------


def shared(inspector: Inspector) -> list[tuple[str, str]]:
    """The tags of several files, and how many of them have each."""
    return [(row.shared.name, row.share.text()) for row in inspector.tags.shared.rows()]


def test_of_several_files_it_is_shown_how_many_have_a_tag(inspector: Inspector) -> None:
    inspector.show_files(SeveralFiles.of([DOG, CAT]))
    assert headings(inspector) == ["TAGS", "RATING", "FILE"]
    assert shared(inspector) == [("yard", "all 2"), ("cat", "1 of 2"), ("dog", "1 of 2")]
    texts = [label.text() for label in inspector.findChildren(QLabel) if label.isVisible()]
    assert "2 files selected" in texts
    assert "Their ratings differ." in texts


def test_several_files_are_tagged_and_rated_together(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.show_files(SeveralFiles.of([DOG, CAT]))
    with qtbot.waitSignal(inspector.tags_added) as added:
        enter_tag(qtbot, inspector, "rain")
    assert added.args == [(1, 2), ["rain"]]
    assert ("rain", "all 2") in shared(inspector)
    with qtbot.waitSignal(inspector.rating_changed) as rated:
        qtbot.keyClick(inspector.stars, Qt.Key.Key_5)
    assert rated.args == [(1, 2), 5]
    assert inspector.stars.accessibleName() == "Rating: 5 stars"


def test_known_tags_complete(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.set_known_tags(["rain on tin"])
    qtbot.keyClicks(inspector.tags.editor.field, "rain")
    assert inspector.tags.editor.field.completer().currentCompletion() == "rain on tin"


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_plain_text_and_widen_nothing(inspector: Inspector, name: str) -> None:
    row = hostile_row(name)
    inspector.show_files(FileDetails(row, metadata=Metadata(title="<i>x</i>"), hit=hit((name, 0.0, 1.0, 0.9))))
    inspector.resize(NARROWEST_PX, 800)
    assert row.name in inspector.facts.toPlainText()
    assert inspector.widget().minimumSizeHint().width() <= NARROWEST_PX
    assert not inspector.grab().isNull()


def test_whether_the_file_was_liked_is_shown_with_it(inspector: Inspector) -> None:
    inspector.show_verdicts(Verdicts(liked=frozenset({CAT.row.path})))
    buttons = {button.text(): button for button in inspector.why.findChildren(QToolButton)}
    inspector.show_files(replace(DOG, row=file_row(path=Path("/sounds/other.wav")), hit=hit(("dog", 0.0, 1.0, 0.9))))
    assert not buttons["More like this"].isChecked()
    inspector.show_files(replace(CAT, hit=hit(("cat", 0.0, 1.0, 0.9))))
    assert buttons["More like this"].isChecked()
    inspector.show_verdicts(Verdicts())
    assert not buttons["More like this"].isChecked()
