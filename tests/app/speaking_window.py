"""Programs for the tests of the application: Earmark, which says what happens to its window.

python tests/app/speaking_window.py raised|crashed|damaged [the arguments of earmark]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QTimer

from app.windows.main_window import MainWindow
from tests.driven_programs import Condition, drive

say = partial(print, flush=True)


def be_raised(window: MainWindow) -> Iterator[Condition]:
    yield window.isVisible
    window.showMinimized()
    say("minimised")
    yield lambda: not window.isMinimized()
    say("raised")


def crash(window: MainWindow) -> Iterator[Condition]:
    yield window.isVisible
    QTimer.singleShot(0, lambda: 1 / 0)
    yield lambda: "ZeroDivisionError" in window.status.message.log.text()
    say("told" if window.isVisible() else "gone")


def tell_of_damage(window: MainWindow) -> Iterator[Condition]:
    """What is said of the library; then it closes."""
    yield lambda: "library.db" in window.status.message.sentence
    say(window.status.message.sentence)
    window.close()


if __name__ == "__main__":
    sys.exit(drive({"raised": be_raised, "crashed": crash, "damaged": tell_of_damage}[sys.argv.pop(1)]))
