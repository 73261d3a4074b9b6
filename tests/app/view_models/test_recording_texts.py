"""What is said of a recording."""

from __future__ import annotations

from app.view_models.recording_texts import device_tip, recording_text, searching_text, time_text


def test_the_microphone_that_listens_is_named() -> None:
    assert recording_text("USB", False) == "Recording from USB"
    assert recording_text("USB", True) == "Recording from USB, which is too loud"
    assert recording_text("a\u202eb", False) == "Recording from a\\u202eb"


def test_the_time_is_shown_with_its_end() -> None:
    assert time_text(2.34, 30.0) == "0:02.3 of 0:30"


def test_what_is_searched_by_is_told() -> None:
    assert searching_text(2.34, None) == "Searching for what sounds like your recording (2.3 s)"
    assert searching_text(29.9, 30.0).startswith("The recording ended by itself after 30 s. Searching for")


def test_the_chosen_microphone_is_told() -> None:
    assert device_tip(None) == "Choose the microphone (now: System default)"
    assert device_tip("USB") == "Choose the microphone (now: USB)"
