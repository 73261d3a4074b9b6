"""A new network and those that there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.view_models.training_run import OwnNetwork, TrainingRun
from app.widgets.training.training_dialog import TrainingDialog


@pytest.fixture
def dialog(qtbot: QtBot) -> TrainingDialog:
    dialog = TrainingDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def network(name: str, *lines: dict) -> OwnNetwork:
    return OwnNetwork(name, Path(name), Path(name), TrainingRun().after(lines), "personal", {"tags": ["bell"]})


STEP = {"stage": "tuning", "step": 5, "steps": 10, "loss": 1.0}


def test_a_network_is_chosen_in_the_list(dialog: TrainingDialog, qtbot: QtBot) -> None:
    dialog.show_networks([network("one"), network("two <b>")], {"one": "in use"}, "two <b>")
    assert dialog.chosen == "two <b>"
    assert [dialog.networks.item(row).text() for row in range(3)] == [
        "A new network",
        "one\nin use",
        "two <b>\nstopped",
    ]
    with qtbot.waitSignal(dialog.network_chosen) as chosen:
        dialog.networks.setCurrentRow(0)
    assert chosen.args == [""]
    assert dialog.lessons.isVisible()
    dialog.show_networks([], {}, "gone")
    assert dialog.chosen == ""
