"""One table for one network on one split: zero-shot accuracy and retrieval, beside what they must beat."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike

from engine.audio import read_audio
from engine.clap.network import EarmarkNetwork
from engine.embedding import Embedder
from trainer.errors import TrainerError
from trainer.evaluate.baselines import chance_scores, fit_ridge, mel_statistics
from trainer.evaluate.bootstrap import groups_of_queries, interval, recording_of
from trainer.evaluate.retrieval import rank
from trainer.evaluate.zero_shot import class_vectors, hits, prompts_for
from trainer.manifest import Clip
from trainer.student import encode

ZERO_SHOT_SOURCE = "esc10"
RIDGE_S = 30.0  # the baseline looks at so much of a file
ANNOUNCE_EVERY = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figure:
    """A share between 0 and 1 with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class TableRow:
    system: str
    accuracy: Figure | None  # None where the split has nothing to classify
    recall_at_1: Figure
    recall_at_10: Figure
    mean_average_precision: Figure


@dataclass(frozen=True)
class Evaluation:
    """What was measured, and on how much."""

    network: str
    checkpoint_id: str
    sounds: int
    recordings: int
    queries: int
    zero_shot_clips: int
    zero_shot_recordings: int
    rows: list[TableRow]

    def to_dict(self) -> dict[str, object]:
        return asdict(self)

    def table(self) -> str:
        titles = ("system", "ESC-10 accuracy", "R@1", "R@10", "mAP")
        cells = [
            (r.system, str(r.accuracy or "-"), str(r.recall_at_1), str(r.recall_at_10), str(r.mean_average_precision))
            for r in self.rows
        ]
        widths = [max(len(row[column]) for row in (titles, *cells)) for column in range(len(titles))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (titles, *cells)
        ]
        counts = [
            f"network {self.network}, checkpoint {self.checkpoint_id}",
            f"retrieval: {self.queries} grouped captions over {self.sounds} sounds from {self.recordings} recordings",
            f"ESC-10: {self.zero_shot_clips} clips from {self.zero_shot_recordings} recordings",
            "in brackets: 95 % bootstrap over recordings, and over captions with all their recordings",
        ]
        return "\n".join([*lines, "", *counts])


@dataclass(frozen=True)
class Task:
    """A pool of sounds, the captions asked of it, and the clips that are classified."""

    clips: list[Clip]
    recordings: list[str]  # of every clip
    queries: list[str]
    relevant: np.ndarray  # (queries, sounds)
    labels: list[str]
    classified: np.ndarray  # positions in clips
    truth: np.ndarray  # (classified,) label numbers


def make_task(clips: Sequence[Clip]) -> Task:
    """Group equal captions into queries; classify the clips of ESC-10, where the split has them.

    Raises TrainerError if no clip has a caption.
    """
    queries = sorted({clip.caption for clip in clips if clip.caption})
    if not queries:
        raise TrainerError("None of the sounds to evaluate on has a caption.")
    relevant = np.array([[clip.caption == query for clip in clips] for query in queries])
    classified = np.array([i for i, clip in enumerate(clips) if clip.source == ZERO_SHOT_SOURCE], dtype=int)
    labels = sorted({clips[i].label for i in classified})
    truth = np.array([labels.index(clips[i].label) for i in classified], dtype=int)
    return Task(list(clips), [recording_of(clip) for clip in clips], queries, relevant, labels, classified, truth)


def measure(system: str, task: Task, scores: np.ndarray, correct: np.ndarray) -> TableRow:
    """scores : (queries, sounds); correct : (classified,), 1 where a clip's class was found."""
    ranking = rank(scores, task.relevant)
    together = groups_of_queries(task.relevant, task.recordings)
    return TableRow(
        system,
        _figure(correct, [task.recordings[i] for i in task.classified]) if len(correct) else None,
        _figure(ranking.found_within(1), together),
        _figure(ranking.found_within(10), together),
        _figure(ranking.average_precisions(), together),
    )


