"""Scenes in which it is known when each sound is heard, and at which frequencies.

Each has three sounds of 1.5 to 3 s over a quiet bed of a fourth: the second begins while the first still sounds, up to
6 dB louder or quieter, and the third stands alone. In every other scene the first two are limited to the two sides of a
frequency, so that only frequency tells them apart where they meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.evaluate.placement import BED_BELOW_DB, EVENTS, FADE_S, PlacedEvent, draw_sounds
from trainer.evaluate.stimuli import LEVEL_DBFS, at_level, faded, loudest
from trainer.evaluate.systems import Sounds
from trainer.manifest import Clip

SCENE_S = 10.0
EVENT_S = (1.5, 3.0)
MEETING = 0.7  # share of the shorter of the first two, in which both are heard
LEVEL_DB = (-6.0, 6.0)  # of each sound beside LEVEL_DBFS
SPLIT_OCTAVES = 1 / 3  # from all of one side's power to nothing
SEED = 0


@dataclass(frozen=True)
class MixedScene:
    """`limited` : the first two events each have one side of the frequency that halves the first one's power."""

    events: tuple[PlacedEvent, ...]
    levels_dbfs: tuple[float, ...]
    bed: int  # the position of a clip
    limited: bool


def draw_scenes(clips: Sequence[Clip], count: int) -> list[MixedScene]:
    """Scenes whose events and bed have different recordings and captions. Raises TrainerError if there are too few."""
    random = np.random.default_rng(SEED)
    scenes: list[MixedScene] = []
    for bed, events in draw_sounds(clips, count, EVENT_S[0], random):
        levels_dbfs = LEVEL_DBFS + random.uniform(*LEVEL_DB, size=EVENTS)
        scenes.append(MixedScene(_placed(events, clips, random), tuple(levels_dbfs), bed, len(scenes) % 2 == 1))
    return scenes


def render_parts(scene: MixedScene, sounds: Sounds) -> np.ndarray:
    """(EVENTS + 1, samples): each event as it is heard in the scene, then the bed; their sum is the scene."""
    rate_hz = sounds.rate_hz
    cut = [loudest(sounds.waveform(one.clip), round((one.end_s - one.start_s) * rate_hz)) for one in scene.events]
    if scene.limited:
        at_hz = _middle_hz(cut[0], rate_hz)
        cut[:2] = [_limited(cut[0], at_hz, rate_hz, above=False), _limited(cut[1], at_hz, rate_hz, above=True)]
    parts = np.zeros((EVENTS + 1, round(SCENE_S * rate_hz)), np.float32)
    for part, event, y, level_dbfs in zip(parts[:-1], scene.events, cut, scene.levels_dbfs, strict=True):
        start = round(event.start_s * rate_hz)
        y = faded(at_level(y, level_dbfs), round(FADE_S * rate_hz))[: len(part) - start]
        part[start : start + len(y)] = y
    parts[-1] = at_level(np.resize(sounds.waveform(scene.bed), parts.shape[1]), LEVEL_DBFS - BED_BELOW_DB)
    return parts


def _placed(events: Sequence[int], clips: Sequence[Clip], random: np.random.Generator) -> tuple[PlacedEvent, ...]:
    first_s, second_s, third_s = (min(float(random.uniform(*EVENT_S)), clips[i].seconds) for i in events)
    pair_s = first_s + second_s - MEETING * min(first_s, second_s)
    free_s = SCENE_S - pair_s - third_s
    before_s, between_s, _ = random.dirichlet(np.ones(3)) * free_s
    if random.random() < 0.5:
        pair_at_s, third_at_s = before_s, before_s + pair_s + between_s
    else:
        third_at_s, pair_at_s = before_s, before_s + third_s + between_s
    starts_s = (pair_at_s, pair_at_s + pair_s - second_s, third_at_s)
    lengths_s = (first_s, second_s, third_s)
    return tuple(
        PlacedEvent(event, float(start_s), float(start_s + length_s))
        for event, start_s, length_s in zip(events, starts_s, lengths_s, strict=True)
    )


def _middle_hz(y: np.ndarray, rate_hz: int) -> float:
    """The frequency with half of the power below it."""
    power = np.cumsum(np.abs(np.fft.rfft(y)) ** 2)
    return float(np.fft.rfftfreq(len(y), 1 / rate_hz)[int((power < power[-1] / 2).sum())])


def _limited(y: np.ndarray, at_hz: float, rate_hz: int, *, above: bool) -> np.ndarray:
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(y), 1 / rate_hz), 1.0) / max(at_hz, 1.0))
    gain = np.clip(0.5 + (octaves if above else -octaves) / SPLIT_OCTAVES, 0.0, 1.0)
    return np.asarray(np.fft.irfft(np.fft.rfft(y) * gain, n=len(y)), dtype=np.float32)
