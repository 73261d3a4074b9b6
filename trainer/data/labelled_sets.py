"""Sets of sounds with classes, as they are published: FSD50K, ESC-50, UrbanSound8K, GTZAN, NSynth, Speech Commands.

See `trainer.data.captioned_sets` for what a reader gives. Folds are splits named fold1, fold2, …
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from trainer.data.published_folder import PublishedFolder, in_words, json_value, table_at, table_rows
from trainer.data.recordings import freesound
from trainer.manifest import Clip

FSD50K_SPLITS = ("train", "val", "eval")
ESC50_SPLITS = tuple(f"fold{number}" for number in range(1, 6))
URBANSOUND_SPLITS = tuple(f"fold{number}" for number in range(1, 11))
GTZAN_SPLITS = ("train", "valid", "test")
NSYNTH_SPLITS = ("train", "valid", "test")
SPEECH_SPLITS = ("train", "validation", "testing")
GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
_MARKUP = re.compile(r"<[^>]*>")


def read_fsd50k(folder: Path, split: str) -> list[Clip]:
    """`FSD50K.ground_truth/dev.csv` (fname,labels,mids,split) and `eval.csv` (without split); Zenodo 4060432.

    Caption: the title's sentence and the description's, as C13 has it, from `FSD50K.metadata/…_clips_info_FSD50K.json`
    where it is there; both are as noisy as their writers. A file's name is its Freesound id.
    """
    place = PublishedFolder(folder)
    part = "eval" if split == "eval" else "dev"
    table = f"{part}_clips_info_FSD50K.json"
    described = json_value(place.table(table)) if place.has(table) else {}
    clips = []
    for row in table_rows(place.table(f"{part}.csv")):
        if part == "dev" and row["split"] != split:
            continue
        said = described.get(row["fname"], {})
        labels = tuple(in_words(label) for label in row["labels"].split(","))
        clips.append(
            Clip(
                place.sound(row["fname"]),
                "fsd50k",
                freesound(row["fname"]),
                labels[0],
                _two_sentences(str(said.get("title") or ""), str(said.get("description") or "")),
                0.0,
                str(said.get("license") or "Creative Commons of its Freesound page"),
                labels=labels,
                split=split,
            )
        )
    return clips


def _two_sentences(title: str, description: str) -> str:
    """Freesound's descriptions are HTML of several lines."""
    plain = (" ".join(html.unescape(_MARKUP.sub(" ", text)).split()) for text in (title, description))
    return " ".join(text if text[-1] in ".!?" else f"{text}." for text in plain if text)


def read_esc50(folder: Path, split: str) -> list[Clip]:
    """`meta/esc50.csv`: filename,fold,target,category,esc10,src_file,take beside `audio/`; karolpiczak/ESC-50."""
    rows = table_rows(table_at(folder, "meta/esc50.csv"))
    return [
        Clip(
            folder / "audio" / row["filename"],
            "esc50",
            freesound(row["src_file"]),
            in_words(row["category"]),
            "",
            5.0,
            "CC BY-NC 3.0",
            split=split,
        )
        for row in rows
        if f"fold{row['fold']}" == split
    ]


def read_urbansound8k(folder: Path, split: str) -> list[Clip]:
    """`metadata/UrbanSound8K.csv` beside `audio/fold<n>/`.

    Its columns: slice_file_name,fsID,start,end,salience,fold,classID,class.
    """
    rows = table_rows(table_at(folder, "metadata/UrbanSound8K.csv"))
    return [
        Clip(
            folder / "audio" / split / row["slice_file_name"],
            "urbansound8k",
            freesound(row["fsID"]),
            in_words(row["class"]),
            "",
            0.0,
            "CC BY-NC 3.0",
            split=split,
        )
        for row in rows
        if f"fold{row['fold']}" == split
    ]


def read_gtzan_genres(folder: Path, split: str) -> list[Clip]:
    """A folder for each genre, with <genre>.<number>.wav or .au, in `genres/`, `genres_original/` or the folder itself.

    The set has no splits of its own. Where `<split>_filtered.txt` are there, which leave out repetitions and faults,
    (a line each: blues/blues.00029.wav), those are read; otherwise everything is "train".
    """
    place = PublishedFolder(folder)
    if place.has(f"{split}_filtered.txt"):
        lines = place.table(f"{split}_filtered.txt").read_text(encoding="utf-8").split()
        paths = [place.sound(Path(line).stem, within=Path(line).parent.name) for line in lines]
    else:
        everything = [path for genre in GENRES for path in place.sounds(within=genre) if path.parent.name == genre]
        paths = everything if split == "train" else []
    return [Clip(path, "gtzan", path.stem, path.stem.split(".")[0], "", 0.0, "unknown", split=split) for path in paths]


def read_gtzan_speech(folder: Path, split: str) -> list[Clip]:
    """`music_wav/` and `speech_wav/`; `music/` and `speech/` in older copies. Without splits: all is "train"."""
    place = PublishedFolder(folder)
    found = [(path, label) for label in ("music", "speech") for path in place.sounds(within=label)]
    return [
        Clip(path, "gtzan_music_speech", path.stem, label, "", 0.0, "unknown", split=split)
        for path, label in found
        if path.parent.name in (label, f"{label}_wav")
    ]


def read_nsynth(folder: Path, split: str) -> list[Clip]:
    """`nsynth-<split>/examples.json` beside `audio/<note>.wav`: {note: {"instrument_str", "instrument_family_str", …}}.

    An instrument is one recording: no instrument is in two splits.
    """
    notes = json_value(table_at(folder, f"nsynth-{split}/examples.json"))
    return [
        Clip(
            folder / f"nsynth-{split}" / "audio" / f"{note}.wav",
            "nsynth",
            str(said["instrument_str"]),
            in_words(str(said["instrument_family_str"])),
            "",
            4.0,
            "CC BY 4.0",
            labels=tuple(in_words(str(each)) for each in said.get("qualities_str") or ()),
            split=split,
        )
        for note, said in notes.items()
    ]


def read_speech_commands(folder: Path, split: str) -> list[Clip]:
    """A folder for each word with <speaker>_nohash_<number>.wav; `validation_list.txt` and `testing_list.txt`.

    What is in neither list is "train"; a speaker is one recording. `_background_noise_` holds no words and is left out.
    """
    place = PublishedFolder(folder)
    listed = {
        name: place.table(f"{name}_list.txt").read_text(encoding="utf-8").split() for name in ("validation", "testing")
    }
    if split == "train":
        others = {*listed["validation"], *listed["testing"]}
        paths = [path for path in place.sounds() if path.relative_to(folder).as_posix() not in others]
    else:
        paths = [folder / line for line in listed[split]]
    return [
        Clip(
            path,
            "speech_commands",
            path.stem.split("_nohash_")[0],
            path.parent.name,
            "",
            0.0,
            "CC BY 4.0",
            split=split,
        )
        for path in paths
        if "_nohash_" in path.name
    ]
