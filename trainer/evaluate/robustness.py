"""Does a system still find sounds that were recorded badly, and does it leave silence and noise alone?"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import av
import numpy as np
import soxr

from trainer.evaluate.bootstrap import groups_of_queries, resampled_means
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.retrieval import rank
from trainer.evaluate.stimuli import at_level, noise, rms_dbfs
from trainer.evaluate.systems import Sounds, System, hear_all
from trainer.evaluate.task import Task, classification, scores_of

FIRST = 10  # of a ranking: what a user sees at once
MP3_BITS_PER_S = 32_000
NOISE_BELOW_DB = 10.0
LEADING_SILENCE_S = 2.0
INTRUDERS_S = (1.0, 5.0, 20.0)
INTRUDERS_DBFS = (-20.0, -40.0, -60.0)
COLOURS = ("white", "pink", "brown")
SEED = 0

Condition = Callable[[np.ndarray, int], np.ndarray]  # a waveform at a rate in Hz -> what came of it


@dataclass(frozen=True)
class Intruder:
    """A sound that answers no query, and what it is."""

    kind: str
    waveform: np.ndarray


def robustness_table(system: System, sounds: Sounds, task: Task) -> Table:
    """Retrieval and ESC-10 accuracy of sounds under each of `conditions`, and what they lose by it."""
    together = groups_of_queries(task.relevant, task.recordings)
    clean_found, clean_correct = _outcome(system, task, sounds.clips_heard_by(system))
    rows = [_row("as recorded", clean_found, clean_correct, clean_found, together, task)]
    for name, spoil in conditions().items():
        heard = hear_all(system, (spoil(y, sounds.rate_hz) for y in sounds.waveforms()), name)
        found, correct = _outcome(system, task, np.stack([each.clip for each in heard]))
        rows.append(_row(name, found, correct, clean_found, together, task))
    notes = (
        f"robustness: {system.name}; {task.size_note()}",
        "loss: the share of R@10 as recorded that is lost; in brackets: 95 % bootstrap as for retrieval",
    )
    return Table("robustness", ("R@10", "loss of R@10", "ESC-10 accuracy"), tuple(rows), notes)


def intruder_table(systems: Sequence[System], sounds: Sounds, task: Task) -> Table:
    """Share of the queries that have silence or noise among their first ten sounds, by kind of intruder."""
    intruders = make_intruders(sounds.rate_hz)
    kinds = sorted({intruder.kind for intruder in intruders})
    describes_noise = np.array(["noise" in query.split() for query in task.queries])
    together = groups_of_queries(task.relevant, task.recordings)
    rows, notes = [], [f"intruders: {len(intruders)} files of {', '.join(kinds)} among {len(task.clips)} sounds"]
    for system in systems:
        first = _among_the_first(system, sounds, task, [intruder.waveform for intruder in intruders])
        let_in = {kind: first[:, [each.kind == kind for each in intruders]].any(axis=1) for kind in kinds}
        entered = np.stack([let_in[kind] for kind in kinds])
        shares = [figure(of_kind.astype(float), together) for of_kind in (*entered, entered.any(axis=0))]
        other = entered.any(axis=0) & ~describes_noise
        shares.append(figure(other[~describes_noise].astype(float), together[~describes_noise]))
        rows.append(Row(system.name, tuple(shares)))
        answered = [query for query, entered_it in zip(task.queries, other, strict=True) if entered_it]
        notes.append(f"{system.name}: {len(answered)} of {int((~describes_noise).sum())} queries that name no noise")
        notes[-1] += f" ({'; '.join(answered)})" if answered else ""
    columns = (*kinds, "any", "any, query names no noise")
    return Table("queries with intruders", columns, tuple(rows), tuple(notes))


def conditions() -> dict[str, Condition]:
    """What is done to the sounds, by name."""
    return {
        "30 dB quieter": lambda y, _: np.asarray(y * np.float32(10 ** (-30 / 20))),
        f"MP3 at {MP3_BITS_PER_S // 1000} kbit/s": coded_as_mp3,
        "sample rate 8 kHz": partial(through_rate, low_hz=8_000),
        "sample rate 16 kHz": partial(through_rate, low_hz=16_000),
        f"white noise {NOISE_BELOW_DB:g} dB below": partial(noisy, colour="white"),
        f"pink noise {NOISE_BELOW_DB:g} dB below": partial(noisy, colour="pink"),
        f"{LEADING_SILENCE_S:g} s of silence before": lambda y, hz: np.pad(y, (round(LEADING_SILENCE_S * hz), 0)),
    }


def coded_as_mp3(y: np.ndarray, rate_hz: int) -> np.ndarray:
    """Encoded by LAME at MP3_BITS_PER_S, mono, and decoded again."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate_hz, layout="mono", bit_rate=MP3_BITS_PER_S)
        frame = av.AudioFrame.from_ndarray(np.clip(y, -1.0, 1.0)[np.newaxis].astype(np.float32), "fltp", "mono")
        frame.sample_rate = rate_hz
        container.mux([*stream.encode(frame), *stream.encode(None)])
    file.seek(0)
    with av.open(file, "r") as container:
        decoded = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    return np.asarray(decoded[: len(y)], dtype=np.float32)


