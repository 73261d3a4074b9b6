"""One training loop for every paper's recipe: from a task and a recipe to trained weights and the states on the way.

All chance comes from (seed, step, row): a run that was interrupted goes on as if it had not been, on a processor to the
bit. Between two steps a run minds

    SIGINT, SIGTERM     it saves and ends; a second signal ends the process at once
    <run>/stop          a file of that name: it saves, takes the file away and ends
    <run>/pause         it saves and waits until the file is gone (or it must end)

What is frozen as a whole, an encoder or a slow copy, is in evaluation mode all the time: its batch norms move as little
as its weights.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from engine.clap.towers.audio_tower import statistics_kept
from engine.errors import display_path
from trainer.batches_ahead import batches_ahead, parts_of
from trainer.distributed import ALONE, Processes, Represent, shared_out
from trainer.errors import TrainerError
from trainer.gradient_cache import descend_from
from trainer.interruptions import Interruptions, Wish
from trainer.optimizer import SharpnessStep
from trainer.optimizers import make_optimizer, set_rate
from trainer.recipe import PaperRecipe
from trainer.run_state import load_newest_state, load_state_of, save_state
from trainer.running_news import RunningNews
from trainer.schedules import LearningRate, steps_of
from trainer.tasks.task import Batch, Task

PAUSE_LOOK_S = 0.2  # how often a waiting run looks whether it may go on

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    steps : done, of so many
    finished : whether by itself, for no better network came or all steps are done; else `wish` ended it
    start, best : what `validate` said of the untrained network and of the best one, which the task's module holds if
        the run is finished; empty where nothing is held out
    """

    steps: int
    of: int
    finished: bool
    wish: Wish
    start: dict[str, float]
    best: dict[str, float]
    best_step: int


def never() -> bool:
    return False


def train(
    task: Task,
    recipe: PaperRecipe,
    folder: Path,
    *,
    device: torch.device | str = "cpu",
    stop: Callable[[], bool] = never,
    processes: Processes = ALONE,
    threads: int = 1,
) -> Outcome:
    """Train to the end, or on from the newest state in `folder`; with several processes, in each of them.

    stop : asked after every step whether that was the last one for now
    threads : that prepare batches
    Raises TrainerError if the loss is no longer a number, or the folder's states are of another network.
    """
    torch.set_float32_matmul_precision("high")
    run = _Run(task, recipe, folder, torch.device(device), processes)
    rows = parts_of(processes.part_of(recipe.descent.rows_per_step), recipe.length.rows_at_once)
    with ExitStack() as opened:
        interruptions = opened.enter_context(Interruptions(folder, stop))
        run.open_news(opened)
        if run.done == 0:
            run.validate_start()
        last = run.done if run.is_over else run.end
        coming = batches_ahead(task, rows, run.done, last, threads=threads, pinned=run.device.type == "cuda")
        wish = _steps(run, opened.enter_context(closing(coming)), interruptions)
    if run.is_finished:
        run.take_best()
    return run.outcome(wish)


def _steps(run: _Run, coming: Iterator[tuple[int, list[Batch], float]], interruptions: Interruptions) -> Wish:
    """Take the steps that are left, unless a wish says otherwise, which is returned then."""
    for step, parts, waited_s in coming:
        run.step(step, parts, waited_s)
        wish = run.agreed(interruptions.wish())
        run.after_step(must_save=wish != Wish.GO_ON)
        if wish == Wish.PAUSE and not run.is_finished:
            wish = _wait(run, interruptions)
        if wish > Wish.PAUSE:
            if run.processes.is_first:
                interruptions.obeyed()
            return wish
        if run.is_finished:
            break
    return Wish.GO_ON


def _wait(run: _Run, interruptions: Interruptions) -> Wish:
    """As long as the file that holds the run is there and nothing ends it."""
    run.tell_paused(True)
    while (wish := run.agreed(interruptions.wish())) == Wish.PAUSE:
        time.sleep(PAUSE_LOOK_S)
    run.tell_paused(False)
    return wish


