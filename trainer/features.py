"""Cached features: what training reads instead of audio files, computed once with the engine's own front end.

A cache is a folder of shards; a run that was interrupted goes on with the first shard that is missing. Levels are
kept in dB before standardisation, so that gain, equalisation and mixing are additions at training time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import soxr
import torch

from engine.audio import read_audio
from engine.clap.config import MelConfig
from engine.clap.mel import LogMel
from engine.errors import Failure, UnreadableAudio, display_path
from trainer.errors import TrainerError
from trainer.manifest import Clip
from trainer.mixtures import Mixture, render
from trainer.teachers import COLUMN_S, MN04_RATE_HZ, YAMNET_RATE_HZ, Labels, TeacherFiles, Teachers

ITEMS_PER_SHARD = 250
MAX_CLIP_S = 60.0

log = logging.getLogger(__name__)

Item = Clip | Mixture


@dataclass(frozen=True)
class Features:
    """All items, one after another. Item i has levels[starts[i]:starts[i + 1]] and as many labelled columns.

    levels : (frames, mels) float16, dB
    column_scores : (columns, tags) float16; item i has rows column_starts[i]:column_starts[i + 1]
    clip_scores : (items, tags) float16
    embeddings : (items, teacher_dim) float16
    """

    levels: np.ndarray
    starts: np.ndarray
    column_scores: np.ndarray
    column_starts: np.ndarray
    clip_scores: np.ndarray
    embeddings: np.ndarray

    @property
    def frames_per_column(self) -> int:
        """How many frames a labelled column lasts, the same in every item."""
        return int(self.starts[-1] // self.column_starts[-1])


def compute(items: Sequence[Item], mel: MelConfig, teachers: TeacherFiles, folder: Path, *, workers: int) -> None:
    """Compute the shards that `folder` does not hold yet; more than one worker are processes of their own.

    Raises TrainerError if the folder belongs to other items or another front end, and, once all the others are
    computed, if there were sounds that cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, items, mel)
    firsts = [first for first in _firsts(items) if not _shard(folder, first).exists()]
    groups = [items[first : first + ITEMS_PER_SHARD] for first in firsts]
    shards = [_shard(folder, first) for first in firsts]
    work = partial(_compute_shard, mel, teachers)
    if workers == 1:
        failures = _collect(map(work, groups, shards), len(groups))
    else:
        # spawned, since a copy of a process in which PyTorch has started threads may hang
        with ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)
        ) as pool:
            failures = _collect(pool.map(work, groups, shards), len(groups))
    if failures:
        listed = "; ".join(f"{display_path(failure.path)}: {failure.reason}" for failure in failures[:5])
        more = f"; and {len(failures) - 5} more" if len(failures) > 5 else ""
        raise TrainerError(f"Features are missing, because there are sounds that cannot be read ({listed}{more}).")


def _collect(results: Iterable[list[Failure]], groups: int) -> list[Failure]:
    """What failed in any group; tells the log how far it is."""
    failures: list[Failure] = []
    for done, failed in enumerate(results, start=1):
        failures += failed
        log.info("features: %d of %d groups of sounds", done, groups)
    return failures


def load(folder: Path, items: Sequence[Item], mel: MelConfig) -> Features:
    """Read a complete cache. Raises TrainerError if it belongs to other items or another front end."""
    _claim(folder, items, mel)
    shards = [_read_shard(_shard(folder, first)) for first in _firsts(items)]
    joined = {name: np.concatenate([shard[name] for shard in shards]) for name in shards[0]}
    return Features(
        levels=joined["levels"],
        starts=np.concatenate([[0], np.cumsum(joined["frames"])]),
        column_scores=joined["column_scores"],
        column_starts=np.concatenate([[0], np.cumsum(joined["columns"])]),
        clip_scores=joined["clip_scores"],
        embeddings=joined["embeddings"],
    )


