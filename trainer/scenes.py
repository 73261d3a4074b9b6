"""Scenes: training rows in which several sounds follow or cover one another at known times.

Composed anew in every step from cached levels, so that no two rows are alike: mixing, gain and placing are sums of
levels, and the teachers' labels of each clip are placed with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.augment import augment, mix
from trainer.config import SceneConfig
from trainer.features import Features

FLOOR_DB = -100.0


@dataclass(frozen=True)
class Rows:
    """A batch: R rows of C labelled columns (of `frames_per_label` frames), at most E events each.

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


class SceneMaker:
    """Draws rows from the cached features of `items`; the same generator state gives the same rows.

    shares : (items,), how often each item is drawn, relative to the others.
    """

    def __init__(
        self, features: Features, items: Sequence[int], shares: np.ndarray, config: SceneConfig, *, labels: int
    ):
        self.features = features
        self.items = np.asarray(items)
        self.cumulative = np.cumsum(shares) / np.sum(shares)
        self.config = config
        self.labels = labels  # labelled columns in a row
        self.frames_per_label = int(np.diff(features.starts)[0] // np.diff(features.column_starts)[0])

    def batch(self, rows: int, random: np.random.Generator) -> Rows:
        made = [self._row(random) for _ in range(rows)]
        return Rows(*(np.stack([row[part] for row in made]) for part in range(5)))

    def _draw(self, random: np.random.Generator) -> int:
        return int(self.items[np.searchsorted(self.cumulative, random.random())])

    def _row(self, random: np.random.Generator) -> tuple[np.ndarray, ...]:
        mels, tags = self.features.levels.shape[1], self.features.column_scores.shape[1]
        levels = np.full((self.labels * self.frames_per_label, mels), FLOOR_DB, dtype=np.float32)
        scores = np.zeros((self.labels, tags), dtype=np.float32)
        spans = np.zeros((self.config.events, self.labels), dtype=np.float32)
        items = np.full(self.config.events, -1)
        covered = random.random() < self.config.overlay_share
        foreground = self.config.events - 1 if covered else self.config.events
        at = int(random.integers(0, 3)) if random.random() < 0.5 else 0
        for event in range(foreground):
            if at >= self.labels:
                break
            length = self._place(random, at, 0.0, event, levels, scores, spans, items)
            at += length + int(random.choice([0, 0, 1, 2]))
        alone = np.ones(self.config.events, dtype=bool)
        if covered:
            last, gain_db = self.config.events - 1, float(random.uniform(-18.0, 3.0))
            start = int(random.integers(0, self.labels // 2))
            self._place(random, start, gain_db, last, levels, scores, spans, items, covers=True)
            overlap = spans[:last] @ spans[last] > 0
            alone[:last] = ~overlap | (gain_db < -3.0)
            alone[last] = not overlap.any() or gain_db > 0.0
        return augment(levels, random, floor_db=FLOOR_DB), scores, spans, items, alone

    def _place(
        self,
        random: np.random.Generator,
        at: int,
        gain_db: float,
        event: int,
        levels: np.ndarray,
        scores: np.ndarray,
        spans: np.ndarray,
        items: np.ndarray,
        *,
        covers: bool = False,
    ) -> int:
        """Put an excerpt of an item into the row from labelled column `at` on; returns its length in those columns."""
        features, item = self.features, self._draw(random)
        first, beyond = features.column_starts[item], features.column_starts[item + 1]
        room = self.labels - at
        # an item that does not fit is heard from a random column on
        skip = int(random.integers(0, beyond - first - room + 1)) if beyond - first > room else 0
        length = min(room, int(beyond - first) - skip)
        frames = slice(at * self.frames_per_label, (at + length) * self.frames_per_label)
        source = features.starts[item] + skip * self.frames_per_label
        heard = features.levels[source : source + length * self.frames_per_label].astype(np.float32)
        variation_db = float(random.uniform(-6.0, 6.0)) + gain_db
        quiet = np.float32(10.0 ** (min(0.0, gain_db) / 20.0))  # a sound far below another is heard less surely
        labelled = features.column_scores[first + skip : first + skip + length].astype(np.float32) * quiet
        heard += np.float32(variation_db)
        levels[frames] = mix(levels[frames], heard) if covers else heard
        scores[at : at + length] = np.maximum(scores[at : at + length], labelled)
        spans[event, at : at + length] = 1.0
        items[event] = item
        return length
