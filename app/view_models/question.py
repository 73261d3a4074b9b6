"""What is asked of the library at one time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.library_rows import EVERYTHING, Scope


@dataclass(frozen=True)
class Example:
    """A file that others should sound like, or its part from `start_s` to `end_s` (None: its end)."""

    path: Path
    start_s: float = 0.0
    end_s: float | None = None


@dataclass(frozen=True)
class Question:
    """A sentence, or an example instead of one, or neither: then everything in the scope is listed."""

    text: str = ""
    scope: Scope = EVERYTHING
    example: Example | None = None

    @property
    def is_browsing(self) -> bool:
        return not self.text.strip() and self.example is None
