from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.widgets.metadata.outcome_view import OutcomeView


@pytest.fixture
def view(qtbot: QtBot) -> OutcomeView:
    view = OutcomeView()
    qtbot.addWidget(view)
    return view


def test_nothing_until_something_begins(view: OutcomeView) -> None:
    assert view.isHidden()
    assert not view.is_running


def test_how_far_it_is(view: OutcomeView) -> None:
    view.begin("One moment …")
    assert (view.sentence, view.is_running) == ("One moment …", True)
    view.show_progress(12, 5000)
    assert view.sentence == "12 of 5,000 files"


def test_it_can_be_stopped_once(view: OutcomeView, qtbot: QtBot) -> None:
    view.begin("One moment …")
    with qtbot.waitSignal(view.stop_requested):
        view.stop.click()
    assert not view.stop.isEnabled()
    view.begin("Again")
    assert view.stop.isEnabled()


def test_what_became_of_it_with_each_refused_file(view: OutcomeView) -> None:
    view.begin("One moment …")
    view.show_outcome("1 file written.", [("a.wav", "/sounds", "it is read-only")])
    assert not view.is_running
    assert not view.failures.isHidden()
    assert view.failures.rows.rows() == [("a.wav", "/sounds", "it is read-only")]
    view.show_progress(3, 5)  # news that came late
    assert view.sentence == "1 file written."
    view.show_outcome("2 files written.")
    assert view.failures.isHidden()
