"""One window per library: a second start finds the first, asks it to show itself, and ends.

The first holds a lock on a file in the library's folder, which the system lets go of when the process dies, however it
dies. In the file stands where it listens: a local socket or pipe in a folder that only this user can enter. Nothing is
ever read from there but one word, and no network connection is opened.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from engine.errors import EngineError, UnusableLibrary, display_path

LOCK_FILE = "window.lock"
FAMILY = "AF_PIPE" if sys.platform == "win32" else "AF_UNIX"
LONGEST_ADDRESS_BYTES = 1000
LOCKED_BYTE = 1 << 20  # on Windows a locked byte cannot be read, so it lies behind the address
RAISE = b"raise"
RAISED = b"raised"
ANSWER_S = 5.0  # how long the first may take to hear the second
WAITING_CALLERS = 100  # one more would wait without end, if this process were frozen
PATIENCE_S = 1.0  # how long a caller may take to say its word


class SingleInstance:
    """The claim of this process to be the one window of a library."""

    def __init__(self, lock: int, on_raise: Callable[[], None]) -> None:
        """With the lock held; see `claim`."""
        self._lock = lock
        self._on_raise = on_raise
        self._closing = False
        self._listener = Listener(family=FAMILY, backlog=WAITING_CALLERS)
        os.ftruncate(lock, 0)
        os.write(lock, str(self._listener.address).encode())
        self._thread = threading.Thread(target=self._listen, name="single instance")
        self._thread.start()

    @classmethod
    def claim(cls, folder: Path, on_raise: Callable[[], None]) -> SingleInstance | None:
        """None if another process has the claim: then it was asked to show its window.

        on_raise : called in a thread of its own whenever a later start asks for this process's window
        Raises EngineError if the other process does not answer, and UnusableLibrary if the folder cannot be written.
        """
        give_up = time.monotonic() + ANSWER_S
        lock = _open(folder)
        try:
            while not _try_to_lock(lock):
                if _ask_to_raise(lock):
                    os.close(lock)
                    return None
                if time.monotonic() > give_up:
                    raise EngineError(
                        f"Earmark is already open with the library in {display_path(folder)} and does not answer:"
                        " end it, or wait a moment; the library is safe."
                    )
                time.sleep(0.05)  # it may just be starting, or ending
            return cls(lock, on_raise)
        except BaseException:
            os.close(lock)
            raise

    def close(self) -> None:
        """Give up the claim."""
        if self._closing:
            return
        self._closing = True
        with suppress(OSError), Client(self._listener.address, FAMILY):
            pass  # wakes the thread, which nothing else can
        self._thread.join()
        self._listener.close()
        os.close(self._lock)

    def _listen(self) -> None:
        while not self._closing:
            with suppress(OSError, EOFError), self._listener.accept() as caller:
                if not self._closing and caller.poll(PATIENCE_S) and caller.recv_bytes(len(RAISE)) == RAISE:
                    self._on_raise()
                    caller.send_bytes(RAISED)


def _open(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise UnusableLibrary(f"{display_path(folder)} cannot hold a library: {reason}.") from error


def _try_to_lock(lock: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(lock, LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
            os.lseek(lock, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _ask_to_raise(lock: int) -> bool:
    """Whether the process with the claim heard it."""
    os.lseek(lock, 0, os.SEEK_SET)
    address = os.read(lock, LONGEST_ADDRESS_BYTES).decode(errors="replace")
    try:
        connection: Connection
        with Client(address, FAMILY) as connection:
            connection.send_bytes(RAISE)
            return connection.poll(ANSWER_S) and connection.recv_bytes(len(RAISED)) == RAISED
    except (OSError, EOFError, ValueError):  # it is just starting or ending, or died
        return False
