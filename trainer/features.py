"""Cached features: what training reads instead of audio files, computed once with the engine's own front end.

A cache is a folder of shards; a run that was interrupted goes on with the first shard that is missing. Levels are
kept in dB before standardisation, so that gain, equalisation and mixing are additions at training time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from engine.clap.config import MelConfig
from engine.clap.mel import LogMel
from engine.errors import display_path
from trainer.errors import TrainerError
from trainer.manifest import Clip
from trainer.mixtures import MIXTURE_S, Mixtures, render
from trainer.teachers import COLUMN_S, TEACHER_RATE_HZ, TeacherFiles, Teachers
from trainer.waveforms import Waveforms, read_waveforms

ITEMS_PER_SHARD = 2000
AUDIO_S_AT_ONCE = {"cpu": 60.0, "cuda": 1500.0}  # a batch's sound, padding included
AUDIBLE_DB, INAUDIBLE_DB = -25.0, -40.0  # below the loudest column of a sound
LOG_POWER_PER_DB = math.log(10.0) / 10.0
SHORTEST_S = 1.0  # mn04 hears 10 s of a sound, however short it is
_FLOOR_DB, _STEP_DB = -100.0, 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Features:
    """All items, one after another. Item i has levels[starts[i]:starts[i + 1]] and as many labelled columns.

    levels : (frames, mels) uint8, see `decode_levels`
    starts : (items + 1,) int64
    column_scores : (columns, tags) uint8, see `decode_scores`; item i has column_starts[i]:column_starts[i + 1]
    column_starts : (items + 1,) int64
    clip_scores : (items, tags) float32
    embeddings : (items, teacher_dim) float16
    """

    levels: Tensor
    starts: Tensor
    column_scores: Tensor
    column_starts: Tensor
    clip_scores: Tensor
    embeddings: Tensor

    @property
    def frames_per_column(self) -> int:
        """How many frames a labelled column lasts, the same in every item."""
        return len(self.levels) // len(self.column_scores)  # from shapes: a value would wait for the device

    @property
    def device(self) -> torch.device:
        return self.levels.device


def encode_levels(levels_db: Tensor) -> Tensor:
    """dB as a byte in steps of 0.5 dB from -100 on: finer is below what a gain or a room changes."""
    return torch.round((levels_db - _FLOOR_DB) / _STEP_DB).clamp(0.0, 255.0).to(torch.uint8)


def decode_levels(levels: Tensor) -> Tensor:
    """Bytes of `encode_levels` as dB, float32."""
    return levels.float() * _STEP_DB + _FLOOR_DB


def encode_scores(scores: Tensor) -> Tensor:
    """Scores in [0, 1] as a byte, finest near 0, where most of them lie."""
    return torch.round(scores.sqrt() * 255.0).to(torch.uint8)


def decode_scores(scores: Tensor) -> Tensor:
    """Bytes of `encode_scores` as scores, float32."""
    return (scores.float() / 255.0).square()


def compute(
    clips: Sequence[Clip],
    mixtures: Mixtures,
    mel: MelConfig,
    files: TeacherFiles,
    folder: Path,
    *,
    device: torch.device | str = "cpu",
    workers: int = 1,
) -> None:
    """Compute the shards that `folder` does not hold yet; `workers` processes decode.

    Items are the clips and then the mixtures of them. Raises TrainerError if the folder belongs to other items or
    another front end, if there are sounds that cannot be read, or if the network does not hear at TEACHER_RATE_HZ.
    """
    if mel.sample_rate_hz != TEACHER_RATE_HZ:
        raise TrainerError(f"The teachers hear at {TEACHER_RATE_HZ} Hz, and so must the network they teach.")
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, clips, mixtures, mel)
    items = len(clips) + len(mixtures)
    missing = [first for first in _firsts(items) if not _shard(folder, first).exists()]
    if not missing:
        return
    waveforms = read_waveforms([clip.path for clip in clips], sample_rate_hz=mel.sample_rate_hz, workers=workers)
    log.info("features: %d sounds read, %.1f h", len(clips), len(waveforms.samples) / mel.sample_rate_hz / 3600.0)
    listener = _Listener(waveforms.to(device), mixtures.to(device), mel, Teachers(files, device=device))
    for done, first in enumerate(missing, start=1):
        _write(_shard(folder, first), listener.hear(range(first, min(items, first + ITEMS_PER_SHARD))))
        log.info("features: %d of %d groups of sounds", done, len(missing))


def load(
    folder: Path, clips: Sequence[Clip], mixtures: Mixtures, mel: MelConfig, *, device: torch.device | str = "cpu"
) -> Features:
    """Read a complete cache. Raises TrainerError if it belongs to other items or another front end."""
    _claim(folder, clips, mixtures, mel)
    shards = [_shard(folder, first) for first in _firsts(len(clips) + len(mixtures))]
    joined = {
        name: _joined(shards, name, device)
        for name in ("levels", "columns", "column_scores", "clip_scores", "embeddings")
    }
    return Features(
        levels=joined["levels"],
        starts=_starts(joined["columns"]) * column_frames(mel),
        column_scores=joined["column_scores"],
        column_starts=_starts(joined["columns"]),
        clip_scores=decode_scores(joined["clip_scores"]),
        embeddings=joined["embeddings"],
    )


def column_frames(mel: MelConfig) -> int:
    """How many frames a labelled column lasts."""
    return round(COLUMN_S * mel.sample_rate_hz / mel.hop_samples)


class _Listener:
    """Hears items through our front end and the teachers'."""

    def __init__(self, waveforms: Waveforms, mixtures: Mixtures, mel: MelConfig, teachers: Teachers) -> None:
        self.waveforms = waveforms
        self.mixtures = mixtures
        self.teachers = teachers
        self.frames_per_column = column_frames(mel)
        self.log_mel = LogMel(replace(mel, mean_db=0.0, deviation_db=1.0))  # dB: standardised after augmentation

    def hear(self, items: range) -> dict[str, Tensor]:
        """What is stored of some items: `columns` (items,) says how long each is, the rest is as in `Features`."""
        clips = len(self.waveforms.lengths)
        parts = [self._hear(*self._clips(batch)) for batch in self._batches(range(items.start, min(items.stop, clips)))]
        at_once = self._at_once(MIXTURE_S)
        for first in range(max(items.start, clips), items.stop, at_once):
            rows = self.mixtures[first - clips : min(first + at_once, items.stop) - clips]
            parts.append(self._hear(*render(rows, self.waveforms, sample_rate_hz=TEACHER_RATE_HZ, seed=first)))
        return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}

    def _at_once(self, seconds: float) -> int:
        return max(1, int(AUDIO_S_AT_ONCE[self.teachers.device.type] / max(seconds, SHORTEST_S)))

    def _batches(self, clips: range) -> Iterator[range]:
        """Stretches of clips, each as long as the memory allows."""
        lengths_s = (self.waveforms.lengths / TEACHER_RATE_HZ).tolist()
        first, longest_s = clips.start, 0.0
        for clip in clips:
            longest_s = max(longest_s, lengths_s[clip])
            if clip > first and clip - first + 1 > self._at_once(longest_s):
                yield range(first, clip)
                first, longest_s = clip, lengths_s[clip]
        if first < clips.stop:
            yield range(first, clips.stop)

    def _clips(self, clips: range) -> tuple[Tensor, Tensor]:
        """Whole clips as they are: waveforms (B, samples) and their lengths (B,)."""
        chosen = torch.arange(clips.start, clips.stop, device=self.waveforms.samples.device)
        lengths = self.waveforms.lengths[chosen]
        as_recorded = torch.ones(len(clips), device=chosen.device)
        beginning = torch.zeros_like(as_recorded)
        return self.waveforms.excerpts(chosen, beginning, as_recorded, lengths, samples=int(lengths.max())), lengths

    @torch.inference_mode()
    def _hear(self, waveforms: Tensor, lengths: Tensor) -> dict[str, Tensor]:
        labels = self.teachers.label(waveforms, lengths)
        longest = int(labels.columns.max())
        own = torch.arange(longest, device=waveforms.device) < labels.columns.unsqueeze(1)  # (B, columns)
        levels = self._levels(waveforms, longest).unflatten(1, (longest, self.frames_per_column))
        scores = labels.column_scores * _audible(levels).unsqueeze(2)
        return {
            "levels": encode_levels(levels[own]).flatten(0, 1).cpu(),
            "columns": labels.columns.cpu(),
            "column_scores": encode_scores(scores[own]).cpu(),
            "clip_scores": encode_scores(labels.clip_scores).cpu(),
            "embeddings": labels.embeddings.half().cpu(),
        }

    def _levels(self, waveforms: Tensor, columns: int) -> Tensor:
        """dB (B, frames, mels) of so many columns: the sound is padded with silence, or cut."""
        frames = columns * self.frames_per_column
        samples = frames * self.log_mel.config.hop_samples
        padded = functional.pad(waveforms[:, :samples], (0, max(0, samples - waveforms.shape[1])))
        return self.log_mel(padded)[:, :, :frames].transpose(1, 2)


