"""Standardised levels of sounds: computed once with the engine's own front end, then read from disk row by row.

A cache holds a folder for every front end and list of sounds, and in it groups of sounds as float16; a run that was
interrupted goes on with the first group that is missing. Nothing but the rows that a step asks for is in memory.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache as kept
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.audio import read_audio
from engine.clap.config import MelConfig
from engine.clap.mel import LogMel
from engine.errors import Failure, UnreadableAudio, display_path
from engine.safe_files import replace
from trainer.data.packed_sounds import sound_file
from trainer.errors import TrainerError
from trainer.joined_sounds import JoinedClip, cross_faded
from trainer.manifest import Clip
from trainer.waveform_changes import ChangedClip, changed

Sound = Clip | JoinedClip | ChangedClip

SOUNDS_PER_GROUP = 1000
_AT_ONCE = 16  # sounds that a worker is given
_NAMED = 5  # unreadable sounds that are named

log = logging.getLogger(__name__)


class ClipLevels:
    """Levels of many sounds, (frames, mels) each, in dB standardised by their front end; sound i is `stretch(i, ...)`.

    silence : the level of nothing at all, with which a stretch goes on beyond the end of its sound
    """

    def __init__(
        self, stores: Sequence[np.ndarray], store: np.ndarray, first: np.ndarray, frames: np.ndarray, silence: float
    ) -> None:
        """store, first, frames : (sounds,) which of the arrays (frames, mels) holds a sound, from where on, how much"""
        self._stores = list(stores)
        self._store, self._first, self._frames = store, first, frames
        self.silence = silence

    def __len__(self) -> int:
        return len(self._frames)

    def frames_of(self, sound: int) -> int:
        return int(self._frames[sound])

    def stretch(self, sound: int, first_frame: int, frames: int) -> Tensor:
        """(frames, mels) float32 from `first_frame` on; silence beyond the end of the sound."""
        begin, end = first_frame, min(first_frame + frames, self.frames_of(sound))
        store = self._stores[self._store[sound]]
        levels = torch.full((frames, store.shape[1]), self.silence)
        if end > begin:
            at = int(self._first[sound])
            levels[: end - begin] = torch.from_numpy(store[at + begin : at + end].astype(np.float32))
        return levels

    def at(self, sounds: Sequence[int]) -> ClipLevels:
        """Those of some of the sounds, in the order that is given."""
        chosen = np.asarray(sounds, dtype=np.int64)
        return ClipLevels(self._stores, self._store[chosen], self._first[chosen], self._frames[chosen], self.silence)

    def followed_by(self, other: ClipLevels) -> ClipLevels:
        """These sounds and, behind them, those of another list with the same front end."""
        return ClipLevels(
            [*self._stores, *other._stores],
            np.concatenate([self._store, other._store + len(self._stores)]),
            np.concatenate([self._first, other._first]),
            np.concatenate([self._frames, other._frames]),
            self.silence,
        )


def frames_of_clip(mel: MelConfig, clip_s: float) -> int:
    """Frames of a stretch of so many seconds: those that begin in it. 5 s at 44.1 kHz are 690 (C11), 10.24 s at 16 kHz
    1024 (K24)."""
    return math.ceil(round(clip_s * mel.sample_rate_hz) / mel.hop_samples)


def load_levels(
    sounds: Sequence[Sound], mel: MelConfig, cache: Path, *, longest_s: float = 60.0, workers: int = 2
) -> ClipLevels:
    """The levels of all sounds, the first `longest_s` of each; computes the groups that the cache does not hold yet.

    workers : processes that decode. Raises TrainerError if sounds cannot be read; the others are kept.
    """
    folder = cache / _fingerprint(sounds, mel, longest_s)
    folder.mkdir(parents=True, exist_ok=True)
    firsts = range(0, len(sounds), SOUNDS_PER_GROUP)
    missing = [first for first in firsts if not _levels_file(folder, first).exists()]
    if missing:
        _compute(sounds, missing, folder, partial(_levels_of, mel=mel, longest_s=longest_s), workers)
    return _opened(folder, firsts, mel)


def waveform_of(sound: Sound, sample_rate_hz: int, longest_s: float) -> np.ndarray:
    """(samples,) float32, mono, at most `longest_s`. Raises UnreadableAudio."""
    most = round(longest_s * sample_rate_hz)
    if isinstance(sound, JoinedClip):
        part_s = min(sound.part_s, longest_s)
        first, second = (waveform_of(part, sample_rate_hz, part_s) for part in (sound.first, sound.second))
        return cross_faded(first, second, round(sound.cross_fade_s * sample_rate_hz))[:most]
    if isinstance(sound, ChangedClip):
        return changed(waveform_of(sound.clip, sample_rate_hz, longest_s), sample_rate_hz, sound.seed)[:most]
    with sound_file(sound.path) as path:  # it may be inside a shard
        return read_audio(path, sample_rate_hz=sample_rate_hz, duration_s=longest_s)


def levels_of_waveform(y: np.ndarray, mel: MelConfig) -> np.ndarray:
    """(1 + samples // hop_samples, mels) float16, standardised; a sound shorter than the window stands in silence."""
    padded = np.pad(y, (0, max(0, mel.fft_samples - len(y))))
    levels = _log_mel(mel)(torch.from_numpy(padded).unsqueeze(0))[0].T[: 1 + len(y) // mel.hop_samples]
    return np.asarray(levels.numpy().astype(np.float16))


def _levels_of(sound: Sound, *, mel: MelConfig, longest_s: float) -> np.ndarray | Failure:
    try:
        return levels_of_waveform(waveform_of(sound, mel.sample_rate_hz, longest_s), mel)
    except UnreadableAudio as error:
        return Failure(error.path, error.reason)


@kept
def _log_mel(mel: MelConfig) -> LogMel:
    return LogMel(mel)


# --- the cache --------------------------------------------------------------------------------------------------------


def _compute(
    sounds: Sequence[Sound],
    missing: Sequence[int],
    folder: Path,
    read: Callable[[Sound], np.ndarray | Failure],
    workers: int,
) -> None:
    failures: list[Failure] = []
    with _readers(workers, len(sounds)) as read_all:
        for done, first in enumerate(missing, start=1):
            group = list(read_all(read, sounds[first : first + SOUNDS_PER_GROUP]))
            failed = [each for each in group if isinstance(each, Failure)]
            failures += failed
            if not failed:
                _write(folder, first, [each for each in group if not isinstance(each, Failure)])
            log.info("levels: %d of %d groups of sounds", done, len(missing))
    if failures:
        listed = "; ".join(f"{display_path(each.path)}: {each.reason}" for each in failures[:_NAMED])
        more = f"; and {len(failures) - _NAMED} more" if len(failures) > _NAMED else ""
        raise TrainerError(f"There are sounds that cannot be read; take them out of the manifest ({listed}{more}).")


_ReadAll = Callable[[Callable[[Sound], np.ndarray | Failure], Sequence[Sound]], Iterable[np.ndarray | Failure]]


@contextmanager
def _readers(workers: int, sounds: int) -> Iterator[_ReadAll]:
    """A `map` over processes, or over none where one is enough."""
    if workers < 2 or sounds <= _AT_ONCE:
        yield map
        return
    # spawned, since a copy of a process in which PyTorch has started threads may hang
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        yield partial(pool.map, chunksize=_AT_ONCE)


def _one_thread() -> None:
    torch.set_num_threads(1)  # as many processes as cores would otherwise wait for each other


def _write(folder: Path, first: int, group: Sequence[np.ndarray]) -> None:
    """The levels come last: where they are, the group is complete."""
    _save(_frames_file(folder, first), np.array([len(levels) for levels in group], dtype=np.int64))
    _save(_levels_file(folder, first), np.concatenate(group))


def _save(path: Path, values: np.ndarray) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}.part")  # several processes may compute the same group
    with unfinished.open("wb") as file:
        np.save(file, values)
    replace(unfinished, path)


def _opened(folder: Path, firsts: Sequence[int], mel: MelConfig) -> ClipLevels:
    try:
        stores = [np.load(_levels_file(folder, first), mmap_mode="r") for first in firsts]
        frames = [np.load(_frames_file(folder, first)) for first in firsts]
    except (OSError, ValueError, EOFError) as error:
        raise TrainerError(
            f"The cached levels in {display_path(folder)} are damaged; delete that folder and they are computed again."
        ) from error
    nothing = np.zeros(0, dtype=np.int64)
    return ClipLevels(
        stores,
        np.concatenate([nothing, *(np.full(len(group), number) for number, group in enumerate(frames))]),
        np.concatenate([nothing, *(np.cumsum(group) - group for group in frames)]),
        np.concatenate([nothing, *frames]),
        silence=(mel.floor_db - mel.mean_db) / mel.deviation_db,
    )


def _fingerprint(sounds: Sequence[Sound], mel: MelConfig, longest_s: float) -> str:
    described = json.dumps([asdict(mel), longest_s, [_identity(sound) for sound in sounds]])
    return hashlib.sha256(described.encode()).hexdigest()[:24]


def _identity(sound: Sound) -> list[object]:
    """What tells a sound from others, wherever the folder lies on this machine; never what is said of it."""
    if isinstance(sound, JoinedClip):
        return [_identity(sound.first), _identity(sound.second), sound.part_s, sound.cross_fade_s]
    if isinstance(sound, ChangedClip):
        return [_identity(sound.clip), sound.seed]
    return [sound.source, sound.recording, sound.path.name, sound.seconds]


def _levels_file(folder: Path, first: int) -> Path:
    return folder / f"levels-{first:07d}.npy"


def _frames_file(folder: Path, first: int) -> Path:
    return folder / f"frames-{first:07d}.npy"
