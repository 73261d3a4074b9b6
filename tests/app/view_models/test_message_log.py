from __future__ import annotations

import time

from app.view_models.message_log import MOST_MESSAGES, MessageLog


def at(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))


def test_the_newest_message_comes_first() -> None:
    log = MessageLog()
    log.add("The search was saved.", "note", 1000.0)
    log.add("kennel.wav cannot be read: it is empty.", "error", 1001.0)
    assert log.text().splitlines() == [
        f"{at(1001)}  Error: kennel.wav cannot be read: it is empty.",
        f"{at(1000)}  The search was saved.",
    ]


def test_what_is_said_again_at_once_is_one_message() -> None:
    log = MessageLog()
    for seconds in (1000.0, 1001.0, 1002.0):
        log.add("No sound.", "error", seconds)
    assert log.text() == f"{at(1002)}  Error: No sound. (3 times)"


def test_old_messages_are_forgotten() -> None:
    log = MessageLog()
    for number in range(MOST_MESSAGES + 10):
        log.add(f"message {number}", "note", 0.0)
    assert len(log) == MOST_MESSAGES
    assert log.text().endswith("message 10")


def test_a_message_is_one_line() -> None:
    log = MessageLog()
    log.add("two\nlines \u202e", "note", 0.0)
    assert log.text() == f"{at(0)}  two\\nlines \\u202e"
