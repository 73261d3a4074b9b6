"""Where to compute."""

from __future__ import annotations

import torch

from trainer.errors import TrainerError


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" is a CUDA card where there is one, and otherwise the CPU.

    Raises TrainerError if there is no such device here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError) as error:  # a build without CUDA asserts
        raise TrainerError(f"There is no device {name} here; choose cpu or auto.") from error
    return torch.device(name)
