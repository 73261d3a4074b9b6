"""Does an explanation show where a sound is heard, in time and in frequency?

Scenes are drawn as in `localised_scenes`, and each of their sounds is explained by its caption. What a view is measured
by:

    in time        the highest point of the curve lies in the event
    in its region  the warmest spot of the heat map lies where the event is: where it is louder than all else together,
                   and less than 30 dB below its loudest spot
    AUC            of the heat of all spots, for whether they are in that region
    share          of all heat that is in it
    told apart     of two sounds that meet: pairs of a spot in the region of the one and a spot in that of the other,
                   while both are heard, of which the first is warmer in the map of the one

Beside it, on the same spots: chance; energy alone, which is the spectrogram itself; and energy where the curve is high,
which knows of time what the heat map knows, and nothing of frequency.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy.stats import rankdata

from engine.embedding import Embedder
from engine.explaining import LOUD_RANGE_DB, Explainer
from engine.explanation import Explanation
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.localised_scenes import MEETING, SCENE_S, MixedScene, draw_scenes, render_parts
from trainer.evaluate.placement import EVENTS
from trainer.evaluate.systems import Sounds

SCENES = 120
REGION_DB = 30.0
COLUMNS = ("in time", "in its region", "AUC", "share", "told apart")
CHANCE, ENERGY, ENERGY_IN_TIME = "chance", "energy alone", "energy where the curve is high"
FFT_SAMPLES, HOPS_IN_STEP = 1024, 8


@dataclass(frozen=True)
class View:
    """What points at one event: a value for each step (steps,), and for each spot (rows, steps) if it knows of any."""

    curve: np.ndarray
    heat: np.ndarray | None


@dataclass(frozen=True)
class Truth:
    """Of one event: `inside` (steps,), while it is heard; `region` (rows, steps), where it is, and `other` is the one
    that it meets, `both` (steps,) while both are heard.
    """

    inside: np.ndarray
    region: np.ndarray
    other: np.ndarray | None
    both: np.ndarray


def localisation_tables(embedder: Embedder, sounds: Sounds, *, scenes: int = SCENES) -> Iterator[Table]:
    """Raises TrainerError if there are too few sounds for a scene."""
    placed = draw_scenes(sounds.clips, scenes)
    measured = _measured(embedder, sounds, placed)
    limited = np.repeat([scene.limited for scene in placed], EVENTS)
    recordings = np.array([recording_of(sounds.clips[event.clip]) for scene in placed for event in scene.events])
    notes = (
        f"localisation: {len(placed)} scenes of {SCENE_S:g} s, {limited.size} events from "
        f"{len(set(recordings))} recordings; the first two meet for {MEETING:g} of the shorter",
        "in brackets: 95 % bootstrap over recordings",
    )
    for name, which in (("localisation", np.full(limited.shape, True)), ("localisation, of two limited", limited)):
        rows = (Row(system, _figures(values[which], recordings[which])) for system, values in measured.items())
        yield Table(name, COLUMNS, tuple(rows), notes)


def measures(view: View, truth: Truth) -> tuple[float, ...]:
    """COLUMNS of one event; NaN where there is nothing to measure."""
    in_time = float(truth.inside[view.curve.argmax()])
    heat = view.heat
    if heat is None:
        return in_time, *[np.nan] * (len(COLUMNS) - 1)
    apart = np.nan
    if truth.other is not None:
        apart = area_under_curve(heat[truth.region & truth.both], heat[truth.other & truth.both])
    pointed = float(truth.region.ravel()[heat.argmax()])
    share = float(heat[truth.region].sum() / max(float(heat.sum()), 1e-9))
    return in_time, pointed, area_under_curve(heat[truth.region], heat[~truth.region]), share, apart


def area_under_curve(right: np.ndarray, wrong: np.ndarray) -> float:
    """The share of pairs of which the right one is higher, a draw for half; NaN without any pair."""
    if not len(right) or not len(wrong):
        return np.nan
    ranks = rankdata(np.concatenate([right, wrong]))[: len(right)]
    return float((ranks.mean() - (len(right) + 1) / 2) / len(wrong))


def truths_of(scene: MixedScene, powers: np.ndarray, step_s: float) -> list[Truth]:
    """powers : (EVENTS + 1, rows, steps), of each event and of the bed alone."""
    times_s = (np.arange(powers.shape[2]) + 0.5) * step_s
    inside = [(event.start_s <= times_s) & (times_s < event.end_s) for event in scene.events]
    least = 10.0 ** (-REGION_DB / 10.0)
    regions = [(own > powers.sum(axis=0) - own) & (own > least * own.max()) for own in powers[:EVENTS]]
    both = inside[0] & inside[1]
    others = [regions[1], regions[0], None]
    return [Truth(inside[n], regions[n], others[n], both) for n in range(EVENTS)]


def powers_of(parts: np.ndarray, rate_hz: int, edges_hz: np.ndarray, steps: int, step_s: float) -> np.ndarray:
    """The mean power of sounds (n, samples) in each spot, as a spectrogram shows it: (n, rows, steps)."""
    starts = (np.arange(steps * HOPS_IN_STEP) * step_s / HOPS_IN_STEP * rate_hz).astype(int)
    padded = np.pad(parts, ((0, 0), (0, max(0, int(starts[-1]) + FFT_SAMPLES - parts.shape[1]))))
    frames = padded[:, starts[:, np.newaxis] + np.arange(FFT_SAMPLES)] * np.hanning(FFT_SAMPLES)
    spectra = np.square(np.abs(np.fft.rfft(frames)))  # (n, frames, bins)
    rows = np.searchsorted(edges_hz, np.fft.rfftfreq(FFT_SAMPLES, 1.0 / rate_hz), side="right") - 1
    of_rows = np.stack([spectra[:, :, rows == row].mean(axis=2) for row in range(len(edges_hz) - 1)], axis=1)
    return np.asarray(of_rows.reshape(*of_rows.shape[:2], steps, HOPS_IN_STEP).mean(axis=3))


def _measured(embedder: Embedder, sounds: Sounds, scenes: Sequence[MixedScene]) -> dict[str, np.ndarray]:
    """By system: (events, COLUMNS)."""
    explainer, random = Explainer(embedder), np.random.default_rng(0)
    found: dict[str, list[tuple[float, ...]]] = {}
    for scene in scenes:
        parts = render_parts(scene, sounds)
        texts = [sounds.clips[event.clip].caption for event in scene.events]
        explained = _explained(explainer, parts.sum(axis=0), sounds.rate_hz, texts)
        for views, truth in _judged(scene, parts, sounds.rate_hz, explained, embedder.name, random):
            for name, view in views.items():
                found.setdefault(name, []).append(measures(view, truth))
    return {name: np.array(values) for name, values in found.items()}


def _explained(explainer: Explainer, y: np.ndarray, rate_hz: int, texts: Sequence[str]) -> Explanation:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.wav"
        soundfile.write(path, y, rate_hz, subtype="FLOAT")
        return explainer.explain(path, texts, 0.0, SCENE_S, with_heat=True)


def _judged(
    scene: MixedScene,
    parts: np.ndarray,
    rate_hz: int,
    explained: Explanation,
    name: str,
    random: np.random.Generator,
) -> Iterator[tuple[dict[str, View], Truth]]:
    """For each event the views of all systems."""
    steps, step_s = len(explained.relevance[0].values), explained.relevance[0].step_s
    edges_hz = explained.heat_maps[0].edges_hz if explained.heat_maps else np.array([0.0, rate_hz])
    powers = powers_of(np.concatenate([parts, parts.sum(axis=0)[np.newaxis]]), rate_hz, edges_hz, steps, step_s)
    levels_db = 10 * np.log10(powers[-1] + 1e-12)  # (rows, steps)
    loud = np.clip((levels_db - levels_db.max()) / LOUD_RANGE_DB + 1.0, 0.0, 1.0)
    for number, truth in enumerate(truths_of(scene, powers[:-1], step_s)):
        curve = explained.relevance[number].values
        heat = explained.heat_maps[number].heat if explained.heat_maps else None
        knows_rows = heat is not None
        yield (
            {
                CHANCE: View(random.random(steps), random.random(loud.shape) if knows_rows else None),
                ENERGY: View(powers[-1].sum(axis=0), loud if knows_rows else None),
                ENERGY_IN_TIME: View(curve, np.square(loud) * curve if knows_rows else None),
                name: View(curve, heat),
            },
            truth,
        )


def _figures(values: np.ndarray, recordings: np.ndarray) -> tuple[Figure | None, ...]:
    known = ~np.isnan(values)
    return tuple(
        figure(column[there], recordings[there]) if there.any() else None
        for column, there in zip(values.T, known.T, strict=True)
    )
