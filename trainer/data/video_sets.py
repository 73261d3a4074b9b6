"""Sets of excerpts of videos, as they are published: AudioSet with weak and strong labels, VGGSound, DESED.

See `trainer.data.captioned_sets` for what a reader gives.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from trainer.data.published_folder import PublishedFolder, in_words, table_rows
from trainer.data.recordings import youtube
from trainer.manifest import Clip, Event

VIDEO_LICENCE = "of the video; annotations CC BY 4.0"
EXCERPT_S = 10.0
AUDIOSET_SPLITS = ("balanced_train", "unbalanced_train", "eval")
STRONG_SPLITS = ("train", "eval")
VGGSOUND_SPLITS = ("train", "test")
DESED_SPLITS = (
    *("weak", "unlabel_in_domain", "validation", "public"),
    *("synthetic", "synthetic20", "synthetic21_train", "synthetic21_validation"),
)


def video_stems(video_id: str, start_s: float, end_s: float) -> list[str]:
    """The names that downloaders give to an excerpt, without suffix."""
    begin, end = int(start_s), int(end_s)
    names = (
        video_id,
        f"{video_id}_{begin}",
        f"{video_id}_{begin}_{end}",
        f"{video_id}_{begin:06d}",  # VGGSound's authors
        f"{video_id}_{1000 * begin}",  # AudioSet's strong labels
        f"{video_id}_{1000 * begin}_{1000 * end}",
        f"{video_id}_{start_s:.3f}_{end_s:.3f}",  # DESED
    )
    return [prefix + name for name in names for prefix in ("", "Y")]  # a name must not begin with a hyphen, so "Y"


def read_audioset(folder: Path, split: str) -> list[Clip]:
    """`<split>_segments.csv` and `class_labels_indices.csv` as research.google.com/audioset has them.

    Three lines that begin with # and then: id, start, end, "mid,mid", with a space after each comma.
    """
    place = PublishedFolder(folder)
    names = _display_names(place)
    clips = []
    with place.table(f"{split}_segments.csv").open(newline="", encoding="utf-8") as file:
        rows = csv.reader((line for line in file if not line.startswith("#")), skipinitialspace=True)
        for video_id, start, end, mids in (row for row in rows if row):
            labels = tuple(names.get(mid, mid) for mid in mids.split(","))
            path = place.sound(*video_stems(video_id, float(start), float(end)))
            clips.append(
                Clip(
                    path,
                    "audioset",
                    youtube(video_id),
                    labels[0],
                    "",
                    0.0,
                    VIDEO_LICENCE,
                    labels=labels,
                    split=split,
                )
            )
    return clips


def _display_names(place: PublishedFolder) -> dict[str, str]:
    """Machine id to name. The strong labels have a table of their own, with more of them and without column names."""
    if place.has("mid_to_display_name.tsv"):
        with place.table("mid_to_display_name.tsv").open(newline="", encoding="utf-8") as file:
            return {row[0]: row[1] for row in csv.reader(file, delimiter="\t") if len(row) > 1}
    rows = table_rows(place.table("class_labels_indices.csv", "mid_to_display_name.tsv"))
    return {row["mid"]: row["display_name"] for row in rows}


def read_audioset_strong(folder: Path, split: str) -> list[Clip]:
    """`audioset_<split>_strong.tsv` and `mid_to_display_name.tsv`: segment_id, start_time_seconds, end_time_seconds,
    label, a row for every event. A segment is <video>_<beginning in ms>.
    """
    place = PublishedFolder(folder)
    names = _display_names(place)
    events: dict[str, list[Event]] = {}
    for row in table_rows(place.table(f"audioset_{split}_strong.tsv"), delimiter="\t"):
        event = Event(
            float(row["start_time_seconds"]), float(row["end_time_seconds"]), names.get(row["label"], row["label"])
        )
        events.setdefault(row["segment_id"], []).append(event)
    clips = []
    for segment, heard in events.items():
        video_id, _, start_ms = segment.rpartition("_")
        start_s = float(start_ms) / 1000.0
        path = place.sound(*video_stems(video_id, start_s, start_s + EXCERPT_S))
        clips.append(_with_events(path, "audioset", youtube(video_id), heard, VIDEO_LICENCE, split))
    return clips


def _with_events(path: Path, source: str, recording: str, heard: list[Event], licence: str, split: str) -> Clip:
    labels = tuple(dict.fromkeys(event.label for event in sorted(heard)))
    return Clip(
        path,
        source,
        recording,
        labels[0] if labels else "",
        "",
        0.0,
        licence,
        labels=labels,
        split=split,
        events=tuple(sorted(heard)),
    )


def read_vggsound(folder: Path, split: str) -> list[Clip]:
    """`vggsound.csv`, without column names: id, start in s, "label", train or test."""
    place = PublishedFolder(folder)
    clips = []
    with place.table("vggsound.csv").open(newline="", encoding="utf-8") as file:
        for video_id, start, label, part in (row for row in csv.reader(file) if row):
            if part == split:
                path = place.sound(*video_stems(video_id, float(start), float(start) + EXCERPT_S))
                clips.append(
                    Clip(
                        path, "vggsound", youtube(video_id), label, "", 0.0, VIDEO_LICENCE, labels=(label,), split=split
                    )
                )
    return clips


def read_desed(folder: Path, split: str) -> list[Clip]:
    """`metadata/…/<split>.tsv`, or `…/<split>/soundscapes.tsv` of synthetic sounds, beside `audio/…/<split>/`.

    Weak labels are in event_labels, with commas; strong ones a row each with onset, offset and event_label, all three
    empty for a sound without events. Sounds without labels have no table. Source: turpaultn/DESED.
    """
    place = PublishedFolder(folder)
    if split == "unlabel_in_domain":
        return [_desed(path, path.name, [], split) for path in place.sounds(within=split)]
    rows = _desed_rows(place, split)
    return [
        _desed(place.sound(Path(name).stem, within=split), name, heard, split) for name, heard in _by_file(rows).items()
    ]


def _desed_rows(place: PublishedFolder, split: str) -> Iterator[dict[str, str]]:
    table = next((each for each in place.tables("soundscapes.tsv") if each.parent.name == split), None) or place.table(
        f"{split}.tsv"
    )
    return table_rows(table, delimiter="\t")


def _by_file(rows: Iterator[dict[str, str]]) -> dict[str, list[Mapping[str, str]]]:
    files: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        files.setdefault(row["filename"], []).append(row)
    return files


def _desed(path: Path, name: str, rows: list[Mapping[str, str]], split: str) -> Clip:
    video = Path(name).stem
    recording = f"desed:{split}/{video}" if split.startswith("synthetic") else youtube(video.removeprefix("Y")[:11])
    events = [
        Event(float(row["onset"]), float(row["offset"]), in_words(row["event_label"]))
        for row in rows
        if row.get("event_label")
    ]
    if events or not rows or "event_labels" not in rows[0]:
        return _with_events(path, "desed", recording, events, VIDEO_LICENCE, split)
    labels = tuple(in_words(label) for label in rows[0]["event_labels"].split(","))
    return Clip(path, "desed", recording, labels[0], "", 0.0, VIDEO_LICENCE, labels=labels, split=split)
