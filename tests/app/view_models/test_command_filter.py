"""Typed letters find the command that was meant."""

from __future__ import annotations

import pytest

from app.view_models.command_filter import Entry, filtered, subsequence_score

SAVE = Entry("save", "Search", "Save this search")
SETTINGS = Entry("settings", "Window", "Settings")
RESCAN = Entry("rescan", "Library", "Look for changes")
LOOP = Entry("loop", "Listening", "Loop")
ALL = [SAVE, SETTINGS, RESCAN, LOOP]


def test_without_a_letter_everything_is_there_in_its_order() -> None:
    assert filtered(ALL, "") == ALL
    assert filtered(ALL, "  ") == ALL


def test_the_recently_used_come_first_the_latest_before_the_others() -> None:
    assert filtered(ALL, "", ["loop", "settings", "no longer there"]) == [LOOP, SETTINGS, SAVE, RESCAN]


def test_of_equally_good_matches_the_recently_used_comes_first() -> None:
    assert filtered([SAVE, SETTINGS], "s") == [SAVE, SETTINGS]
    assert filtered([SAVE, SETTINGS], "s", ["settings"]) == [SETTINGS, SAVE]


def test_a_better_match_beats_a_recent_one() -> None:
    assert filtered(ALL, "loop", ["rescan"])[0] == LOOP


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("sts", SAVE),  # the first letters of its words
        ("SAVE", SAVE),
        ("sett", SETTINGS),
        ("look", RESCAN),
        ("lib look", RESCAN),  # the section counts too
        ("lisloop", LOOP),
    ],
)
def test_what_was_meant_comes_first(typed: str, best: Entry) -> None:
    assert filtered(ALL, typed)[0] == best


def test_what_does_not_hold_the_letters_in_their_order_is_left_out() -> None:
    assert filtered(ALL, "pool") == []
    assert filtered(ALL, "xyz") == []


def score(typed: str, text: str) -> int:
    found = subsequence_score(typed, text)
    assert found is not None
    return found


def test_letters_count_where_they_count_most() -> None:
    # the s of "search" begins a word; the one of "this" comes first but does not
    assert subsequence_score("s", "this search") == subsequence_score("s", "search this")
    assert score("se", "this search") > score("se", "this one")


def test_neighbours_count_more_than_letters_apart() -> None:
    assert score("oo", "xoox") > score("oo", "xoxo")


@pytest.mark.parametrize("typed", ["ÉTÉ", "été"])
def test_case_does_not_matter_in_any_script(typed: str) -> None:
    assert subsequence_score(typed, "Été") is not None