class _Run:
    """A task's module with everything that one step hands to the next."""

    def __init__(self, task: Task, recipe: PaperRecipe, folder: Path, device: torch.device, processes: Processes):
        self.task, self.recipe, self.folder = task, recipe, folder
        self.device, self.processes = device, processes
        rows_per_step = recipe.descent.rows_per_step
        length = recipe.length
        self.end = steps_of(steps=length.steps, epochs=length.epochs, rows=task.rows, rows_per_step=rows_per_step)
        task.module.to(device)
        if length.checkpoint_activations:
            _checkpoint_activations(task.module)
        self.trainable = [each for each in task.module.parameters() if each.requires_grad]
        self.optimizer = make_optimizer(self.trainable, recipe.descent)
        self.sharpness = SharpnessStep(self.trainable, recipe.descent.sharpness_radius)
        self.rate = LearningRate(
            recipe.schedule,
            peak=recipe.descent.learning_rate,
            steps=self.end,
            rows_per_step=rows_per_step,
            rows=task.rows,
        )
        self.done = 0
        self.start: dict[str, float] = {}
        self.best: dict[str, float] = {}
        self.best_step = 0
        self.since = 0  # validations without a better one
        self._saved_at = -1
        self._ended_at = time.perf_counter()
        self._resume()
        precision = torch.bfloat16 if length.precision == "bfloat16" else torch.float32
        self.represent = shared_out(Represent(task, device, precision), processes)
        learn(task.module)

    # --- one step -----------------------------------------------------------------------------------------------------

    def step(self, step: int, parts: list[Batch], waited_s: float) -> None:
        set_rate(self.optimizer, self.rate.at(step))
        self.task.before_step(step, self.end)
        losses = self._descend_from(step, parts)
        if self.sharpness.radius > 0.0:  # K27
            self.sharpness.climb()
            with statistics_kept(self.task.module):
                self._descend_from(step, parts)
            self.sharpness.back()
        if self.recipe.descent.clip_norm > 0.0:
            nn.utils.clip_grad_norm_(self.trainable, self.recipe.descent.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.task.after_step(step, self.end)
        self.done = step + 1
        now = time.perf_counter()
        self.news.after_step(self.done, losses, waited_s=waited_s, took_s=now - self._ended_at)
        self._ended_at = now

    def _descend_from(self, step: int, parts: list[Batch]) -> dict[str, Tensor]:
        drawn = (self.recipe.descent.seed * 1_000_003 + step) * self.processes.count + self.processes.rank
        seed = drawn * 4096 % 2**63  # the numbers between two seeds are those of the parts
        return descend_from(self.represent, self.task.losses, parts, seed=seed, processes=self.processes)

    def after_step(self, *, must_save: bool) -> None:
        """Tell, validate and save, each where it is due."""
        length, is_last = self.recipe.length, self.done == self.end
        validates = is_last or self.done % length.validate_every == 0
        if self.news.is_due(self.done) or validates or must_save:
            self.news.tell_training(self.done, self.rate.at(self.done - 1))
        is_better = validates and self._validate()
        if is_better or is_last or must_save or self.is_over or self.done % length.save_every == 0:
            self.save()
        self._ended_at = time.perf_counter() if validates else self._ended_at

    # --- held-out sounds ----------------------------------------------------------------------------------------------

    def validate_start(self) -> None:
        """What is measured before the first step is told, and never counts as the best: chance may flatter it."""
        self.start = self._figures()
        self.news.tell(0, self.start)
        self._ended_at = time.perf_counter()

    def _validate(self) -> bool:
        """Whether the network is better than ever."""
        figures = self._figures()
        self.news.tell(self.done, figures)
        name, more = self.task.better
        if name not in figures:
            return False
        self.rate.observe(self.done, figures[name], more_is_better=more)
        self.since += 1
        if self.best and not (figures[name] > self.best[name] if more else figures[name] < self.best[name]):
            return False
        self.best, self.best_step, self.since = figures, self.done, 0
        return True

    def _figures(self) -> dict[str, float]:
        figures: dict[str, float] = {}
        if self.processes.is_first:
            self.task.module.eval()
            with torch.no_grad():
                figures = {name: float(value) for name, value in self.task.validate().items()}
            learn(self.task.module)
        return self.processes.from_first(figures)

    @property
    def is_over(self) -> bool:
        """No better network came for long enough (W02)."""
        return 0 < self.recipe.length.stop_after <= self.since

    @property
    def is_finished(self) -> bool:
        return self.done >= self.end or self.is_over

    def agreed(self, wish: Wish) -> Wish:
        """A signal may reach one process sooner than the others; all must end after the same step."""
        return Wish(self.processes.most(wish))

    # --- states -------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        if self._saved_at == self.done or not self.processes.is_first:
            return
        self.news.tell_training(self.done, self.rate.at(self.done - 1))  # no state of what is no longer a number
        state = {
            "module": self.task.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "rate": self.rate.state(),
            "start": self.start,
            "best": self.best,
            "best_step": self.best_step,
            "since": self.since,
        }
        save_state(self.folder, self.done, state, kept=max(1, self.recipe.length.kept_states), spared={self.best_step})
        self._saved_at = self.done

    def _resume(self) -> None:
        state = load_newest_state(self.folder)
        if state is None:
            return
        try:
            self.task.module.load_state_dict(state["module"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.rate.resume(state["rate"])
            self.start, self.best, self.best_step = state["start"], state["best"], state["best_step"]
            self.since, self.done = state["since"], state["step"]
        except (RuntimeError, ValueError, KeyError) as error:
            raise TrainerError(
                f"The run in {display_path(self.folder)} is of another network; it is untouched: choose another folder."
            ) from error
        self._saved_at = self.done
        log.info("going on after step %d", self.done)

    def take_best(self) -> None:
        """Put the best weights into the module, where held-out sounds told which they are."""
        if self.best and self.best_step != self.done:
            state = load_state_of(self.folder, self.best_step)
            if state is None:
                log.warning("the state of the best step, %d, is damaged: the newest weights are taken", self.best_step)
            else:
                self.task.module.load_state_dict(state["module"])
        self.task.module.eval()

    # --- news ---------------------------------------------------------------------------------------------------------

    def open_news(self, opened: ExitStack) -> None:
        self.news = RunningNews(
            self.folder,
            first=self.done,
            steps=self.end,
            rows_per_step=self.recipe.descent.rows_per_step,
            writes=self.processes.is_first,
        )
        opened.callback(self.news.close)

    def tell_paused(self, paused: bool) -> None:
        self.news.tell(self.done, {"paused": float(paused)})
        self._ended_at = time.perf_counter()

    def outcome(self, wish: Wish) -> Outcome:
        return Outcome(self.done, self.end, self.is_finished, wish, self.start, self.best, self.best_step)


def learn(module: nn.Module) -> None:
    """Training mode for all that learns, evaluation mode for what is frozen as a whole."""
    module.train()
    for each in module.modules():
        weights = list(each.parameters())
        if weights and not any(weight.requires_grad for weight in weights):
            each.eval()


@runtime_checkable
class _Recomputing(Protocol):
    """A tower that can compute its activations a second time rather than keep them."""

    def checkpoint_activations(self, on: bool) -> None: ...


def _checkpoint_activations(module: nn.Module) -> None:
    offered = [each for each in module.modules() if isinstance(each, _Recomputing)]
    for each in offered:
        each.checkpoint_activations(True)
    if not offered:
        log.warning("no tower of this network can do without its activations: they are all kept")
