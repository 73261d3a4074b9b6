"""What a run tells on its way."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Mapping
from pathlib import Path

from trainer.errors import TrainerError

log = logging.getLogger(__name__)


class Journal:
    """One JSON object a line on disk, and the same in short in the log."""

    def __init__(self, path: Path, *, rows_per_step: int, first: int, steps: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.rows_per_step = rows_per_step
        self.first = first
        self.steps = steps
        self.started = time.monotonic()

    def pace(self, done: int) -> dict[str, float]:
        seconds_per_step = (time.monotonic() - self.started) / (done - self.first)
        return {
            "rows_per_s": self.rows_per_step / seconds_per_step,
            "minutes_left": (self.steps - done) * seconds_per_step / 60.0,
        }

    def write(self, done: int, figures: Mapping[str, float]) -> None:
        """Raises TrainerError, once it is written, if a figure is no longer a number."""
        rounded = {name: float(f"{value:.5g}") for name, value in figures.items()}  # rates are far below 1
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": done, **rounded}) + "\n")
        shown = "  ".join(f"{name} {value:.4g}" for name, value in rounded.items())
        log.info("step %d of %d  %s", done, self.steps, shown)
        if not all(math.isfinite(value) for value in figures.values()):
            raise TrainerError(f"The loss is no longer a number at step {done}; try a lower learning rate.")
