"""Work beside the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from app.workers.background import Background


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    background = Background()
    yield background
    background.close()


def test_a_result_comes_back_on_the_gui_thread(background: Background, qtbot: QtBot):
    came = []
    background.run(threading.get_ident, lambda worker: came.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(came))
    ((worker, here),) = came
    assert here == threading.get_ident() != worker


def test_so_does_an_error(background: Background, qtbot: QtBot):
    came = []
    background.run(lambda: int("x"), on_failure=came.append)
    qtbot.waitUntil(lambda: bool(came))
    assert isinstance(came[0], ValueError)


def test_an_error_that_nobody_expects_is_raised_where_bugs_are_reported(background: Background, qtbot: QtBot):
    with qtbot.captureExceptions() as raised:
        background.run(lambda: 1 / 0)
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError


def test_with_one_thread_things_are_done_in_order(background: Background, qtbot: QtBot):
    came: list[int] = []
    for number in range(100):
        background.run(partial(abs, number), came.append)
    qtbot.waitUntil(lambda: len(came) == 100)
    assert came == list(range(100))


def test_what_is_cancelled_in_time_is_never_called(background: Background, qtbot: QtBot):
    go_on, came = threading.Event(), []
    background.run(go_on.wait)
    cancelled = background.run(lambda: 1, came.append)
    assert cancelled.cancel()
    go_on.set()
    background.run(lambda: 2, came.append)
    qtbot.waitUntil(lambda: bool(came))
    assert came == [2]


def test_closing_drops_what_waits_and_delivers_nothing(qtbot: QtBot):
    background, came, go_on = Background(), [], threading.Event()
    running = background.run(go_on.wait, came.append)
    waiting = background.run(lambda: 1, came.append)
    go_on.set()
    background.close()
    assert running.done()
    assert waiting.done()
    qtbot.wait(1)  # whatever was sent by now has arrived
    assert came == []


def test_finishing_does_what_waits(qtbot: QtBot):
    background, done = Background(), []
    for number in range(10):
        background.run(partial(done.append, number))
    background.finish()
    assert done == list(range(10))


def test_after_the_end_nothing_is_done_any_more(qtbot: QtBot):
    background, came = Background(), []
    background.close()
    assert background.run(lambda: 1, came.append).cancelled()
