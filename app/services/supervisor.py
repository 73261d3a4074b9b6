"""A child process that is kept alive: started, watched, started again when it crashed or hangs, and stopped in time.

One thread per child does it all: it sends what is to be sent, reads what the child answers, and notices the end of the
connection (a crash) or a missing answer to `Ping` (a hang). Nothing the window calls waits for the child but `stop`.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from app.services.messages import Answer, Ping, Pong, Request, Stop

HANG_S = 30.0  # a cold start of torch may hold all threads of a child for some seconds
TICK_S = 1.0  # the longest the thread sleeps
FIRST_DELAY_S = 0.5  # before the first new start; doubled with every crash in a row
MOST_CRASHES = 5  # in a row
ASKED_S = 1.5  # how long a child may take to stop by itself,
TERMINATED_S = 0.5  # and then to obey a signal
STOPPED_S = 2.5  # after which `stop` loses patience with its own thread as well

CONTEXT = multiprocessing.get_context("spawn")


class Supervised:
    """A child that runs `target(connection, *arguments)`.

    on_answer : takes every answer but `Pong`
    on_trouble : takes one sentence whenever the child had to be replaced, or was given up
    resume : asked after a crash or hang what the next child is to be told first; what was not sent yet is forgotten

    All three are called in the thread of this object, and must neither wait long nor call `stop`.
    """

    def __init__(
        self,
        name: str,
        target: Callable[..., None],
        arguments: Sequence[object],
        *,
        on_answer: Callable[[Answer], None],
        on_trouble: Callable[[str], None],
        resume: Callable[[], Sequence[Request]],
        hang_s: float = HANG_S,
    ) -> None:
        self._name = name
        self._target = target
        self._arguments = tuple(arguments)
        self._on_answer = on_answer
        self._on_trouble = on_trouble
        self._resume = resume
        self._hang_s = hang_s
        self._lock = threading.Lock()
        self._outbox: deque[Request] = deque()
        self._woken = False
        self._wake_reader, self._wake_writer = CONTEXT.Pipe(duplex=False)
        self._stopping = threading.Event()
        self._crashes = 0  # in a row
        self._process: SpawnProcess | None = None
        self._thread = threading.Thread(target=self._supervise, name=f"supervisor of {name}")

    def start(self) -> None:
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Of the child; None while there is none."""
        process = self._process
        return process.pid if process else None

    def send(self, *requests: Request) -> None:
        """Have the child told, in this order. Never waits; a child that was given up is started once more."""
        with self._lock:
            self._outbox.extend(requests)
        self._wake()

    def succeeded(self) -> None:
        """The child did something useful: crashes are counted anew from here."""
        self._crashes = 0

    def stop(self) -> None:
        """End the child and the thread, within 3 s whatever they are doing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._wake()
        if self._thread.ident is not None:
            self._thread.join(STOPPED_S)
            process = self._process
            if self._thread.is_alive() and process is not None:
                process.kill()  # a child that froze in the middle of an answer holds the thread too
            self._thread.join()
        self._wake_reader.close()
        self._wake_writer.close()

    def _wake(self) -> None:
        with self._lock:
            if not self._woken:
                self._woken = True
                self._wake_writer.send_bytes(b"!")

    def _fall_asleep(self) -> None:
        with self._lock:
            if self._woken:
                self._woken = False
                self._wake_reader.recv_bytes()

    # --- in the thread ------------------------------------------------------------------------------------------------

    def _supervise(self) -> None:
        _spare_children_of_this_thread_ctrl_c()
        while not self._stopping.is_set():
            fate = self._live_once()
            if self._stopping.is_set():
                return
            self._crashes += 1
            with self._lock:
                self._outbox.clear()
            pending = self._resume()
            if self._crashes >= MOST_CRASHES:
                self._give_up(fate)
            else:
                self._on_trouble(f"The {self._name} process {fate}; it is started again, and nothing stored is lost.")
                self._stopping.wait(FIRST_DELAY_S * 2 ** (self._crashes - 1))
            with self._lock:
                self._outbox.extendleft(reversed(pending))

    def _give_up(self, fate: str) -> None:
        """Until something is asked of the child again."""
        self._on_trouble(
            f"The {self._name} process {fate}, {self._crashes} times in a row, and is not started again until it is"
            " needed; nothing stored is lost."
        )
        self._crashes = 0
        while not (self._stopping.is_set() or self._outbox):
            wait([self._wake_reader])
            self._fall_asleep()

    def _live_once(self) -> str:
        """One child from start to end; returns how it ended."""
        ours, theirs = CONTEXT.Pipe()
        process = CONTEXT.Process(
            target=self._target, args=(theirs, *self._arguments), name=f"earmark {self._name}", daemon=True
        )
        try:
            process.start()
        except OSError as error:
            ours.close()
            return f"could not be started ({error.strerror})"
        finally:
            theirs.close()  # or its end would not be noticed
        self._process = process
        try:
            return self._watch(process, ours)
        finally:
            _end(process, ours, politely=self._stopping.is_set())
            self._process = None
            process.close()

    def _watch(self, process: SpawnProcess, connection: Connection) -> str:
        """Until the child ends, hangs, or is to be stopped."""
        tick_s = min(TICK_S, self._hang_s / 6)
        silent_s = 0.0  # since the last `Pong`, counting only time in which we were awake ourselves
        asked = False
        try:
            while not self._stopping.is_set():
                self._send_waiting(connection)
                if not asked and silent_s >= self._hang_s / 3:
                    connection.send(Ping())
                    asked = True
                started = time.monotonic()
                ready = wait([connection, self._wake_reader], tick_s)
                silent_s += min(time.monotonic() - started, tick_s)
                self._fall_asleep()
                if connection in ready:
                    answer: Answer = connection.recv()
                    if isinstance(answer, Pong):
                        silent_s, asked = 0.0, False
                    else:
                        self._on_answer(answer)
                if silent_s >= self._hang_s and not connection.poll():  # a child that stands still may talk on
                    return f"did not respond for {self._hang_s:g} s"
        except (EOFError, OSError):
            process.join(TERMINATED_S)  # the end of the connection comes a moment before that of the process
            return _fate(process.exitcode)
        return "was stopped"

    def _send_waiting(self, connection: Connection) -> None:
        while True:
            with self._lock:
                if not self._outbox:
                    return
                request = self._outbox.popleft()
            connection.send(request)  # small, and a child always reads: it does not block


def _spare_children_of_this_thread_ctrl_c() -> None:
    """In a terminal it reaches all processes, and a child long before it could say that its parent decides."""
    if sys.platform != "win32":
        resource_tracker.ensure_running()  # or else it starts with the first child, and lifts what follows
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _end(process: SpawnProcess, connection: Connection, *, politely: bool) -> None:
    if politely:
        try:
            connection.send(Stop())
            process.join(ASKED_S)
        except OSError:
            pass  # it ended a moment ago
        if process.is_alive():
            process.terminate()
            process.join(TERMINATED_S)
    if process.is_alive():
        process.kill()
    process.join()
    connection.close()


def _fate(exit_code: int | None) -> str:
    if exit_code is None:
        return "closed its connection"
    if exit_code >= 0:
        return f"ended unexpectedly (exit code {exit_code})"
    try:
        return f"ended unexpectedly ({signal.Signals(-exit_code).name})"
    except ValueError:
        return f"ended unexpectedly (signal {-exit_code})"
