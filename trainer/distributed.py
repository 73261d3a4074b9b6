"""One run in several processes, as torchrun starts them: each computes its part of every step's batch.

    torchrun --standalone --nproc-per-node 4 -m -- trainer.cli run NAME --run RUN ...

The two dashes are needed, or torchrun takes `--run` for an option of its own.
Every process knows what all rows are and computes the whole loss; through its own rows alone its gradients go. The sum
of all gradients is then that of the whole loss, and DistributedDataParallel, which takes the mean, is given the loss
times the number of processes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from trainer.errors import TrainerError
from trainer.tasks.task import Batch, Representations, Task

PATIENCE = timedelta(hours=12)  # the others wait while the first validates, or while a run is paused

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Processes:
    """The processes of a run, and which of them this is, from 0. `words` is how they agree; not by graphics cards."""

    rank: int = 0
    count: int = 1
    words: dist.ProcessGroup | None = None

    @property
    def is_first(self) -> bool:
        """The first one writes what is written."""
        return self.rank == 0

    def part_of(self, rows: int) -> range:
        """The rows of a batch that this process computes. Raises TrainerError if they cannot be shared out evenly."""
        if rows % self.count:
            raise TrainerError(
                f"{rows} rows per step cannot be shared evenly by {self.count} processes; "
                f"set descent.rows_per_step to a multiple of {self.count}."
            )
        share = rows // self.count
        return range(self.rank * share, (self.rank + 1) * share)

    def gathered(self, represented: Representations) -> Representations:
        """The rows of all processes in their order. Gradients go through those of this process only."""
        if self.count == 1:
            return represented
        return {name: self._gathered(value) for name, value in represented.items()}

    def _gathered(self, own: Tensor) -> Tensor:
        parts = [torch.empty_like(own) for _ in range(self.count)]
        dist.all_gather(parts, own.detach().contiguous())
        parts[self.rank] = own
        return torch.cat(parts)

    def from_first(self, value: _Value) -> _Value:
        """What the first process says, in all of them."""
        if self.count == 1:
            return value
        said = [value]
        dist.broadcast_object_list(said, src=0, group=self.words)
        return said[0]

    def most(self, number: int) -> int:
        """The greatest of all processes' numbers; a graphics card is not stopped to know it."""
        if self.count == 1:
            return number
        numbers = torch.tensor([number])
        dist.all_reduce(numbers, dist.ReduceOp.MAX, group=self.words)
        return int(numbers)

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """The first process does this alone, and the others after it: what it made is there for them."""
        if self.count == 1 or self.is_first:
            yield
        if self.count > 1:
            dist.barrier(group=self.words)
        if not self.is_first:
            yield


ALONE = Processes()


@contextmanager
def started_processes(device: torch.device) -> Iterator[tuple[Processes, torch.device]]:
    """The processes that torchrun started, and the device of this one; alone if it started none.

    Graphics cards speak nccl, processors gloo.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield ALONE, device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield Processes(dist.get_rank(), count, dist.new_group(backend="gloo", timeout=PATIENCE)), device
    finally:
        dist.destroy_process_group()


class Represent(nn.Module):
    """A task's `represent` as a module, in bfloat16 where that is asked for; what comes of it is float32."""

    def __init__(self, task: Task, device: torch.device, precision: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.module = task.module  # so that its parameters are found
        self._task = task
        self._device, self._precision = device, precision

    def forward(self, batch: Batch) -> Representations:
        here = {name: value.to(self._device, non_blocking=True) for name, value in batch.items()}
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._precision == torch.bfloat16):
            represented = self._task.represent(here)
        return {name: value.float() if value.is_floating_point() else value for name, value in represented.items()}


def shared_out(represent: Represent, processes: Processes) -> Represent | DistributedDataParallel:
    """The module whose gradients are those of all processes."""
    if processes.count == 1:
        return represent
    # a head may be idle in one task and not in another
    return DistributedDataParallel(represent, find_unused_parameters=True)
