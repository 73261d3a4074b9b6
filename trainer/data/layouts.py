"""From a folder with a published set to the clips that are really there.

Nothing is downloaded: the folder is the user's own. A sound that is missing or cannot be read is left out and named;
of sets cut from videos, many are.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from engine.audio import AudioDecoder
from engine.errors import Failure, UnreadableAudio, display_path
from trainer.data import captioned_sets, labelled_sets, video_sets
from trainer.data.own_folder import OWN_SPLITS, read_own_folder
from trainer.data.published_folder import AbsentTable
from trainer.errors import TrainerError
from trainer.manifest import Clip

ALL = "all"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Layout:
    """How a set is published. `read` gives the clips of a split as its tables tell them, there or not."""

    read: Callable[[Path, str], list[Clip]]
    splits: tuple[str, ...]


LAYOUTS = {
    "folder": Layout(read_own_folder, OWN_SPLITS),
    "audiocaps": Layout(captioned_sets.read_audiocaps, captioned_sets.AUDIOCAPS_SPLITS),
    "clotho": Layout(captioned_sets.read_clotho, captioned_sets.CLOTHO_SPLITS),
    "macs": Layout(captioned_sets.read_macs, captioned_sets.MACS_SPLITS),
    "wavcaps": Layout(captioned_sets.read_wavcaps, tuple(captioned_sets.WAVCAPS_FILES)),
    "fsd50k": Layout(labelled_sets.read_fsd50k, labelled_sets.FSD50K_SPLITS),
    "audioset": Layout(video_sets.read_audioset, video_sets.AUDIOSET_SPLITS),
    "audioset-strong": Layout(video_sets.read_audioset_strong, video_sets.STRONG_SPLITS),
    "vggsound": Layout(video_sets.read_vggsound, video_sets.VGGSOUND_SPLITS),
    "desed": Layout(video_sets.read_desed, video_sets.DESED_SPLITS),
    "esc50": Layout(labelled_sets.read_esc50, labelled_sets.ESC50_SPLITS),
    "urbansound8k": Layout(labelled_sets.read_urbansound8k, labelled_sets.URBANSOUND_SPLITS),
    "gtzan-genres": Layout(labelled_sets.read_gtzan_genres, labelled_sets.GTZAN_SPLITS),
    "gtzan-music-speech": Layout(labelled_sets.read_gtzan_speech, ("train",)),
    "nsynth": Layout(labelled_sets.read_nsynth, labelled_sets.NSYNTH_SPLITS),
    "speech-commands": Layout(labelled_sets.read_speech_commands, labelled_sets.SPEECH_SPLITS),
}


@dataclass(frozen=True)
class Gathered:
    """The clips that are there, with their lengths; the sounds that are not, and those that cannot be read."""

    clips: list[Clip]
    missing: list[Path]
    unreadable: list[Failure]


def gather(layout: str, folder: Path, split: str = ALL, *, workers: int = 2) -> Gathered:
    """Read a published set; `split` is one of its own, or all that the folder holds tables for.

    Raises TrainerError for a layout or split that is not known, and a folder that is not laid out so.
    """
    known = LAYOUTS.get(layout)
    if known is None:
        raise TrainerError(f"{layout} is no layout that is known; these are: {', '.join(LAYOUTS)}.")
    if split not in (ALL, *known.splits):
        raise TrainerError(f"{layout} has no split {split}; these it has: {', '.join(known.splits)}.")
    described = _every_split(layout, folder) if split == ALL else _read(layout, folder, split)
    if not described:
        raise TrainerError(f"{display_path(folder)} holds no sounds as {layout} is published, split {split}.")
    return _look_at(described, workers)


def _every_split(layout: str, folder: Path) -> list[Clip]:
    """Splits whose tables are absent are left out, unless all are."""
    clips: list[Clip] = []
    absent: list[AbsentTable] = []
    for split in LAYOUTS[layout].splits:
        try:
            clips += _read(layout, folder, split)
        except AbsentTable as error:
            absent.append(error)
    if absent and not clips:
        raise absent[0]
    for reason in absent:
        log.info("left out: %s", reason)
    return clips


def _read(layout: str, folder: Path, split: str) -> list[Clip]:
    try:
        return LAYOUTS[layout].read(folder, split)
    except KeyError as error:
        raise TrainerError(
            f"{display_path(folder)} is not laid out as {layout} is published: {error} is not in its tables."
        ) from error
    except (OSError, ValueError, TypeError, AttributeError, IndexError, csv.Error) as error:  # of text that is no table
        raise TrainerError(
            f"{display_path(folder)} is not laid out as {layout} is published: {str(error) or type(error).__name__}."
        ) from error


def _look_at(described: Sequence[Clip], workers: int) -> Gathered:
    gathered = Gathered([], [], [])
    with ThreadPoolExecutor(workers) as pool:
        for clip, length in zip(described, pool.map(_length, described), strict=True):
            if length is None:
                gathered.missing.append(clip.path)
            elif isinstance(length, Failure):
                gathered.unreadable.append(length)
            else:
                gathered.clips.append(replace(clip, seconds=length))
    return gathered


def _length(clip: Clip) -> float | Failure | None:
    """The sound's own length in seconds, whatever its set says; None if it is not there."""
    if not clip.path.exists():
        return None
    try:
        with AudioDecoder(clip.path) as decoder:
            if decoder.info.duration_s > 0.0:
                return round(decoder.info.duration_s, 3)
            frames = sum(len(block) for block in decoder)
            return round(frames / decoder.info.sample_rate_hz, 3)
    except UnreadableAudio as error:
        return Failure(clip.path, error.reason)
