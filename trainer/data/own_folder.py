"""Sounds of one's own with what one wrote of them: a table beside them, or a text file beside each.

    captions.csv or metadata.csv   a row a caption: `path` (or file, file_name, filename) relative to the table, and
                                   `caption` (or text, description); label, source, recording and licence if one likes.
                                   What `earmark export` writes is one, too
    NAME.txt beside NAME.wav       a caption a line

A sound without a caption is taken all the same: masked pretraining and supervised training need none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import display_path
from trainer.data.published_folder import PublishedFolder, table_rows
from trainer.errors import TrainerError
from trainer.manifest import Clip

OWN_SPLITS = ("train",)
TABLES = ("captions.csv", "metadata.csv")
PATH_COLUMNS = ("path", "file_name", "filename", "file")
CAPTION_COLUMNS = ("caption", "text", "description")


@dataclass
class _Said:
    captions: list[str] = field(default_factory=list)
    row: Mapping[str, str] = field(default_factory=dict)


def read_own_folder(folder: Path, split: str) -> list[Clip]:
    """All sounds below the folder. A source is the first folder below it, a recording the file.

    Raises TrainerError if nothing says what any of them is, or a table has no column for paths or captions.
    """
    place = PublishedFolder(folder)
    said = _of_tables(place)
    clips = [_clip(folder, path, said.get(path.resolve(), _Said(_beside(path)))) for path in place.sounds()]
    if clips and not any(clip.captions or clip.label for clip in clips):
        raise TrainerError(
            f"Nothing says what the sounds of {display_path(folder)} are: write a table {TABLES[0]} with the columns "
            "path and caption, or beside each sound a text file of its name."
        )
    return clips


def _of_tables(place: PublishedFolder) -> dict[Path, _Said]:
    said: dict[Path, _Said] = defaultdict(_Said)
    for table in (path for name in TABLES for path in place.tables(name)):
        for row in table_rows(table):
            columns = {name.strip().lower(): text for name, text in row.items()}
            of_sound = said[(table.parent / _first_of(columns, PATH_COLUMNS, table)).resolve()]
            of_sound.captions.append(_first_of(columns, CAPTION_COLUMNS, table))
            of_sound.row = columns
    return said


def _first_of(columns: Mapping[str, str], names: tuple[str, ...], table: Path) -> str:
    for name in names:
        if name in columns:
            return columns[name]
    raise TrainerError(f"{display_path(table)} has no column {' or '.join(names)}.")


def _beside(path: Path) -> list[str]:
    text = path.with_suffix(".txt")
    return text.read_text(encoding="utf-8-sig", errors="replace").splitlines() if text.is_file() else []


def _clip(folder: Path, path: Path, said: _Said) -> Clip:
    relative = path.relative_to(folder)
    captions = list(dict.fromkeys(caption.strip() for caption in said.captions if caption.strip()))
    return Clip(
        path,
        source=said.row.get("source") or (relative.parts[0] if len(relative.parts) > 1 else folder.resolve().name),
        recording=said.row.get("recording") or relative.as_posix(),
        label=said.row.get("label", ""),
        caption=captions[0] if captions else "",
        seconds=0.0,
        licence=said.row.get("licence") or said.row.get("license") or "own",
        other_captions=tuple(captions[1:]),
        split=OWN_SPLITS[0],
    )
