"""Which sounds there are: one row a clip.

A manifest is a CSV file with the columns of `COLUMNS`.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import display_path
from trainer.errors import TrainerError

COLUMNS = ("path", "source", "recording", "label", "caption", "seconds", "licence")


@dataclass(frozen=True)
class Clip:
    """One sound file. `caption` is empty where nobody could say what it is; split by `source` and `recording` only."""

    path: Path
    source: str
    recording: str
    label: str
    caption: str
    seconds: float
    licence: str


def read_manifest(csv_path: Path) -> list[Clip]:
    """The rows of a manifest, in its order; paths are relative to the folder that holds the CSV file.

    Raises TrainerError if there is no such file, a column is missing, or a length is not a number.
    """
    try:
        with csv_path.open(newline="", encoding="utf-8") as file:
            return [_clip(csv_path.parent, row) for row in csv.DictReader(file)]
    except FileNotFoundError as error:
        raise TrainerError(f"There is no manifest {display_path(csv_path)}.") from error
    except KeyError as error:
        raise TrainerError(f"The manifest {display_path(csv_path)} has no column {error}.") from error
    except ValueError as error:
        raise TrainerError(f"The manifest {display_path(csv_path)} cannot be read: {error}.") from error


def _clip(folder: Path, row: dict[str, str]) -> Clip:
    path, source, recording, label, caption, seconds, licence = (row[column] for column in COLUMNS)
    return Clip(folder / path, source, recording, label, caption, float(seconds), licence)


def without_licences(clips: Sequence[Clip], refused: Collection[str]) -> list[Clip]:
    """Leave out clips whose licence does not allow training a network that ships."""
    return [clip for clip in clips if clip.licence not in refused]


def split_by_source(clips: Sequence[Clip], held_out: Collection[str]) -> tuple[list[Clip], list[Clip]]:
    """(the rest, the held-out sources): nothing recorded by the same people is on both sides.

    Raises TrainerError for a source that no clip has, which is a slip of the pen.
    """
    unknown = set(held_out) - {clip.source for clip in clips}
    if unknown:
        raise TrainerError(f"No clip comes from these held-out sources: {', '.join(sorted(unknown))}.")
    return [c for c in clips if c.source not in held_out], [c for c in clips if c.source in held_out]


def mentions(clip: Clip, labels: Collection[str]) -> bool:
    """Whether a clip's label is one of these, or its caption has the words of one, whatever their endings."""
    if clip.label in labels:
        return True
    words = clip.caption.lower().split()
    return any(all(any(word.startswith(part) for word in words) for part in label.split()) for label in labels)
