"""How a root is watched, as a plain value: apart from the Watcher, so that a window can read it without decoders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class WatchState:
    """How a root is watched; `reason` is one sentence for the user, "" if there is nothing to say."""

    root_id: int
    folder: Path
    how: Literal["starting", "events", "polling", "offline", "paused"]
    reason: str
