"""Leak control (K06): nothing that a network is measured on may be in what it was trained on.

Two ways to tell: by recording, since many sets are cut from the same pages of Freesound and the same videos (see
`trainer.data.recordings`), and by what a sound decodes to, whatever its file is called and its tags say. A copy that
was encoded anew, cut or changed in level has another decoded sound: only its recording tells.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from engine.audio import AudioDecoder, AudioInfo, ContentHash
from engine.errors import Failure, UnreadableAudio
from trainer.data.packed_sounds import sound_file
from trainer.data.recordings import recording_id
from trainer.manifest import Clip

EXACT_CONTAINERS = frozenset(["WAV", "FLAC", "OGG", "AIFF", "W64", "RF64", "AU", "CAF"])

log = logging.getLogger(__name__)

_Kind = tuple[int, int]  # sample rate in Hz, channels


@dataclass(frozen=True)
class Leak:
    """A training clip that is also measured, and why it is held to be."""

    clip: Clip
    measured: Clip
    reason: Literal["same recording", "same sound"]


@dataclass(frozen=True)
class LeakReport:
    """kept : training clips that are in no evaluation set, in their order; unreadable : sounds that were not heard"""

    kept: list[Clip]
    leaks: list[Leak]
    unreadable: list[Failure]


def remove_leaks(
    training: Sequence[Clip], measured: Sequence[Clip], *, by_sound: bool = True, workers: int = 2
) -> LeakReport:
    """What of the training clips may be trained on. A sound that cannot be read is compared by recording alone.

    by_sound : decode all that is about as long as a measured sound
    """
    recordings = {recording_id(clip): clip for clip in reversed(measured)}
    leaks = {
        position: Leak(clip, recordings[identity], "same recording")
        for position, clip in enumerate(training)
        if (identity := recording_id(clip)) in recordings
    }
    unreadable: list[Failure] = []
    if by_sound:
        others = [position for position in range(len(training)) if position not in leaks]
        same, unreadable = _same_sounds([training[position] for position in others], measured, workers)
        leaks |= {others[at]: Leak(training[others[at]], clip, "same sound") for at, clip in same.items()}
    kept = [clip for position, clip in enumerate(training) if position not in leaks]
    return LeakReport(kept, [leaks[position] for position in sorted(leaks)], unreadable)


def _same_sounds(
    training: Sequence[Clip], measured: Sequence[Clip], workers: int
) -> tuple[dict[int, Clip], list[Failure]]:
    """Position of a training clip -> the measured clip with its sound; and what could not be read."""
    with ThreadPoolExecutor(workers) as pool:
        known = list(pool.map(_described, measured))
        lengths = _Lengths(each for each in known if not isinstance(each, Failure))
        log.info("sounds to compare: reading the lengths of %d", len(training))
        described = list(pool.map(_described, training))
        alike = [at for at, each in enumerate(described) if not isinstance(each, Failure) and lengths.may_hold(each)]
        log.info("sounds to compare: hearing %d measured ones and %d as long", len(measured), len(alike))
        heard = dict(zip(alike, pool.map(_sound_of, (training[at] for at in alike)), strict=True))
        digests = list(pool.map(_sound_of, measured))
    by_digest = {each: clip for each, clip in zip(digests, measured, strict=True) if isinstance(each, bytes)}
    same = {at: by_digest[each] for at, each in heard.items() if isinstance(each, bytes) and each in by_digest}
    failures = [each for each in (*described, *heard.values(), *digests) if isinstance(each, Failure)]
    return same, list({failure.path: failure for failure in failures}.values())


class _Lengths:
    """Which lengths measured sounds have, by sample rate and channels: only an equally long sound can be the same."""

    def __init__(self, described: Iterable[AudioInfo]) -> None:
        self._frames: dict[_Kind, set[int]] = {}
        self._any_length: set[_Kind] = set()
        for info in described:
            if _is_exact(info):
                self._frames.setdefault(_kind(info), set()).add(info.frames or 0)
            else:
                self._any_length.add(_kind(info))

    def may_hold(self, info: AudioInfo) -> bool:
        kind = _kind(info)
        if kind in self._any_length:
            return True
        return info.frames in self._frames.get(kind, ()) or (kind in self._frames and not _is_exact(info))


def _kind(info: AudioInfo) -> _Kind:
    return info.sample_rate_hz, info.channels


def _is_exact(info: AudioInfo) -> bool:
    """Whether the file tells how many samples it decodes to, which MP3 and films' sound do only roughly."""
    return info.frames is not None and info.container in EXACT_CONTAINERS


def _described(clip: Clip) -> AudioInfo | Failure:
    try:
        with sound_file(clip.path) as path, AudioDecoder(path) as decoder:
            return decoder.info
    except UnreadableAudio as error:
        return Failure(clip.path, error.reason)


def _sound_of(clip: Clip) -> bytes | Failure:
    """What the sound decodes to, as a hash: `engine.audio.ContentHash`."""
    try:
        with sound_file(clip.path) as path, AudioDecoder(path) as decoder:
            content = ContentHash(decoder.info.sample_rate_hz, decoder.info.channels)
            for block in decoder:
                content.feed(block)
            return content.digest()
    except UnreadableAudio as error:
        return Failure(clip.path, error.reason)
