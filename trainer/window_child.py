"""A command that a window runs beside itself."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

NICENESS = 10


def serve_window() -> Callable[[], bool]:
    """Give way to other programs, and end with the process that began this one: whether it is gone.

    It holds the other end of standard input, which closes with it, however it ends.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    gone = threading.Event()

    def await_end() -> None:
        while os.read(sys.stdin.fileno(), 512):
            pass
        gone.set()

    threading.Thread(target=await_end, name="window", daemon=True).start()
    return gone.is_set
