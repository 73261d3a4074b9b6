"""Retrieval in both directions, with as many captions for a sound as people wrote (seeds M1 to M4).

    text to audio  every caption is a query for its own sound among all of them
    audio to text  every sound is a query for any of its captions among all of them

Captions that are equal are one text. It belongs to all sounds that it was written for: in a set with different captions
this is M1 to M4 to the letter. Ties count against us.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import groups_of_queries, recording_of
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.retrieval import Ranking, rank
from trainer.evaluate.systems import Sounds, System
from trainer.manifest import Clip

FIRST = (1, 5, 10)
COLUMNS = tuple(f"{way} {what}" for way in ("T2A", "A2T") for what in (*(f"R@{k}" for k in FIRST), "mAP@10"))


@dataclass(frozen=True)
class Described:
    """Sounds with captions.

    positions : of the sounds among all clips; relevant : (texts, sounds) bool; recordings : of every sound
    """

    positions: np.ndarray
    texts: list[str]
    relevant: np.ndarray
    recordings: list[str]


def described(clips: Sequence[Clip]) -> Described:
    """The clips that have captions. Raises TrainerError if none has."""
    positions = [position for position, clip in enumerate(clips) if clip.captions]
    if not positions:
        raise TrainerError("No sound has a caption.")
    texts = sorted({caption for position in positions for caption in clips[position].captions})
    number = {text: row for row, text in enumerate(texts)}
    relevant = np.zeros((len(texts), len(positions)), dtype=bool)
    for column, position in enumerate(positions):
        relevant[[number[caption] for caption in clips[position].captions], column] = True
    return Described(np.array(positions), texts, relevant, [recording_of(clips[position]) for position in positions])


def both_ways_table(systems: Sequence[System], sounds: Sounds) -> Table:
    """Raises TrainerError if no sound has a caption."""
    asked = described(sounds.clips)
    rows = []
    for system in systems:
        scores = system.read(asked.texts) @ sounds.clips_heard_by(system)[asked.positions].T
        rows.append(Row(system.name, tuple(measured(scores, asked))))
    shared = int((asked.relevant.sum(axis=1) > 1).sum())
    notes = (
        f"both ways: {len(asked.texts)} captions, {shared} of them of several sounds; {len(asked.positions)} sounds "
        f"from {len(set(asked.recordings))} recordings",
        "in brackets: 95 % bootstrap over captions with all their recordings, and over recordings",
    )
    return Table("both ways", COLUMNS, tuple(rows), notes)


def measured(scores: np.ndarray, asked: Described) -> list[Figure]:
    """The figures of COLUMNS. scores : (texts, sounds)."""
    of_texts = groups_of_queries(asked.relevant, asked.recordings)
    return [
        *(figure(values, of_texts) for values in _of(rank(scores, asked.relevant))),
        *(figure(values, asked.recordings) for values in _of(rank(scores.T, asked.relevant.T))),
    ]


def _of(ranking: Ranking) -> list[np.ndarray]:
    return [*(ranking.found_within(k) for k in FIRST), ranking.average_precisions_within(FIRST[-1])]
