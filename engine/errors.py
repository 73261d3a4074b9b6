"""The few errors a user can act on: each is one sentence that says what happened, to which file, and what is safe.

    EngineError             anything below; its text can be shown as it is
    ├── UnreadableAudio     this file is not sound we can read (the reason says why)
    │   └── IncompleteAudio the file promises more sound than it holds: still being copied, or cut off
    ├── DamagedCheckpoint   a network folder is incomplete, altered or of an unknown kind
    ├── UnusableLibrary     the library folder cannot be opened, or is not ours, or is from a newer Earmark
    └── NotInLibrary        a file or folder was named that the library does not know

Inside a batch one bad file is no exception but a value, a `Failure`: the batch goes on.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path


class EngineError(Exception):
    """A failure of the world, not of the program, in one sentence for the user."""


class UnreadableAudio(EngineError):
    """One audio file could not be read; `path` and `reason` are kept for lists of unreadable files."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{display_path(path)} cannot be read: {reason}.")
        self.path = path
        self.reason = reason


class IncompleteAudio(UnreadableAudio):
    """The file ends before the length its header promises."""


class DamagedCheckpoint(EngineError):
    """A network's folder cannot be trusted or understood."""


class UnusableLibrary(EngineError):
    """The library's own files cannot be opened."""


class NotInLibrary(EngineError):
    """Something was asked about a file or folder that the library does not hold."""


@dataclass(frozen=True)
class Failure:
    """One file that a batch could not take, as a value: the batch goes on."""

    path: Path
    reason: str


def display_path(path: Path | str) -> str:
    """A path as one safe line of text: undecodable bytes, control and bidirectional characters shown as escapes."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    if text.isprintable():  # nearly every path: none of what is looked for below
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    # Cc: control (newline, escape); Cf: format (bidirectional overrides, zero-width); Zl, Zp: line and paragraph breaks
    if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}:
        return character.encode("unicode_escape").decode("ascii")
    return character
