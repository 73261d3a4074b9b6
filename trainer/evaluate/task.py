"""What is asked of a pool of sounds: its captions as queries, and the classes of ESC-10."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import groups_of_queries, recording_of
from trainer.evaluate.figures import Row, Table, figure
from trainer.evaluate.retrieval import rank
from trainer.evaluate.systems import Sounds, System
from trainer.evaluate.zero_shot import class_vectors, hits, prompts_for
from trainer.manifest import Clip

ZERO_SHOT_SOURCE = "esc10"
RETRIEVAL_COLUMNS = ("ESC-10 accuracy", "R@1", "R@10", "mAP", "MRR")


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

    def size_note(self) -> str:
        return (
            f"{len(self.queries)} grouped captions over {len(self.clips)} sounds from {len(set(self.recordings))} "
            "recordings"
        )


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


def scores_of(system: System, task: Task, sounds: np.ndarray) -> np.ndarray:
    """Sounds (sounds, dim) as the system heard them -> (queries, sounds)."""
    return system.read(task.queries) @ sounds.T


def classification(system: System, task: Task, sounds: np.ndarray) -> np.ndarray:
    """Sounds (sounds, dim) as the system heard them -> (classified,): 1 where the class was found."""
    if not task.labels:
        return np.empty(0)
    return hits(sounds[task.classified], class_vectors(system.read(prompts_for(task.labels))), task.truth)


def measure(name: str, task: Task, scores: np.ndarray, correct: np.ndarray) -> Row:
    """A row of RETRIEVAL_COLUMNS.

    scores : (queries, sounds); correct : (classified,), 1 where a clip's class was found.
    """
    ranking = rank(scores, task.relevant)
    together = groups_of_queries(task.relevant, task.recordings)
    of_queries = (
        ranking.found_within(1),
        ranking.found_within(10),
        ranking.average_precisions(),
        ranking.reciprocal_ranks(),
    )
    accuracy = figure(correct, [task.recordings[i] for i in task.classified]) if len(correct) else None
    return Row(name, (accuracy, *(figure(values, together) for values in of_queries)))


def retrieval_table(systems: Sequence[System], sounds: Sounds, task: Task) -> Table:
    rows = []
    for system in systems:
        vectors = sounds.clips_heard_by(system)
        rows.append(measure(system.name, task, scores_of(system, task, vectors), classification(system, task, vectors)))
    of_classified = {task.recordings[i] for i in task.classified}
    notes = (
        f"retrieval: {task.size_note()}",
        f"ESC-10: {len(task.classified)} clips from {len(of_classified)} recordings",
        "in brackets: 95 % bootstrap over recordings, and over captions with all their recordings",
    )
    return Table("retrieval", RETRIEVAL_COLUMNS, tuple(rows), notes)
