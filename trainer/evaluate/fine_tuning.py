"""What a network's ear learns when it may change: fine-tuned to the classes of every labelled set (seeds C27, D28).

The task is that of the supervised recipes (`trainer.tasks.supervised`), begun with the network's audio tower, for each
division of a set (`divisions`) anew: the best of its validation sounds is measured on sounds of other recordings. The
same heads on what does not change are in `probes`.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from engine.clap.assembled import AssembledNetwork
from engine.embedding import Embedder
from trainer.clip_levels import ClipLevels, frames_of_clip, load_levels
from trainer.errors import TrainerError
from trainer.evaluate.class_sets import ClassSet, class_sets
from trainer.evaluate.divisions import Division, divide
from trainer.evaluate.figures import Row, Table
from trainer.evaluate.frozen_heads import Labelled
from trainer.evaluate.probes import LEAST_RECORDINGS, majority, with_enough_recordings
from trainer.evaluate.systems import Sounds
from trainer.loop import train
from trainer.manifest import Clip
from trainer.paired_sounds import Material, Pairs
from trainer.recipe import (
    DescentConfig,
    FineTuningConfig,
    LengthConfig,
    PairsConfig,
    PaperRecipe,
    ScheduleConfig,
)
from trainer.tasks.held_out import evaluating, heard_by
from trainer.tasks.supervised import SupervisedTask

VALIDATIONS = 10  # in a training
WORKERS = 2  # processes that decode sounds

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tuning:
    """How a paper fine-tunes."""

    settings: FineTuningConfig
    descent: DescentConfig
    epochs: int
    warmup_epochs: int = 0
    cosine: bool = False
    of_patches: bool = False  # drops patches, which other ears do not have


TUNINGS: Mapping[str, Tuning] = {
    "1 layer (C27)": Tuning(FineTuningConfig(layers=1), DescentConfig("adam", 1e-4, rows_per_step=32), 30),
    "3 layers (C27)": Tuning(FineTuningConfig(layers=3), DescentConfig("adam", 1e-4, rows_per_step=32), 30),
    "as ESC-50 (D28)": Tuning(
        FineTuningConfig(
            random_resize_crop=True,
            spec_augment_bands=15,
            spec_augment_frames=48,
            structured_patchout=0.5,
            positions="freeze embedding",
        ),
        DescentConfig("sgd", 0.5, rows_per_step=128),
        200,
        warmup_epochs=5,
        cosine=True,
        of_patches=True,
    ),
}


def fine_tuning_tables(embedder: Embedder, sounds: Sounds) -> Iterator[Table]:
    """A table for each set.

    Raises TrainerError for a network that was not assembled of towers, or if no set has two classes of enough
    recordings.
    """
    network = embedder.network
    if not isinstance(network, AssembledNetwork):
        raise TrainerError("Only the ear of a network that a paper's recipe assembled can be fine-tuned.")
    sets = [learnable for one in class_sets(sounds.clips) if (learnable := with_enough_recordings(one))]
    if not sets:
        raise TrainerError(f"No source has two classes with sounds of {LEAST_RECORDINGS} recordings each.")
    tunings = {
        name: tuning
        for name, tuning in TUNINGS.items()
        if network.config.audio.kind == "patches" or not tuning.of_patches
    }
    for one in sets:
        yield _table(network, one, sounds, tunings)


def _table(network: AssembledNetwork, one: ClassSet, sounds: Sounds, tunings: Mapping[str, Tuning]) -> Table:
    divisions = list(divide(one.truth, one.recordings, one.folds, one.parts))
    clips = _as_labelled(one, sounds)
    rows = [_row("majority", one, divisions, [_commonest(one, division) for division in divisions])]
    with TemporaryDirectory() as folder:
        levels = load_levels(clips, network.config.mel, Path(folder) / "levels", workers=WORKERS)
        for name, tuning in tunings.items():
            scores = []
            for number, division in enumerate(divisions, start=1):
                scores.append(_tuned(network, tuning, one, clips, levels, division))
                log.info("%s, %s: %d of %d divisions", one.name, name, number, len(divisions))
            rows.append(_row(name, one, divisions, scores))
    notes = (
        f"fine-tuned: {one.size_note()}, {len(divisions)} divisions",
        "in brackets: 95 % bootstrap over recordings",
    )
    return Table(f"fine-tuned: {one.name}", (one.measure,), tuple(rows), notes)


def recipe_of(network: AssembledNetwork, tuning: Tuning, several: bool, rows: int) -> PaperRecipe:
    """The recipe of a training on so many sounds."""
    steps_of_epoch = -(-rows // tuning.descent.rows_per_step)
    return PaperRecipe(
        name=f"{network.name}, fine-tuned",
        task="supervised",
        items="C27, D28",
        mel=network.config.mel,
        audio=network.config.audio,
        dim=network.config.dim,
        pairs=PairsConfig(clip_s=network.config.window_s),
        descent=tuning.descent,
        schedule=ScheduleConfig(
            "cosine" if tuning.cosine else "constant", warmup_steps=tuning.warmup_epochs * steps_of_epoch
        ),
        length=LengthConfig(
            epochs=tuning.epochs,
            validate_every=max(1, tuning.epochs * steps_of_epoch // VALIDATIONS),
            save_every=tuning.epochs * steps_of_epoch,
            kept_states=1,
        ),
        fine_tuning=replace(tuning.settings, many_labels=several),
    )


def _tuned(
    network: AssembledNetwork,
    tuning: Tuning,
    one: ClassSet,
    clips: Sequence[Clip],
    levels: ClipLevels,
    division: Division,
) -> np.ndarray:
    """(tested, classes): logits of a division's test sounds."""
    recipe = recipe_of(network, tuning, one.several, len(division.training))
    training, validation = (_pairs(clips, levels, part) for part in (division.training, division.validation))
    material = Material(training, validation, recipe.mel)
    task = SupervisedTask(copy.deepcopy(network.audio), network.audio_head, recipe, material)
    with TemporaryDirectory() as folder:
        if not train(task, recipe, Path(folder)).finished:
            raise TrainerError("Fine-tuning was interrupted.")
    most_frames = frames_of_clip(recipe.mel, network.config.window_s)
    with evaluating(task.module) as device:
        logits = heard_by(task.ear, levels.at(division.test.tolist()), most_frames=most_frames, device=device)
    return _in_columns(logits, task.classes, one.labels)


