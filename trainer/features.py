"""Cached features: what training reads instead of audio files, computed once with the engine's own front end.

A cache is a folder of shards; a run that was interrupted goes on with the first shard that is missing. Levels are
kept in dB before standardisation, so that gain, equalisation and mixing are additions at training time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import soxr
import torch

from engine.audio import read_audio
from engine.clap.config import MelConfig
from engine.clap.mel import LogMel
from trainer.manifest import Clip
from trainer.mixtures import Mixture, render
from trainer.teachers import COLUMN_S, MN04_RATE_HZ, YAMNET_RATE_HZ, Teachers

ITEMS_PER_SHARD = 250
MAX_CLIP_S = 60.0

log = logging.getLogger(__name__)

Item = Clip | Mixture


@dataclass(frozen=True)
class TeacherFiles:
    """Where the teachers and the list of their classes lie."""

    folder: Path
    class_names: Path


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


def compute(items: Sequence[Item], mel: MelConfig, teachers: TeacherFiles, folder: Path, *, workers: int) -> None:
    """Compute the shards that `folder` does not hold yet."""
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, _fingerprint(items, mel))
    firsts = [f for f in range(0, len(items), ITEMS_PER_SHARD) if not _shard(folder, f).exists()]
    work = partial(_compute_shard, items, mel, teachers, folder)
    with ProcessPoolExecutor(workers) as pool:
        for done, first in enumerate(pool.map(work, firsts), start=1):
            log.info("features: shard at item %d of %d (%d of %d shards)", first, len(items), done, len(firsts))


def load(folder: Path, items: Sequence[Item], mel: MelConfig) -> Features:
    """Read a complete cache. Raises ValueError if it belongs to other items or another front end."""
    _claim(folder, _fingerprint(items, mel))
    shards = [np.load(_shard(folder, first)) for first in range(0, len(items), ITEMS_PER_SHARD)]
    joined = {name: np.concatenate([shard[name] for shard in shards]) for name in shards[0].files}
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


def _compute_shard(items: Sequence[Item], mel: MelConfig, files: TeacherFiles, folder: Path, first: int) -> int:
    torch.set_num_threads(1)
    teachers = Teachers(files.folder, files.class_names, threads=1)
    log_mel = LogMel(replace(mel, mean_db=0.0, deviation_db=1.0))  # dB: standardised after augmentation
    rows = []
    for item in items[first : first + ITEMS_PER_SHARD]:
        y = _waveform(item, mel.sample_rate_hz)
        labels = teachers.label(_at(y, mel.sample_rate_hz, MN04_RATE_HZ), _at(y, mel.sample_rate_hz, YAMNET_RATE_HZ))
        rows.append((_levels(log_mel, y, len(labels.column_scores) * column_frames(mel)), labels))
    arrays = {
        "levels": np.concatenate([levels for levels, _ in rows]),
        "frames": np.array([len(levels) for levels, _ in rows]),
        "column_scores": np.concatenate([labels.column_scores for _, labels in rows]).astype(np.float16),
        "columns": np.array([len(labels.column_scores) for _, labels in rows]),
        "clip_scores": np.stack([labels.clip_scores for _, labels in rows]).astype(np.float16),
        "embeddings": np.stack([labels.embedding for _, labels in rows]).astype(np.float16),
    }
    unfinished = _shard(folder, first).with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    os.replace(unfinished, _shard(folder, first))
    return first


def _waveform(item: Item, sample_rate_hz: int) -> np.ndarray:
    if isinstance(item, Clip):
        return read_audio(item.path, sample_rate_hz=sample_rate_hz, duration_s=MAX_CLIP_S)
    first = read_audio(item.first.path, sample_rate_hz=sample_rate_hz, duration_s=MAX_CLIP_S)
    second = read_audio(item.second.path, sample_rate_hz=sample_rate_hz, duration_s=MAX_CLIP_S)
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


def _shard(folder: Path, first: int) -> Path:
    return folder / f"items-{first:06d}.npz"


def _fingerprint(items: Sequence[Item], mel: MelConfig) -> str:
    described = json.dumps([asdict(mel), [asdict(item) for item in items]], default=lambda path: path.name)
    return hashlib.sha256(described.encode()).hexdigest()


def _claim(folder: Path, fingerprint: str) -> None:
    marker = folder / "fingerprint"
    if not marker.exists():
        marker.write_text(fingerprint)
    if marker.read_text() != fingerprint:
        raise ValueError(f"{folder} holds the features of other sounds or another front end; name a new folder")
