"""What the settings say in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.services.messages import Ready
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


def network_text(ready: Ready, folder: Path | None) -> str:
    """The network that answers, in three lines; `folder` is that of the chosen one, None for Earmark's own.

    As long as the chosen network has not listened to everything another answers: then its folder is not told.
    """
    where = "It comes with Earmark." if folder is None else display_path(folder)
    if ready.awaited:
        where = f"It answers until {one_line(ready.awaited)} has listened to all sounds."
    return f"{one_line(ready.network)}\nCheckpoint {one_line(ready.checkpoint_id[:_CHECKPOINT_CHARACTERS])}\n{where}"


def way_back_text(former: Path | None) -> str:
    """On the button that returns to the network that was chosen before."""
    return "Back to Earmark’s own" if former is None else f"Back to {one_line(former.name)}"


def root_text(counts: RootCounts) -> str:
    """How a root is: "1,204 sounds, 3 unreadable"; an offline one says so first."""
    said = "" if counts.root.online else "offline, "
    said += counted(counts.files, "sound")
    for number, trouble in ((counts.missing, "missing"), (counts.unreadable, "unreadable")):
        said += f", {number:,} {trouble}" if number else ""
    return said
