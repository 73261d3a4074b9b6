"""All clips of a corpus as waveforms in memory, so that they can be mixed by the hundred at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.audio import read_audio
from engine.errors import Failure, UnreadableAudio, display_path
from trainer.errors import TrainerError

MAX_CLIP_S = 60.0
_FULL_SCALE = 32767.0


@dataclass(frozen=True)
class Waveforms:
    """Clip i is samples[starts[i]:starts[i + 1]], at one sample rate, mono.

    samples : (samples,) int16, full scale is 32767: 16 bits hold a recording at half the memory of floats
    starts : (clips + 1,) int64
    """

    samples: Tensor
    starts: Tensor

    @property
    def lengths(self) -> Tensor:
        """(clips,) in samples."""
        return self.starts.diff()

    def excerpts(self, clips: Tensor, first: Tensor, step: Tensor, lengths: Tensor, *, samples: int) -> Tensor:
        """(B, samples) float32 in [-1, 1]: sample n of a row is the clip at first + n * step, silence beyond `lengths`.

        clips (B,), first (B,) in samples, step (B,) samples per sample, lengths (B,) in samples of the result.
        What lies between two samples is interpolated on a straight line.
        """
        number = torch.arange(samples, device=self.samples.device)
        at = first.unsqueeze(1) + number * step.unsqueeze(1)
        whole = torch.minimum(at.long(), (self.lengths[clips] - 1).unsqueeze(1))
        index = self.starts[clips].unsqueeze(1) + whole
        following = torch.minimum(index + 1, self.starts[clips + 1].unsqueeze(1) - 1)
        y = torch.lerp(self.samples[index].float(), self.samples[following].float(), (at - whole).clamp(0.0, 1.0))
        return torch.where(number < lengths.unsqueeze(1), y / _FULL_SCALE, 0.0)

    def to(self, device: torch.device | str) -> Waveforms:
        return Waveforms(self.samples.to(device), self.starts.to(device))


def read_waveforms(paths: Sequence[Path], *, sample_rate_hz: int, workers: int = 1) -> Waveforms:
    """Decode files, the first MAX_CLIP_S of each; more than one worker are processes of their own.

    Raises TrainerError if there are files that cannot be read.
    """
    read = partial(_read, sample_rate_hz=sample_rate_hz)
    if workers == 1:
        return _joined(map(read, paths))
    # spawned, since a copy of a process in which PyTorch has started threads may hang
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return _joined(pool.map(read, paths, chunksize=32))


def _read(path: Path, *, sample_rate_hz: int) -> np.ndarray | Failure:
    try:
        y = read_audio(path, sample_rate_hz=sample_rate_hz, duration_s=MAX_CLIP_S)
    except UnreadableAudio as error:
        return Failure(error.path, error.reason)
    return np.round(np.clip(y, -1.0, 1.0) * _FULL_SCALE).astype(np.int16)


def _joined(results: Iterable[np.ndarray | Failure]) -> Waveforms:
    read: list[np.ndarray] = []
    failures: list[Failure] = []
    for result in results:
        if isinstance(result, Failure):
            failures.append(result)
        else:
            read.append(result)
    if failures:
        listed = "; ".join(f"{display_path(failure.path)}: {failure.reason}" for failure in failures[:5])
        more = f"; and {len(failures) - 5} more" if len(failures) > 5 else ""
        raise TrainerError(f"There are sounds that cannot be read; take them out of the manifest ({listed}{more}).")
    starts = np.concatenate([[0], np.cumsum([len(y) for y in read])])
    return Waveforms(torch.from_numpy(np.concatenate(read)), torch.from_numpy(starts))
