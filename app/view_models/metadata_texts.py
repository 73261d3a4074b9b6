"""What the window says of tables, sidecars, tags inside files and new names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.view_models.plain_text import one_line
from app.view_models.wording import count, counted, day_and_time
from engine.csv_import import ChangedFile, Import
from engine.errors import Failure, display_path
from engine.exporting import Sidecars
from engine.file_tags import TagsWritten
from engine.tag_writing import UNDO_DAYS
from engine.ucs_renaming import Renamed

FAILURE_HEADINGS = ("Name", "Folder", "Reason")
IMPORT_HEADINGS = ("Name", "Folder", "Gets")
LEFT_OUT_HEADINGS = ("Left out",)

WHAT_IS_WRITTEN = (
    "Your tags go into the file's keywords and your caption into its description: as Vorbis comments in FLAC, Ogg and "
    "Opus, as ID3 in MP3 and AIFF, as iXML and INFO in WAV. All else in the file stays; so does the sound, bit by bit."
)
OF_COPIES = "The sounds themselves are only read. A copy that is there already stays as it is."
OF_FILES = (
    "Each file takes its new form at once, and only after both were decoded and found to sound the same. The way back "
    f"is kept for {UNDO_DAYS} days in the library's folder, and works until another program changes the file."
)


def failure_rows(failures: Sequence[Failure]) -> list[tuple[str, ...]]:
    return [
        (display_path(failure.path.name), display_path(failure.path.parent), one_line(failure.reason))
        for failure in failures
    ]


# --- tables and sidecars ----------------------------------------------------------------------------------------------


def exported_sentence(files: int, path: Path) -> str:
    return f"{counted(files, 'file')} written to {display_path(path)}."


def sidecars_sentence(made: Sidecars) -> str:
    refused = _refused(made.failures, "got none", "got none")
    return f"{counted(made.written, 'sidecar')} written.{refused}{_stopped(made.stopped)}"


def import_rows(changes: Sequence[ChangedFile]) -> list[tuple[str, ...]]:
    return [
        (display_path(changed.path.name), display_path(changed.path.parent), _gains(changed)) for changed in changes
    ]


def _gains(changed: ChangedFile) -> str:
    parts = [
        ("tags", ", ".join(changed.tags)),
        ("collections", ", ".join(changed.collections)),
        ("caption", changed.caption),
        ("note", changed.note),
        ("rating", str(changed.rating or "")),
    ]
    return " · ".join(f"{name}: {one_line(text)}" for name, text in parts if text)


def left_out_rows(preview: Import) -> list[tuple[str, ...]]:
    return [
        (one_line(text),) for text in (*(f"The library has no {path}." for path in preview.unknown), *preview.remarks)
    ]


def import_sentence(preview: Import, path: Path, *, done: bool) -> str:
    got = "got" if done else "would get"
    unchanged = f" {count(preview.unchanged)} say it already." if preview.unchanged else ""
    return f"{display_path(path.name)}: {counted(len(preview.changed), 'file')} {got} something new.{unchanged}"


# --- tags inside files ------------------------------------------------------------------------------------------------


def tags_sentence(outcome: TagsWritten, verb: str, *, foreseen: bool = False) -> str:
    """verb : "written", "written as copies" or "as before" """
    would = "would be " if foreseen else ""
    unchanged = (
        f" {counted(outcome.unchanged, 'file')} {'has' if outcome.unchanged == 1 else 'have'} nothing new to say."
        if outcome.unchanged
        else ""
    )
    words = ("cannot be written",) * 2 if foreseen else ("stays as it is", "stay as they are")
    refused = _refused(outcome.failures, *words)
    return f"{counted(outcome.written, 'file')} {would}{verb}.{unchanged}{refused}{_stopped(outcome.stopped)}"


# --- names ------------------------------------------------------------------------------------------------------------


def plan_sentence(ready: int, files: int) -> str:
    if not files:
        return "There is nothing to rename."
    others = files - ready
    rest = f"; {count(others)} {'keeps its name' if others == 1 else 'keep theirs'}, see the remarks" if others else ""
    return f"{counted(ready, 'file')} would get a new name{rest}."


def renamed_sentence(outcome: Renamed, *, back: bool) -> str:
    again = "has its former name again" if outcome.files == 1 else "have their former names again"
    refused = _refused(outcome.failures, "keeps its name", "keep theirs")
    return f"{counted(outcome.files, 'file')} {again if back else 'renamed'}.{refused}{_stopped(outcome.stopped)}"


def no_category(text: str) -> str:
    return f'"{one_line(text[:40])}" is no category of the Universal Category System; the file keeps the one it had.'


# --- ways back --------------------------------------------------------------------------------------------------------


def way_back_text(made: Path | None) -> str:
    """Of the last run, by the name of its folder or journal: "Take back: 20 November 2026, 14:05"."""
    if made is None:
        return "Take back"
    moment_ns = made.name.partition("-")[0]
    when = day_and_time(int(moment_ns) / 1e9) if moment_ns.isdigit() else ""
    return f"Take back: {when}" if when else "Take back"


def _refused(failures: Sequence[Failure], of_one: str, of_many: str) -> str:
    words = of_one if len(failures) == 1 else of_many
    return f" {counted(len(failures), 'file')} {words}; the reason is below." if failures else ""


def _stopped(stopped: bool) -> str:
    return " It was stopped before the rest had their turn." if stopped else ""
