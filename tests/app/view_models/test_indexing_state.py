from __future__ import annotations

import pytest

from app.services.messages import IndexFinished, Progress, Ready
from app.view_models.indexing_state import IndexingState, spoken_time, time_left

HALF = Progress(files_done=12_400, files_total=31_000, audio_seconds=36_000.0, speed=45.0, seconds_left=1080.0)
FINISHED = IndexFinished((1,), 31_000, 5, 360_000.0, 3, 1, 0, 0, ())


def test_nothing_is_said_before_anything_is_known() -> None:
    state = IndexingState()
    assert (state.sentence, state.details, state.share_done, state.can_pause) == ("", "", None, False)


def test_loading_a_network_says_which() -> None:
    state = IndexingState().starting("earmark-small-2")
    assert state.sentence == "Loading the network earmark-small-2"
    assert state.can_pause
    assert state.ready(Ready("earmark-small-2", "abc", 1.0)).sentence == ""


def test_a_run_says_how_far_it_is_and_how_long_it_will_take() -> None:
    state = IndexingState().progressed(HALF)
    assert state.sentence == "Indexing 12,400 of 31,000 · 18 min left"
    assert state.share_done == pytest.approx(0.4)
    assert state.details == (
        "10 h of sound heard in this run, 45 times as fast as it plays.\nWhat is indexed can be searched already."
    )


def test_the_time_left_is_not_said_before_it_is_known() -> None:
    state = IndexingState().progressed(Progress(1, 31_000, 1.0, 0.0, None))
    assert state.sentence == "Indexing 1 of 31,000"


def test_a_pause_says_who_wants_it() -> None:
    state = IndexingState().progressed(HALF)
    assert state.held("asked").sentence == "Paused at 12,400 of 31,000"
    assert state.held("listening").sentence == "Paused at 12,400 of 31,000 while you listen"
    assert state.held("asked").held(None) == state


def test_a_pause_can_be_ended_even_where_nothing_is_to_be_done() -> None:
    state = IndexingState().held("asked")
    assert state.sentence == "Indexing is paused"
    assert state.can_pause
    assert not IndexingState().held("listening").can_pause


def test_the_end_says_what_can_be_searched() -> None:
    state = IndexingState().progressed(HALF).finished(FINISHED)
    assert state.sentence == "31,000 files ready"
    assert state.details == "4 days of sound in 31,000 files."
    assert state.share_done is None


def test_a_run_without_work_is_none() -> None:
    state = IndexingState().progressed(Progress(0, 0, 0.0, 0.0, None))
    assert (state.sentence, state.share_done, state.can_pause) == ("", None, False)


def test_giving_up_says_why_until_it_goes_on() -> None:
    state = IndexingState().progressed(HALF).given_up("The disk is full: make room, and nothing is lost.")
    assert state.sentence == "Indexing stopped"
    assert state.details == "The disk is full: make room, and nothing is lost."
    assert state.progressed(HALF).reason == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "3 s"),
        (58, "1 min"),
        (1080, "18 min"),
        (3600, "1 h"),
        (7000, "1 h 57 min"),
        (7800, "2 h 10 min"),
        (35_990, "10 h"),
        (111_600, "31 h"),
        (259_200, "3 days"),
    ],
)
def test_times_are_told_in_two_figures(seconds: float, words: str) -> None:
    assert spoken_time(seconds) == words


def test_the_last_minute_is_not_counted_down() -> None:
    assert time_left(50.0) == time_left(2.0) == "under a minute left"
    assert time_left(None) == ""
