"""Where to train."""

from __future__ import annotations

from typing import Literal

import torch

from engine.clap.device import is_available
from trainer.errors import TrainerError


def choose_device(name: Literal["auto", "cpu", "cuda"]) -> torch.device:
    """The device of that name; "auto" is a CUDA card where there is one, and otherwise the CPU.

    Raises TrainerError if there is no such device here.
    """
    if name == "auto":
        return torch.device("cuda" if is_available("cuda") else "cpu")
    if not is_available(name):
        raise TrainerError(f"There is no device {name} here; choose cpu or auto.")
    return torch.device(name)
