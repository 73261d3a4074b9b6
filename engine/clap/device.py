"""Where a network computes."""

from __future__ import annotations

from typing import Literal, get_args

import torch

Device = Literal["cpu", "cuda", "mps"]
DEVICES: tuple[Device, ...] = get_args(Device)


def is_available(device: Device) -> bool:
    """Whether this machine has the device: a card of NVIDIA's ("cuda"), or Apple's ("mps")."""
    match device:
        case "cpu":
            return True
        case "cuda":
            return torch.cuda.is_available()
        case "mps":
            return torch.backends.mps.is_available()
