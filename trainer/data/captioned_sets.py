"""Sets that people wrote captions for, as they are published: AudioCaps, Clotho, MACS, WavCaps.

Each reader gives the clips of a split, in the order of its table; a clip's path is where its sound is, or would be, and
its length is what the set says, or 0. `trainer.data.layouts` looks at the files themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from trainer.data.published_folder import PublishedFolder, in_words, json_value, table_rows
from trainer.data.recordings import freesound, youtube
from trainer.data.video_sets import VIDEO_LICENCE, video_stems
from trainer.manifest import Clip

AUDIOCAPS_SPLITS = ("train", "val", "test")
CLOTHO_SPLITS = ("development", "validation", "evaluation")
MACS_SPLITS = ("development",)
WAVCAPS_FILES = {
    "AudioSet_SL": "as_final.json",
    "BBC_Sound_Effects": "bbc_final.json",
    "FreeSound": "fsd_final.json",
    "SoundBible": "sb_final.json",
}
CLOTHO_CAPTIONS = tuple(f"caption_{number}" for number in range(1, 6))
ILLEGAL_IN_NAMES = re.compile(r'\s*[:"*?<>|/\\]\s*')  # what version 2.1 of Clotho has underscores for


def read_audiocaps(folder: Path, split: str) -> list[Clip]:
    """`<split>.csv`: audiocap_id,youtube_id,start_time,caption; five rows a sound in val and test.

    Source: the authors' repository, cdjkim/audiocaps. The sounds are videos' excerpts of 10 s, named as their
    downloader does.
    """
    place = PublishedFolder(folder)
    table = place.table(f"{split}.csv", f"audiocaps_{split}.csv")
    clips: dict[tuple[str, str], Clip] = {}
    for row in table_rows(table):
        key = (row["youtube_id"], row["start_time"])
        if said := clips.get(key):
            clips[key] = replace(said, other_captions=(*said.other_captions, row["caption"]))
            continue
        start_s = float(row["start_time"])
        stems = video_stems(row["youtube_id"], start_s, start_s + 10.0)
        path = place.sound(*stems, row["audiocap_id"])
        clips[key] = Clip(
            path, "audiocaps", youtube(row["youtube_id"]), "", row["caption"], 0.0, VIDEO_LICENCE, split=split
        )
    return list(clips.values())


def read_clotho(folder: Path, split: str) -> list[Clip]:
    """`clotho_captions_<split>.csv` and, where it is there, `clotho_metadata_<split>.csv` (Zenodo 4783391).

    The metadata are in Latin-1. File names carry spaces at their ends in the tables, and characters that a disk refuses
    in versions before 2.1.
    """
    place = PublishedFolder(folder)
    metadata = {}
    if place.has(f"clotho_metadata_{split}.csv"):
        rows = table_rows(place.table(f"clotho_metadata_{split}.csv"), encoding="latin-1")
        metadata = {_plain(row["file_name"]): row for row in rows}
    clips = []
    for row in table_rows(place.table(f"clotho_captions_{split}.csv")):
        stem = Path(row["file_name"]).stem
        path = place.sound(stem, _plain(stem), f"{stem} ", f" {stem}")
        known = metadata.get(_plain(row["file_name"]), {})
        sound_id = known.get("sound_id", "")
        first, *others = (row[column] for column in CLOTHO_CAPTIONS)
        clips.append(
            Clip(
                path,
                "clotho",
                freesound(sound_id) if sound_id.isdigit() else f"clotho:{row['file_name']}",  # some say "Not found"
                "",
                first,
                0.0,
                known.get("license") or "Creative Commons of its Freesound page",
                other_captions=tuple(others),
                split=split,
            )
        )
    return clips


def _plain(name: str) -> str:
    return ILLEGAL_IN_NAMES.sub("_", name)


def read_macs(folder: Path, split: str) -> list[Clip]:
    """`MACS.yaml` (Zenodo 5114771) beside the sounds of TAU Urban Acoustic Scenes 2019, development.

    `files`, each with `filename` and `annotations`, each with `annotator_id`, `sentence` and `tags`. A sound's name is
    scene-city-location-segment-device: what was recorded at one location is one recording.
    """
    place = PublishedFolder(folder)
    clips = []
    for described in _yaml(place.table("MACS.yaml"))["files"]:
        name = str(described["filename"])
        said = [str(each["sentence"]).strip() for each in described["annotations"]]
        tags = {in_words(str(tag)): None for each in described["annotations"] for tag in each.get("tags") or ()}
        scene, city, location = name.split("-")[:3]
        clips.append(
            Clip(
                place.sound(Path(name).stem),
                "macs",
                f"tau:{scene}-{city}-{location}",
                in_words(scene),
                said[0],
                0.0,
                "TAU Urban Acoustic Scenes 2019, non-commercial",
                other_captions=tuple(said[1:]),
                labels=tuple(tags),
                split=split,
            )
        )
    return clips


def _yaml(path: Path) -> Any:
    import yaml

    try:
        with path.open(encoding="utf-8") as file:
            return yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # in C it is ten times faster
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name} is no YAML") from error


def read_wavcaps(folder: Path, split: str) -> list[Clip]:
    """`json_files/<split>/…_final.json` of cvssp/WavCaps: {"data": [{"id", "caption", "duration", …}]}.

    Sounds are <id>.flac in a folder that is named for the split, in other folders for other unpackers. An id of
    AudioSet_SL is "Y<video>.wav".
    """
    place = PublishedFolder(folder)
    stored = json_value(place.table(WAVCAPS_FILES[split]))
    described = stored["data"] if isinstance(stored, dict) else stored  # the first release was the list alone
    return list(_wavcaps(place, split, described))


def _wavcaps(place: PublishedFolder, split: str, described: list[dict[str, Any]]) -> Iterator[Clip]:
    for each in described:
        stem = str(each["id"]).removesuffix(".wav")
        yield Clip(
            place.sound(stem, within=split),
            f"wavcaps/{split}",
            _wavcaps_recording(split, stem),
            "",
            str(each["caption"]).strip(),
            float(each.get("duration") or 0.0),
            "WavCaps, academic use only",
            split=split,
        )


def _wavcaps_recording(split: str, stem: str) -> str:
    if split == "AudioSet_SL":
        return youtube(stem.removeprefix("Y"))
    if split == "FreeSound":
        return freesound(stem)
    return f"{'bbc' if split == 'BBC_Sound_Effects' else 'soundbible'}:{stem}"
