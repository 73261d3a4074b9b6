"""Scenes: training rows in which several sounds follow or cover one another at known times.

Composed anew in every step from cached levels, so that no two rows are alike: mixing, gain and placing are sums of
powers, and the teachers' labels of each clip are placed with it. All rows of a batch are composed at once, on the
device of the features, in two moves: draw where what sounds (`SceneMaker.draw`), then let it sound (`compose`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from trainer.augment import augment, to_db, to_power
from trainer.config import SceneConfig
from trainer.features import Features, decode_levels, decode_scores

FLOOR_DB = -100.0

WHOLE_SHARE = 0.25  # of rows that are one long excerpt of one item
STRETCHED_SHARE = 0.3  # of events that are slower or faster than recorded
FASTEST = 1.25  # of their reading steps; the slowest is the inverse
MOST_LEAD, MOST_GAP, MOST_CROSS_FADE = 3, 4, 3  # columns
GAIN_DB = 6.0
OVERLAY_GAIN_DB = (-18.0, 6.0)


@dataclass(frozen=True)
class Rows:
    """A batch: R rows of C labelled columns (of the features' `frames_per_column`), at most E events each.

    levels : (R, frames, mels) float32, dB
    scores : (R, C, tags) float32, the teachers' scores of everything heard in a labelled column
    spans : (R, E, C) float32, 1 where an event sounds; all 0 for an event that is not there
    items : (R, E) int64, index of the event's item, or -1
    alone : (R, E) bool, False where something clearly louder covers most of the event
    """

    levels: Tensor
    scores: Tensor
    spans: Tensor
    items: Tensor
    alone: Tensor


@dataclass(frozen=True)
class Events:
    """Where what sounds: at most E events in each of R rows, all (R, E) but `covered`. Places are labelled columns.

    items : int64; any item where the length is 0, which is an event that is not there
    firsts : int64, the column of the item with which the event begins
    steps : float32, frames of the item that pass in one frame of the row
    starts, lengths : int64, in columns of the row; the event ends earlier where its item does
    gains_db : float32
    fades_in, fades_out : int64, columns in which the power rises from or falls to nothing
    covered : (R,) bool, rows whose last event lies over the others
    over_db : (R,), how much louder it is than the first of them
    """

    items: Tensor
    firsts: Tensor
    steps: Tensor
    starts: Tensor
    lengths: Tensor
    gains_db: Tensor
    fades_in: Tensor
    fades_out: Tensor
    covered: Tensor
    over_db: Tensor

    def only(self, event: int) -> Events:
        """One event of every row, (R, 1)."""
        return Events(
            **{part.name: getattr(self, part.name)[:, event : event + 1] for part in fields(self)[:-2]},
            covered=self.covered,
            over_db=self.over_db,
        )


def compose(features: Features, events: Events, *, columns: int) -> Rows:
    """Rows in which these events sound and nothing else does."""
    frames_per_column = features.frames_per_column
    spans = _spans(events, columns)
    surely = _sureness(events, spans)
    frame = torch.arange(columns * frames_per_column, device=features.device)
    power = torch.zeros(len(spans), len(frame), features.levels.shape[1], device=features.device)
    scores = torch.zeros(len(spans), columns, features.column_scores.shape[1], device=features.device)
    for event in range(spans.shape[1]):
        power += _event_power(features, events.only(event), frame, frames_per_column)
        scores = torch.maximum(
            scores, _event_scores(features, events.only(event), columns) * surely[:, event].unsqueeze(2)
        )
    return Rows(
        levels=to_db(power, floor_db=FLOOR_DB),
        scores=scores,
        spans=spans,
        items=torch.where(events.lengths > 0, events.items, -1),
        alone=_alone(events, spans),
    )


def _spans(events: Events, columns: int) -> Tensor:
    since = torch.arange(columns, device=events.starts.device) - events.starts.unsqueeze(2)
    return ((since >= 0) & (since < events.lengths.unsqueeze(2))).float()


def _sureness(events: Events, spans: Tensor) -> Tensor:
    """How surely each event is heard in each column, (R, E, C); 0 where it is silent.

    An event that lies over others is heard less surely, the further it is below them.
    """
    below = torch.where(events.covered, 10.0 ** (events.over_db.clamp_max(0.0) / 20.0), 1.0)
    surely = spans.clone()
    surely[:, -1] *= torch.where(spans[:, :-1].sum(1) > 0, below.unsqueeze(1), 1.0)
    return surely


def _alone(events: Events, spans: Tensor) -> Tensor:
    """Only the last event of a covered row can be louder than the others, or softer than they are."""
    over, others, gain_db = spans[:, -1], spans[:, :-1], events.over_db
    below = others.sum(1).clamp_max(1.0)
    mostly_over = (others @ over.unsqueeze(2)).squeeze(2) > 0.5 * others.sum(2)
    mostly_below = (below * over).sum(1) > 0.5 * over.sum(1)
    hidden = torch.cat(
        [mostly_over & (gain_db >= -3.0).unsqueeze(1), (mostly_below & (gain_db <= 0.0)).unsqueeze(1)], dim=1
    )
    return ~(hidden & events.covered.unsqueeze(1))


def _event_power(features: Features, event: Events, frame: Tensor, frames_per_column: int) -> Tensor:
    """The power (R, frames, mels) of one event of every row; 0 where it is silent."""
    # from the beginning of the event to the middle of each frame, and from there to its end
    since = frame + 0.5 - event.starts * frames_per_column
    until = event.lengths * frames_per_column - since
    source = features.starts[event.items] + event.firsts * frames_per_column + (since * event.steps).long()
    sounding = (since > 0) & (until > 0) & (source < features.starts[event.items + 1])
    rising = (since / (event.fades_in * frames_per_column).clamp_min(0.5)).clamp_max(1.0)
    falling = (until / (event.fades_out * frames_per_column).clamp_min(0.5)).clamp_max(1.0)
    envelope = torch.where(sounding, to_power(event.gains_db) * rising * falling, 0.0)
    levels_db = decode_levels(features.levels[torch.where(sounding, source, 0)])
    return to_power(levels_db).mul_(envelope.unsqueeze(2))


def _event_scores(features: Features, event: Events, columns: int) -> Tensor:
    """The scores (R, C, tags) of one event of every row; where it is silent, they mean nothing."""
    since = torch.arange(columns, device=features.device) + 0.5 - event.starts  # until the middle of each column
    source = features.column_starts[event.items] + event.firsts + (since.clamp_min(0.0) * event.steps).long()
    return decode_scores(features.column_scores[torch.minimum(source, features.column_starts[event.items + 1] - 1)])


@torch.no_grad()
def loudness_db(features: Features, *, items_at_once: int = 20_000) -> Tensor:
    """(items,): the level of the mean power of each item's columns that are not far below its loudest."""
    levels = []
    for first in range(0, len(features.clip_scores), items_at_once):
        starts = features.column_starts[first : first + items_at_once + 1]
        per_column = features.frames_per_column
        frames = features.levels[int(starts[0]) * per_column : int(starts[-1]) * per_column]
        power = torch.cat([to_power(decode_levels(part)).sum(1) for part in frames.split(1 << 20)])
        columns = power.unflatten(0, (-1, per_column)).mean(1)
        item = torch.arange(len(starts) - 1, device=starts.device).repeat_interleave(starts.diff())
        loudest = torch.zeros(len(starts) - 1, device=starts.device).scatter_reduce_(0, item, columns, "amax")
        heard = (columns > 0.01 * loudest[item]).float()  # within 20 dB
        sums = torch.zeros(2, len(loudest), device=starts.device).index_add_(
            1, item, torch.stack([heard, heard * columns])
        )
        levels.append(to_db(sums[1] / sums[0].clamp_min(1.0), floor_db=FLOOR_DB))
    return torch.cat(levels)


class SceneMaker:
    """Draws rows from the cached features of `items`; the same generator state gives the same rows.

    shares : (items,), how often each item is drawn, relative to the others; columns : labelled columns in a row.
    """

    def __init__(
        self,
        features: Features,
        items: Sequence[int] | Tensor,
        shares: np.ndarray | Tensor,
        config: SceneConfig,
        *,
        columns: int,
    ) -> None:
        self.features = features
        self.items = torch.as_tensor(items, dtype=torch.int64, device=features.device)
        cumulative = torch.as_tensor(shares, dtype=torch.float64, device=features.device).cumsum(0)
        self.cumulative = cumulative / cumulative[-1]
        self.config = config
        self.columns = columns
        self.loudness_db = loudness_db(features)

    def batch(self, rows: int, generator: torch.Generator) -> Rows:
        """Augmented rows; the generator is on the device of the features."""
        composed = compose(self.features, self.draw(rows, generator), columns=self.columns)
        return replace(composed, levels=augment(composed.levels, generator, floor_db=FLOOR_DB))

    def draw(self, rows: int, generator: torch.Generator) -> Events:
        """The events of so many rows: one after another, joined at random, and perhaps the last one over the others."""
        draw = _Draw(rows, generator)
        events = self.config.events
        items = self._draw_items(draw)
        steps = torch.exp(draw.uniform(-math.log(FASTEST), math.log(FASTEST), events))
        steps = torch.where(draw.chance(STRETCHED_SHARE, events), steps, 1.0)
        sources = self.features.column_starts[items + 1] - self.features.column_starts[items]
        naturals = (sources / steps).round().long().clamp_min(1)
        whole = draw.chance(WHOLE_SHARE)
        covered = draw.chance(self.config.overlay_share) & ~whole & (events > 1)
        planned = torch.where(whole, 1, draw.integers(min(2, events), events + 1)) - covered.long()
        starts, lengths, fades_in, fades_out = self._line_up(naturals, planned, whole, draw)
        over_start, over_length = self._lay_over(naturals[:, -1], draw)
        starts[:, -1] = torch.where(covered, over_start, starts[:, -1])
        lengths[:, -1] = torch.where(covered, over_length, lengths[:, -1])
        gains_db = draw.uniform(-GAIN_DB, GAIN_DB, events)
        # recordings differ by far more than what lies over another should
        over_db = draw.uniform(*OVERLAY_GAIN_DB)
        equal_db = self.loudness_db[items[:, 0]] + gains_db[:, 0] - self.loudness_db[items[:, -1]]
        gains_db[:, -1] = torch.where(covered, over_db + equal_db, gains_db[:, -1])
        spare = (sources - lengths * steps).long().clamp_min(0)
        firsts = (draw.uniform(0.0, 1.0, events) * (spare + 1)).long().clamp_max(spare)
        return Events(items, firsts, steps, starts, lengths, gains_db, fades_in, fades_out, covered, over_db)

    def _draw_items(self, draw: _Draw) -> Tensor:
        places = torch.rand(
            draw.rows, self.config.events, dtype=torch.float64, device=draw.device, generator=draw.generator
        )
        return self.items[torch.searchsorted(self.cumulative, places, right=True).clamp_max(len(self.items) - 1)]

    def _line_up(
        self, naturals: Tensor, planned: Tensor, whole: Tensor, draw: _Draw
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Starts, lengths, fades in and fades out (R, E) of the planned events of each row, in columns.

        naturals : (R, E), how long the events are if there is room
        """
        columns, events = self.columns, naturals.shape[1]
        starts, lengths, fades_in, fades_out = (torch.zeros_like(naturals) for _ in range(4))
        # an event gets a random share of the room that is left for it and those after it
        weights = draw.uniform(0.5, 1.5, events) * (torch.arange(events, device=draw.device) < planned.unsqueeze(1))
        wanted = weights / weights.flip(1).cumsum(1).flip(1).clamp_min(1e-6)
        end = torch.where(whole, 0, draw.integers(0, min(MOST_LEAD + 1, columns)))
        for event in range(events):
            gap = fade = torch.zeros_like(end)
            if event > 0:
                shorter = torch.minimum(lengths[:, event - 1], naturals[:, event])
                gap, fade = self._joint(end, shorter, draw)
            start = end + gap - fade
            there = (event < planned) & (start < columns)
            room = torch.maximum(((columns - start) * wanted[:, event]).round().long(), fade + 1)
            length = torch.where(there, torch.minimum(naturals[:, event], room), 0)
            fade = torch.where(there, fade, 0)
            starts[:, event], lengths[:, event], fades_in[:, event] = start, length, fade
            if event > 0:
                fades_out[:, event - 1] = fade
            end = torch.where(there, start + length, columns)
        return starts, lengths, fades_in, fades_out

    def _joint(self, end: Tensor, shorter: Tensor, draw: _Draw) -> tuple[Tensor, Tensor]:
        """Columns (R,) of silence and of cross-fade between events that meet in a cut, a gap or a cross-fade.

        end : where the first one ends; shorter : the length of the shorter one
        """
        joint = draw.integers(0, 3)
        gap = torch.where(joint == 1, draw.integers(1, MOST_GAP + 1), 0)
        fade = torch.where((joint == 2) & (end < self.columns), draw.integers(1, MOST_CROSS_FADE + 1), 0)
        return gap, torch.minimum(fade, shorter - 1).clamp_min(0)  # each sounds without the other somewhere

    def _lay_over(self, natural: Tensor, draw: _Draw) -> tuple[Tensor, Tensor]:
        """Start and length (R,) of an event over the others: all of it or, if it is long enough, all of the row."""
        most = (draw.uniform(0.25, 1.25) * self.columns).ceil().long().clamp_max(self.columns)
        length = torch.minimum(natural, most)
        start = (draw.uniform(0.0, 1.0) * (self.columns - length + 1)).long()
        return torch.minimum(start, self.columns - length), length


class _Draw:
    """Draws for each of `rows` rows from one generator, on its device: (rows,), or (rows, each)."""

    def __init__(self, rows: int, generator: torch.Generator) -> None:
        self.rows = rows
        self.generator = generator
        self.device = generator.device

    def uniform(self, low: float, high: float, *each: int) -> Tensor:
        drawn = torch.rand(self.rows, *each, device=self.device, generator=self.generator)
        return drawn * (high - low) + low

    def chance(self, share: float, *each: int) -> Tensor:
        return self.uniform(0.0, 1.0, *each) < share

    def integers(self, low: int, beyond: int) -> Tensor:
        return torch.randint(low, beyond, (self.rows,), device=self.device, generator=self.generator)
