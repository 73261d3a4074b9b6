"""Recordings on disk for as long as they are searched by: in a private folder that ends with the program."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import numpy as np
import soundfile

from app.recording.microphones import NoRecording
from engine.errors import display_path

_PREFIX = "earmark-recording-"
_LEFT_BEHIND_S = 24 * 3600.0  # a program that was killed could not tidy up


class RecordedFiles:
    """At most one recording at a time. Used by one thread; `close` by any, when that one has ended."""

    def __init__(self, parent: Path | None = None) -> None:
        """parent : where the folder is made, once there is a recording; None for the system's temporary folder"""
        self._parent = parent or Path(tempfile.gettempdir())
        self._folder: Path | None = None
        self._path: Path | None = None
        self._written = 0

    def write(self, samples: np.ndarray, rate_hz: int) -> Path:
        """Store (samples,) float32 as a WAV in the place of what was there. Raises NoRecording."""
        if self._path is not None:
            self.remove(self._path)
        try:
            path = self._new_path()
            soundfile.write(path, samples, rate_hz, subtype="FLOAT")
        except (OSError, soundfile.SoundFileError) as error:
            why = (isinstance(error, OSError) and error.strerror) or str(error)
            raise NoRecording(
                f"The recording could not be stored in {display_path(self._folder or self._parent)} "
                f"({why.rstrip('.')}); nothing else is affected."
            ) from error
        self._path = path
        return path

    def remove(self, path: Path) -> None:
        """Delete what `write` gave; nothing if that was done."""
        shutil.rmtree(path.parent, ignore_errors=True)

    def close(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None

    def _new_path(self) -> Path:
        """Under a name that can be shown, and never used twice: to others a file is its path."""
        if self._folder is None or not self._folder.is_dir():  # temporary folders are swept now and then
            self._remove_left_behind()
            self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._parent))  # open to this person alone
        self._written += 1
        inside = self._folder / str(self._written)
        inside.mkdir()
        return inside / f"Recording {datetime.now():%Y-%m-%d %H.%M}.wav"

    def _remove_left_behind(self) -> None:
        for folder in self._parent.glob(f"{_PREFIX}*"):
            with suppress(OSError):
                if folder.stat().st_mtime < time.time() - _LEFT_BEHIND_S:
                    shutil.rmtree(folder, ignore_errors=True)


def keep(recording: Path, target: Path) -> None:
    """Copy a recording to where a person wants to have it, whole or not at all. Raises NoRecording."""
    unfinished = target.with_name(f".{target.name}.part")
    try:
        try:
            shutil.copyfile(recording, unfinished)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise NoRecording(
            f"The recording could not be kept as {display_path(target)} ({error.strerror or error}); "
            "it is still there to be kept elsewhere."
        ) from error
