"""Scenes: training rows in which several sounds follow or cover one another at known times.

Composed anew in every step from cached levels, so that no two rows are alike: mixing, gain and placing are sums of
levels, and the teachers' labels of each clip are placed with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from trainer.augment import augment, mix
from trainer.config import SceneConfig
from trainer.features import Features

FLOOR_DB = -100.0


@dataclass(frozen=True)
class Rows:
    """A batch: R rows of C labelled columns (of the features' `frames_per_column`), at most E events each.

    levels : (R, frames, mels) dB
    scores : (R, C, tags), the teachers' scores of everything heard in a labelled column
    spans : (R, E, C), 1 where an event sounds; all 0 for an event that is not there
    items : (R, E), index of the event's item, or -1
    alone : (R, E), whether nothing louder covers the event
    """

    levels: np.ndarray
    scores: np.ndarray
    spans: np.ndarray
    items: np.ndarray
    alone: np.ndarray


@dataclass(frozen=True)
class Excerpt:
    """A stretch of an item that fits into a row."""

    item: int
    levels: np.ndarray  # (columns * frames_per_column, mels) dB
    scores: np.ndarray  # (columns, tags)

    def __len__(self) -> int:
        return len(self.scores)


class Row:
    """One row of `Rows` while it is composed; silent at first."""

    def __init__(self, features: Features, *, columns: int, events: int) -> None:
        self.frames_per_column = features.frames_per_column
        frames, mels, tags = columns * self.frames_per_column, features.levels.shape[1], features.clip_scores.shape[1]
        self.levels = np.full((frames, mels), FLOOR_DB, dtype=np.float32)
        self.scores = np.zeros((columns, tags), dtype=np.float32)
        self.spans = np.zeros((events, columns), dtype=np.float32)
        self.items = np.full(events, -1)
        self.alone = np.ones(events, dtype=bool)

    def put(self, event: int, at: int, excerpt: Excerpt) -> None:
        """Let an excerpt sound from column `at` on, instead of silence."""
        columns, frames = self._mark(event, at, excerpt)
        self.levels[frames] = excerpt.levels
        self.scores[columns] = excerpt.scores

    def cover(self, event: int, at: int, excerpt: Excerpt, *, gain_db: float) -> None:
        """Let an excerpt sound from column `at` on, over what is there."""
        columns, frames = self._mark(event, at, excerpt)
        self.levels[frames] = mix(self.levels[frames], excerpt.levels + np.float32(gain_db))
        surely = np.float32(10.0 ** (min(0.0, gain_db) / 20.0))  # a sound far below another is heard less surely
        self.scores[columns] = np.maximum(self.scores[columns], excerpt.scores * surely)
        overlap = self.spans @ self.spans[event] > 0
        overlap[event] = False
        self.alone[overlap] = gain_db < -3.0
        self.alone[event] = gain_db > 0.0 or not overlap.any()

    def _mark(self, event: int, at: int, excerpt: Excerpt) -> tuple[slice, slice]:
        """Where an excerpt lies: its columns and its frames."""
        columns = slice(at, at + len(excerpt))
        self.spans[event, columns] = 1.0
        self.items[event] = excerpt.item
        return columns, slice(columns.start * self.frames_per_column, columns.stop * self.frames_per_column)


class SceneMaker:
    """Draws rows from the cached features of `items`; the same generator state gives the same rows.

    shares : (items,), how often each item is drawn, relative to the others; columns : labelled columns in a row.
    """

    def __init__(
        self, features: Features, items: Sequence[int], shares: np.ndarray, config: SceneConfig, *, columns: int
    ) -> None:
        self.features = features
        self.items = np.asarray(items)
        self.cumulative = np.cumsum(shares) / np.sum(shares)
        self.cumulative[-1] = 1.0
        self.config = config
        self.columns = columns

    def batch(self, rows: int, random: np.random.Generator) -> Rows:
        made = [self._row(random) for _ in range(rows)]
        return Rows(**{part.name: np.stack([getattr(row, part.name) for row in made]) for part in fields(Rows)})

    def _row(self, random: np.random.Generator) -> Row:
        """Events one after another, some with a short pause between them, and perhaps a sound over them."""
        events = self.config.events
        row = Row(self.features, columns=self.columns, events=events)
        covered = random.random() < self.config.overlay_share
        at = int(random.integers(0, 3)) if random.random() < 0.5 else 0
        for event in range(events - 1 if covered else events):
            if at >= self.columns:
                break
            excerpt = self._excerpt(random, self.columns - at)
            row.put(event, at, excerpt)
            at += len(excerpt) + int(random.choice([0, 0, 1, 2]))
        if covered:
            gain_db = float(random.uniform(-18.0, 3.0))
            at = int(random.integers(0, self.columns // 2))
            row.cover(events - 1, at, self._excerpt(random, self.columns - at), gain_db=gain_db)
        row.levels = augment(row.levels, random, floor_db=FLOOR_DB)
        return row

    def _excerpt(self, random: np.random.Generator, room: int) -> Excerpt:
        """A whole item, or `room` columns of one that is longer, a little louder or softer than recorded."""
        features = self.features
        item = int(self.items[np.searchsorted(self.cumulative, random.random())])
        first, beyond = int(features.column_starts[item]), int(features.column_starts[item + 1])
        skip = int(random.integers(0, beyond - first - room + 1)) if beyond - first > room else 0
        length = min(room, beyond - first)
        frame = int(features.starts[item]) + skip * features.frames_per_column
        levels = features.levels[frame : frame + length * features.frames_per_column].astype(np.float32)
        scores = features.column_scores[first + skip : first + skip + length].astype(np.float32)
        return Excerpt(item, levels + np.float32(random.uniform(-6.0, 6.0)), scores)
