"""Which sounds there are: one row a clip.

A manifest is a CSV file with the columns path, source, recording, label, caption, seconds and licence.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path


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
    """The rows of a manifest, in its order; paths are relative to the folder that holds the CSV file."""
    with csv_path.open(newline="", encoding="utf-8") as file:
        return [
            Clip(
                path=csv_path.parent / row["path"],
                source=row["source"],
                recording=row["recording"],
                label=row["label"],
                caption=row["caption"],
                seconds=float(row["seconds"]),
                licence=row["licence"],
            )
            for row in csv.DictReader(file)
        ]


def without_licences(clips: Sequence[Clip], refused: Collection[str]) -> list[Clip]:
    """Leave out clips whose licence does not allow training a network that ships."""
    return [clip for clip in clips if clip.licence not in refused]


def split_by_source(clips: Sequence[Clip], held_out: Collection[str]) -> tuple[list[Clip], list[Clip]]:
    """(the rest, the held-out sources): nothing recorded by the same people is on both sides."""
    unknown = set(held_out) - {clip.source for clip in clips}
    if unknown:
        raise ValueError(f"held-out sources that no clip has: {', '.join(sorted(unknown))}")
    return [c for c in clips if c.source not in held_out], [c for c in clips if c.source in held_out]
