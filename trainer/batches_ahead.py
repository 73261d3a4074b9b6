"""Batches prepared in threads while the step before is computed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor

from trainer.tasks.task import Batch, Task


def parts_of(rows: range, rows_at_once: int) -> list[range]:
    """Rows in parts of at most `rows_at_once`; 0 is all of them."""
    most = rows_at_once or len(rows)
    return [rows[first : first + most] for first in range(0, len(rows), most)]


def batches_ahead(
    task: Task, rows: list[range], first: int, steps: int, *, threads: int = 1, pinned: bool = False
) -> Generator[tuple[int, list[Batch], float], None, None]:
    """(step, its batch in these parts of rows, seconds that were waited for it), from step `first` on.

    pinned : in memory that a graphics card reads by itself
    """

    def prepare(step: int) -> list[Batch]:
        parts = [task.batch(step, each) for each in rows]
        return [{name: value.pin_memory() for name, value in part.items()} for part in parts] if pinned else parts

    with ThreadPoolExecutor(threads, thread_name_prefix="batch") as pool:
        coming: deque[Future[list[Batch]]] = deque()
        try:
            for step in range(first, steps):
                for ahead in range(step + len(coming), min(step + threads + 1, steps)):
                    coming.append(pool.submit(prepare, ahead))
                started = time.perf_counter()
                parts = coming.popleft().result()
                yield step, parts, time.perf_counter() - started
        finally:
            for future in coming:
                future.cancel()
