"""Held-down keys: the first call at once, and of the others the newest."""

from __future__ import annotations

from functools import partial

from pytestqt.qtbot import QtBot

from app.workers.throttle import Throttle


def test_the_first_call_is_made_at_once_and_of_those_that_wait_only_the_newest(qtbot: QtBot) -> None:
    throttle, called = Throttle(30), []
    for number in range(10):
        throttle.call(partial(called.append, number))
    assert called == [0]
    assert throttle.is_waiting
    qtbot.waitUntil(lambda: called == [0, 9])
    assert not throttle.is_waiting


def test_after_a_while_a_call_is_made_at_once_again(qtbot: QtBot) -> None:
    throttle, called = Throttle(1), []
    throttle.call(partial(called.append, 1))
    qtbot.waitUntil(lambda: not throttle.is_resting)
    throttle.call(partial(called.append, 2))
    assert called == [1, 2]


def test_what_was_cancelled_is_not_called(qtbot: QtBot) -> None:
    throttle, called = Throttle(1), []
    throttle.call(partial(called.append, 1))
    throttle.call(partial(called.append, 2))
    throttle.cancel()
    qtbot.waitUntil(lambda: not throttle.is_resting)
    assert called == [1]
