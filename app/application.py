"""The program with a window: from the first paint to the exit code."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from app import settings
from app.look import theme
from app.look.icons import application_icon
from app.single_instance import SingleInstance
from app.windows.main_window import MainWindow
from app.workers.garbage import GarbageCollection
from engine.errors import EngineError

NO_SCREEN = "There is no screen to open a window on; `earmark --help` tells what can be done without one."


class _Calls(QObject):
    """Calls from other threads and from the system, brought to the GUI thread."""

    raise_window = Signal()


def run(library_folder: Path) -> int:
    """Open the window of a library, or have it raised where it is open already; returns the exit code."""
    if not _has_screen():
        sys.exit(NO_SCREEN)
    calls = _Calls()
    try:
        instance = SingleInstance.claim(library_folder, calls.raise_window.emit)
    except EngineError as error:
        sys.exit(str(error))
    if instance is None:
        return 0
    try:
        return _run(library_folder, calls)
    finally:
        instance.close()


def _run(library_folder: Path, calls: _Calls) -> int:
    application = QApplication(sys.argv[:1])
    garbage = GarbageCollection(application)
    application.setApplicationName("Earmark")
    application.setDesktopFileName("earmark")
    application.setWindowIcon(application_icon())
    settings_path = settings.settings_path()
    chosen = settings.load(settings_path)
    theme.apply(application, chosen.theme)
    window = MainWindow(library_folder, chosen, settings_path)
    calls.raise_window.connect(window.come_to_front, Qt.ConnectionType.QueuedConnection)
    _report_crashes(window.report_crash)
    with _Signals(window.close_at_once):
        window.show()
        QTimer.singleShot(0, window.begin)
        code = application.exec()
    window.finish()
    garbage.close()
    return code


def _has_screen() -> bool:
    """Where there is none, Qt would end the program with a dump of its memory."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _report_crashes(report: Callable[[str], object]) -> None:
    """What nobody expected is printed, and told in the window; the window stays."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if isinstance(error, Exception):
            report("".join(traceback.format_exception(kind, error, trace)))

    sys.excepthook = tell


class _Signals:
    """Has Ctrl-C and the end of the session close the window, as a context manager.

    Python runs its signal handlers only between two steps of its own, of which a waiting event loop makes none; the
    system therefore writes to a pipe that the loop watches.
    """

    def __init__(self, close: Callable[[], object]) -> None:
        self._close = close

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)
        if sys.platform == "win32":  # where a pipe cannot be watched
            return
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer)
        self._notifier = QSocketNotifier(self._reader, QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._empty)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if sys.platform != "win32":
            self._notifier.setEnabled(False)
            signal.set_wakeup_fd(-1)
            os.close(self._reader)
            os.close(self._writer)

    def _empty(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._reader, 512)

    def _take(self, number: int, frame: FrameType | None) -> None:
        QTimer.singleShot(0, self._close)  # not now: this may be in the middle of a paint
