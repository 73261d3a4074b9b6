"""Checkpoints of a training run: written whole or not at all, a few kept, resumed from the newest that is whole."""

from __future__ import annotations

import logging
import pickle
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import torch

from engine.safe_files import replace, sync

KEPT = 2

log = logging.getLogger(__name__)


def save_state(
    folder: Path, step: int, state: dict[str, Any], *, kept: int = KEPT, spared: Collection[int] = ()
) -> None:
    """Write state-<step>.pt through a temporary file, then drop all but the `kept` newest and those of `spared` steps.

    The file is a zip archive, whose checksums `load_newest_state` compares.
    """
    folder.mkdir(parents=True, exist_ok=True)
    final = _path_of(folder, step)
    unfinished = final.with_suffix(".part")
    with unfinished.open("wb") as file:
        torch.save({"step": step, **state}, file)
        sync(file)
    replace(unfinished, final)
    stay = {_path_of(folder, each) for each in spared}
    for old in sorted(folder.glob("state-*.pt"))[:-kept]:
        if old not in stay:
            old.unlink()


def load_newest_state(folder: Path, *, device: torch.device | str = "cpu") -> dict[str, Any] | None:
    """The newest state that can be read, or None where there is none: the run has not begun."""
    for path in sorted(folder.glob("state-*.pt"), reverse=True):
        state = _loaded(path, device)
        if state is not None:
            return state
        log.warning("%s is damaged: looking for the state before it", path)
    return None


def load_state_of(folder: Path, step: int, *, device: torch.device | str = "cpu") -> dict[str, Any] | None:
    """The state of one step, or None if it is not there or damaged."""
    return _loaded(_path_of(folder, step), device)


def _path_of(folder: Path, step: int) -> Path:
    return folder / f"state-{step:08d}.pt"


def _loaded(path: Path, device: torch.device | str) -> dict[str, Any] | None:
    try:
        with zipfile.ZipFile(path) as archive:  # torch.load does not compare the checksums of what it reads
            if archive.testzip() is not None:
                return None
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except (RuntimeError, EOFError, ValueError, OSError, pickle.UnpicklingError, zipfile.BadZipFile):
        return None
    return state
