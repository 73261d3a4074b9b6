"""A command of `earmark-train` in a process of its own, which gives way to the window and ends with it.

The window never imports the trainer. The child tells what it does line by line in its run's folder, holds while a file
`pause` lies there, and ends at a file `stop`; it also ends when its standard input is closed, as it is by any end of
the window.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal, Slot

from app.view_models.training_run import LOG, read_lines
from app.view_models.training_texts import DIED, NO_TRAINER
from engine.errors import EngineError, display_path

LOOK_EVERY_MS = 200
END_MS = 1500  # for the child to end by itself when the window does
_TOLD_ENDS = {"finished", "failed", "stopped"}


def trainer_folder() -> Path | None:
    """Where the package `trainer` lies; None where Earmark came without it."""
    if getattr(sys, "frozen", False):
        return None
    found = find_spec("trainer")
    return Path(found.origin).parent.parent if found is not None and found.origin else None


class TrainingProcess(QObject):
    """One command at a time.

    told : list of what the run told, each a dict
    ended : a sentence if it ended without telling why, or ""
    """

    told = Signal(object)
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._folder = Path()
        self._read_bytes = 0
        self._last_stage = ""
        self._looking = QTimer(self, interval=LOOK_EVERY_MS)
        self._looking.timeout.connect(self._look)

    @property
    def is_running(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int | None:
        return self._process.processId() if self._process is not None else None

    def start(self, arguments: Sequence[str], run_folder: Path, *, threads: int | None = None) -> None:
        """Run `earmark-train` with these arguments; what an earlier run told in the folder is not told again.

        Raises EngineError if there is no trainer, the folder cannot be made, or another command runs.
        """
        trainer = trainer_folder()
        if trainer is None:
            raise EngineError(NO_TRAINER)
        if self.is_running:
            raise EngineError("Another network is being trained or tried; wait until that is over.")
        try:
            run_folder.mkdir(parents=True, exist_ok=True)
            for name in ("pause", "stop"):
                (run_folder / name).unlink(missing_ok=True)
            self._read_bytes = (run_folder / LOG).stat().st_size if (run_folder / LOG).exists() else 0
        except OSError as error:
            reason = (error.strerror or "it cannot be written").lower()
            raise EngineError(f"{display_path(run_folder)} cannot hold a run: {reason}; nothing began.") from error
        self._folder, self._last_stage = run_folder, ""
        process = self._process = QProcess(self)
        process.setWorkingDirectory(str(trainer))  # so that it is this trainer that is found
        process.setStandardOutputFile(QProcess.nullDevice())
        if threads is not None:
            environment = QProcessEnvironment.systemEnvironment()
            environment.insert("OMP_NUM_THREADS", str(threads))
            process.setProcessEnvironment(environment)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._take_error)
        process.start(sys.executable, ["-m", "trainer.cli", *arguments, "--run", os.fspath(run_folder), "--for-window"])
        self._looking.start()

    def pause(self) -> None:
        """Within a second or two."""
        self._leave("pause")

    def go_on(self) -> None:
        if self.is_running:
            (self._folder / "pause").unlink(missing_ok=True)

    def stop(self) -> None:
        """It ends by itself, with what is done kept."""
        self._leave("stop")

    def begin_end(self) -> None:
        """The window ends: the child is to end too. Returns at once."""
        if self._process is not None:
            self._looking.stop()
            self._process.finished.disconnect(self._finish)
            self._process.closeWriteChannel()

    def end(self) -> None:
        """After `begin_end`: wait a little, and then no more; a child that is killed loses little."""
        process, self._process = self._process, None
        if process is not None and not process.waitForFinished(END_MS):
            process.kill()
            process.waitForFinished(END_MS)

    def _leave(self, name: str) -> None:
        if self.is_running:
            (self._folder / name).touch()

    @Slot()
    def _look(self) -> None:
        """Whole lines that are new."""
        try:
            with (self._folder / LOG).open("rb") as file:
                file.seek(self._read_bytes)
                new = file.read()
        except OSError:
            return
        whole = new[: new.rfind(b"\n") + 1]
        self._read_bytes += len(whole)
        lines = read_lines(whole.decode("utf-8", "replace"))
        if lines:
            self._last_stage = str(lines[-1].get("stage"))
            self.told.emit(lines)

    @Slot(QProcess.ProcessError)
    def _take_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:  # which never finishes
            self._finish()

    @Slot()
    def _finish(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        self._looking.stop()
        self._look()
        said = bytes(process.readAllStandardError().data()).decode("utf-8", "replace").strip().splitlines()
        failed = process.exitStatus() == QProcess.ExitStatus.NormalExit and process.exitCode() == 1 and said
        process.deleteLater()
        if self._last_stage in _TOLD_ENDS:
            self.ended.emit("")
        else:
            self.ended.emit(display_path(said[-1]) if failed and said[-1].endswith(".") else DIED)
