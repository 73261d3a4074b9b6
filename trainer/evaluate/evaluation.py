"""One table for one network on one split: zero-shot accuracy and retrieval, beside what they must beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch

from engine.audio import read_audio
from engine.clap.network import EarmarkNetwork
from engine.embedding import Embedder
from trainer.evaluate.baselines import chance_scores, fit_ridge, mel_statistics
from trainer.evaluate.bootstrap import interval, recording_of
from trainer.evaluate.retrieval import rank
from trainer.evaluate.zero_shot import class_vectors, hits, prompts_for
from trainer.manifest import Clip

ZERO_SHOT_SOURCE = "esc10"
RIDGE_S = 30.0  # the baseline looks at so much of a file
TEXT_BATCH = 64


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
    accuracy: Figure
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
            (r.system, str(r.accuracy), str(r.recall_at_1), str(r.recall_at_10), str(r.mean_average_precision))
            for r in self.rows
        ]
        widths = [max(len(row[column]) for row in (titles, *cells)) for column in range(len(titles))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (titles, *cells)
        ]
        counts = (
            f"network {self.network} ({self.checkpoint_id}); retrieval: {self.queries} grouped captions over "
            f"{self.sounds} sounds from {self.recordings} recordings; ESC-10: {self.zero_shot_clips} clips from "
            f"{self.zero_shot_recordings} recordings; brackets: 95 % bootstrap over recordings"
        )
        return "\n".join([*lines, counts])


@dataclass(frozen=True)
class Task:
    """A pool of sounds, the captions asked of it, and the clips that are classified."""

    clips: list[Clip]
    queries: list[str]
    relevant: np.ndarray  # (queries, sounds)
    labels: list[str]
    classified: np.ndarray  # positions in clips
    truth: np.ndarray  # (classified,) label numbers


def make_task(clips: Sequence[Clip]) -> Task:
    """Group equal captions into queries; classify the clips of ESC-10, where the split has them."""
    queries = sorted({clip.caption for clip in clips if clip.caption})
    relevant = np.array([[clip.caption == query for clip in clips] for query in queries])
    classified = np.array([i for i, clip in enumerate(clips) if clip.source == ZERO_SHOT_SOURCE], dtype=int)
    labels = sorted({clips[i].label for i in classified})
    truth = np.array([labels.index(clips[i].label) for i in classified], dtype=int)
    return Task(list(clips), queries, relevant, labels, classified, truth)


def measure(system: str, task: Task, scores: np.ndarray, correct: np.ndarray) -> TableRow:
    """scores : (queries, sounds); correct : (classified,), 1 where a clip's class was found."""
    recordings = [recording_of(clip) for clip in task.clips]
    of_classified = [recordings[i] for i in task.classified]
    ranking = rank(scores, task.relevant)
    return TableRow(
        system,
        _figure(of_classified, lambda counts: float(np.average(correct, weights=counts))),
        _figure(recordings, lambda counts: ranking.recall_at(1, counts)),
        _figure(recordings, lambda counts: ranking.recall_at(10, counts)),
        _figure(recordings, ranking.mean_average_precision),
    )


def evaluate_network(embedder: Embedder, task: Task) -> TableRow:
    """The network as Earmark uses it: whole files through the Embedder, captions and prompts as texts."""
    sounds = np.stack([_embed_file(embedder, clip) for clip in task.clips])
    classes = class_vectors(embedder.embed_text(prompts_for(task.labels)))
    correct = hits(sounds[task.classified], classes, task.truth)
    return measure(embedder.name, task, embedder.embed_text(task.queries) @ sounds.T, correct)


def evaluate_chance(task: Task) -> TableRow:
    """Random scores; one draw, so its interval shows how far luck alone goes."""
    picked = chance_scores(len(task.classified), len(task.labels)).argmax(axis=1)
    return measure(
        "chance", task, chance_scores(len(task.queries), len(task.clips)), (picked == task.truth).astype(float)
    )


def evaluate_ridge(network: EarmarkNetwork, task: Task, training: Sequence[Clip], held_out: Sequence[Clip]) -> TableRow:
    """Mel statistics with ridge regression into the network's own sentence space, fitted on captioned clips."""
    fitted = fit_ridge(*_statistics_and_targets(network, training), _statistics_and_targets(network, held_out))
    sounds = fitted.embed(np.stack([_statistics(network, clip) for clip in task.clips]))
    classes = class_vectors(_sentences(network, prompts_for(task.labels)))
    correct = hits(sounds[task.classified], classes, task.truth)
    return measure("mel statistics + ridge", task, _sentences(network, task.queries) @ sounds.T, correct)


def evaluate(
    embedder: Embedder, clips: Sequence[Clip], *, training: Sequence[Clip], held_out: Sequence[Clip]
) -> Evaluation:
    """The whole table for `clips`; `training` and `held_out` are for the ridge baseline alone."""
    task = make_task(clips)
    rows = [evaluate_chance(task)]
    if isinstance(embedder.network, EarmarkNetwork):
        rows.append(evaluate_ridge(embedder.network, task, training, held_out))
    rows.append(evaluate_network(embedder, task))
    recordings = [recording_of(clip) for clip in task.clips]
    return Evaluation(
        network=embedder.name,
        checkpoint_id=embedder.checkpoint_id,
        sounds=len(task.clips),
        recordings=len(set(recordings)),
        queries=len(task.queries),
        zero_shot_clips=len(task.classified),
        zero_shot_recordings=len({recordings[i] for i in task.classified}),
        rows=rows,
    )


def _figure(recordings: Sequence[str], figure_of: Callable[[np.ndarray], float]) -> Figure:
    """The figure with every clip counted once, and its interval; not a number where there is nothing to count."""
    if not recordings:
        return Figure(float("nan"), float("nan"), float("nan"))
    return Figure(figure_of(np.ones(len(recordings), dtype=int)), *interval(recordings, figure_of))


def _embed_file(embedder: Embedder, clip: Clip) -> np.ndarray:
    return embedder.embed_audio(read_audio(clip.path, sample_rate_hz=embedder.sample_rate_hz)).clip


def _statistics(network: EarmarkNetwork, clip: Clip) -> np.ndarray:
    y = read_audio(clip.path, sample_rate_hz=network.sample_rate_hz, duration_s=RIDGE_S)
    y = np.pad(y, (0, max(0, network.samples_per_segment - len(y))))
    with torch.inference_mode():
        levels = network.levels_of(torch.from_numpy(y).unsqueeze(0))[0]
    return mel_statistics(levels.T.numpy())


def _statistics_and_targets(network: EarmarkNetwork, clips: Sequence[Clip]) -> tuple[np.ndarray, np.ndarray]:
    captioned = [clip for clip in clips if clip.caption]
    return (
        np.stack([_statistics(network, clip) for clip in captioned]),
        _sentences(network, [clip.caption for clip in captioned]),
    )


def _sentences(network: EarmarkNetwork, texts: Sequence[str]) -> np.ndarray:
    with torch.inference_mode():
        batches = [network.centred_text(texts[i : i + TEXT_BATCH]) for i in range(0, len(texts), TEXT_BATCH)]
    return torch.cat(batches).numpy()
