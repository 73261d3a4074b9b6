"""The window's process, as its child sees it: where requests come from and answers go."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import NoReturn

from app.services.messages import Answer, Ping, Pong, Request, Stop

GRACE_S = 1.0  # for the work to end, after which the process ends without it; SQLite takes no harm


class Parent:
    """Both ends of a child's talk with its parent. A child ends when it is asked to, or when the parent is gone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = threading.Lock()

    def listen(self, take: Callable[[Request], None], is_moving: Callable[[], bool] = lambda: True) -> None:
        """From now on hand every request to `take`, in a thread of its own, which also answers `Ping`.

        is_moving : asked at every `Ping`; a child whose work stands still gives no sign of life, and is replaced
        """
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # Ctrl-C in a terminal reaches the children too: the parent decides
        threading.Thread(target=self._listen, args=(take, is_moving), name="parent", daemon=True).start()

    def _listen(self, take: Callable[[Request], None], is_moving: Callable[[], bool]) -> None:
        while True:
            try:
                request: Request = self._connection.recv()
            except (EOFError, OSError):  # the parent died
                request = Stop()
            if isinstance(request, Ping):
                if is_moving():
                    self.send(Pong())
                continue
            take(request)
            if isinstance(request, Stop):
                threading.Event().wait(GRACE_S)
                os._exit(0)

    def send(self, answer: Answer) -> None:
        """From any thread. If the parent is gone, nobody is left to work for."""
        try:
            with self._sending:
                self._connection.send(answer)
        except OSError:
            os._exit(0)

    def leave(self) -> NoReturn:
        """End this process at once: taking torch down properly would take seconds."""
        sys.stderr.flush()
        os._exit(0)
