"""Checkpoints of a training run: written whole or not at all, two kept, resumed from the newest that is whole."""

from __future__ import annotations

import logging
import os
import pickle
from pathlib import Path
from typing import Any

import torch

KEPT = 2

log = logging.getLogger(__name__)


def save_state(folder: Path, step: int, state: dict[str, Any]) -> None:
    """Write state-<step>.pt through a temporary file, then drop all but the two newest."""
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"state-{step:08d}.pt"
    unfinished = final.with_suffix(".part")
    with unfinished.open("wb") as file:
        torch.save({"step": step, **state}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, final)
    for old in sorted(folder.glob("state-*.pt"))[:-KEPT]:
        old.unlink()


def load_newest_state(folder: Path, *, device: torch.device | str = "cpu") -> dict[str, Any] | None:
    """The newest state that can be read, or None where there is none: the run has not begun."""
    for path in sorted(folder.glob("state-*.pt"), reverse=True):
        try:
            state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        except (RuntimeError, EOFError, ValueError, OSError, pickle.UnpicklingError):
            log.warning("%s is damaged: looking for the state before it", path)
            continue
        return state
    return None
