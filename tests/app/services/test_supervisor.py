"""A child that crashes or hangs is replaced, with what was asked of it; stopping takes under 3 s in every state."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from app.services.messages import Failure, Request, Search
from app.services.supervisor import MOST_CRASHES, Supervised
from engine.question import Question
from tests.app.service_children import (
    Heard,
    die_at_once,
    is_running,
    serve_echoes,
    serve_echoes_and_never_stop,
    wait_until,
)

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs the signals of Unix")

Start = Callable[..., Supervised]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def start(heard: Heard) -> Iterator[Start]:
    """Starts a child; in the end it must stop in time and leave nothing behind."""
    children: list[Supervised] = []

    def start(target: Callable, *, resume: Callable[[], Sequence[Request]] = list, hang_s: float = 30.0) -> Supervised:
        child = Supervised(
            "echo",
            target,
            (),
            on_answer=heard.answers.append,
            on_trouble=heard.troubles.append,
            resume=resume,
            hang_s=hang_s,
        )
        children.append(child)
        child.start()
        return child

    yield start
    for child in children:
        pid = child.pid
        started = time.monotonic()
        child.stop()
        assert time.monotonic() - started < 15  # under 3 s on a quiet machine
        assert pid is None or not is_running(pid)
    assert multiprocessing.active_children() == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("supervisor")] == []


def test_it_answers_in_the_order_in_which_it_was_asked(start: Start, heard: Heard):
    child = start(serve_echoes)
    child.send(Search(1, Question("one"), 10), Search(2, Question("two"), 10))
    child.send(Search(3, Question("three"), 10))
    heard.await_one(Failure, 3)
    assert heard.answers == [Failure(1, "one"), Failure(2, "two"), Failure(3, "three")]
    assert heard.troubles == []


def test_a_killed_child_is_reported_and_replaced_and_told_what_is_pending(start: Start, heard: Heard):
    child = start(serve_echoes, resume=lambda: [Search(2, Question("pending"), 10), Search(3, Question("too"), 10)])
    child.send(Search(1, Question("one"), 10))
    heard.await_one(Failure, 1)
    killed = child.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    heard.await_one(Failure, 3)
    assert heard.answers[1:] == [Failure(2, "pending"), Failure(3, "too")]
    assert heard.troubles == [
        "The echo process ended unexpectedly (SIGKILL); it is started again, and nothing stored is lost."
    ]
    assert child.pid != killed


def test_a_frozen_child_is_noticed_and_replaced(start: Start, heard: Heard):
    child = start(serve_echoes, hang_s=3.0)
    child.send(Search(1, Question("one"), 10))
    heard.await_one(Failure, 1)
    frozen = child.pid
    assert frozen is not None
    os.kill(frozen, signal.SIGSTOP)
    assert heard.await_troubles(1) == [
        "The echo process did not respond for 3 s; it is started again, and nothing stored is lost."
    ]
    child.send(Search(2, Question("two"), 10))
    heard.await_one(Failure, 2)
    assert not is_running(frozen)


def test_a_child_that_says_of_itself_that_it_stands_still_is_replaced(start: Start, heard: Heard):
    child = start(serve_echoes, hang_s=3.0)
    child.send(Search(1, Question("stand still"), 10))
    assert "did not respond" in heard.await_troubles(1)[0]


def test_one_that_stands_still_is_replaced_even_if_it_talks_on(start: Start, heard: Heard):
    child = start(serve_echoes, hang_s=3.0)
    child.send(Search(1, Question("talk on"), 10), Search(2, Question("stand still"), 10))
    assert "did not respond" in heard.await_troubles(1)[0]
    assert len(heard.of(Failure)) > 20, "or this test proves nothing"


def test_a_busy_child_is_left_in_peace(start: Start, heard: Heard):
    child = start(serve_echoes, hang_s=1.5)
    child.send(Search(1, Question("one"), 10))
    heard.await_one(Failure, 1)
    pid = child.pid
    until = time.monotonic() + 3.0  # twice the time after which it would be replaced
    wait_until(lambda: heard.troubles or time.monotonic() > until)
    assert heard.troubles == []
    assert child.pid == pid


def test_a_child_that_keeps_dying_is_given_up_until_it_is_needed(
    start: Start, heard: Heard, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.services.supervisor.FIRST_DELAY_S", 0.01)
    child = start(die_at_once)
    troubles = heard.await_troubles(MOST_CRASHES)
    assert "(exit code 7)" in troubles[0]
    assert "is started again" in troubles[-2]
    assert f"{MOST_CRASHES} times in a row, and is not started again until it is needed" in troubles[-1]
    wait_until(lambda: child.pid is None)
    child.send(Search(1, Question("once more"), 10))
    heard.await_troubles(MOST_CRASHES + 1)


def test_success_makes_up_for_earlier_crashes(start: Start, heard: Heard, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.services.supervisor.FIRST_DELAY_S", 0.01)
    child = start(serve_echoes)
    for crash in range(1, MOST_CRASHES + 2):
        child.send(Search(2 * crash, Question("alive"), 10))
        heard.await_one(Failure, 2 * crash)
        child.succeeded()
        child.send(Search(2 * crash + 1, Question("die"), 10))
        heard.await_troubles(crash)
    assert all("is started again" in trouble for trouble in heard.troubles)


def test_it_stops_while_it_waits_to_start_again(start: Start, heard: Heard, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.services.supervisor.FIRST_DELAY_S", 1000.0)
    start(die_at_once)
    heard.await_troubles(1)


def test_it_stops_before_the_child_has_come_up(start: Start):
    start(serve_echoes)


@pytest.mark.parametrize("target", [serve_echoes, serve_echoes_and_never_stop])
@pytest.mark.parametrize("is_frozen", [False, True])
def test_it_stops_whatever_the_child_does(start: Start, heard: Heard, target: Callable, is_frozen: bool):
    child = start(target)
    child.send(Search(1, Question("one"), 10))
    heard.await_one(Failure, 1)
    assert child.pid is not None
    if is_frozen:
        os.kill(child.pid, signal.SIGSTOP)
    child.stop()
    child.stop()  # once more does no harm
    assert child.pid is None


def test_it_can_be_stopped_without_having_been_started():
    child = Supervised("echo", serve_echoes, (), on_answer=print, on_trouble=print, resume=list)
    child.stop()


def test_children_end_when_their_parent_is_killed():
    script = (
        "import sys, time\n"
        "from app.services.supervisor import Supervised\n"
        "from app.services.messages import Search\n"
        "from engine.question import Question\n"
        "from tests.app.service_children import serve_echoes\n"
        "if __name__ == '__main__':\n"
        "    tell = lambda answer: print(child.pid, flush=True)\n"
        "    child = Supervised('echo', serve_echoes, (), on_answer=tell, on_trouble=print, resume=list)\n"
        "    child.send(Search(1, Question('one'), 10))\n"
        "    child.start()\n"
        "    time.sleep(1000)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
    wait_until(lambda: not is_running(child), 10.0)
