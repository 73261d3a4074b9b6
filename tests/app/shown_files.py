"""Files as a library would list them, for tests of what shows them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.errors import display_path
from engine.hits import ClauseMatch, Hit
from engine.library_rows import FileRow, Suggestion

HOSTILE_NAMES = ("<b>bold</b> & co", "new\nline", "right\u202eto left", os.fsdecode(b"\xff"), "x" * 300)

_ROW = FileRow(
    id=1,
    root_id=1,
    path=Path("/sounds/Field/Street/dog.wav"),
    name="dog.wav",
    folder="Field/Street",
    state="ok",
    reason=None,
    duration_s=190.3,
    sample_rate_hz=48_000,
    channels=2,
    container="WAV",
    encoding="PCM_24",
    size_bytes=54_812_300,
    modified_s=1.8e9,
    tags=(),
    stars=None,
)


def file_row(file_id: int = 1, **changes: Any) -> FileRow:
    """A dog in the street, a stereo WAV of 190.3 s without tags or stars."""
    return replace(_ROW, id=file_id, **changes)


def hostile_row(name: str) -> FileRow:
    path = Path("/sounds") / f"{name.replace('/', '')}.wav"
    return file_row(path=path, name=display_path(path.name), folder=display_path(name))


def hit(*clauses: tuple[str, float, float, float], words: tuple[str, ...] = ()) -> Hit:
    """clauses : text, start and end in seconds, score"""
    matches = tuple(ClauseMatch(*clause) for clause in clauses)
    return Hit(1, _ROW.path, 0.8, 0.0, 1.0, matches, words, 190.3)


def suggestion(name: str, **changes: Any) -> Suggestion:
    """Of the network, likely, heard from 1 to 2 s and from 5 to 6 s."""
    likely = Suggestion(name, "likely", 0.6, ((1.0, 2.0), (5.0, 6.0)), kind=name)
    return replace(likely, **changes)
