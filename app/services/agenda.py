"""What the indexing child is to do next, as its other threads learn of it: the window's orders, and roots that stirred.

Some orders change which roots there are. They press: a run under way, or held, ends for them and begins again after.
"""

from __future__ import annotations

import threading

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
    Request,
    Rescan,
    Resume,
    Retry,
    SetWorkers,
    Stop,
)
from engine.scanning import Touched

Order = Index | Rescan | Retry | ConfirmGone | RemoveRoot | PauseRoot | MoveRoot | Describe | Examine | Quarantine


class Agenda:
    """`take` and `stir` are for other threads; `must_stop` is for any; the rest is for the thread that works."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._orders: list[Order] = []
        self._stirred: dict[int, Touched] = {}
        self.paused = False
        self.stopping = False
        self.workers: int | None = None  # as many as the machine has cores

    def take(self, request: Request) -> None:
        with self._changed:
            match request:
                case Stop():
                    self.stopping = True
                case Pause():
                    self.paused = True
                case Resume():
                    self.paused = False
                case SetWorkers():
                    self.workers = request.workers
                case Index() | Rescan() | Retry() | ConfirmGone() | Describe() | Examine() | Quarantine():
                    self._orders.append(request)
                case RemoveRoot() | PauseRoot() | MoveRoot():
                    self._orders.append(request)
            self._changed.notify_all()

    def stir(self, root_id: int, touched: Touched) -> None:
        """This root is to be looked at, or this part of it."""
        with self._changed:
            self._stirred[root_id] = united(self._stirred.get(root_id, frozenset()), touched)
            self._changed.notify_all()

    def await_work(self, *, at_hand: bool) -> bool:
        """False when it is time to stop. While paused, only orders are work, whatever else is at hand."""
        with self._changed:
            self._changed.wait_for(
                lambda: self.stopping or self._orders or (not self.paused and (at_hand or self._stirred))
            )
            return not self.stopping

    def take_orders(self) -> list[Order]:
        with self._changed:
            orders, self._orders = self._orders, []
            return orders

    def take_stirred(self) -> dict[int, Touched]:
        with self._changed:
            stirred, self._stirred = self._stirred, {}
            return stirred

    def must_stop(self) -> bool:
        """For work that no order concerns. While paused, this does not return."""
        with self._changed:
            self._changed.wait_for(lambda: self.stopping or not self.paused)
            return self.stopping

    def must_break(self) -> bool:
        """As `must_stop`, for work that must also end when an order presses."""

        def presses() -> bool:
            return self.stopping or any(map(changes_roots, self._orders))

        with self._changed:
            self._changed.wait_for(lambda: presses() or not self.paused)
            return presses()

    def must_yield(self) -> bool:
        """As `must_stop`, for work that must also end when there is any other."""

        def presses() -> bool:
            return self.stopping or bool(self._orders) or (not self.paused and bool(self._stirred))

        with self._changed:
            self._changed.wait_for(lambda: presses() or not self.paused)
            return presses()


def changes_roots(order: Order) -> bool:
    return isinstance(order, RemoveRoot | PauseRoot | MoveRoot) or (isinstance(order, Index) and bool(order.folders))


def united(one: Touched, other: Touched) -> Touched:
    return None if one is None or other is None else one | other
