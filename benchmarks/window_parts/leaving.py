"""A child of exits.py: brings the window into some state, and closes it in the middle of that.

    python benchmarks/window_parts/leaving.py STATE SEED gui --library FOLDER

Says "closing" and the moment of the system's monotonic clock at which it begins to.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider, QWidget

from app.windows.main_window import MainWindow
from benchmarks.selection_to_sound import OneDevice
from engine.paths import demo_sounds_folder
from tests.driven_programs import Condition, Steps, drive, later, type_query

DEVICE_PERIOD_S = 0.005
QUERIES = ("rain on a roof", "dog", "a bell rings but nobody speaks", "an owl hoots, then a train", "zzz")


def at_once(window: MainWindow) -> Iterator[Condition]:
    yield window.isVisible


def as_the_network_loads(window: MainWindow) -> Iterator[Condition]:
    yield later(chance.uniform(0, 3))


def indexing(window: MainWindow) -> Iterator[Condition]:
    listed = len(window.finding.results)
    window.folders.add([Path(os.environ["EARMARK_MORE_SOUNDS"])])
    yield lambda: len(window.finding.results) > listed
    yield later(chance.uniform(0, 1))


def typing(window: MainWindow) -> Iterator[Condition]:
    yield _rows(window)
    type_query(window, chance.choice(QUERIES))


def searching(window: MainWindow) -> Iterator[Condition]:
    yield _rows(window)
    for _ in range(chance.randint(1, 4)):
        type_query(window, chance.choice(QUERIES))
        yield later(chance.uniform(0.1, 0.6))


def with_hits(window: MainWindow) -> Iterator[Condition]:
    yield _rows(window)
    type_query(window, chance.choice(QUERIES[:-1]))
    yield lambda: len(window.finding.results) and window.finding.results.row(0).score is not None


def playing(window: MainWindow) -> Iterator[Condition]:
    yield _rows(window)
    window.table.setFocus()
    for _ in range(chance.randint(1, 5)):
        QTest.keyClick(window.table, Qt.Key.Key_Down)
        yield later(chance.uniform(0, 0.3))


def dragging_a_slider(window: MainWindow) -> Iterator[Condition]:
    yield from playing(window)
    sliders = [slider for slider in window.sound_pane.findChildren(QSlider) if slider.isVisible()]
    slider: QWidget = sliders[0] if sliders else window.sound_pane.view  # without a device there is no level to set
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    for step in range(chance.randint(1, 10)):
        QTest.mouseMove(slider, slider.rect().center() + QPoint(step, 0))
        yield later(0.01)


def writing_a_tag(window: MainWindow) -> Iterator[Condition]:
    yield from playing(window)
    window.commands.action(chance.choice(["tag", "note"])).trigger()
    yield QApplication.focusWidget
    if (field := QApplication.focusWidget()) is not None:
        QTest.keyClicks(field, "unfinished")


def with_dialogs(window: MainWindow) -> Iterator[Condition]:
    for name in chance.sample(["settings", "about", "unreadable"], chance.randint(1, 3)):
        window.commands.action(name).trigger()
        yield later(chance.uniform(0, 0.3))


def with_an_overlay(window: MainWindow) -> Iterator[Condition]:
    window.commands.action(chance.choice(["palette", "keys"])).trigger()
    yield later(chance.uniform(0, 0.3))


def with_a_menu(window: MainWindow) -> Iterator[Condition]:
    """Which has an event loop of its own."""
    yield from playing(window)
    QTimer.singleShot(0, partial(window.dialogs.open_row_menu, window.selecting.ids, QPoint(100, 100)))
    yield QApplication.activePopupWidget


def with_a_question(window: MainWindow) -> Iterator[Condition]:
    """Which has one too."""
    yield _rows(window)
    window.searching.ask_for("rain")
    QTimer.singleShot(0, window.dialogs.save_search)
    yield QApplication.activeModalWidget


STATES: dict[str, Steps] = {
    state.__name__: state
    for state in (
        at_once,
        as_the_network_loads,
        indexing,
        typing,
        searching,
        with_hits,
        playing,
        dragging_a_slider,
        writing_a_tag,
        with_dialogs,
        with_an_overlay,
        with_a_menu,
        with_a_question,
    )
}


def prepared(window: MainWindow) -> Iterator[Condition]:
    """No state to leave in, but what most of them need: a library with sounds that were listened to."""
    finished: list[object] = []
    window.services.finished.connect(finished.append)
    window.folders.add([demo_sounds_folder()])
    yield partial(bool, finished)


def steps(window: MainWindow, state: str) -> Iterator[Condition]:
    yield from (prepared if state == prepared.__name__ else STATES[state])(window)
    yield later(chance.choice([0.0, 0.0, 0.02, 0.3]))
    ways: list[Callable[[], object]] = [
        window.close,
        partial(os.kill, os.getpid(), signal.SIGTERM),
        partial(_press_quit, window),
    ]
    print("closing", time.monotonic(), flush=True)
    chance.choice(ways)()


def _press_quit(window: MainWindow) -> None:
    """The key, or what it stands for where a menu has the keys."""
    receiver: QWidget = QApplication.focusWidget() or window
    QTest.keyClick(receiver, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    QTimer.singleShot(50, window.close)


def _rows(window: MainWindow) -> Condition:
    return lambda: len(window.finding.results)


if __name__ == "__main__":
    state = sys.argv.pop(1)
    seed = sys.argv.pop(1)
    chance = random.Random(f"{state} {seed}")
    has_sound = chance.random() < 0.7
    devices: Callable[[], OneDevice] | None = (lambda: OneDevice(DEVICE_PERIOD_S)) if has_sound else None
    sys.exit(drive(lambda window: steps(window, state), devices))
