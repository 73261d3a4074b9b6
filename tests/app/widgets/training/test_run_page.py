"""One network: how its training goes, and what can be done with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.view_models.training_run import OwnNetwork, TrainingRun
from app.widgets.training.run_page import RunPage

STEP = {"stage": "tuning", "step": 5, "steps": 10, "loss": 1.0}
DONE = {"stage": "finished", "steps": 5}


@pytest.fixture
def page(qtbot: QtBot) -> RunPage:
    page = RunPage()
    qtbot.addWidget(page)
    page.show()
    return page


def show(page: RunPage, *lines: dict, is_running: bool = False, is_used: bool = False, is_busy: bool = False) -> None:
    run = TrainingRun().after(lines)
    network = OwnNetwork("bells", Path("bells"), Path("run"), run, "personal", {"tags": ["bell"]})
    page.show_network(network, is_running=is_running, is_used=is_used, is_busy=is_busy)


def offered(page: RunPage) -> list[str]:
    buttons = page.findChildren(QPushButton)
    return sorted(button.text() for button in buttons if button.isVisible() and button.isEnabled())


def test_what_can_be_done_depends_on_how_far_it_is(page: RunPage) -> None:
    show(page, STEP, is_running=True)
    assert offered(page) == ["Pause", "Stop"]
    assert (page.bar.value(), page.bar.maximum()) == (5, 10)
    show(page, STEP, {"stage": "paused"}, is_running=True)
    assert offered(page) == ["Go on", "Stop"]
    show(page, STEP, {"stage": "stopped"})
    assert offered(page) == ["Delete…", "Go on"]
    assert not page.bar.isVisible()
    show(page, STEP, {"stage": "stopped"}, is_busy=True)
    assert offered(page) == ["Delete…"]
    show(page, STEP, DONE)
    assert offered(page) == ["Delete…", "Try side by side…", "Use this network"]
    show(page, STEP, DONE, is_used=True)
    assert offered(page) == []


def test_a_pause_is_asked_for_and_lifted(page: RunPage, qtbot: QtBot) -> None:
    show(page, STEP, is_running=True)
    with qtbot.waitSignal(page.pause_toggled) as asked:
        page.pause.click()
    assert asked.args == [True]
    show(page, STEP, {"stage": "paused"}, is_running=True)
    with qtbot.waitSignal(page.pause_toggled) as asked:
        page.pause.click()
    assert asked.args == [False]
    with qtbot.waitSignal(page.stop_requested):
        page.stop.click()
    assert not page.stop.isEnabled()  # once is enough
