"""Work beside the GUI thread: a plain function goes out, its outcome comes back on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar, cast

from PySide6.QtCore import QObject, Qt, Signal, Slot

Result = TypeVar("Result")


class Background(QObject):
    """A few threads that run functions which know nothing of Qt. Everything here is for the GUI thread.

    Callbacks must belong to objects that live as long as the window.
    """

    _finished = Signal(object)

    def __init__(self, threads: int = 1, *, name: str = "background", parent: QObject | None = None) -> None:
        """With one thread, functions run one after the other in the order in which they were handed in."""
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._closed = False

    def run(
        self,
        call: Callable[[], Result],
        on_success: Callable[[Result], object] | None = None,
        on_failure: Callable[[Exception], object] | None = None,
    ) -> Future[Result]:
        """Call a function in another thread, and then one of the callbacks in this one.

        Cancelling the future before its turn comes means that nothing is called; so does closing. Without `on_failure`
        an exception is raised here, where it is reported as the bug that it is.
        """
        if self._closed:
            return _never()
        future = self._pool.submit(call)
        future.add_done_callback(lambda done: self._finished.emit((done, on_success, on_failure)))
        return future

    def close(self) -> None:
        """Wait for what is running, drop what waits, and deliver nothing any more."""
        self._closed = True
        self._pool.shutdown(cancel_futures=True)

    def finish(self) -> None:
        """Wait for everything that was handed in, and deliver nothing any more."""
        self._closed = True
        self._pool.shutdown()

    @Slot(object)
    def _deliver(self, outcome: object) -> None:
        future, on_success, on_failure = cast(
            "tuple[Future[object], Callable[[object], object] | None, Callable[[Exception], object] | None]", outcome
        )
        if self._closed or future.cancelled():
            return
        error = future.exception()
        if error is None:
            if on_success is not None:
                on_success(future.result())
        elif on_failure is not None and isinstance(error, Exception):
            on_failure(error)
        else:
            raise error


def _never() -> Future[Any]:
    future: Future[Any] = Future()
    future.cancel()
    return future
