from __future__ import annotations

import pytest
import torch

from trainer.device import choose_device
from trainer.errors import TrainerError


def test_the_cpu_is_always_there() -> None:
    assert choose_device("cpu") == torch.device("cpu")


def test_auto_takes_a_graphics_card_where_there_is_one() -> None:
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a graphics card")
def test_a_device_that_is_not_here_is_named() -> None:
    with pytest.raises(TrainerError, match=r"There is no device cuda here; choose cpu or auto\."):
        choose_device("cuda")
