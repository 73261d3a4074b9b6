"""A folder with a published set of sounds, as somebody unpacked it: its tables by name, its sounds by name.

Sets are unpacked into folders of other names than their makers', and converted to other formats. So a file is looked
for by its own name wherever it is below the folder, and a sound by the name without suffix.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.audio import AUDIO_SUFFIXES
from engine.errors import display_path
from trainer.errors import TrainerError


class AbsentTable(TrainerError):
    """A set has no such table, or not this part of it was unpacked."""


class PublishedFolder:
    """What is below a folder, seen once. Raises TrainerError if there is no such folder."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise TrainerError(f"There is no folder {display_path(folder)}.")
        self.folder = folder
        self._sounds: dict[str, list[Path]] = {}
        self._tables: dict[str, list[Path]] = {}
        for path in _files(folder):
            if path.suffix.lower() in AUDIO_SUFFIXES:
                self._sounds.setdefault(path.stem, []).append(path)
            else:
                self._tables.setdefault(path.name, []).append(path)

    def table(self, *names: str) -> Path:
        """The file of the first of these names that is there. Raises AbsentTable if none is."""
        found = next((self._tables[name][0] for name in names if name in self._tables), None)
        if found is None:
            raise AbsentTable(f"{display_path(self.folder)} holds no {' or '.join(names)}.")
        return found

    def tables(self, name: str) -> list[Path]:
        """All files of this name; none where there is none."""
        return self._tables.get(name, [])

    def has(self, name: str) -> bool:
        return name in self._tables

    def sound(self, *stems: str, within: str = "") -> Path:
        """The first sound of one of these names; where it would be expected if there is none.

        within : how the name of a folder above the sound begins, where equal names are in several
        """
        for stem in stems:
            for path in self._sounds.get(stem, ()):
                if not within or _is_within(path.relative_to(self.folder), within):
                    return path
        return self.folder / within / f"{stems[0]}.wav"

    def sounds(self, within: str = "") -> list[Path]:
        """All sounds, by path; those below folders whose name begins so."""
        found = (path for paths in self._sounds.values() for path in paths)
        return sorted(p for p in found if not within or _is_within(p.relative_to(self.folder), within))


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder in an order that does not depend on the disk, hidden ones left out."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def _is_within(relative: Path, beginning: str) -> bool:
    return any(part.startswith(beginning) for part in relative.parts[:-1])


def table_at(folder: Path, name: str) -> Path:
    """The file of this path below a folder, for sets whose sounds have their places too. Raises AbsentTable."""
    if not (folder / name).is_file():
        raise AbsentTable(f"{display_path(folder)} holds no {name}.")
    return folder / name


def table_rows(path: Path, *, delimiter: str = ",", encoding: str = "utf-8-sig") -> Iterator[dict[str, str]]:
    """The rows of a table whose first line names its columns; empty text for what a short row lacks."""
    with path.open(newline="", encoding=encoding) as file:
        for row in csv.DictReader(file, delimiter=delimiter, restval=""):
            yield {column: text.strip() for column, text in row.items() if column is not None}


def json_value(path: Path) -> Any:
    with path.open(encoding="utf-8") as file:
        return json.load(file)


def in_words(name: str) -> str:
    """A class as people say it: "Alarm_bell_ringing" is "Alarm bell ringing"."""
    return " ".join(name.replace("_", " ").split())
