"""The gradient of a loss over a batch that is larger than memory (Gao et al. 2021, https://arxiv.org/abs/2101.06983).

Each part of the batch is represented without gradients; the loss over all representations says how it changes with each
of them; then each part is represented once more, and these changes go on through it. The gradient is that of the whole
batch. Dropout draws the same in both passes, because each part has its seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from engine.clap.towers.audio_tower import statistics_kept
from trainer.distributed import ALONE, Processes
from trainer.tasks.task import Batch, Representations

Represents = Callable[[Batch], Representations]
Losses = Callable[[Representations], dict[str, Tensor]]


def descend_from(
    represent: nn.Module, losses: Losses, parts: Sequence[Batch], *, seed: int, processes: Processes = ALONE
) -> dict[str, Tensor]:
    """Add the gradient of "loss" over all parts, in all processes, to the parameters; returns the losses, detached.

    represent : from a batch to representations; `distributed.Represent`, or that in DistributedDataParallel
    seed : of what dropout draws, another one for every step and process
    """
    if len(parts) > 1:
        return _in_parts(represent, losses, parts, seed, processes)
    torch.manual_seed(seed)
    found = losses(processes.gathered(represent(parts[0])))
    (found["loss"] * processes.count).backward()
    return {name: loss.detach() for name, loss in found.items()}


def _in_parts(
    represent: nn.Module, losses: Losses, parts: Sequence[Batch], seed: int, processes: Processes
) -> dict[str, Tensor]:
    # what DistributedDataParallel does before a forward pass is only wanted where gradients follow
    alone = represent.module if isinstance(represent, DistributedDataParallel) else represent
    with torch.no_grad(), statistics_kept(alone):
        known = _joined([_seeded(alone, part, seed + number) for number, part in enumerate(parts)])
    own = {name: value.requires_grad_(value.is_floating_point()) for name, value in known.items()}
    found = losses(processes.gathered(own))
    (found["loss"] * processes.count).backward()
    first = 0
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        with nullcontext() if is_last else unsynchronised(represent):
            represented = _seeded(represent, part, seed + number)
            rows = len(next(iter(represented.values())))
            _send_on(represented, own, slice(first, first + rows))
            first += rows
    return {name: loss.detach() for name, loss in found.items()}


def _seeded(represent: Represents, part: Batch, seed: int) -> Representations:
    torch.manual_seed(seed)
    return represent(part)


def _joined(parts: Sequence[Representations]) -> Representations:
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def _send_on(represented: Representations, own: Representations, rows: slice) -> None:
    """Send the loss's gradients with regard to these rows through what represented them."""
    sent = [
        (value, gradient[rows])
        for name, value in represented.items()
        if value.requires_grad and (gradient := own[name].grad) is not None
    ]
    torch.autograd.backward([value for value, _ in sent], [gradient for _, gradient in sent])


@contextmanager
def unsynchronised(module: nn.Module) -> Iterator[None]:
    """Gradients stay in this process for now."""
    with module.no_sync() if isinstance(module, DistributedDataParallel) else nullcontext():
        yield
