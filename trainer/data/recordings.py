"""Which recording a clip was cut from, told the same way for every set: "freesound:<id>", "youtube:<id>".

Many sets are cut from the same recordings: FSD50K, Clotho, ESC-50, UrbanSound8K and a part of WavCaps come from
Freesound, AudioSet, AudioCaps, VGGSound, a part of WavCaps and of DESED from YouTube. Our readers of published sets
write recordings in this form; in other manifests they are recognised by the names that the sets' makers gave.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from trainer.manifest import Clip

VIDEO_SETS = ("audioset", "audiocaps", "vggsound", "desed", "wavcaps/AudioSet_SL")
_COLLECTIONS = re.compile(r"(?:freesound|youtube|tau|bbc|soundbible):\S.*")
_VIDEO = r"Y?(?P<id>[\w-]{11})"
_PARTS = r"(?:_\d+(?:\.\d+)?)"
# ESC-50: fold-<Freesound id>-take-class, without class in ESC-10; UrbanSound8K: <Freesound id>-class-occurrence-slice;
# Freesound's own downloads: <id>__user__title; videos with the beginning and end of the excerpt
_FREESOUND_NAMES = (
    re.compile(r"[1-5]-(?P<id>\d{3,})-[A-Z](?:-\d{1,2})?"),
    re.compile(r"(?P<id>\d{3,})-\d-\d+-\d+"),
    re.compile(r"(?P<id>\d+)__[^_].*?__.+"),
)
_VIDEO_EXCERPT = re.compile(_VIDEO + _PARTS + "{2}", re.ASCII)
_VIDEO_NAME = re.compile(_VIDEO + _PARTS + "{0,2}", re.ASCII)


def freesound(sound_id: str | int) -> str:
    return f"freesound:{int(sound_id)}"


def youtube(video_id: str) -> str:
    return f"youtube:{video_id}"


def recording_id(clip: Clip) -> str:
    """The collection and the number there, or else the source and what the manifest calls the recording.

    Excerpts of one video are one recording, wherever they begin.
    """
    if _COLLECTIONS.fullmatch(clip.recording):
        return clip.recording
    name = PurePosixPath(clip.recording or clip.path.name).name
    return _by_name(name, clip.source) or _by_name(name.rpartition(".")[0], clip.source) or _own(clip)


def _by_name(name: str, source: str) -> str | None:
    for pattern in _FREESOUND_NAMES:
        if found := pattern.fullmatch(name):
            return freesound(found["id"])
    of_videos = source.lower().startswith(tuple(each.lower() for each in VIDEO_SETS))
    found = (_VIDEO_NAME if of_videos else _VIDEO_EXCERPT).fullmatch(name)
    return youtube(found["id"]) if found else None


def _own(clip: Clip) -> str:
    return f"{clip.source}:{clip.recording or clip.path.name}"
