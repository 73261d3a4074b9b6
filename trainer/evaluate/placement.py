"""Does a system hear when a sound came?

Scenes of three sounds at known times, with gaps, over a quiet bed of a fourth: the best segment of each sound's caption
should lie inside the sound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.figures import Row, Table, figure
from trainer.evaluate.stimuli import LEVEL_DBFS, at_level, faded, loudest
from trainer.evaluate.systems import Sounds, System, hear_all
from trainer.manifest import Clip

SCENES = 200
EVENTS = 3
SCENE_S = (10.0, 15.0)
EVENT_S = (1.5, 3.0)
LEAST_GAP_S = 0.5
BED_LEAST_S = 7.0  # so that a bed is not one event over and over
BED_BELOW_DB = 20.0
FADE_S = 0.02
SEED = 0


@dataclass(frozen=True)
class PlacedEvent:
    """A clip, by its position, that sounds from `start_s` to `end_s`."""

    clip: int
    start_s: float
    end_s: float

    def distance_s(self, moment_s: float) -> float:
        """0 inside, else how far the moment is from the event."""
        return max(self.start_s - moment_s, moment_s - self.end_s, 0.0)


@dataclass(frozen=True)
class PlacedScene:
    events: tuple[PlacedEvent, ...]
    bed: int  # the position of a clip
    duration_s: float


def placement_table(systems: Sequence[System], sounds: Sounds, *, scenes: int = SCENES) -> Table:
    """Raises TrainerError if there are too few sounds for a scene."""
    placed = draw_scenes(sounds.clips, scenes)
    scene_of_event = np.repeat(np.arange(len(placed)), EVENTS)
    rows = []
    for system in systems:
        distances_s = _distances_s(system, sounds, placed)
        inside = (distances_s == 0).astype(float)
        rows.append(Row(system.name, (figure(inside, scene_of_event), figure(distances_s, scene_of_event))))
    clips = {event.clip for scene in placed for event in scene.events}
    notes = (
        f"placement: {len(placed)} scenes of {SCENE_S[0]:g} to {SCENE_S[1]:g} s with {EVENTS} events of "
        f"{EVENT_S[0]:g} to {EVENT_S[1]:g} s from {len(clips)} clips, a bed {BED_BELOW_DB:g} dB below",
        "in brackets: 95 % bootstrap over scenes; the error is 0 inside the event",
    )
    return Table("placement", ("inside its event", "error in s"), tuple(rows), notes)


def draw_scenes(clips: Sequence[Clip], count: int, among: Collection[int] = ()) -> list[PlacedScene]:
    """Scenes whose events and bed have different recordings and captions.

    among : positions of the clips that are events, if not of any; the beds are then of the others
    Raises TrainerError if there are too few.
    """
    random = np.random.default_rng(SEED)
    drawn = draw_sounds(clips, count, EVENT_S[0], random, among)
    return [_placed(events, bed, clips, random) for bed, events in drawn]


def draw_sounds(
    clips: Sequence[Clip], count: int, least_s: float, random: np.random.Generator, among: Collection[int] = ()
) -> Iterator[tuple[int, list[int]]]:
    """For each scene the positions of a bed and of `EVENTS` clips of at least `least_s`, all of different recordings
    and captions; `among` as for `draw_scenes`. Raises TrainerError if there are too few.
    """
    usable = [i for i, clip in enumerate(clips) if clip.caption and clip.seconds >= least_s]
    beds = [i for i in usable if clips[i].seconds >= BED_LEAST_S and i not in among]
    usable = [i for i in usable if i in among] if among else usable
    if not beds or len({clips[i].caption for i in usable}) <= EVENTS:
        raise TrainerError(f"A scene needs {EVENTS} sounds and a bed of {BED_LEAST_S:g} s, all with other captions.")
    drawn = 0
    for _ in range(100 * count):  # few recordings may never make a scene
        bed, *events = (int(i) for i in (random.choice(beds), *random.choice(usable, size=EVENTS, replace=False)))
        chosen = [clips[i] for i in (bed, *events)]
        if len({clip.caption for clip in chosen}) == len({recording_of(clip) for clip in chosen}) == len(chosen):
            yield bed, events
            drawn += 1
        if drawn == count:
            return
    raise TrainerError("There are too few different recordings for scenes.")


def render(scene: PlacedScene, sounds: Sounds) -> np.ndarray:
    """The scene as a waveform."""
    samples = round(scene.duration_s * sounds.rate_hz)
    bed = np.resize(sounds.waveform(scene.bed), samples)
    scene_y = at_level(bed, LEVEL_DBFS - BED_BELOW_DB).copy()
    for event in scene.events:
        y = loudest(sounds.waveform(event.clip), round((event.end_s - event.start_s) * sounds.rate_hz))
        start = round(event.start_s * sounds.rate_hz)
        scene_y[start : start + len(y)] += faded(at_level(y), round(FADE_S * sounds.rate_hz))[: samples - start]
    return scene_y


def _placed(events: Sequence[int], bed: int, clips: Sequence[Clip], random: np.random.Generator) -> PlacedScene:
    lengths_s = [min(float(random.uniform(*EVENT_S)), clips[i].seconds) for i in events]
    duration_s = float(random.uniform(*SCENE_S))
    shares = random.dirichlet(np.ones(EVENTS + 1))  # of what is neither event nor least gap
    gaps_s = LEAST_GAP_S + shares * (duration_s - sum(lengths_s) - LEAST_GAP_S * (EVENTS + 1))
    placed, now_s = [], 0.0
    for event, length_s, gap_s in zip(events, lengths_s, gaps_s, strict=False):
        now_s += float(gap_s)
        placed.append(PlacedEvent(event, now_s, now_s + length_s))
        now_s += length_s
    return PlacedScene(tuple(placed), bed, duration_s)


def _distances_s(system: System, sounds: Sounds, scenes: Sequence[PlacedScene]) -> np.ndarray:
    """(scenes * EVENTS,): how far from each event the middle of the best segment of its caption lies."""

    def waveforms() -> Iterator[np.ndarray]:
        return (render(scene, sounds) for scene in scenes)

    distances_s = []
    for scene, heard in zip(scenes, hear_all(system, waveforms(), "scenes"), strict=True):
        texts = system.read([sounds.clips[event.clip].caption for event in scene.events])
        best = (texts @ heard.segments.T).argmax(axis=1)
        moments_s = system.segment_s * (best + 0.5)
        distances_s += [event.distance_s(at_s) for event, at_s in zip(scene.events, moments_s, strict=True)]
    return np.array(distances_s)
