"""A network is tuned to a person's tags: their names come to find their sounds, and all else what it found before.

The last block along time and the head that makes a column's vector learn a change of low rank. What lies before them is
frozen and computed once for every sound, so that minutes are enough on a processor. What is asked:

    tags      a sound that is like a tag is nearer to the tag's name than sounds that are not meant and than random
              sounds of the library: cross entropy over likeness to the name
    captions  a sound is nearer to what was written of it than other sounds are and than other sentences are
    replay    random sounds of the library keep the embeddings that they have, clips and segments alike

A random sound that the tag's light scorer would take is none to be told apart: it may be of the same kind. One example
in `objective.held_out_every`, and as many random sounds, teach nothing and decide when it is enough.

The recipe, `configs/personal.toml`, was chosen with every other one of the labels that training left out and with
labels of held-out sources, 20 examples each. Mean average precision of their other sounds, by the name alone and by
what Earmark learns of name and examples, and of 149 captions of held-out sources among 427 sounds:

                                             name   learned   captions
    not tuned                                .259      .626       .419
    9 tags at once                           .654      .653       .407
    3 tags at once, other examples           .791      .754       .424   (not tuned: .200, .626, .419)

Sharper (temperature .05) the name learns less (.601) and keeps as much; with half the replay captions lose more (.396).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.clap.network import EarmarkNetwork
from trainer.low_rank import add_low_rank, merge_low_rank
from trainer.optimizer import descend, learning_rate
from trainer.own_run import OwnRun, is_number
from trainer.tuned_part import Windows, tail_of
from trainer.tuning_objective import CaptionToTune, Judged, Objective, TagToTune
from trainer.tuning_recipe import DescentConfig, TuningRecipe, load_tuning_recipe


@dataclass(frozen=True)
class Tuned:
    """What taught nothing, before and after, and after how many steps it was best.

    before, after : the objective
    found_before, found : how early sounds came and come for their name or sentence, 0..1
    """

    steps: int
    before: float
    after: float
    found_before: float = 0.0
    found: float = 0.0


def tune(
    network: EarmarkNetwork,
    tags: Sequence[TagToTune],
    strangers: Sequence[Windows],
    captions: Sequence[CaptionToTune] = (),
    *,
    recipe: TuningRecipe | None = None,
    run: OwnRun | None = None,
) -> Tuned:
    """Change the network in place, which is in evaluation mode, to what did best on what taught nothing; if nothing
    did better than no change, `steps` is 0 and the network is as it was.

    tags : each with `held_out_every` examples or more
    strangers : as many random sounds or more, none of them an example
    captions : in a random order, the first of them teach nothing
    recipe : `personal` if it is None
    run : what is told and asked on the way, and where it goes on; raises its RunStopped
    """
    recipe = recipe or load_tuning_recipe()
    generator = torch.Generator().manual_seed(recipe.descent.seed)
    objective = Objective(network, tags, strangers, captions, recipe)
    parts = (tail_of(network), network.vector_head)
    learned = [parameter for part in parts for parameter in add_low_rank(part, recipe.descent.rank, generator)]
    tuned = _Descent(objective, learned, generator, recipe.descent, run or OwnRun()).go_on()
    for part in parts:
        merge_low_rank(part)
    return tuned


class _Descent:
    """Descends while it helps what teaches nothing, and goes back to where that was best."""

    def __init__(
        self,
        objective: Objective,
        learned: Sequence[nn.Parameter],
        generator: torch.Generator,
        settings: DescentConfig,
        run: OwnRun,
    ) -> None:
        self._objective = objective
        self._learned = learned
        self._generator = generator
        self._settings = settings
        self._steps = settings.steps
        self._run = run
        self._optimizer = torch.optim.AdamW(learned, weight_decay=0.0)
        self._before = self._best = objective.judged()
        self._best_step, self._done = 0, 0
        self._kept = [parameter.detach().clone() for parameter in learned]

    def go_on(self) -> Tuned:
        if (state := self._run.kept()) is not None:
            self._restore(state)
        else:
            self._tell_judged(self._before)
        longest = self._settings.patience * self._settings.judge_every  # without a better one
        while self._done < self._steps and self._done - self._best_step < longest:
            self._run.heed()
            self._step()
        with torch.no_grad():
            for parameter, value in zip(self._learned, self._kept, strict=True):
                parameter.copy_(value)
        return Tuned(self._best_step, self._before.loss, self._best.loss, self._before.found, self._best.found)

    def _step(self) -> None:
        peak, warmup_steps = self._settings.learning_rate, self._settings.warmup_steps
        rate = learning_rate(self._done, peak=peak, warmup_steps=warmup_steps, steps=self._steps)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        losses = self._objective.of_step(self._generator)
        loss = torch.stack(list(losses.values())).sum()
        is_number(float(loss.detach()))
        loss.backward()
        descend(self._optimizer, self._learned, self._settings.clip_norm)
        self._done += 1
        self._tell_step(loss, losses, rate)
        if self._done % self._settings.judge_every == 0 or self._done == self._steps:
            self._judge()

    def _judge(self) -> None:
        now = self._objective.judged()
        if now.loss < self._best.loss:
            self._best, self._best_step = now, self._done
            self._kept = [parameter.detach().clone() for parameter in self._learned]
        self._run.keep(self._done, self._state())
        self._tell_judged(now)

    def _tell_step(self, loss: Tensor, losses: Mapping[str, Tensor], rate: float) -> None:
        parts = {name: float(part.detach()) for name, part in losses.items()}
        left = self._run.minutes_left("tuning", self._done, self._steps)
        self._run.tell(
            "tuning",
            step=self._done,
            steps=self._steps,
            loss=float(loss.detach()),
            **parts,
            learning_rate=rate,
            **left,
        )

    def _tell_judged(self, now: Judged) -> None:
        self._run.tell("tuning", step=self._done, steps=self._steps, held_out=now.loss, found=now.found, kept=now.kept)

    # --- what an interrupted run goes on with -------------------------------------------------------------------------

    def _state(self) -> dict[str, Any]:
        return {
            "done": self._done,
            "learned": [parameter.detach() for parameter in self._learned],
            "optimizer": self._optimizer.state_dict(),
            "generator": self._generator.get_state(),
            "kept": self._kept,
            "best_step": self._best_step,
            "best": (self._best.loss, self._best.found, self._best.kept),
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        with torch.no_grad():
            for parameter, value in zip(self._learned, state["learned"], strict=True):
                parameter.copy_(value)
        self._optimizer.load_state_dict(state["optimizer"])
        self._generator.set_state(state["generator"])
        self._kept = state["kept"]
        self._done, self._best_step, self._best = state["done"], state["best_step"], Judged(*state["best"])
