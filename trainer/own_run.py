"""The folder of a run that tunes or tries a network, while a person watches, holds or ends it.

    run.json       what the run makes; another run is refused here
    log.jsonl      what it tells, one JSON object a line: `stage` says how far it is, see `OwnRun.tell`
    pause, stop    files that anybody may put there: while there is `pause` the run holds, and `stop` ends it
    heard/         sounds as the frozen part of the network hears them
    state-*.pt     what was learned by then, see `run_state`

A run that ended before it was done goes on where it was when it is begun again with the same. The paper recipes' loop
knows the same two files.
"""

from __future__ import annotations

import json
import logging
import math
import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.errors import display_path
from engine.safe_files import write_over
from trainer.errors import TrainerError

RUN, LOG, PAUSE, STOP, HEARD = "run.json", "log.jsonl", "pause", "stop", "heard"
LOOK_EVERY_S = 0.1  # while it holds

log = logging.getLogger(__name__)


class RunStopped(Exception):
    """The run was asked to end; what it did is kept where it has a folder."""


class OwnRun:
    """One run; without a folder it tells its log alone, keeps nothing, and only `ended` can end it."""

    def __init__(self, folder: Path | None = None, *, ended: Callable[[], bool] = lambda: False) -> None:
        """ended : asked again and again whether the run is to end"""
        self.folder = folder
        self._ended = ended
        self._stage, self._since, self._first = "", 0.0, 0

    def begin(self, made_of: Mapping[str, Any]) -> None:
        """Raises TrainerError if the folder holds a run that makes something else."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / RUN
        wanted = json.loads(json.dumps(made_of))
        if path.exists():
            if _read_json(path) != wanted:
                raise TrainerError(
                    f"{display_path(self.folder)} holds a run that makes something else; nothing was changed, "
                    "choose another folder."
                )
            return
        write_over(path, json.dumps(wanted, indent=2).encode())

    # --- what it tells ------------------------------------------------------------------------------------------------

    def tell(self, stage: str, **figures: object) -> None:
        """One line, with `stage` first.

        The stages are "listening" and "trying" (done, total, minutes_left), "tuning" (step, steps, loss, learning_rate,
        minutes_left, and now and then held_out, found, kept), "paused", "resumed", "stopped", "failed" (sentence) and
        "finished".
        """
        rounded = {name: round(value, 5) if isinstance(value, float) else value for name, value in figures.items()}
        log.info("%s  %s", stage, "  ".join(f"{name} {value}" for name, value in rounded.items()))
        if self.folder is not None and self.folder.is_dir():
            with (self.folder / LOG).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"stage": stage, **rounded}) + "\n")

    def tell_progress(self, stage: str, done: int, total: int, **figures: object) -> None:
        """With the minutes that are left, as fast as it went since the stage began here."""
        self.tell(stage, done=done, total=total, **figures, **self.minutes_left(stage, done, total))

    def minutes_left(self, stage: str, done: int, total: int) -> dict[str, float]:
        """Nothing as long as the pace is not known."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._since, self._first = stage, now, done
            return {}
        if done <= self._first:
            return {}
        return {"minutes_left": (total - done) * (now - self._since) / (done - self._first) / 60.0}

    # --- how it is held and ended -------------------------------------------------------------------------------------

    def heed(self) -> None:
        """Hold while somebody asks for it. Raises RunStopped."""
        began = time.monotonic()
        is_held = False
        while True:
            if self._ended() or self._is_there(STOP):
                raise RunStopped
            if not self._is_there(PAUSE):
                break
            if not is_held:
                self.tell("paused")
                is_held = True
            time.sleep(LOOK_EVERY_S)
        if is_held:
            self._since += time.monotonic() - began  # a pause says nothing of the pace
            self.tell("resumed")

    def _is_there(self, name: str) -> bool:
        return self.folder is not None and (self.folder / name).exists()

    def stopped(self) -> None:
        """It ended because it was asked to: the wish is fulfilled, and the next run goes on."""
        self.tell("stopped")
        if self.folder is not None:
            (self.folder / STOP).unlink(missing_ok=True)

    # --- what it keeps ------------------------------------------------------------------------------------------------

    # PyTorch is imported late: what stands in the way of a run is told at once

    def keep(self, step: int, state: dict[str, Any]) -> None:
        if self.folder is not None:
            from trainer.run_state import save_state

            save_state(self.folder, step, state)

    def kept(self) -> dict[str, Any] | None:
        if self.folder is None:
            return None
        from trainer.run_state import load_newest_state

        return load_newest_state(self.folder)

    def kept_sounds(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, tensors in lists and tuples; what an earlier run of this folder made is not made again."""
        if self.folder is None:
            return make()
        import torch

        path = self.folder / HEARD / f"{name}.pt"
        with suppress(OSError, RuntimeError, EOFError, ValueError):
            return torch.load(path, weights_only=True)
        made = make()
        path.parent.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".part")
        torch.save(made, unfinished)
        os.replace(unfinished, path)
        return made

    def clear(self) -> None:
        """It is finished: drop what was kept to go on with."""
        if self.folder is None:
            return
        shutil.rmtree(self.folder / HEARD, ignore_errors=True)
        for state in self.folder.glob("state-*.pt"):
            state.unlink()


def is_number(value: float) -> float:
    """The value. Raises TrainerError if it is none."""
    if not math.isfinite(value):
        raise TrainerError("The loss is no longer a number; no network was written, and nothing else was changed.")
    return value


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
