"""Sounds and sentences in memory for the tasks of the papers, and recipes whose networks are made in milliseconds.

Each sound is noise that is loud in two of 16 bands; which two is what its caption and its label say.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.clap.assembled import AssembledNetwork, make_assembled
from engine.clap.config import MelConfig
from engine.clap.towers.config import AudioTowerConfig, DecoderConfig, HeadConfig, TextTowerConfig
from tests.small_networks import WORDS, make_word_tokenizer
from trainer.assembling import assembled_config, freeze
from trainer.clip_levels import ClipLevels
from trainer.loop import learn
from trainer.manifest import Clip
from trainer.paired_sounds import Material, Pairs
from trainer.recipe import DescentConfig, FineTuningConfig, LengthConfig, LossConfig, PairsConfig, PaperRecipe
from trainer.sentence_vectors import SentenceVectors
from trainer.tasks.captioning import CaptioningTask
from trainer.tasks.contrastive import ContrastiveTask
from trainer.tasks.frozen_audio import FrozenAudioTask
from trainer.tasks.masked_autoencoder import MaskedAutoencoderTask
from trainer.tasks.masked_duo import MaskedDuoTask
from trainer.tasks.supervised import SupervisedTask
from trainer.tasks.task import Task

KINDS = ("a dog barks", "rain on the roof", "a bell rings", "a car passes", "rain falls", "sound of a bell")
MEL = MelConfig(16000, 512, 400, 160, mels=16, low_hz=50.0, high_hz=8000.0, mean_db=-40.0, deviation_db=20.0)
PATCHES = AudioTowerConfig("patches", width=16, layers=1, heads=2, hidden=32, patch_frames=8, patch_bands=8)
CNN = AudioTowerConfig("cnn14", channels=(4, 8, 16))
TEXT = TextTowerConfig(
    vocabulary=4 + len(WORDS), width=16, layers=1, heads=2, hidden=32, max_tokens=12, dropout=0.0, pooling="mean"
)

SMALL = PaperRecipe(
    name="small",
    task="contrastive",
    items="C05",
    mel=MEL,
    audio=PATCHES,
    dim=16,
    text=TEXT,
    pairs=PairsConfig(clip_s=0.64),  # 64 frames: 8 columns of 2 patches
    descent=DescentConfig(learning_rate=1e-2, rows_per_step=8),
    length=LengthConfig(steps=10),
)
RECIPES = {
    "contrastive": replace(SMALL, audio=CNN),
    "captioning": replace(
        SMALL,
        task="captioning",
        text=replace(TEXT, causal=True),
        audio_head=HeadConfig("pooler", heads=2),
        text_head=HeadConfig("pooler", heads=2),
        decoder=DecoderConfig(layers=1, heads=2, hidden=32, dropout=0.0),
        loss=LossConfig(captioning=1.0, most_patches=8),
    ),
    "masked_autoencoder": replace(
        SMALL, task="masked_autoencoder", loss=LossConfig(masked=1.0, hidden_share=0.75, predictor_layers=1)
    ),
    "masked_duo": replace(
        SMALL,
        task="masked_duo",
        audio_head=HeadConfig("block", hidden=16),
        text_head=HeadConfig("linear", bias=False),
        loss=LossConfig(
            masked=1.0,
            contrastive=0.01,
            hidden_share=0.75,
            predictor_layers=1,
            predictor_width=8,
            predictor_heads=2,
            first_decay=0.9,
            last_decay=0.99,
        ),
    ),
    "supervised": replace(SMALL, task="supervised", fine_tuning=FineTuningConfig(layers=1)),
}


def make_clip(number: int, kind: str, *, split: str = "") -> Clip:
    return Clip(Path(f"{number}.wav"), "made", f"{number}", kind, kind, 1.0, "CC0", (), (), split)


def make_pairs(count: int, *, seed: int) -> Pairs:
    """Sound i is of kind i modulo 6, and 24 to 84 frames long."""
    random = np.random.default_rng(seed)
    lengths = random.integers(24, 85, count)
    levels = random.normal(0.0, 0.3, (int(lengths.sum()), MEL.mels)).astype(np.float16)
    firsts = np.cumsum(lengths) - lengths
    for number, (first, length) in enumerate(zip(firsts, lengths, strict=True)):
        levels[first : first + length, 2 * (number % 6) : 2 * (number % 6) + 2] += 2.0
    clips = [make_clip(seed * 1000 + number, KINDS[number % 6]) for number in range(count)]
    stored = ClipLevels([levels], np.zeros(count, dtype=np.int64), firsts, lengths, silence=-3.0)
    return Pairs(clips, [clip.captions for clip in clips], stored)


def make_material() -> Material:
    return Material(make_pairs(36, seed=1), make_pairs(12, seed=2), MEL)


def make_network(recipe: PaperRecipe) -> AssembledNetwork:
    """With random weights, and the words of `small_networks`."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = make_assembled(assembled_config(recipe), make_word_tokenizer())
    freeze(network, recipe.frozen)
    return network


def make_vectors() -> SentenceVectors:
    """16 numbers for each sentence."""
    return SentenceVectors(sorted(KINDS), torch.eye(len(KINDS), 16))


def make_small_task(recipe: PaperRecipe, material: Material) -> Task:
    network = make_network(recipe)
    match recipe.task:
        case "contrastive":
            return ContrastiveTask(network, recipe, material)
        case "captioning":
            return CaptioningTask(network, recipe, material)
        case "frozen_audio":
            return FrozenAudioTask(network, recipe, material)
        case "masked_autoencoder":
            return MaskedAutoencoderTask(network.audio, network.audio_head, recipe, material)
        case "supervised":
            return SupervisedTask(network.audio, network.audio_head, recipe, material)
        case "masked_duo":
            return MaskedDuoTask(network, recipe, material, make_vectors())


def changed_where(levels: Tensor, places: Tensor) -> Tensor:
    """Levels (B, M, F) with other numbers in some patches of 8 × 8 in 2 rows: positions (B, K)."""
    changed = levels.clone()
    for row, of_row in enumerate(places.tolist()):
        for column, band in (divmod(place, 2) for place in of_row):
            changed[row, 8 * band : 8 * band + 8, 8 * column : 8 * column + 8] -= 2.0
    return changed


def with_settings(recipe: PaperRecipe, **sections: Any) -> PaperRecipe:
    """The recipe with other values, named as "section__key"."""
    for name, value in sections.items():
        section, _, key = name.partition("__")
        changed: Any = replace(getattr(recipe, section), **{key: value}) if key else value
        settings: dict[str, Any] = {section: changed}
        recipe = replace(recipe, **settings)
    return recipe


def descend(task: Task, recipe: PaperRecipe, steps: int) -> list[float]:
    """A plain loop; returns the losses."""
    learn(task.module)
    trainable = [parameter for parameter in task.module.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(trainable, lr=recipe.descent.learning_rate)
    losses = []
    for step in range(steps):
        torch.manual_seed(step)
        loss = task.losses(task.represent(task.batch(step, range(recipe.descent.rows_per_step))))["loss"]
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        task.after_step(step, steps)
        losses.append(float(loss.detach()))
    return losses
