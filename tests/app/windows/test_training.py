"""A network of one's own, from the wish to the search: trained, tried, adopted, gone back from, deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.services.messages import Ready
from app.view_models.training_run import read_network
from app.widgets.training.training_dialog import TrainingDialog
from app.widgets.training.trial_dialog import TrialDialog
from app.windows import training
from app.windows.main_window import MainWindow
from engine.library import Library
from tests.taught_libraries import TAUGHT, write_taught_library

LONG_MS = 280_000  # for children of low priority that import torch on a busy machine


def shown(kind: type) -> object:
    (found,) = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible()]
    return found


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Questions are answered with what would be done; returns them."""
    asked: list[str] = []

    def agree(parent: object, question: str, consequence: str, action: str, do: Callable[[], object]) -> None:
        asked.append(question)
        do()

    monkeypatch.setattr(training, "ask", agree)
    return asked


@pytest.fixture
def taught(window: MainWindow, network: Path, filled_library: Path, sounds: Path) -> MainWindow:
    """The window of a library that can teach; the small network is in use, and no service runs."""
    write_taught_library(filled_library, sounds)
    window.choices.change(network_folder=network)
    return window


def test_from_the_wish_to_the_search_and_back(
    taught: MainWindow, network: Path, filled_library: Path, answer: list[str], qtbot: QtBot
):
    taught.commands.action("train").trigger()
    dialog = shown(TrainingDialog)
    assert isinstance(dialog, TrainingDialog)
    assert not dialog.isModal()
    qtbot.waitUntil(lambda: dialog.lessons.tags.count() == 1)
    page = dialog.lessons
    page.recipes["captions"].setChecked(True)
    page.name.setText("My bells")
    assert page.start.isEnabled()
    page.start.click()
    assert dialog.chosen == "My-bells"
    assert dialog.run.isVisible()
    assert dialog.run.progress.text().startswith("Starting")
    dialog.close()  # which ends nothing
    taught.commands.action("train").trigger()
    qtbot.waitUntil(lambda: "is trained" in taught.status.message.log.text(), timeout=LONG_MS)
    assert dialog.chosen == "My-bells"
    assert dialog.run.progress.text().startswith("Finished after")
    assert dialog.run.plots.loss.lines[0].getData()[0][-1] > 0

    # beside the one in use
    with Library(filled_library) as library:
        library.saved_searches.save("Bells", "bell rings")
    dialog.run.trial.click()
    qtbot.waitUntil(lambda: any(isinstance(each, TrialDialog) for each in QApplication.topLevelWidgets()))
    trial = shown(TrialDialog)
    assert isinstance(trial, TrialDialog)
    qtbot.waitUntil(lambda: trial.questions.count() == 1, timeout=LONG_MS)
    assert trial.present.name.text() == "small"
    assert trial.new.name.text() == "My bells"
    assert trial.present.found.rowCount() == trial.new.found.rowCount() == 10
    trial.new.table.selectRow(0)
    trial.new.table.doubleClicked.emit(trial.new.found.index(0, 0))
    assert taught.playback.path is not None
    assert taught.playback.path.name == trial.new.found.sound(0).name

    # adopted, and back
    trial.use.click()
    mine = filled_library / "networks" / "My-bells"
    assert taught.choices.settings.network_folder == mine
    assert taught.choices.settings.former_networks == (network, None)
    assert dialog.run.use.text() == "In use"
    assert not dialog.run.delete.isEnabled()
    taught.services.searching_ready.emit(Ready("small", "1", 1.0, awaited="My bells"))
    assert "small answers until My bells has listened" in taught.status.message.sentence
    taught.services.searching_ready.emit(Ready("My bells", "2", 1.0))
    assert taught.status.message.sentence == "My bells answers your searches from now on."
    taught.choices.change(network_folder=network)
    assert dialog.run.delete.isEnabled()
    dialog.run.delete.click()
    qtbot.waitUntil(lambda: not mine.exists() and dialog.chosen == "")
    assert answer == ["Delete the network My-bells?"]
    with Library(filled_library) as library:
        assert len(library.own_captions()) == TAUGHT


def test_a_training_that_ended_with_its_window_is_told_of(taught: MainWindow, filled_library: Path, qtbot: QtBot):
    run = filled_library / "training" / "Gates"
    run.mkdir(parents=True)
    (run / "run.json").write_text('{"recipe": "captions", "notes": true, "name": "Gates"}')
    (run / "log.jsonl").write_text('{"stage": "listening", "done": 5, "total": 50}\n')
    assert read_network(filled_library, "Gates").recipe == "captions"
    taught.training.begin()
    qtbot.waitUntil(lambda: "Training of Gates can go on" in taught.status.message.sentence)


def test_closing_the_window_asks_while_a_network_is_being_trained(
    taught: MainWindow, filled_library: Path, answer: list[str], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    taught.training.open()
    dialog = shown(TrainingDialog)
    assert isinstance(dialog, TrainingDialog)
    qtbot.waitUntil(lambda: dialog.lessons.tags.count() == 1)
    dialog.lessons.recipes["captions"].setChecked(True)
    dialog.lessons.name.setText("Bells")
    dialog.lessons.start.click()
    assert taught.training.is_running
    with monkeypatch.context() as refusing:
        refusing.setattr(training, "ask", lambda *asked: answer.append(asked[1]))
        event = QCloseEvent()
        taught.closeEvent(event)
    assert not event.isAccepted()
    assert answer == ["Stop training and quit?"]
    assert taught.isVisible()
    taught.close_at_once()
    assert not taught.isVisible()
    assert read_network(filled_library, "Bells").run.stage == "stopped"


def test_a_question_is_really_asked(taught: MainWindow, qtbot: QtBot):
    taught.training.ask_to_end(lambda: None)
    (box,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox) and each.isVisible()]
    assert "go on with it next time" in box.informativeText()
    box.close()
