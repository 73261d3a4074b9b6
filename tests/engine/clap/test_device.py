from __future__ import annotations

import pytest
import torch

from engine.clap.device import DEVICES, Device, is_available


@pytest.mark.parametrize("device", DEVICES)
def test_a_device_that_is_there_computes(device: Device) -> None:
    if not is_available(device):
        pytest.skip(f"this machine has no {device}")
    assert (torch.ones(2, device=device) + 1).tolist() == [2.0, 2.0]


def test_every_machine_has_a_processor() -> None:
    assert is_available("cpu")
