"""How the learning rate goes over a run: up in a line, then constant, along a cosine, in steps or by plateaus.

Cosine: K17, K26, D28. Steps: W02. Plateau: C14.
"""

from __future__ import annotations

import math
from typing import Any

from trainer.paired_sounds import steps_of_epoch
from trainer.recipe import ScheduleConfig


class LearningRate:
    """The rate of every step of a run.

    peak : what the warm-up reaches; rows : of an epoch. Only the plateau remembers anything: what `observe` was told.
    """

    def __init__(self, settings: ScheduleConfig, *, peak: float, steps: int, rows_per_step: int, rows: int) -> None:
        self.settings = settings
        self.peak = peak
        self.steps = steps
        self._steps_of_epoch = steps_of_epoch(rows, rows_per_step)
        self._best: float | None = None
        self._best_step = 0
        self._reductions = 0

    def at(self, step: int) -> float:
        """step : from 0. The first step of a warm-up already moves."""
        warmup = self.settings.warmup_steps
        if step < warmup:
            return self.peak * (step + 1) / warmup
        match self.settings.kind:
            case "constant":
                return self.peak
            case "cosine":
                progress = min(1.0, (step - warmup) / max(1, self.steps - warmup))
                final = self.settings.final_rate
                return final + (self.peak - final) * 0.5 * (1.0 + math.cos(math.pi * progress))
            case "step":
                return float(self.peak * self.settings.factor ** (self.epoch(step) // self.settings.every_epochs))
            case "plateau":
                return float(self.peak * self.settings.factor**self._reductions)

    def epoch(self, step: int) -> int:
        """In which epoch a step begins, from 0."""
        return step // self._steps_of_epoch

    def observe(self, step: int, figure: float, *, more_is_better: bool) -> None:
        """A validation after so many steps. More than `patience_epochs` without a better figure are a plateau."""
        worth = figure if more_is_better else -figure
        if self._best is None or worth > self._best:
            self._best, self._best_step = worth, step
        elif self.epoch(step) - self.epoch(self._best_step) > self.settings.patience_epochs:
            self._reductions += 1
            self._best_step = step

    def state(self) -> dict[str, Any]:
        return {"best": self._best, "best_step": self._best_step, "reductions": self._reductions}

    def resume(self, state: dict[str, Any]) -> None:
        self._best, self._best_step = state["best"], state["best_step"]
        self._reductions = state["reductions"]


def steps_of(*, steps: int, epochs: int, rows: int, rows_per_step: int) -> int:
    """How many steps a run has: `steps`, or else as many as `epochs` of so many rows have."""
    return steps or epochs * steps_of_epoch(rows, rows_per_step)