def through_rate(y: np.ndarray, rate_hz: int, *, low_hz: int) -> np.ndarray:
    """As if recorded at a low rate: nothing is left above its half."""
    if low_hz >= rate_hz:
        return y
    return np.asarray(soxr.resample(soxr.resample(y, rate_hz, low_hz), low_hz, rate_hz), dtype=np.float32)


def noisy(y: np.ndarray, rate_hz: int, *, colour: str) -> np.ndarray:
    """With noise NOISE_BELOW_DB below the RMS of the whole sound; a length always has the same noise."""
    hiss = noise(colour, len(y), rate_hz, np.random.default_rng(len(y)))
    return y + at_level(hiss, rms_dbfs(y) - NOISE_BELOW_DB)


def make_intruders(rate_hz: int) -> list[Intruder]:
    """Silence of every length, and every noise at every length and level."""
    random = np.random.default_rng(SEED)
    silences = [Intruder("silence", np.zeros(round(s * rate_hz), dtype=np.float32)) for s in INTRUDERS_S]
    noises = [
        Intruder(f"{colour} noise", at_level(noise(colour, round(s * rate_hz), rate_hz, random), dbfs))
        for colour, s, dbfs in product(COLOURS, INTRUDERS_S, INTRUDERS_DBFS)
    ]
    return silences + noises


def _outcome(system: System, task: Task, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(queries,): 1 where a described sound is among the first ten; (classified,): 1 where the class was found."""
    found = rank(scores_of(system, task, vectors), task.relevant).found_within(FIRST)
    return found, classification(system, task, vectors)


def _row(name: str, found: np.ndarray, correct: np.ndarray, clean: np.ndarray, together: np.ndarray, task: Task) -> Row:
    of_classified = [task.recordings[i] for i in task.classified]
    accuracy = figure(correct, of_classified) if len(correct) else None
    return Row(name, (figure(found, together), relative_loss(found, clean, together), accuracy))


def relative_loss(found: np.ndarray, clean: np.ndarray, groups: np.ndarray) -> Figure | None:
    """1 - mean(found) / mean(clean), with both means over the same draws; None if nothing was found in the first place.

    found, clean, groups : (queries,)
    """
    if not clean.any():
        return None
    clean_means = resampled_means(clean, groups)
    losses = 1.0 - resampled_means(found, groups)[clean_means > 0] / clean_means[clean_means > 0]
    low, high = np.percentile(losses, [2.5, 97.5])
    return Figure(1.0 - float(found.mean() / clean.mean()), float(low), float(high))


def _among_the_first(system: System, sounds: Sounds, task: Task, intruders: Sequence[np.ndarray]) -> np.ndarray:
    """(queries, intruders): is it among the first ten sounds of the query?"""
    strangers = np.stack([each.clip for each in hear_all(system, intruders, "intruders")])
    pool = np.concatenate([sounds.clips_heard_by(system), strangers])
    scores = system.read(task.queries) @ pool.T
    first = np.argsort(-scores, axis=1, kind="stable")[:, :FIRST]
    return np.asarray((first[:, :, None] == len(sounds.clips) + np.arange(len(intruders))).any(axis=1))
