"""Masked pretraining of the ear, before any teacher speaks; and the rows that all training reads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from engine.clap.audio_encoder import AudioEncoder
from trainer.config import OptimizerConfig, Recipe
from trainer.journal import Journal
from trainer.objectives.masked import make_pretraining
from trainer.optimizer import descend, make_optimizer, set_rate
from trainer.run_state import load_newest_state, save_state
from trainer.scenes import Rows, SceneMaker

LOG_EVERY = 50


def pretrain(encoder: AudioEncoder, scenes: SceneMaker, recipe: Recipe, folder: Path) -> None:
    """Pretrain in place, if the recipe says so; `folder` keeps the encoder once that is finished."""
    if recipe.pretraining.kind == "none":
        return
    steps, settings, device = recipe.pretraining.steps, recipe.optimizer, scenes.features.device
    finished = load_newest_state(folder, device=device)
    if finished is not None:
        encoder.load_state_dict(finished["encoder"])
        return
    pretraining = make_pretraining(recipe.pretraining.kind, encoder, recipe.mel.mels).to(device).train()
    trainable = [parameter for parameter in pretraining.parameters() if parameter.requires_grad]
    optimizer = make_optimizer(trainable, settings)
    journal = Journal(folder / "log.jsonl", rows_per_step=settings.rows_per_step, first=0, steps=steps)
    for step, rows, generator in batches(scenes, settings, 0, steps):
        set_rate(optimizer, settings, step, steps)
        levels = ((rows.levels - recipe.mel.mean_db) / recipe.mel.deviation_db).transpose(1, 2)
        with torch.autocast(device.type, torch.bfloat16):
            loss = pretraining.loss(levels, generator)
        loss.backward()
        descend(optimizer, trainable, settings.clip_norm)
        pretraining.after_step(step / steps)
        if (step + 1) % LOG_EVERY == 0:
            journal.write(step + 1, {"loss": float(loss.detach()), **journal.pace(step + 1)})
    save_state(folder, steps, {"encoder": encoder.state_dict()})


def batches(
    scenes: SceneMaker, settings: OptimizerConfig, first: int, steps: int
) -> Iterator[tuple[int, Rows, torch.Generator]]:
    """Steps, their rows and a generator, from step `first` on; the next rows are composed while a step is computed.

    Rows are drawn from (seed, step), not from a live generator, so that a resumed run sees the same ones.
    """

    def compose(step: int) -> tuple[Rows, torch.Generator]:
        generator = torch.Generator(scenes.features.device).manual_seed(settings.seed * 1_000_003 + step)
        return scenes.batch(settings.rows_per_step, generator), generator

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(compose, first)
        for step in range(first, steps):
            (rows, generator), coming = coming.result(), pool.submit(compose, step + 1)
            yield step, rows, generator
