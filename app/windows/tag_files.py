"""Personal tags to a file and from one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.view_models.wording import counted
from engine.errors import EngineError, display_path
from engine.library import Library
from engine.safe_files import write_over
from engine.tag_exchange import TakenOver, known_names, tag_set_of, take_over
from engine.tag_sets import from_json, to_json


def export_tags(library: Library, path: Path) -> int:
    """All personal tags with their examples; returns how many. What they learned they learn again wherever they are
    taken over. Raises EngineError if the file cannot be written.
    """
    names = known_names(library, [])
    try:
        write_over(path, to_json(tag_set_of(library, names, "", {})).encode())
    except OSError as error:
        raise EngineError(f"{display_path(path)} cannot be written: {_reason(error)}. Your tags are safe.") from error
    return len(names)


def import_tags(library: Library, path: Path) -> list[TakenOver]:
    """Beside those that there are. Raises EngineError if the file cannot be read, or holds something else."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise EngineError(f"{display_path(path)} cannot be read: {_reason(error)}. Your tags are safe.") from error
    except UnicodeDecodeError as error:
        raise EngineError(
            f"{display_path(path)} holds no tags that can be taken over: it is not UTF-8 text."
        ) from error
    return take_over(library, from_json(text, path))


def taken_over_sentence(taken: Sequence[TakenOver]) -> str:
    """3 personal tags taken over; 30 of their 34 examples are in the library."""
    found, examples = sum(tag.found for tag in taken), sum(tag.examples for tag in taken)
    return f"{counted(len(taken), 'personal tag')} taken over; {found} of {counted(examples, 'example')} found here."


def _reason(error: OSError) -> str:
    return (error.strerror or "it is not known why").lower()
