"""What a recipe trains on: its clips, mixtures of them, and the cached features of both."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from trainer import features as feature_cache
from trainer.config import DataConfig, Recipe
from trainer.features import Features
from trainer.manifest import Clip, mentions, read_manifest, split_by_source, without_licences
from trainer.mixtures import Mixtures, draw_mixtures
from trainer.teachers import TeacherFiles

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Split:
    """Positions of clips by what they are for."""

    training: list[int]
    held_out: list[int]  # of sources that are kept for choosing settings
    unseen: list[int]  # of labels that nothing in training names


@dataclass(frozen=True)
class Corpus:
    """The clips of a recipe with their cached features; items beyond the clips are mixtures."""

    clips: list[Clip]
    split: Split
    mixtures: Mixtures
    features: Features
    tag_names: list[str]

    @property
    def training_clips(self) -> list[Clip]:
        return [self.clips[position] for position in self.split.training]


def load_corpus(
    recipe: Recipe,
    shared: Path,
    cache: Path,
    *,
    more: Sequence[Path] = (),
    device: torch.device | str = "cpu",
    workers: int = 2,
) -> Corpus:
    """Read the manifests, compute what the feature cache lacks, and load it.

    shared : the folder with `sounds`, `teacher` and `labels`; cache : the folder of the features, made if need be
    more : manifests of further sounds to train on
    """
    clips = read_clips(recipe.data, shared, more)
    split = split_clips(clips, recipe.data)
    mixtures = draw_mixtures(clips, split.training, recipe.data.mixtures, seed=recipe.data.seed)
    files = teacher_files(shared)
    feature_cache.compute(clips, mixtures, recipe.mel, files, cache, device=device, workers=workers)
    log.info("features: reading")
    features = feature_cache.load(cache, clips, mixtures, recipe.mel, device=device)
    return Corpus(clips, split, mixtures, features, files.class_names())


def read_clips(settings: DataConfig, shared: Path, more: Sequence[Path] = ()) -> list[Clip]:
    """All clips of the training sounds but those whose licence a recipe refuses, by length."""
    clips = [clip for manifest in (shared / "sounds" / "train.csv", *more) for clip in read_manifest(manifest)]
    if settings.most_clips:
        clips = _some(clips, settings)
    # neighbours of about one length are heard together without much padding
    return sorted(without_licences(clips, settings.refused_licences), key=lambda clip: clip.seconds)


def _some(clips: Sequence[Clip], settings: DataConfig) -> list[Clip]:
    """All clips of the held-out sources, and `most_clips` of the others."""
    held_out = [clip for clip in clips if clip.source in settings.held_out_sources]
    others = [clip for clip in clips if clip.source not in settings.held_out_sources]
    count = min(settings.most_clips, len(others))
    return held_out + random.Random(settings.seed).sample(others, count)


def split_clips(clips: Sequence[Clip], settings: DataConfig) -> Split:
    """A refused recording is in no part; an unseen label decides before a held-out source does.

    Raises TrainerError for a held-out source that no clip has.
    """
    split_by_source(clips, settings.held_out_sources)
    parts: dict[str, list[int]] = {"training": [], "held_out": [], "unseen": []}
    for position, clip in enumerate(clips):
        if clip.recording in settings.refused_recordings:
            continue
        if mentions(clip, settings.unseen_labels):
            parts["unseen"].append(position)
        else:
            parts["held_out" if clip.source in settings.held_out_sources else "training"].append(position)
    return Split(**parts)


def teacher_files(shared: Path) -> TeacherFiles:
    return TeacherFiles(shared / "teacher", shared / "labels" / "class_labels_indices.csv")


def drawing_shares(corpus: Corpus, mixture_share: float) -> tuple[Tensor, Tensor]:
    """Items to draw from (n,) and how often (n,): by length, within bounds, and less the more clips say the same.

    mixture_share : of all draws, those that fall on mixtures, all alike.
    """
    clips = corpus.training_clips
    alike = Counter(clip.caption for clip in clips if clip.caption)
    of_clips = [(min(max(clip.seconds, 0.5), 15.0) / max(1, alike[clip.caption])) ** 0.5 for clip in clips]
    mixtures = len(corpus.mixtures)
    of_mixtures = sum(of_clips) * mixture_share / (1.0 - mixture_share) / max(1, mixtures)
    items = [*corpus.split.training, *range(len(corpus.clips), len(corpus.clips) + mixtures)]
    return torch.tensor(items), torch.tensor([*of_clips, *[of_mixtures] * mixtures])
