"""What the indexing child has to do, as other threads tell it: real threads, and nothing that waits for time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.agenda import Agenda, Order, changes_roots, united
from app.services.messages import (
    ConfirmGone,
    Describe,
    Examine,
    Index,
    MoveRoot,
    Pause,
    PauseRoot,
    Quarantine,
    RemoveRoot,
    Rescan,
    Resume,
    Retry,
    SetWorkers,
    Stop,
)

DEADLINE_S = 20
A, B = Path("a.wav"), Path("b.wav")


@pytest.fixture
def agenda() -> Agenda:
    return Agenda()


class Waiting:
    """A call that waits in a thread."""

    def __init__(self, call: Callable[[], bool]) -> None:
        self.returned: list[bool] = []
        self._thread = threading.Thread(target=lambda: self.returned.append(call()))
        self._thread.start()

    def is_held(self) -> bool:
        self._thread.join(0.05)
        return self._thread.is_alive()

    def result(self) -> bool:
        self._thread.join(DEADLINE_S)
        return self.returned[0]


def test_orders_come_in_their_order_and_once(agenda: Agenda):
    orders: list[Order] = [Index(1), RemoveRoot(2, 1), Rescan(3, 1), Retry(4, (A,)), ConfirmGone(5, 1), Examine((A,))]
    for order in orders:
        agenda.take(order)
    assert agenda.await_work(at_hand=False)
    assert agenda.take_orders() == orders
    assert agenda.take_orders() == []


def test_what_stirred_grows_together_until_it_is_taken(agenda: Agenda):
    agenda.stir(1, frozenset([A]))
    agenda.stir(1, frozenset([B]))
    agenda.stir(2, frozenset([A]))
    agenda.stir(2, None)
    agenda.stir(2, frozenset([B]))
    assert agenda.await_work(at_hand=False)
    assert agenda.take_stirred() == {1: {A, B}, 2: None}
    assert agenda.take_stirred() == {}
    assert united(frozenset(), frozenset([A])) == {A}


def test_waiting_ends_when_there_is_work_or_it_is_time_to_stop(agenda: Agenda):
    waiting = Waiting(lambda: agenda.await_work(at_hand=False))
    assert waiting.is_held()
    agenda.stir(1, None)
    assert waiting.result()
    agenda.take_stirred()
    waiting = Waiting(lambda: agenda.await_work(at_hand=False))
    agenda.take(Stop())
    assert not waiting.result()


def test_while_paused_only_orders_are_work(agenda: Agenda):
    agenda.take(Pause())
    agenda.stir(1, None)
    waiting = Waiting(lambda: agenda.await_work(at_hand=True))
    assert waiting.is_held()
    agenda.take(Rescan(1, 1))
    assert waiting.result()
    agenda.take_orders()
    waiting = Waiting(lambda: agenda.await_work(at_hand=False))
    assert waiting.is_held()
    agenda.take(Resume())
    assert waiting.result()


def test_a_run_is_held_while_paused_and_ends_for_what_changes_the_roots(agenda: Agenda):
    assert not agenda.must_break()
    agenda.take(Pause())
    run, graph = Waiting(agenda.must_break), Waiting(agenda.must_stop)
    agenda.take(Rescan(1, 1))  # which can wait
    assert run.is_held()
    agenda.take(RemoveRoot(2, 1))
    assert run.result()
    assert graph.is_held()
    agenda.take(Resume())
    assert not graph.result()
    assert agenda.must_break()
    agenda.take_orders()
    assert not agenda.must_break()
    agenda.take(Pause())
    run, graph = Waiting(agenda.must_break), Waiting(agenda.must_stop)
    agenda.take(Stop())
    assert run.result()
    assert graph.result()


def test_what_gives_way_to_all_else_is_held_while_paused_and_ends_for_any_order_or_root(agenda: Agenda):
    assert not agenda.must_yield()
    agenda.stir(1, None)
    assert agenda.must_yield()
    agenda.take(Pause())
    describing = Waiting(agenda.must_yield)
    assert describing.is_held()  # to look at a root must wait, too
    agenda.take(Rescan(1, 1))
    assert describing.result()
    agenda.take_orders()
    agenda.take_stirred()
    describing = Waiting(agenda.must_yield)
    agenda.take(Resume())
    assert not describing.result()
    agenda.take(Stop())
    assert agenda.must_yield()


@pytest.mark.parametrize(
    ("order", "changes"),
    [
        (Index(1, (A,)), True),
        (RemoveRoot(1, 1), True),
        (PauseRoot(1, 1, True), True),
        (MoveRoot(1, 1, A), True),
        (Index(1), False),
        (Rescan(1, 1), False),
        (Retry(1, (A,)), False),
        (ConfirmGone(1, 1), False),
        (Describe(), False),
        (Examine((A,)), False),
        (Quarantine(A, "it crashed"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_changes_the_roots_presses(order, changes: bool):
    assert changes_roots(order) is changes


def test_the_number_of_workers_is_the_last_one_told(agenda: Agenda):
    assert agenda.workers is None
    agenda.take(SetWorkers(2))
    agenda.take(SetWorkers(1))
    assert agenda.workers == 1