def measure_vectors(
    system: str, task: Task, sounds: np.ndarray, embed_text: Callable[[Sequence[str]], np.ndarray]
) -> TableRow:
    """A system that embeds sounds (sounds, dim) and texts (texts, dim), all of length one, in the same space."""
    correct = np.empty(0)
    if task.labels:
        classes = class_vectors(embed_text(prompts_for(task.labels)))
        correct = hits(sounds[task.classified], classes, task.truth)
    return measure(system, task, embed_text(task.queries) @ sounds.T, correct)


def evaluate_network(embedder: Embedder, task: Task) -> TableRow:
    """The network as Earmark uses it: whole files through the Embedder, captions and prompts as texts."""
    sounds = [
        embedder.embed_audio(read_audio(clip.path, sample_rate_hz=embedder.sample_rate_hz)).clip
        for clip in _announced(task.clips, f"{embedder.name}: heard")
    ]
    return measure_vectors(embedder.name, task, np.stack(sounds), embedder.embed_text)


def evaluate_chance(task: Task) -> TableRow:
    """Random scores; one draw, so its interval shows how far luck alone goes."""
    classes = len(task.labels)
    correct = hits(chance_scores(len(task.classified), classes), np.eye(classes), task.truth)
    return measure("chance", task, chance_scores(len(task.queries), len(task.clips)), correct)


def evaluate_ridge(network: EarmarkNetwork, task: Task, training: Sequence[Clip], held_out: Sequence[Clip]) -> TableRow:
    """Mel statistics with ridge regression into the network's own sentence space, fitted on captioned clips.

    Raises TrainerError if there are none.
    """
    training, held_out = ([clip for clip in clips if clip.caption] for clips in (training, held_out))
    if not training or not held_out:
        raise TrainerError("The baseline needs clips with captions, some to train on and some of held-out sources.")

    def embed_text(texts: Sequence[str]) -> np.ndarray:
        return np.asarray(encode(network, texts))

    fitted = fit_ridge(
        (_statistics(network, training), embed_text([clip.caption for clip in training])),
        (_statistics(network, held_out), embed_text([clip.caption for clip in held_out])),
    )
    return measure_vectors("mel statistics + ridge", task, fitted.embed(_statistics(network, task.clips)), embed_text)


def evaluate(
    embedder: Embedder, clips: Sequence[Clip], *, training: Sequence[Clip], held_out: Sequence[Clip]
) -> Evaluation:
    """The whole table for `clips`; `training` and `held_out` are for the ridge baseline alone."""
    task = make_task(clips)
    rows = [evaluate_chance(task)]
    if isinstance(embedder.network, EarmarkNetwork):
        rows.append(evaluate_ridge(embedder.network, task, training, held_out))
    rows.append(evaluate_network(embedder, task))
    return Evaluation(
        network=embedder.name,
        checkpoint_id=embedder.checkpoint_id,
        sounds=len(task.clips),
        recordings=len(set(task.recordings)),
        queries=len(task.queries),
        zero_shot_clips=len(task.classified),
        zero_shot_recordings=len({task.recordings[i] for i in task.classified}),
        rows=rows,
    )


def _figure(values: np.ndarray, groups: ArrayLike) -> Figure:
    """The mean of the values, and its interval when whole groups of them are drawn."""
    return Figure(float(values.mean()), *interval(values, groups))


def _statistics(network: EarmarkNetwork, clips: Sequence[Clip]) -> np.ndarray:
    """(clips, 5 * mels) of the network's own levels, for the baseline."""
    found = []
    for clip in _announced(clips, "baseline: heard"):
        y = read_audio(clip.path, sample_rate_hz=network.sample_rate_hz, duration_s=RIDGE_S)
        y = np.pad(y, (0, max(0, network.samples_per_segment - len(y))))
        with torch.inference_mode():
            found.append(mel_statistics(network.levels_of(torch.from_numpy(y).unsqueeze(0))[0].T.numpy()))
    return np.stack(found)


def _announced(clips: Sequence[Clip], done: str) -> Iterator[Clip]:
    """The clips, one by one; tells the log how far it is, because thousands of files take minutes."""
    for number, clip in enumerate(clips, start=1):
        yield clip
        if number % ANNOUNCE_EVERY == 0:
            log.info("%s %d of %d sounds", done, number, len(clips))
