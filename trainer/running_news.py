"""What a run tells on its way: lines of `log.jsonl`, a line in the terminal, and TensorBoard where that is installed.

One JSON object a line, with its "step". Lines of training have the means since the line before: "loss" and its parts,
"learning_rate", "rows_per_s", "waiting_share" (of the time, for data), "minutes_left". Lines of validation have the
figures of the task, "modality_gap" among them where it has two modalities (M9). "paused" is 1 when a run begins to wait
and 0 when it goes on. A run that was interrupted may tell the same step twice; the later line counts.
"""

from __future__ import annotations

import json
import logging
import math
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor

from trainer.errors import TrainerError
from trainer.journal import Journal

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

LOG = "log.jsonl"
TENSORBOARD = "tensorboard"
TELL_EVERY, LEAST_LINES = 50, 50  # steps; a short run tells more often
REWRITE_S = 0.2  # between two states of the line in the terminal

log = logging.getLogger(__name__)


class RunningNews:
    """writes : whether this process is the one that writes; the others only mind that losses are numbers."""

    def __init__(self, folder: Path, *, first: int, steps: int, rows_per_step: int, writes: bool = True) -> None:
        self.steps = steps
        self._journal = Journal(folder / LOG, rows_per_step=rows_per_step, first=first, steps=steps) if writes else None
        self._board = _open_board(folder / TENSORBOARD, first) if writes else None
        self._line = TerminalLine() if writes else None
        self._rows_per_step = rows_per_step
        self._every = max(1, min(TELL_EVERY, steps // LEAST_LINES))
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._count, self._waited_s, self._took_s = 0, 0.0, 0.0

    def after_step(self, done: int, losses: Mapping[str, Tensor], *, waited_s: float, took_s: float) -> None:
        """took_s : by the whole step, its waiting included."""
        for name, loss in losses.items():  # added up where they are: to ask for a number would stop a graphics card
            self._sums[name] = self._sums[name] + loss if name in self._sums else loss
        self._count += 1
        self._waited_s += waited_s
        self._took_s += took_s
        if self._line and self._journal and self._line.is_due():
            self._line.show(self._in_short(done, self._journal.pace(done)["minutes_left"]))

    def _in_short(self, done: int, minutes_left: float) -> str:
        loss = float(self._sums["loss"]) / self._count
        speed = self._rows_per_step * self._count / self._took_s
        minutes, seconds = divmod(round(60.0 * minutes_left), 60)
        left = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        return f"step {done} of {self.steps}  loss {loss:.4g}  {speed:.4g} rows/s  {left} left"

    def is_due(self, done: int) -> bool:
        return done % self._every == 0

    def tell_training(self, done: int, learning_rate: float) -> None:
        """The means since the last time. Raises TrainerError, once it is told, if a loss is no longer a number."""
        if not self._count:
            return
        means = {name: float(total) / self._count for name, total in self._sums.items()}
        pace = self._journal.pace(done) if self._journal else {}
        pace["rows_per_s"] = self._rows_per_step * self._count / self._took_s
        shares = {"learning_rate": learning_rate, "waiting_share": self._waited_s / self._took_s}
        self._begin_anew()
        self._write(done, means | pace | shares)
        if not all(math.isfinite(value) for value in means.values()):
            raise TrainerError(f"The loss is no longer a number at step {done}; try a lower learning rate.")

    def tell(self, done: int, figures: Mapping[str, float]) -> None:
        """Figures of a validation, or that the run waits."""
        if figures:
            self._write(done, figures)

    def _write(self, done: int, figures: Mapping[str, float]) -> None:
        if self._line:
            self._line.clear()
        if self._board:
            for name, value in figures.items():
                self._board.add_scalar(name, value, done)
        if self._journal:
            self._journal.write(done, figures)

    def close(self) -> None:
        if self._line:
            self._line.clear()
        if self._board:
            self._board.close()


class TerminalLine:
    """One line on standard error that is written over; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._rewrites = sys.stderr.isatty()
        self._shown_at = -math.inf

    def is_due(self) -> bool:
        return self._rewrites and time.monotonic() - self._shown_at >= REWRITE_S

    def show(self, text: str) -> None:
        self._shown_at = time.monotonic()
        self._put(text)

    def clear(self) -> None:
        if self._rewrites:
            self._put("")

    def _put(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def _open_board(folder: Path, first: int) -> SummaryWriter | None:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        log.info("TensorBoard is not installed; the log tells the same.")
        return None
    return SummaryWriter(str(folder), purge_step=first + 1)


def read_news(folder: Path) -> list[dict[str, float]]:
    """What a run told, one entry a step, in order; the last line may be half written.

    Raises TrainerError if the folder has no log.
    """
    try:
        lines = (folder / LOG).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise TrainerError(f"There is no log of a run in {folder}.") from error
    told: dict[float, dict[str, float]] = {}
    for line in lines:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        told.setdefault(entry["step"], {}).update(entry)
    return [told[step] for step in sorted(told)]
