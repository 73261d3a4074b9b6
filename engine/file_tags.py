"""What a person said of files of the library, written into many of them, or into copies; and taken back.

A file that cannot be written is a `Failure`, and the others have their turn. The library learns at once that a file has
other bytes and the same sound, so that nobody listens to it again. Each run keeps its ways back in a folder of its own.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from engine.audio_readers import reason_of
from engine.errors import Failure
from engine.exporting import GoOn, always, texts_to_write
from engine.library import Library
from engine.library_rows import AudioFile, FileStat
from engine.metadata import read_metadata
from engine.tag_edits import TagTexts
from engine.tag_writing import (
    TagsNotWritten,
    kept_undos,
    take_back_tags,
    tidy_undos,
    would_change,
    write_tags,
    write_tags_to_copy,
)

GONE = "it is not there, or cannot be heard"


@dataclass(frozen=True)
class TagsWritten:
    """What became of a run, or would become of it.

    unchanged : files that say all of it already, or of which nothing was said
    run : the folder of its ways back; None if it has none
    stopped : before all files had their turn
    """

    written: int
    unchanged: int
    failures: tuple[Failure, ...]
    run: Path | None = None
    stopped: bool = False


@dataclass(frozen=True)
class TagSource:
    """Of which files, and whether a caption that is only suggested is written where a person wrote none."""

    file_ids: tuple[int, ...]
    suggested_captions: bool = False


def preview_tags(library: Library, source: TagSource, *, in_place: bool, go_on: GoOn = always) -> TagsWritten:
    """What would become of them; nothing is changed, and what only shows while it is done is not foreseen."""
    inside = [root.path for root in library.roots()] if in_place else None

    def would_write(file: AudioFile, texts: TagTexts) -> bool:
        return _would_change(file, texts, inside) or not in_place

    return _each(library, source, would_write, go_on)


def write_into_copies(library: Library, source: TagSource, folder: Path, go_on: GoOn = always) -> TagsWritten:
    """Into `folder`, each below its root's name as it lies in its root; a file that is there already stays.

    A copy is made even of a file of which nothing new is said, so that the folder holds all of them.
    """
    roots = {root.id: root.path.name for root in library.roots()}

    def write(file: AudioFile, texts: TagTexts) -> bool:
        copy = folder / roots.get(file.root_id, "") / file.relative_path
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TagsNotWritten(copy, reason_of(error)) from error
        write_tags_to_copy(file.path, copy, texts)
        return True

    return _each(library, source, write, go_on)


def write_into_files(library: Library, source: TagSource, undo_folder: Path, go_on: GoOn = always) -> TagsWritten:
    """Into the files themselves, by the safe exchange of `engine.tag_writing`; the library is told of each."""
    inside = [root.path for root in library.roots()]
    run = undo_folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}"

    def write(file: AudioFile, texts: TagTexts) -> bool:
        if not _would_change(file, texts, inside):
            return False
        with _telling(library, file):
            write_tags(file.path, texts, inside=inside, undo_folder=run)
        return True

    return _with_run(_each(library, source, write, go_on), run)


def take_back_run(library: Library, run: Path, go_on: GoOn = always) -> TagsWritten:
    """Give files the bytes they had before a run, the last first. What was changed since stays, and so does its way
    back.
    """
    inside, undos = [root.path for root in library.roots()], kept_undos(run)
    files = library.files_at_paths(undo.path for undo in undos)
    done = 0
    failures: list[Failure] = []
    for number, undo in enumerate(undos):
        if not go_on(number, len(undos)):
            return TagsWritten(done, 0, tuple(failures), run, stopped=True)
        try:
            with _telling(library, files.get(undo.path)):
                take_back_tags(undo, inside=inside)
            done += 1
        except TagsNotWritten as error:
            failures.append(Failure(undo.path, error.reason))
    return _with_run(TagsWritten(done, 0, tuple(failures)), run)


def kept_runs(undo_folder: Path) -> list[Path]:
    """Those that can be taken back, at least in part, the latest first."""
    return [run for run in sorted(undo_folder.glob("*-*"), reverse=True) if any(run.glob("*.json"))]


def tidy_runs(undo_folder: Path) -> None:
    """Once at start, while nothing writes: what a crash left half written, and ways back that are too old."""
    for run in undo_folder.glob("*-*"):
        tidy_undos(run)
        with suppress(OSError):
            run.rmdir()  # if it is empty now


def _would_change(file: AudioFile, texts: TagTexts, inside: Sequence[Path] | None) -> bool:
    return texts != TagTexts() and would_change(file.path, texts, inside=inside)


@contextmanager
def _telling(library: Library, file: AudioFile | None) -> Iterator[None]:
    """Tell the library that a file is written anew, unless it had not seen yet what the file was before."""
    before = _stat_of(file.path) if file is not None else None
    yield
    if file is None or before is None or (before.size, before.mtime_ns) != (file.size, file.mtime_ns):
        return
    if (after := _stat_of(file.path)) is not None:
        library.store_rewritten(file.id, after, read_metadata(file.path))


def _stat_of(path: Path) -> FileStat | None:
    with suppress(OSError):
        return FileStat.of(os.stat(path))
    return None


def _with_run(outcome: TagsWritten, run: Path) -> TagsWritten:
    """With the folder of the ways back, if there are any."""
    with suppress(OSError):
        run.rmdir()  # empty
    return replace(outcome, run=run if run.is_dir() else None)


def _each(
    library: Library, source: TagSource, write: Callable[[AudioFile, TagTexts], bool], go_on: GoOn
) -> TagsWritten:
    """`write` says whether it changed anything."""
    files, total = library.files(source.file_ids), len(source.file_ids)
    written = unchanged = 0
    failures: list[Failure] = []
    for number, file_id in enumerate(source.file_ids):
        if not go_on(number, total):
            return TagsWritten(written, unchanged, tuple(failures), stopped=True)
        file = files.get(file_id)
        if file is None:
            continue  # forgotten since
        try:
            if file.state != "ok":
                raise TagsNotWritten(file.path, GONE)
            changed = write(file, texts_to_write(library, file_id, suggested_caption=source.suggested_captions))
        except TagsNotWritten as error:
            failures.append(Failure(file.path, error.reason))
        else:
            written += changed
            unchanged += not changed
    return TagsWritten(written, unchanged, tuple(failures))
