"""What a training run asks of whatever it trains.

A step's loss may depend on all rows of its batch, wherever they were computed: in parts that fit into memory, or in
several processes. So a task says by itself what each row is (`represent`), and the loss is made of what all rows are
(`losses`), which holds no parameter of its own: every gradient goes through a representation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from torch import Tensor, nn

Batch = dict[str, Tensor]  # each tensor with one row for every row of the batch
Representations = dict[str, Tensor]  # likewise


class Task(Protocol):
    """`module` holds all that a state of the run holds: what learns, and what follows it.

    rows : of an epoch; the run makes epochs of them
    better : the figure of `validate` that says which network is the best, and whether more of it is better
    """

    module: nn.Module
    rows: int
    better: tuple[str, bool]

    def batch(self, step: int, rows: range) -> Batch:
        """These rows of the whole batch of a step, on the processor: a pure function of seed, step and row.

        All that is drawn by chance is drawn here, with a generator for every row, so that a row is the same whatever
        part of the batch it is computed in.
        """

    def represent(self, batch: Batch) -> Representations:
        """What the loss needs to know of each row, with gradients."""

    def losses(self, represented: Representations) -> dict[str, Tensor]:
        """From all rows of the step's batch to scalars: "loss", which is descended, and its parts."""

    def before_step(self, step: int, steps: int) -> None:
        """What changes with the progress of the run."""

    def after_step(self, step: int, steps: int) -> None:
        """What follows the module once it has moved: a slow copy."""

    def validate(self) -> dict[str, float]:
        """Figures of held-out sounds, in evaluation mode; empty where nothing is held out."""

    def export(self, folder: Path, card: str) -> str | None:
        """Write what Earmark or the next stage loads; the checkpoint's id, or None if it is no network yet."""
