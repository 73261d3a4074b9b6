"""What a tag learns from, on one side."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from pytestqt.qtbot import QtBot

from app.file_mime import mime_of
from app.view_models.learned_tags import ShownSound
from app.widgets.tags.example_list import ExampleList

GATE = ShownSound(1, "gate.wav", "Field", "", 0.0, None)
DOOR = ShownSound(2, "door.wav", "Field", "0:02–0:05", 2.0, 5.0)


@pytest.fixture
def examples(qtbot: QtBot) -> ExampleList:
    examples = ExampleList("Like it", "Drop sounds here")
    qtbot.addWidget(examples)
    examples.show_examples([GATE, DOOR])
    return examples


def test_parts_of_files_are_shown_as_such(examples: ExampleList) -> None:
    assert [examples.item(row).text() for row in range(2)] == ["gate.wav", "door.wav   0:02–0:05"]


def test_selected_examples_are_taken_out(examples: ExampleList, qtbot: QtBot) -> None:
    examples.selectAll()
    with qtbot.waitSignal(examples.removed) as removed:
        qtbot.keyClick(examples, Qt.Key.Key_Delete)
    assert removed.args == [[1, 2]]


def test_an_example_can_be_heard(examples: ExampleList, qtbot: QtBot) -> None:
    examples.setCurrentRow(1)
    with qtbot.waitSignal(examples.chosen) as chosen:
        qtbot.keyClick(examples, Qt.Key.Key_Space)
    assert chosen.args == [DOOR]


def test_rows_of_the_window_can_be_dropped(examples: ExampleList, qtbot: QtBot) -> None:
    mime = mime_of([Path("/sounds/a.wav")], [7, 8])
    keys = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    entered = QDragEnterEvent(QPoint(5, 5), *keys)
    examples.dragEnterEvent(entered)
    assert entered.isAccepted()
    with qtbot.waitSignal(examples.files_dropped) as dropped:
        examples.dropEvent(QDropEvent(QPointF(5, 5), *keys))
    assert dropped.args == [[7, 8]]


def test_files_that_the_library_does_not_know_cannot(examples: ExampleList) -> None:
    mime = mime_of([Path("/elsewhere/a.wav")])
    entered = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    examples.dragEnterEvent(entered)
    assert not entered.isAccepted()


def test_an_empty_list_says_what_belongs_there(examples: ExampleList) -> None:
    full = examples.grab().toImage()
    examples.show_examples([])
    assert examples.grab().toImage() != full
