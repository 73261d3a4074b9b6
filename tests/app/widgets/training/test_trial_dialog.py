"""Two networks side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.view_models.learned_tags import ShownSound
from app.view_models.network_trial import NetworkTrial, TriedQuestion
from app.view_models.training_run import TrainingRun
from app.widgets.training.trial_dialog import TrialDialog

BELL, GATE = (ShownSound(id, f"{id}.wav", "/s", "0:01–0:03", 1.0, 3.0, 0.5) for id in (1, 2))
TRIAL = NetworkTrial(
    "old", "new", 9, (TriedQuestion("bell", (BELL,), (GATE, BELL), 1), TriedQuestion("?", (), (), 0)), {1: Path("a")}
)


@pytest.fixture
def dialog(qtbot: QtBot) -> TrialDialog:
    dialog = TrialDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.begin("new", can_delete=True)
    return dialog


def test_it_tells_how_far_it_is_and_then_what_each_found(dialog: TrialDialog) -> None:
    dialog.show_run(TrainingRun().after([{"stage": "trying", "done": 3, "total": 9}]))
    assert dialog.progress.text() == "Both networks listen to 3 of 9 sounds"
    dialog.show_trial(TRIAL)
    assert dialog.progress.text() == "1 of the first 2 are the same, of 9 sounds that both listened to."
    assert (dialog.present.found.rowCount(), dialog.new.found.rowCount()) == (1, 2)
    dialog.questions.setCurrentRow(1)
    assert dialog.progress.text().startswith("Neither finds anything.")
    assert dialog.new.found.rowCount() == 0
    dialog.show_run(TrainingRun())  # news that comes late changes nothing
    assert dialog.progress.text().startswith("Neither")


def test_what_is_double_clicked_plays(dialog: TrialDialog, qtbot: QtBot) -> None:
    dialog.show_trial(TRIAL)
    dialog.new.table.selectRow(0)
    with qtbot.waitSignal(dialog.sound_chosen) as chosen:
        dialog.new.table.doubleClicked.emit(dialog.new.found.index(0, 0))
    assert chosen.args == [GATE]
    dialog.present.table.selectRow(0)
    dialog.present.table.setFocus()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.present.table.hasFocus)
    with qtbot.waitSignal(dialog.sound_chosen) as chosen:
        qtbot.keyClick(dialog.present.table, Qt.Key.Key_Space)
    assert chosen.args == [BELL]


def test_closing_ends_the_trial_and_only_ones_own_can_be_deleted(dialog: TrialDialog, qtbot: QtBot) -> None:
    assert dialog.delete.isVisible()
    dialog.begin("elsewhere", can_delete=False)
    assert not dialog.delete.isVisible()
    dialog.show_failure("Nothing to ask.")
    assert dialog.progress.text() == "Nothing to ask."
    assert not dialog.bar.isVisible()
    with qtbot.waitSignal(dialog.stop_requested):
        dialog.close()