def _audible(levels_db: Tensor) -> Tensor:
    """How much of each column (B, columns, frames, mels) is heard beside the loudest of its sound: (B, columns).

    The teachers hear more than a column at once, and so tell of a sound a little before it begins and after it ends.
    """
    power = (levels_db * LOG_POWER_PER_DB).exp().mean((2, 3))
    below_db = 10.0 * torch.log10(power / power.amax(1, keepdim=True))
    return ((below_db - INAUDIBLE_DB) / (AUDIBLE_DB - INAUDIBLE_DB)).clamp(0.0, 1.0)


def _write(shard: Path, heard: Mapping[str, Tensor]) -> None:
    unfinished = shard.with_suffix(".part")
    save_file(dict(heard), unfinished)
    os.replace(unfinished, shard)


def _joined(shards: Sequence[Path], name: str, device: torch.device | str) -> Tensor:
    """One tensor of all shards, filled piece by piece: the parts and the whole would not fit together."""
    stored = [safe_open(shard, framework="pt") for shard in shards]
    shapes = [part.get_slice(name).get_shape() for part in stored]
    whole: Tensor | None = None
    at = 0
    for part, shape in zip(stored, shapes, strict=True):
        values = part.get_tensor(name)
        if whole is None:
            whole = torch.empty(sum(shape[0] for shape in shapes), *shape[1:], dtype=values.dtype, device=device)
        whole[at : at + len(values)] = values.to(device)
        at += len(values)
    assert whole is not None
    return whole


def _starts(lengths: Tensor) -> Tensor:
    """Where each item begins, and where the last ends."""
    return functional.pad(torch.cumsum(lengths, 0), (1, 0))


def _firsts(items: int) -> range:
    """The first item of every shard."""
    return range(0, items, ITEMS_PER_SHARD)


def _shard(folder: Path, first: int) -> Path:
    return folder / f"items-{first:07d}.safetensors"


def _claim(folder: Path, clips: Sequence[Clip], mixtures: Mixtures, mel: MelConfig) -> None:
    """Mark an empty cache as that of these items and this front end, or make sure that it is."""
    described = json.dumps([asdict(mel), [[clip.source, clip.path.name] for clip in clips]]).encode()
    table = b"".join(getattr(mixtures, each.name).cpu().numpy().tobytes() for each in fields(Mixtures))
    fingerprint = hashlib.sha256(described + table).hexdigest()
    marker = folder / "fingerprint"
    if not marker.exists():
        marker.write_text(fingerprint)
    if marker.read_text() != fingerprint:
        raise TrainerError(
            f"{display_path(folder)} holds the features of other sounds or another front end; name another folder."
        )
