"""Sounds with classes, set by set, and zero-shot classification in each (seeds C20 to C25, K30, D26, R05, W07).

A set is what one source published: sounds whose rows in a manifest have labels. Sources with few of them are one set
together. What a network thinks of each class is asked for in all the ways of `prompting`:

    accuracy  where a sound has one class (M5): the mean over folds, where the set has folds
    mAP       where a sound may have several (M6)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from trainer.errors import TrainerError
from trainer.evaluate.average_precision import average_precision_figure
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.divisions import fold_of, part_of
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.prompting import described_labels, prompts_by_name
from trainer.evaluate.systems import Sounds, System
from trainer.manifest import Clip
from trainer.prompts import class_embeddings

LEAST_SOUNDS = 100  # of a source that is a set of its own
OTHERS, ALL = "other sources", "all sources"
LOGIT_SCALE = 1 / 0.07  # of a cosine; which class is the clearest does not depend on it


@dataclass(frozen=True)
class ClassSet:
    """positions : of its sounds among all clips; truth : (sounds, classes) bool
    several : whether a sound may have several classes
    folds, parts : of every sound, as published (`divisions`), or empty
    """

    name: str
    positions: np.ndarray
    labels: list[str]
    truth: np.ndarray
    recordings: list[str]
    folds: list[str]
    parts: list[str]
    several: bool

    @property
    def measure(self) -> str:
        return "mAP" if self.several else "accuracy"

    def size_note(self) -> str:
        folds = f", {len(set(self.folds))} folds" if self.folds else ""
        return (
            f"{self.name}: {len(self.positions)} sounds from {len(set(self.recordings))} recordings, "
            f"{len(self.labels)} classes{folds}"
        )

    def figure(self, scores: np.ndarray) -> Figure:
        """Its measure of scores (sounds, classes), and the interval over recordings."""
        if self.several:
            return average_precision_figure(self.truth, scores, self.recordings)
        return figure(clearest(scores, self.truth.argmax(axis=1)) * self._shares(), self.recordings)

    def of(self, rows: np.ndarray) -> ClassSet:
        """Some of its sounds, by their numbers in the set."""

        def some(values: list[str]) -> list[str]:
            return [values[row] for row in rows] if values else []

        return replace(
            self,
            positions=self.positions[rows],
            truth=self.truth[rows],
            recordings=some(self.recordings),
            folds=some(self.folds),
            parts=some(self.parts),
        )

    def _shares(self) -> np.ndarray:
        """(sounds,): weights with which the mean over sounds is the mean over folds."""
        if not self.folds:
            return np.ones(len(self.positions))
        _, fold, sizes = np.unique(self.folds, return_inverse=True, return_counts=True)
        return np.asarray(len(fold) / len(sizes) / sizes[fold])


def class_sets(clips: Sequence[Clip]) -> list[ClassSet]:
    """One for each source with LEAST_SOUNDS labelled sounds, and one of all others.

    Raises TrainerError if there are no two labels in any of them.
    """
    of_source: dict[str, list[int]] = defaultdict(list)
    for position, clip in enumerate(clips):
        if labels_of(clip):
            of_source[clip.source].append(position)
    large = {source: positions for source, positions in of_source.items() if len(positions) >= LEAST_SOUNDS}
    few = sorted(position for source, positions in of_source.items() if source not in large for position in positions)
    named = [*sorted(large.items()), (OTHERS if large else ALL, few)]
    sets = [_class_set(name, positions, clips) for name, positions in named]
    found = [each for each in sets if len(each.labels) > 1]
    if not found:
        raise TrainerError("No source has sounds with two different labels.")
    return found


def labels_of(clip: Clip) -> tuple[str, ...]:
    """The classes of a sound, as words."""
    return tuple(label.replace("_", " ") for label in clip.labels or (clip.label,) if label)


def clearest(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(sounds,): 1 where the true class has the highest score, alone: ties count against us.

    scores : (sounds, classes); truth : (sounds,), class numbers.
    """
    of_truth = scores[np.arange(len(truth)), truth]
    return ((scores >= of_truth[:, None]).sum(axis=1) == 1).astype(float)


def probabilities(likeness: np.ndarray, *, several: bool, scale: float = LOGIT_SCALE) -> np.ndarray:
    """Cosines (sounds, classes) -> softmax over the classes, or a sigmoid for each where there may be several (C20)."""
    logits = scale * likeness.astype(np.float64)
    if several:
        return np.asarray(1.0 / (1.0 + np.exp(-logits)))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def label_vectors(prompts: Sequence[Sequence[str]], system: System) -> np.ndarray:
    """(classes, dim): of each class the normalised mean of the normalised vectors of its prompts (R05)."""
    read: np.ndarray = class_embeddings(prompts, lambda texts: torch.from_numpy(system.read(texts))).numpy()
    return read


def class_set_tables(system: System, chance: System, sounds: Sounds) -> Iterator[Table]:
    """A table for each set. Raises TrainerError if no source has sounds with two different labels."""
    for one in class_sets(sounds.clips):
        rows = [Row("chance", (zero_shot(chance, [[label] for label in one.labels], one, sounds),))]
        for name, prompts in prompts_by_name(one.name, one.labels).items():
            rows.append(Row(name, (zero_shot(system, prompts, one, sounds),)))
        notes = (
            f"zero shot: {one.size_note()}, of which {len(described_labels(one.labels))} have descriptions and scenes",
            "in brackets: 95 % bootstrap over recordings",
        )
        yield Table(f"zero shot: {one.name}", (one.measure,), tuple(rows), notes)


def zero_shot(system: System, prompts: Sequence[Sequence[str]], one: ClassSet, sounds: Sounds) -> Figure:
    """How a set's sounds are classified by what a system reads of each class."""
    heard = sounds.clips_heard_by(system)[one.positions]
    heard = heard / np.maximum(np.linalg.norm(heard, axis=1, keepdims=True), 1e-9)
    return one.figure(probabilities(heard @ label_vectors(prompts, system).T, several=one.several))


def _class_set(name: str, positions: Sequence[int], clips: Sequence[Clip]) -> ClassSet:
    labels = sorted({label for position in positions for label in labels_of(clips[position])})
    column = {label: number for number, label in enumerate(labels)}
    truth = np.zeros((len(positions), len(labels)), dtype=bool)
    for row, position in enumerate(positions):
        truth[row, [column[label] for label in labels_of(clips[position])]] = True
    of = [clips[position] for position in positions]
    folds, parts = ([each(clip) for clip in of] for each in (fold_of, part_of))
    return ClassSet(
        name,
        np.array(positions, dtype=int),
        labels,
        truth,
        [recording_of(clip) for clip in of],
        folds if all(folds) else [],
        parts if all(parts) else [],
        bool((truth.sum(axis=1) > 1).any()),
    )
