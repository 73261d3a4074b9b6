"""Earmark in a process of its own: started as a person starts it, with somebody inside who does what a person does.

A script that is to be such a process calls `drive` with its steps; `Program` starts it, or any other, and looks at it
from outside.
"""

from __future__ import annotations

import faulthandler
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.playing.audio_devices import OutputDevices
    from app.settings import Settings
    from app.widgets.search.search_field import SearchField
    from app.windows.main_window import MainWindow

Condition = Callable[[], object]
Steps = Callable[["MainWindow"], Iterator[Condition]]

LOOK_EVERY_MS = 10
DEADLINE_S = 200.0  # far more than anything here takes
CLOSED_S = 5.0  # after the end of a program its children may hold its pipes for a moment
FAILED = 70  # exit code of a program in which a step raised
ROOT = Path(__file__).resolve().parent.parent
HARMLESS = "This plugin does not support"  # what showing a window offscreen says


def drive(steps: Steps, find_devices: Callable[[], OutputDevices] | None = None) -> int:
    """`earmark` with the arguments of this process; returns its exit code.

    Once the window has begun, the steps are taken: each goes on when the condition that it yields holds, which is
    looked at every 10 ms. A step that raises, and a condition that never holds, end the process without mercy.

    find_devices : None for the sound devices that there are
    """
    from PySide6.QtCore import QTimer

    from app import __main__, application
    from app.playing.audio_devices import PortAudioDevices
    from app.windows.main_window import MainWindow

    class DrivenWindow(MainWindow):
        def __init__(self, library_folder: Path, settings: Settings, settings_path: Path) -> None:
            super().__init__(library_folder, settings, settings_path, find_devices or PortAudioDevices)
            self._steps = steps(self)
            self._condition: Condition = lambda: True
            self._looking = QTimer(self, interval=LOOK_EVERY_MS)
            self._looking.timeout.connect(self._look)

        def begin(self) -> None:
            super().begin()
            self._looking.start()

        def _look(self) -> None:
            try:
                while self._condition():
                    self._condition = next(self._steps)
            except StopIteration:
                self._looking.stop()
            except Exception:  # noqa: BLE001  (whatever it is, the program is not what the test is about any more)
                traceback.print_exc()
                os._exit(FAILED)

    setattr(application, MainWindow.__name__, DrivenWindow)
    sys.modules["__main__"] = __main__  # which is what the program's children import, and not the script around it
    faulthandler.dump_traceback_later(DEADLINE_S, exit=True)
    return __main__.main()


def later(seconds: float) -> Condition:
    """So long from now."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until


def search_field(window: MainWindow) -> SearchField:
    from app.widgets.search.search_field import SearchField

    field = window.search_bar.findChild(SearchField)
    assert field is not None
    return field


def type_query(window: MainWindow, text: str) -> None:
    """In place of what is in the search field."""
    from PySide6.QtTest import QTest

    field = search_field(window)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


class Program:
    """A process with a session of its own, so that whatever it starts can be told from everything else."""

    def __init__(self, *arguments: str | Path, settings: Path, environment: dict[str, str] | None = None) -> None:
        """`python` with these arguments, and with settings that are its own."""
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._errors: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "QT_QPA_PLATFORM": "offscreen",
                "EARMARK_SETTINGS": str(settings),
                **(environment or {}),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def pids(self) -> list[int]:
        """Of the process and all that it started, as far as they run."""
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _session_of(pid) == self.pid]

    def await_line(self, start: str) -> str:
        """The next line that it prints and that starts so; others are passed over."""
        while (line := self._lines.get(timeout=DEADLINE_S)) is not None:
            if line.startswith(start):
                return line
        raise AssertionError(f"it ended before it said {start!r}: {self.complaints()}")

    def signal(self, number: int) -> None:
        """To all of its processes, as a terminal does."""
        os.killpg(self.pid, number)

    def end(self, timeout_s: float = DEADLINE_S) -> int:
        """Wait for its end; returns the exit code."""
        return self._process.wait(timeout_s)

    def left_after(self, patience_s: float) -> list[int]:
        """Of its processes, those that run so long after its end."""
        give_up = time.monotonic() + patience_s
        while (left := self.pids()) and time.monotonic() < give_up:
            time.sleep(0.01)
        return left

    def kill(self) -> None:
        """With all that it started."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        for reader in self._readers:
            reader.join()

    def complaints(self) -> list[str]:
        """What it said on stderr until it ended, without what does no harm."""
        for reader in self._readers:
            reader.join(CLOSED_S)
        return [line for line in self._errors if not line.startswith(HARMLESS)]

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            self._errors.extend(line.rstrip("\n") for line in lines)


def _session_of(pid: int) -> int | None:
    """None if it has ended, even if nobody has asked for its exit code yet."""
    try:
        state, _, _, session = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:4]
    except OSError:
        return None
    return None if state == "Z" else int(session)
