"""A task that is learned in a second: pairs of numbers that two small towers bring together, and recipes for it.

As a program it trains in a process of its own:

    python -m tests.small_tasks train FOLDER STEPS     until it ends or is told to
    python -m tests.small_tasks gradients FOLDER       those of one step, in the processes that the environment names
"""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.clap.config import MelConfig
from engine.clap.towers.config import AudioTowerConfig
from trainer.batches_ahead import parts_of
from trainer.distributed import ALONE, Processes, Represent, shared_out, started_processes
from trainer.gradient_cache import descend_from
from trainer.loop import train
from trainer.optimizer import SharpnessStep
from trainer.recipe import DescentConfig, LengthConfig, LossConfig, PairsConfig, PaperRecipe, ScheduleConfig
from trainer.tasks.task import Batch, Representations

HEARD, READ, DIM = 6, 5, 4

SMALL_PAPER = PaperRecipe(
    name="small",
    task="contrastive",
    items="C05",
    mel=MelConfig(8000, 256, 200, 80, mels=8, low_hz=50.0, high_hz=4000.0, mean_db=-40.0, deviation_db=20.0),
    audio=AudioTowerConfig("patches"),
    dim=DIM,
    pairs=PairsConfig(),
    loss=LossConfig(),
    descent=DescentConfig(learning_rate=3e-2, weight_decay=0.01, rows_per_step=8),
    schedule=ScheduleConfig("cosine", warmup_steps=2),
    length=LengthConfig(steps=12, validate_every=4, save_every=5),
)


def paper_recipe(**sections: Any) -> PaperRecipe:
    """`SMALL_PAPER` with other values in some sections, named as "section__key"."""
    changed = SMALL_PAPER
    for name, value in sections.items():
        section, _, key = name.partition("__")
        values: dict[str, Any] = {section: replace(getattr(changed, section), **{key: value})}
        changed = replace(changed, **values)
    return changed


class Towers(nn.Module):
    """With dropout and batch norm if that is wanted, the two things that make a row depend on how it is computed."""

    def __init__(self, dropout: float, norm: bool) -> None:
        super().__init__()
        between = nn.BatchNorm1d(8) if norm else nn.LayerNorm(8)
        self.hear = nn.Sequential(nn.Linear(HEARD, 8), between, nn.GELU(), nn.Dropout(dropout), nn.Linear(8, DIM))
        self.read = nn.Linear(READ, DIM)
        self.log_scale = nn.Parameter(torch.tensor(1.0))


class PairsTask:
    """What is read of a pair is a fixed mixture of what is heard of it, which has a little noise in every step."""

    better = ("rank", False)

    def __init__(self, *, rows: int = 40, dropout: float = 0.0, norm: bool = False, seed: int = 3) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.rows = rows
        self._heard = torch.randn(rows, HEARD, generator=generator)
        self._read = self._heard @ torch.randn(HEARD, READ, generator=generator)
        self._seed = seed
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.towers = Towers(dropout, norm)
        self.module: nn.Module = self.towers
        self.followed = 0  # steps that `after_step` was told of

    def batch(self, step: int, rows: range) -> Batch:
        drawn = [torch.Generator().manual_seed(self._seed * 7919 + step * 1009 + row) for row in rows]
        chosen = [int(torch.randint(self.rows, (), generator=each)) for each in drawn]
        noise = torch.stack([torch.randn(HEARD, generator=each) for each in drawn])
        return {"heard": self._heard[chosen] + 0.1 * noise, "read": self._read[chosen], "pair": torch.tensor(chosen)}

    def represent(self, batch: Batch) -> Representations:
        heard = nn.functional.normalize(self.towers.hear(batch["heard"]), dim=-1)
        read = nn.functional.normalize(self.towers.read(batch["read"]), dim=-1)
        scale = self.towers.log_scale.exp().expand(len(heard))
        return {"heard": heard, "read": read, "scale": scale, "pair": batch["pair"]}

    def losses(self, represented: Representations) -> dict[str, Tensor]:
        logits = represented["scale"].mean() * represented["heard"] @ represented["read"].T
        same = represented["pair"].unsqueeze(0) == represented["pair"].unsqueeze(1)
        logits = logits.masked_fill(same & ~torch.eye(len(same), dtype=torch.bool, device=same.device), -1e4)
        right = torch.arange(len(logits), device=logits.device)
        to_text = nn.functional.cross_entropy(logits, right)
        to_sound = nn.functional.cross_entropy(logits.T, right)
        return {"loss": 0.5 * (to_text + to_sound), "to_text": to_text, "to_sound": to_sound}

    def before_step(self, step: int, steps: int) -> None:
        assert 0 <= step < steps

    def after_step(self, step: int, steps: int) -> None:
        self.followed += 1

    def validate(self) -> dict[str, float]:
        """The mean rank, from 0, of what belongs to each sound, and how far apart the two sides are (M9)."""
        assert not self.module.training
        heard = nn.functional.normalize(self.towers.hear(self._heard), dim=-1)
        read = nn.functional.normalize(self.towers.read(self._read), dim=-1)
        likeness = heard @ read.T
        ranks = (likeness > likeness.diagonal().unsqueeze(1)).sum(1).float()
        return {"rank": float(ranks.mean()), "modality_gap": float((heard.mean(0) - read.mean(0)).norm())}

    def export(self, folder: Path, card: str) -> str | None:
        return None


def gradients(
    task: PairsTask, *, rows: int, at_once: int = 0, radius: float = 0.0, processes: Processes = ALONE
) -> dict[str, Tensor]:
    """Of the first step, with the losses as "loss" and so on."""
    represent = shared_out(Represent(task, torch.device("cpu")), processes)
    parts = [task.batch(0, each) for each in parts_of(processes.part_of(rows), at_once)]
    weights = [each for each in task.module.parameters() if each.requires_grad]
    found = descend_from(represent, task.losses, parts, seed=processes.rank, processes=processes)
    if radius:
        sharpness = SharpnessStep(weights, radius)
        sharpness.climb()
        descend_from(represent, task.losses, parts, seed=processes.rank, processes=processes)
        sharpness.back()
    of_weights = {name: each.grad for name, each in task.module.named_parameters() if each.grad is not None}
    return {**found, **of_weights}


WAYS = {  # how a gradient can be come by: rows at once in a process, and the radius of sharpness
    "plain": (0, 0.0),
    "in parts": (3, 0.0),
    "sharpness": (0, 0.1),
    "both": (3, 0.1),
}


def _write_gradients(folder: Path) -> None:
    with started_processes(torch.device("cpu")) as (processes, _):
        for way, (at_once, radius) in WAYS.items():
            found = gradients(PairsTask(), rows=16, at_once=at_once, radius=radius, processes=processes)
            torch.save(found, folder / f"{way} {processes.rank}.pt")
        with_norms = train(
            PairsTask(dropout=0.3, norm=True), paper_recipe(length__steps=3), folder / "run", processes=processes
        )
        assert with_norms.finished


if __name__ == "__main__":
    torch.set_num_threads(1)
    logging.basicConfig(level=logging.INFO)
    if sys.argv[1] == "gradients":
        _write_gradients(Path(sys.argv[2]))
    else:
        long = paper_recipe(length__steps=int(sys.argv[3]), length__validate_every=10**6, length__save_every=10**6)
        outcome = train(PairsTask(dropout=0.3), long, Path(sys.argv[2]))
        sys.exit(0 if outcome.finished else 3)
