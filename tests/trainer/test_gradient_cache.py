from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.small_tasks import PairsTask, gradients
from trainer.batches_ahead import parts_of
from trainer.distributed import Represent
from trainer.gradient_cache import descend_from


@pytest.mark.parametrize("at_once", [1, 3, 4, 11, 12])
def test_a_batch_in_parts_has_the_gradients_of_the_whole(at_once: int) -> None:
    whole = gradients(PairsTask(), rows=12)
    in_parts = gradients(PairsTask(), rows=12, at_once=at_once)
    torch.testing.assert_close(in_parts, whole, rtol=1e-6, atol=1e-6)
    assert whole["log_scale"].abs() > 1e-4  # what every row has in common learns too


def test_dropout_draws_the_same_in_both_passes() -> None:
    task, parts = PairsTask(dropout=0.5), [range(4), range(4, 8)]
    represent = Represent(task, torch.device("cpu"))
    batches = [task.batch(0, part) for part in parts]
    known = []
    for number, batch in enumerate(batches):
        torch.manual_seed(100 + number)
        known.append(represent(batch))
    loss = task.losses({name: torch.cat([each[name] for each in known]) for name in known[0]})["loss"]
    wanted = torch.autograd.grad(loss, list(task.module.parameters()))
    found = descend_from(represent, task.losses, batches, seed=100)
    torch.testing.assert_close(found["loss"], loss.detach())
    torch.testing.assert_close([each.grad for each in task.module.parameters()], list(wanted), rtol=1e-5, atol=1e-6)


def test_batch_norm_remembers_each_part_once() -> None:
    task = PairsTask(norm=True)
    norm = next(each for each in task.module.modules() if isinstance(each, nn.BatchNorm1d))
    expected = PairsTask(norm=True)
    gradients(task, rows=8, at_once=4)
    for part in parts_of(range(8), 4):
        expected.represent(expected.batch(0, part))
    other = next(each for each in expected.module.modules() if isinstance(each, nn.BatchNorm1d))
    torch.testing.assert_close(norm.running_mean, other.running_mean)
    assert norm.momentum == other.momentum


def test_rows_come_in_parts_of_at_most_so_many() -> None:
    assert parts_of(range(4, 11), 3) == [range(4, 7), range(7, 10), range(10, 11)]
    assert parts_of(range(4, 11), 0) == [range(4, 11)]
