"""Teaching a tag in the window, as far as no network is needed: services are not started here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.playing.audio_stream import Region
from app.services.messages import Failure, Learned
from app.view_models.sidebar_tree import SUGGESTED
from app.widgets.tags.personal_tag_dialog import PersonalTagDialog
from app.windows.main_window import MainWindow
from engine.learned_tag import FoundSound, LearnedTag
from engine.library import Library
from engine.tag_examples import ExamplesOfTag, TagExample
from tests.app.shown_files import suggestion
from tests.suggested_tags import suggest

BELL_AND_GONG = (suggestion("bell", kind=None), suggestion("gong", kind=None, strength="maybe"))


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> PersonalTagDialog:
    """For a new tag, of which the selected file 1 is the first example."""
    window.table.selectRow(0)
    window.commands.action("personal-tag").trigger()
    (dialog,) = window.findChildren(PersonalTagDialog)
    qtbot.waitUntil(lambda: len(dialog.likes.examples()) == 1)
    return dialog


@pytest.fixture
def read(window: MainWindow, qtbot: QtBot) -> Callable[[Callable[[Library], object]], object]:
    """What the library says, after everything that was written before."""

    def read(call: Callable[[Library], object]) -> object:
        found: list[object] = []
        window.access.write(call, found.append)
        qtbot.waitUntil(lambda: bool(found))
        return found[0]

    return read


def name_it(dialog: PersonalTagDialog, name: str, qtbot: QtBot) -> None:
    dialog.name.setText(name)
    dialog.name.editingFinished.emit()
    qtbot.waitUntil(dialog.name.isReadOnly)


def teach(window: MainWindow, *found: FoundSound) -> None:
    """As if the service had answered what was asked last."""
    tag = LearnedTag("bell", "cache", 0, 1, 0, 0, found)
    window.tagging._number = 5
    window.services.learned.emit(Learned(5, tag))


def test_a_tag_is_stored_once_it_has_a_name_and_an_example(
    dialog: PersonalTagDialog, read: Callable[..., object], qtbot: QtBot
) -> None:
    assert read(lambda library: library.tag_examples.names()) == []
    name_it(dialog, "bell", qtbot)
    assert read(lambda library: library.tag_examples.of("bell")) == ExamplesOfTag((TagExample(1),))
    assert read(lambda library: library.tags_of(1)) == ["bell"]


def test_what_is_selected_becomes_an_example(
    window: MainWindow, dialog: PersonalTagDialog, read: Callable[..., object], qtbot: QtBot
) -> None:
    name_it(dialog, "bell", qtbot)
    window.table.clearSelection()
    window.table.selectRow(2)
    qtbot.waitUntil(lambda: window.selecting.ids == [3])
    dialog.add_unlike.click()
    qtbot.waitUntil(lambda: [each.file_id for each in dialog.unlikes.examples()] == [3])
    assert read(lambda library: library.tag_examples.of("bell").unlikes) == (TagExample(3),)


def test_a_chosen_region_becomes_an_example(window: MainWindow, qtbot: QtBot) -> None:
    window.table.selectRow(1)
    view = window.sound_pane.view
    qtbot.waitUntil(lambda: view.path is not None and view.path.name == "car.wav")
    view.set_region(Region(0.5, 1.5))
    assert window.tagging._selected() == [TagExample(2, 0.5, 1.5)]


def test_examples_are_taken_back(dialog: PersonalTagDialog, read: Callable[..., object], qtbot: QtBot) -> None:
    name_it(dialog, "bell", qtbot)
    dialog.likes.selectAll()
    dialog.likes.remove_selected()
    qtbot.waitUntil(lambda: dialog.likes.examples() == [])
    assert read(lambda library: library.tag_examples.of("bell")) == ExamplesOfTag()


def test_what_was_learned_is_shown_and_can_be_judged(
    window: MainWindow, dialog: PersonalTagDialog, read: Callable[..., object], qtbot: QtBot
) -> None:
    name_it(dialog, "bell", qtbot)
    teach(window, FoundSound(2, 0.9, 0.0, 1.0), FoundSound(3, 0.4, 0.5, 1.0))
    qtbot.waitUntil(lambda: dialog.found.found.rowCount() == 2)
    assert "From one example" in dialog.quality.text()
    dialog.found.selectRow(0)
    dialog.yes.click()
    dialog.no.click()
    qtbot.waitUntil(lambda: len(dialog.likes.examples()) == 2 and len(dialog.unlikes.examples()) == 1)
    assert read(lambda library: (library.tags_of(2), library.tags_of(3))) == (["bell"], [])
    assert read(lambda library: library.tag_examples.rejected_for("bell")) == [3]


def test_everything_can_be_undone(
    window: MainWindow, dialog: PersonalTagDialog, read: Callable[..., object], qtbot: QtBot
) -> None:
    name_it(dialog, "bell", qtbot)
    teach(window, FoundSound(2, 0.9, 0.0, 1.0))
    qtbot.waitUntil(lambda: dialog.found.found.rowCount() == 1)
    dialog.give.click()
    assert read(lambda library: library.tags_of(2)) == ["bell"]
    dialog.undo_requested.emit()
    dialog.undo_requested.emit()
    qtbot.waitUntil(lambda: not dialog.name.isReadOnly())
    assert read(lambda library: (library.tags_of(1), library.tags_of(2), library.tag_examples.names())) == ([], [], [])


def test_an_answer_to_what_is_no_longer_asked_is_not_shown(window: MainWindow, dialog: PersonalTagDialog) -> None:
    window.services.learned.emit(Learned(99, LearnedTag("bell", "cache", 0, 1, 0, 0, ())))
    assert "example" not in dialog.quality.text() or "name" in dialog.quality.text()


def test_why_it_cannot_learn_is_told_in_the_dialog(window: MainWindow, dialog: PersonalTagDialog) -> None:
    window.tagging._number = 5
    window.services.question_failed.emit(Failure(5, "No sound was listened to yet."))
    assert dialog.quality.text() == "No sound was listened to yet."


def test_more_like_those_that_have_a_tag(window: MainWindow, read: Callable[..., object], qtbot: QtBot) -> None:
    window.annotating.add_tags([1, 3], ["metal"])
    read(lambda library: None)
    window.sidebar.more_like_tag_requested.emit("metal")
    qtbot.waitUntil(lambda: bool(window.findChildren(PersonalTagDialog)))
    (dialog,) = window.findChildren(PersonalTagDialog)
    qtbot.waitUntil(lambda: [each.file_id for each in dialog.likes.examples()] == [1, 3])
    assert dialog.name.text() == "metal"


def test_suggested_tags_are_listed_and_asked_for(window: MainWindow, read: Callable[..., object], qtbot: QtBot) -> None:
    read(lambda library: suggest(library, 2, suggestion("car horn", kind=None)))
    window.tagging.look_again()
    index_of = window.sidebar._model.index_of
    qtbot.waitUntil(lambda: index_of(SUGGESTED.key).isValid())
    window.sidebar.suggestion_chosen.emit("car horn")
    assert window.search_bar.text() == 'suggested:"car horn"'
    qtbot.waitUntil(lambda: window.finding.results.file_ids.tolist() == [2])


def test_suggestions_are_judged_with_keys(
    window: MainWindow, read: Callable[..., object], filled_library: Path, qtbot: QtBot
) -> None:
    read(lambda library: suggest(library, 1, *BELL_AND_GONG))
    window.table.selectRow(0)
    qtbot.waitUntil(lambda: len(window.inspector.tags.suggested.capsules()) == 2)
    window.commands.action("accept-suggestions").trigger()
    window.commands.action("reject-suggestions").trigger()
    assert read(lambda library: (library.tags_of(1), library.tag_examples.rejected_of(1))) == (["bell"], ["gong"])
    qtbot.waitUntil(window.status.undo.isVisible)
    window.status.undo.click()
    window.commands.action("undo").trigger()
    qtbot.waitUntil(lambda: len(window.inspector.tags.suggested.capsules()) == 2)
    assert read(lambda library: (library.tags_of(1), library.tag_examples.rejected_of(1))) == ([], [])


def test_escape_silences_what_is_heard_and_then_closes(
    window: MainWindow, dialog: PersonalTagDialog, sounds: Path, qtbot: QtBot
) -> None:
    window.playback.play(sounds / "bell.wav")
    qtbot.keyClick(dialog.found, Qt.Key.Key_Escape)
    assert window.playback.path is None
    assert dialog.isVisible()
    qtbot.keyClick(dialog.name, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
