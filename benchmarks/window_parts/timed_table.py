"""The list of results in the children of window.py: as it is, but somebody looks at the clock when it paints."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from PySide6.QtGui import QPaintEvent

from app.widgets.results.results_table import ResultsTable
from app.windows import selecting

Painted = Callable[[ResultsTable, float], object]


def watch_paints(on_painted: Painted) -> None:
    """From now on windows are made with a list that calls back after every paint, with its duration in seconds."""

    class TimedTable(ResultsTable):
        def paintEvent(self, event: QPaintEvent) -> None:
            started = time.perf_counter()
            super().paintEvent(event)
            on_painted(self, time.perf_counter() - started)

    setattr(sys.modules[selecting.__name__], ResultsTable.__name__, TimedTable)


def shows_rows(table: ResultsTable) -> bool:
    """Whether all rows in sight are loaded, of which there is at least one."""
    return bool(rows := _in_sight(table)) and all(table.model().file_row(row) for row in rows)


def shows_words(table: ResultsTable) -> bool:
    """The same, of rows that say words of a query."""
    return shows_rows(table) and all(table.model().result(row).words for row in _in_sight(table))


def _in_sight(table: ResultsTable) -> range:
    first, last = table.rowAt(0), table.rowAt(table.viewport().height() - 1)
    return range(max(0, first), (last if last >= 0 else len(table.model().results) - 1) + 1)
