"""What can be learned from a network that stays as it is: small classifiers on its features (seeds C26, D27, K32).

Every labelled set is divided as published, or into five folds of recordings; what is measured is how sounds are
classified that neither trained a head nor chose it. Of classes with few recordings nothing can be learned: they are
left out, and the note says how many.

    majority           the commonest class of the training sounds, or how common each is
    nearest            the class of the training sound that is most alike
    1 layer, 3 layers  C26: Adam 1e-3, 30 epochs
    linear             D27: Adam 3e-5, up to 200 epochs, patience 20
    shallow MLP        as hear-eval-kit: one hidden layer of 1024
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from engine.embedding import Embedder
from trainer.errors import TrainerError
from trainer.evaluate.class_sets import ClassSet, class_sets
from trainer.evaluate.divisions import FOLDS, Division, divide
from trainer.evaluate.figures import Figure, Row, Table
from trainer.evaluate.frozen_features import frozen_features
from trainer.evaluate.frozen_heads import (
    LINEAR,
    ONE_LAYER,
    SHALLOW,
    THREE_LAYERS,
    HeadSettings,
    Labelled,
    learn_head,
)
from trainer.evaluate.systems import Sounds

HEADS: Mapping[str, HeadSettings] = {
    "1 layer (C26)": ONE_LAYER,
    "3 layers (C26)": THREE_LAYERS,
    "linear (D27)": LINEAR,
    "shallow MLP (K32)": SHALLOW,
}
LEAST_RECORDINGS = FOLDS  # of a class

Classify = Callable[[Labelled, Labelled, np.ndarray], np.ndarray]
"""Training and validation sounds, features (rows, width) of others -> scores (rows, classes)."""


def probe_tables(embedder: Embedder, sounds: Sounds) -> Iterator[Table]:
    """A table for each set. Raises TrainerError if no set has two classes of enough recordings."""
    sets = [learnable for one in class_sets(sounds.clips) if (learnable := with_enough_recordings(one))]
    if not sets:
        raise TrainerError(f"No source has two classes with sounds of {LEAST_RECORDINGS} recordings each.")
    features = frozen_features(embedder, sounds)
    for one in sets:
        divisions = list(divide(one.truth, one.recordings, one.folds, one.parts))
        rows = [Row("majority", (probed(one, features["embedding"], divisions, majority),))]
        for kind, of_kind in features.items():
            rows.append(Row(f"{kind}: nearest", (probed(one, of_kind, divisions, nearest),)))
            rows += [
                Row(f"{kind}: {name}", (probed(one, of_kind, divisions, learner(settings)),))
                for name, settings in HEADS.items()
            ]
        yield Table(f"probes: {one.name}", (one.measure,), tuple(rows), _notes(one, divisions, sounds))


def with_enough_recordings(one: ClassSet) -> ClassSet | None:
    """The sounds of classes with LEAST_RECORDINGS; None if fewer than two classes have as many."""
    recordings = np.array(one.recordings)
    enough = np.array([len(set(recordings[of_class])) >= LEAST_RECORDINGS for of_class in one.truth.T])
    if enough.sum() < 2:
        return None
    kept = one.of(np.flatnonzero(one.truth[:, enough].any(axis=1)))
    labels = [label for label, is_enough in zip(one.labels, enough, strict=True) if is_enough]
    return replace(kept, truth=kept.truth[:, enough], labels=labels)


def probed(one: ClassSet, features: np.ndarray, divisions: list[Division], classify: Classify) -> Figure:
    """How the tested sounds of all divisions are classified. features : (all sounds, width)."""
    labelled = Labelled(features[one.positions], one.truth, one.several)
    scores = np.full(one.truth.shape, np.nan)
    for division in divisions:
        training, validation = labelled.rows(division.training), labelled.rows(division.validation)
        scores[division.test] = classify(training, validation, labelled.features[division.test])
    tested = np.flatnonzero(~np.isnan(scores).any(axis=1))
    return one.of(tested).figure(scores[tested])


def learner(settings: HeadSettings) -> Classify:
    return lambda training, validation, others: learn_head(training, validation, settings).scores(others)


def majority(training: Labelled, _validation: Labelled, others: np.ndarray) -> np.ndarray:
    common = training.truth.mean(axis=0)
    if not training.several:
        common = np.eye(len(common))[common.argmax()]
    return np.tile(common, (len(others), 1))


def nearest(training: Labelled, _validation: Labelled, others: np.ndarray) -> np.ndarray:
    """Of each class the highest cosine with one of its sounds, less the mean of the training sounds."""
    middle = training.features.mean(axis=0)
    known, asked = (_unit(each - middle) for each in (training.features, others))
    likeness = asked @ known.T
    absent = np.full(len(others), -2.0)
    return np.stack([likeness[:, of].max(axis=1) if of.any() else absent for of in training.truth.T], axis=1)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def _notes(one: ClassSet, divisions: list[Division], sounds: Sounds) -> tuple[str, ...]:
    sizes = [
        "/".join(str(len(part)) for part in (division.training, division.validation, division.test))
        for division in divisions
    ]
    return (
        f"probes: {one.size_note()}; classes with {LEAST_RECORDINGS} recordings and more",
        f"trained on, chosen by and tested on: {', '.join(sizes)} sounds; no recording is on two sides",
        "in brackets: 95 % bootstrap over recordings",
    )