def _in_columns(logits: torch.Tensor, classes: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    """A class that no training sound has is the least likely of all."""
    scores = np.full((len(logits), len(labels)), -1e9)
    scores[:, [labels.index(label) for label in classes]] = logits.numpy()
    return scores


def _row(name: str, one: ClassSet, divisions: Sequence[Division], scores: Sequence[np.ndarray]) -> Row:
    tested = np.concatenate([division.test for division in divisions])
    return Row(name, (one.of(tested).figure(np.concatenate(scores)),))


def _commonest(one: ClassSet, division: Division) -> np.ndarray:
    training = Labelled(np.empty((len(division.training), 0)), one.truth[division.training], one.several)
    return majority(training, training, np.empty((len(division.test), 0)))


def _as_labelled(one: ClassSet, sounds: Sounds) -> list[Clip]:
    """The set's clips with its classes alone."""
    return [
        replace(sounds.clips[position], labels=tuple(one.labels[i] for i in np.flatnonzero(of_sound)))
        for position, of_sound in zip(one.positions, one.truth, strict=True)
    ]


def _pairs(clips: Sequence[Clip], levels: ClipLevels, part: np.ndarray) -> Pairs:
    rows = part.tolist()
    return Pairs([clips[row] for row in rows], [() for _ in rows], levels.at(rows))
