"""What the settings say in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.view_models.plain_text import one_line
from app.view_models.wording import counted
from engine.errors import display_path
from engine.library_rows import RootCounts

LOADING = "The network is being loaded."
PRECISION = (
    "The network that comes with Earmark computes in bfloat16 on a processor that multiplies it by itself: twice as "
    "fast, and next to nothing changes in what is found. On any other processor, and on a graphics card, it computes "
    "in float32, as do other networks everywhere."
)
_CHECKPOINT_CHARACTERS = 12


@dataclass(frozen=True)
class LibrarySpace:
    """Where the library lives and how much room it takes on the disk, in bytes; None for what is not known yet."""

    folder: Path
    library_bytes: int | None = None
    index_bytes: int | None = None
    spectrogram_bytes: int | None = None


def network_text(name: str, checkpoint_id: str, folder: Path | None) -> str:
    """The network in use, in three lines; `folder` is None for the one that comes with Earmark."""
    where = "It comes with Earmark." if folder is None else display_path(folder)
    return f"{one_line(name)}\nCheckpoint {one_line(checkpoint_id[:_CHECKPOINT_CHARACTERS])}\n{where}"


def root_text(counts: RootCounts) -> str:
    """How a root is: "1,204 sounds, 3 unreadable"; an offline one says so first."""
    said = "" if counts.root.online else "offline, "
    said += counted(counts.files, "sound")
    for number, trouble in ((counts.missing, "missing"), (counts.unreadable, "unreadable")):
        said += f", {number:,} {trouble}" if number else ""
    return said
