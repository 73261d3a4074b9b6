"""A child of window.py: scrolls through the window of a library, and types queries.

    python benchmarks/window_parts/big_library.py gui --library FOLDER

Says, as JSON on a line of its own, what took how long, in milliseconds.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Generator, Iterator
from functools import partial

from PySide6.QtCore import QEvent, QObject, QTimer

from app.view_models.results import Results
from app.widgets.results.results_table import ResultsTable
from app.windows.main_window import MainWindow
from benchmarks.window_parts.timed_table import shows_rows, shows_words, watch_paints
from tests.driven_programs import Condition, drive, later, search_field, type_query

_QUERIES = (
    "door slam; rain; heavy metal door; dog bark; car horn city; wood creak old; footsteps; glass break; wind; d; do"
    "; doo; door; cre; metal scrape drag; bird song forest; AMB; KOLD; loop; squeaky door night; thunder; wat"
    "; water drip; small bell; fire crackle; me; metallic; engine idle; crowd; bo; box; door close"
)
QUERIES = _QUERIES.split("; ")
PAGES = 200
PLACES = 400  # that the scroll bar is dragged to, from the top to the bottom
FRAME_S = 1 / 60


class Watch(QObject):
    """What the list painted, and when it showed the words' answer to the newest query."""

    def __init__(self) -> None:
        super().__init__()
        self._window: MainWindow | None = None
        self._shown_before: Results | None = None
        self.asked_at = 0.0
        self.answered_at: float | None = None
        self.paints_ms: list[float] = []
        self.unfinished = 0  # paints in which rows in sight were not loaded yet

    def look(self, table: ResultsTable, duration_s: float) -> None:
        self.paints_ms.append(duration_s * 1000)
        self.unfinished += not shows_rows(table)
        if self.answered_at is None and table.model().results is not self._shown_before and shows_words(table):
            self.answered_at = time.monotonic()

    def watch_field(self, window: MainWindow) -> None:
        """From now on a query begins when the field's timer says that nobody types any more."""
        self._window = window
        for timer in search_field(window).findChildren(QTimer):
            timer.installEventFilter(self)

    def eventFilter(self, timer: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Timer and self._window is not None:
            self._shown_before = self._window.table.model().results
            self.asked_at, self.answered_at = time.monotonic(), None
        return False

    def has_answer_since(self, moment: float) -> bool:
        return self.asked_at > moment and self.answered_at is not None

    def take_paints(self) -> dict[str, object]:
        """Those since the last time."""
        taken = {"ms": self.paints_ms, "unfinished": self.unfinished}
        self.paints_ms, self.unfinished = [], 0
        return taken


def steps(window: MainWindow, watch: Watch) -> Iterator[Condition]:
    ready: list[object] = []
    window.services.searching_ready.connect(ready.append)
    yield lambda: ready and shows_rows(window.table)
    said: dict[str, object] = {"files": len(window.finding.results)}
    said["paging"] = yield from scroll(window, watch, by_pages=True)
    said["dragging"] = yield from scroll(window, watch, by_pages=False)
    said["answers_ms"] = yield from type_queries(window, watch)
    print(json.dumps(said), flush=True)
    window.close()


def scroll(window: MainWindow, watch: Watch, *, by_pages: bool) -> Generator[Condition, None, dict[str, object]]:
    bar = window.table.verticalScrollBar()
    places = [page * bar.pageStep() for page in range(PAGES)]
    if not by_pages:
        places = [bar.maximum() * place // PLACES for place in range(PLACES)]
    watch.take_paints()
    for place in places:
        bar.setValue(place)
        yield later(FRAME_S)
    return watch.take_paints()


def type_queries(window: MainWindow, watch: Watch) -> Generator[Condition, None, list[float]]:
    """From the end of the quiet after each query to the paint of its rows."""
    watch.watch_field(window)
    answers_ms = []
    for query in random.Random(0).sample(QUERIES, len(QUERIES)):
        before = watch.asked_at
        type_query(window, query)
        yield partial(watch.has_answer_since, before)
        answers_ms.append(((watch.answered_at or 0.0) - watch.asked_at) * 1000)
        yield lambda: not window.finding.is_waiting
    return answers_ms


if __name__ == "__main__":
    watch = Watch()
    watch_paints(watch.look)
    sys.exit(drive(lambda window: steps(window, watch)))