def column_frames(mel: MelConfig) -> int:
    """How many frames a labelled column lasts."""
    return round(COLUMN_S * mel.sample_rate_hz / mel.hop_samples)


def _compute_shard(mel: MelConfig, files: TeacherFiles, items: Sequence[Item], shard: Path) -> list[Failure]:
    """Write one shard, unless there are sounds in it that cannot be read: these are returned instead."""
    teachers = Teachers(files)
    log_mel = LogMel(replace(mel, mean_db=0.0, deviation_db=1.0))  # dB: standardised after augmentation
    levels, labels, failures = [], [], []
    for item in items:
        try:
            y = _waveform(item, mel.sample_rate_hz)
        except UnreadableAudio as error:
            failures.append(Failure(error.path, error.reason))
            continue
        heard = teachers.label(_at(y, mel.sample_rate_hz, MN04_RATE_HZ), _at(y, mel.sample_rate_hz, YAMNET_RATE_HZ))
        labels.append(heard)
        levels.append(_levels(log_mel, y, len(heard.column_scores) * column_frames(mel)))
    if not failures:
        write_shard(shard, levels, labels)
    return failures


def write_shard(shard: Path, levels: Sequence[np.ndarray], labels: Sequence[Labels]) -> None:
    """Store items: levels (frames, mels) of each, and what the teachers say of it."""
    arrays = {
        "levels": np.concatenate(levels),
        "frames": np.array([len(of_item) for of_item in levels]),
        "column_scores": np.concatenate([of_item.column_scores for of_item in labels]).astype(np.float16),
        "columns": np.array([len(of_item.column_scores) for of_item in labels]),
        "clip_scores": np.stack([of_item.clip_scores for of_item in labels]).astype(np.float16),
        "embeddings": np.stack([of_item.embedding for of_item in labels]).astype(np.float16),
    }
    unfinished = shard.with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    os.replace(unfinished, shard)


def _read_shard(shard: Path) -> dict[str, np.ndarray]:
    with np.load(shard) as stored:
        return dict(stored)


def _waveform(item: Item, sample_rate_hz: int) -> np.ndarray:
    if isinstance(item, Clip):
        return read_audio(item.path, sample_rate_hz=sample_rate_hz, duration_s=MAX_CLIP_S)
    first, second = (_waveform(clip, sample_rate_hz) for clip in (item.first, item.second))
    return render(item, first, second, sample_rate_hz=sample_rate_hz)


def _levels(log_mel: LogMel, y: np.ndarray, frames: int) -> np.ndarray:
    """Levels (frames, mels): the sound is padded with silence, or cut, to so many frames."""
    samples = frames * log_mel.config.hop_samples
    padded = np.zeros(samples, dtype=np.float32)
    padded[: min(samples, len(y))] = y[:samples]
    with torch.inference_mode():
        levels = log_mel(torch.from_numpy(padded).unsqueeze(0))[0, :, :frames]
    return levels.T.numpy().astype(np.float16)


def _at(y: np.ndarray, from_hz: int, to_hz: int) -> np.ndarray:
    return y if from_hz == to_hz else np.asarray(soxr.resample(y, from_hz, to_hz), dtype=np.float32)


def _firsts(items: Sequence[Item]) -> range:
    """The first item of every shard."""
    return range(0, len(items), ITEMS_PER_SHARD)


def _shard(folder: Path, first: int) -> Path:
    return folder / f"items-{first:06d}.npz"


def _claim(folder: Path, items: Sequence[Item], mel: MelConfig) -> None:
    """Mark an empty cache as that of these items and this front end, or make sure that it is."""
    described = json.dumps([asdict(mel), [asdict(item) for item in items]], default=lambda path: path.name)
    fingerprint = hashlib.sha256(described.encode()).hexdigest()
    marker = folder / "fingerprint"
    if not marker.exists():
        marker.write_text(fingerprint)
    if marker.read_text() != fingerprint:
        raise TrainerError(
            f"{display_path(folder)} holds the features of other sounds or another front end; name another folder."
        )
