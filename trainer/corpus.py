"""What a recipe trains on: its clips, their mixtures, and the cached features of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainer import features as feature_cache
from trainer.config import DataConfig, Recipe
from trainer.features import Features, Item
from trainer.manifest import Clip, read_manifest, split_by_source, without_licences
from trainer.mixtures import draw_mixtures
from trainer.teachers import TeacherFiles


@dataclass(frozen=True)
class Corpus:
    """The clips of a recipe with their cached features; items beyond the clips are mixtures."""

    clips: list[Clip]
    training: list[int]  # positions in `clips`
    held_out: list[int]
    mixtures: list[int]  # positions in the features
    features: Features
    tag_names: list[str]

    @property
    def training_clips(self) -> list[Clip]:
        return [self.clips[position] for position in self.training]


def load_corpus(recipe: Recipe, shared: Path, cache: Path, *, workers: int = 2) -> Corpus:
    """Read the manifest, compute what the feature cache lacks, and load it.

    shared : the folder with `sounds`, `teacher` and `labels`; cache : the folder of the features, made if need be.
    """
    clips = read_clips(recipe.data, shared)
    training, held_out = split_positions(clips, recipe.data)
    # drawn before recordings are refused, so that refusing one more leaves the cache valid
    candidates, _ = split_by_source(clips, recipe.data.held_out_sources)
    mixtures = draw_mixtures(candidates, recipe.data.mixtures, seed=recipe.data.seed)
    refused = set(recipe.data.refused_recordings)
    items: list[Item] = [*clips, *mixtures]
    files = teacher_files(shared)
    feature_cache.compute(items, recipe.mel, files, cache, workers=workers)
    return Corpus(
        clips=clips,
        training=training,
        held_out=held_out,
        mixtures=[
            position
            for position, mixture in enumerate(mixtures, start=len(clips))
            if refused.isdisjoint({mixture.first.recording, mixture.second.recording})
        ],
        features=feature_cache.load(cache, items, recipe.mel),
        tag_names=files.class_names(),
    )


def read_clips(settings: DataConfig, shared: Path) -> list[Clip]:
    """All clips of the training sounds but those whose licence a recipe refuses."""
    return without_licences(read_manifest(shared / "sounds" / "train.csv"), settings.refused_licences)


def split_positions(clips: Sequence[Clip], settings: DataConfig) -> tuple[list[int], list[int]]:
    """Positions of the clips that train and of those kept for choosing; a refused recording is in neither."""
    usable = [i for i, clip in enumerate(clips) if clip.recording not in settings.refused_recordings]
    training = [i for i in usable if clips[i].source not in settings.held_out_sources]
    return training, [i for i in usable if clips[i].source in settings.held_out_sources]


def teacher_files(shared: Path) -> TeacherFiles:
    return TeacherFiles(shared / "teacher", shared / "labels" / "class_labels_indices.csv")


def drawing_shares(corpus: Corpus, mixture_share: float) -> tuple[list[int], np.ndarray]:
    """Items to draw from and how often: by length, within bounds, and less the more clips say the same.

    mixture_share : of all draws, those that fall on mixtures, all alike.
    """
    clips = corpus.training_clips
    alike = Counter(clip.caption for clip in clips if clip.caption)
    shares = np.array([(min(max(clip.seconds, 0.5), 15.0) / max(1, alike[clip.caption])) ** 0.5 for clip in clips])
    of_mixtures = np.full(len(corpus.mixtures), shares.sum() * mixture_share / (1.0 - mixture_share))
    return [*corpus.training, *corpus.mixtures], np.concatenate([shares, of_mixtures / max(1, len(of_mixtures))])
