"""Where Earmark's own files lie: what ships with it, and what it keeps for the person who uses it."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def resources_folder() -> Path:
    """What ships with Earmark; it lies beside the packages in a checkout, an installed wheel and a frozen bundle."""
    return Path(__file__).resolve().parent.parent / "resources"


def default_network_folder() -> Path:
    return resources_folder() / "default_network"


def demo_sounds_folder() -> Path:
    return resources_folder() / "demo_sounds"


def user_library_folder() -> Path:
    """The library used unless another is named; on Linux ~/.local/share/Earmark/library. It need not exist yet."""
    return platformdirs.user_data_path("Earmark", appauthor=False) / "library"


def tags_undo_folder(library_folder: Path) -> Path:
    """Where a library keeps how to take back tags that were written into sound files."""
    return library_folder / "undo" / "tags"


def names_undo_folder(library_folder: Path) -> Path:
    """Where a library keeps the former names of sound files."""
    return library_folder / "undo" / "names"
