"""What is heard when: sound event detection by sliding text similarity (seed W08).

The network hears a window around every 50th millisecond, alone, and its embedding is compared with the text of each
label. An event is where that is above a threshold, the same for all labels, which is chosen on a random fifth of the
sounds; the others are measured, by segment-based micro F1 (M7).

The sounds are those whose rows in a manifest have events. Where there are none, scenes are made of the measured sounds:
three of them at known times, over a quiet bed, of the ten labels with most recordings.

    all at all times   F1 of saying that every label is always heard
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.audio import read_audio
from engine.embedding import Embedder
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.class_sets import labels_of
from trainer.evaluate.figures import Row, Table, figure_of
from trainer.evaluate.placement import EVENT_S, draw_scenes, render
from trainer.evaluate.segment_f1 import SEGMENT_S, Counts, counted, roll, segments_in
from trainer.evaluate.systems import ANNOUNCE_EVERY, Chance, NetworkSystem, Sounds, System
from trainer.manifest import Clip, Event

HOP_S = 0.05
LEAST_WINDOW_S = 1.0  # a network of short segments hears windows of so much
SCENES = 100
SCENE_LABELS = 10
TUNED_SHARE = 0.2
THRESHOLDS = np.linspace(0.0, 1.0, 201)
LEAST_SOUNDS = 10
COLUMNS = ("F1", "precision", "recall")
SEED = 0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Annotated:
    """Sounds of which it is known what is heard when. `groups` : what is drawn together by the bootstrap."""

    waveforms: list[np.ndarray]
    events: list[tuple[Event, ...]]
    labels: list[str]
    groups: list[str]
    what: str


def detection_table(embedder: Embedder, sounds: Sounds) -> Table:
    """Raises TrainerError if there are neither sounds with events nor enough others to make scenes of."""
    annotated = with_events(sounds.clips, sounds.rate_hz) or scenes_of(sounds)
    lengths_s = [len(y) / sounds.rate_hz for y in annotated.waveforms]
    true = [
        roll(events, annotated.labels, seconds) for events, seconds in zip(annotated.events, lengths_s, strict=True)
    ]
    shuffled = np.random.default_rng(SEED).permutation(len(true))
    tuned, tested = np.split(shuffled, [max(1, round(TUNED_SHARE * len(true)))])
    groups = [annotated.groups[i] for i in tested]
    rows, thresholds = [], []
    for system in (Chance(sounds.rate_hz), NetworkSystem(embedder)):
        likeness = slid(system, annotated, window_s_of(system))
        heard = [by_segment(each, seconds) for each, seconds in zip(likeness, lengths_s, strict=True)]
        threshold = best_threshold([heard[i] for i in tuned], [true[i] for i in tuned])
        found = [heard[i] > threshold for i in tested]
        rows.append(_row(system.name, counted([true[i] for i in tested], found), groups))
        thresholds.append(f"{system.name} {threshold:.3f}")
    everything = counted([true[i] for i in tested], [np.ones_like(true[i]) for i in tested])
    rows.append(_row("all at all times", everything, groups))
    notes = (
        f"detection: {annotated.what}; {len(annotated.labels)} labels; {len(tested)} sounds measured, threshold chosen "
        f"on {len(tuned)}: {', '.join(thresholds)}",
        f"a window of {window_s_of(NetworkSystem(embedder)):g} s every {1000 * HOP_S:g} ms; segments of "
        f"{SEGMENT_S:g} s; in brackets: 95 % bootstrap over recordings, or scenes",
    )
    return Table("detection", COLUMNS, tuple(rows), notes)


def with_events(clips: Sequence[Clip], rate_hz: int) -> Annotated | None:
    """The clips with events; None if they are fewer than LEAST_SOUNDS."""
    chosen = [clip for clip in clips if clip.events]
    if len(chosen) < LEAST_SOUNDS:
        return None
    return Annotated(
        [read_audio(clip.path, sample_rate_hz=rate_hz) for clip in chosen],
        [clip.events for clip in chosen],
        sorted({event.label for clip in chosen for event in clip.events}),
        [recording_of(clip) for clip in chosen],
        f"{len(chosen)} sounds with events",
    )


def scenes_of(sounds: Sounds, *, scenes: int = SCENES) -> Annotated:
    """Raises TrainerError if there are too few sounds."""
    usable, labels = _commonest(sounds.clips)
    placed = draw_scenes(sounds.clips, scenes, usable)
    events = [
        tuple(Event(one.start_s, one.end_s, labels_of(sounds.clips[one.clip])[0]) for one in scene.events)
        for scene in placed
    ]
    return Annotated(
        [render(scene, sounds) for scene in placed],
        events,
        labels,
        [str(number) for number in range(len(placed))],
        f"{len(placed)} scenes of three out of {len(usable)} sounds",
    )


def _commonest(clips: Sequence[Clip]) -> tuple[set[int], list[str]]:
    """The positions of the sounds of the labels with most recordings, and these labels."""
    recordings: dict[str, set[str]] = defaultdict(set)
    for clip in clips:
        if len(labels_of(clip)) == 1 and clip.caption and clip.seconds >= EVENT_S[0]:
            recordings[labels_of(clip)[0]].add(recording_of(clip))
    labels = sorted(recordings, key=lambda label: (-len(recordings[label]), label))[:SCENE_LABELS]
    if len(labels) < 2:
        raise TrainerError("There are neither sounds with events nor captioned sounds with two labels.")
    usable = {i for i, clip in enumerate(clips) if len(labels_of(clip)) == 1 and labels_of(clip)[0] in labels}
    return usable, sorted(labels)


def window_s_of(system: System) -> float:
    return max(LEAST_WINDOW_S, system.segment_s)


def slid(system: System, annotated: Annotated, window_s: float) -> list[np.ndarray]:
    """Of each sound the cosines of its windows with the texts of all labels, (windows, labels)."""
    texts = _unit(system.read(annotated.labels))
    found = []
    for number, y in enumerate(annotated.waveforms, start=1):
        heard = system.hear(list(windows_of(y, system.rate_hz, window_s)))
        found.append(_unit(np.stack([each.clip for each in heard])) @ texts.T)
        if number % ANNOUNCE_EVERY == 0:
            log.info("%s: slides, heard %d of %d", system.name, number, len(annotated.waveforms))
    return found


def windows_of(y: np.ndarray, rate_hz: int, window_s: float) -> Iterator[np.ndarray]:
    """One around the middle of every HOP_S, as much of it as there is."""
    half = round(window_s * rate_hz / 2)
    for number in range(max(1, round(len(y) / rate_hz / HOP_S))):
        middle = round((number + 0.5) * HOP_S * rate_hz)
        yield y[max(0, middle - half) : middle + half]


def by_segment(likeness: np.ndarray, seconds: float) -> np.ndarray:
    """Cosines (windows, labels) -> the highest in each segment (segments, labels).

    A window stands for the HOP_S around its middle, so that none touches two segments.
    """
    highest = np.full((segments_in(seconds), likeness.shape[1]), -np.inf)
    hops = round(SEGMENT_S / HOP_S)
    for segment in range(min(len(highest), -(-len(likeness) // hops))):
        highest[segment] = likeness[segment * hops : (segment + 1) * hops].max(axis=0)
    return highest


def best_threshold(heard: Sequence[np.ndarray], true: Sequence[np.ndarray]) -> float:
    """The lowest of THRESHOLDS with the best F1. heard, true : (segments, labels) of each sound."""
    scores = [counted(true, [each > threshold for each in heard]).f1() or 0.0 for threshold in THRESHOLDS]
    return float(THRESHOLDS[int(np.argmax(scores))])


def _row(name: str, counts: Counts, groups: Sequence[str]) -> Row:
    measures = (counts.f1, counts.precision, counts.recall)
    return Row(name, tuple(figure_of(of, groups) if of() is not None else None for of in measures))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))
