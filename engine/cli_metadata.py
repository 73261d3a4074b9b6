"""The commands that take what is said of sounds elsewhere, or bring it back: tables, sidecars, tags inside files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli_files import (
    DryRunOption,
    FilesArgument,
    UndoOption,
    failures_as_json,
    folder_in_root,
    leave,
    named_files,
    tell,
    work,
)
from engine.cli_options import JsonOption, LibraryOption, NetworkOption, existing_library, open_searcher, path_argument
from engine.cli_output import INTERRUPTED, count, say
from engine.cli_search import checked_query
from engine.csv_import import ChangedFile, import_csv
from engine.errors import EngineError, NotInLibrary, display_path
from engine.exporting import GoOn, Stopped, export_csv, export_json, texts_to_write, write_sidecars
from engine.file_tags import (
    TagSource,
    TagsWritten,
    kept_runs,
    preview_tags,
    take_back_run,
    write_into_copies,
    write_into_files,
)
from engine.library import Library
from engine.library_rows import EVERYTHING, Scope
from engine.paths import tags_undo_folder, user_library_folder
from engine.question import Question

EXPORTS: dict[str, Callable[[Library, Path, Scope, GoOn], int]] = {".csv": export_csv, ".json": export_json}
CaptionsOption = Annotated[
    bool, typer.Option("--suggested-captions", help="Where you wrote no caption, write the one that is suggested.")
]


# --- tables and sidecars ----------------------------------------------------------------------------------------------


def export_command(
    out: Annotated[
        Path | None,
        typer.Argument(parser=path_argument, metavar="OUT.csv|OUT.json", help="The table, which must not exist yet."),
    ] = None,
    sidecars: Annotated[
        bool, typer.Option("--sidecars", help="Write NAME.earmark.json beside each sound instead of a table.")
    ] = False,
    into: Annotated[
        Path | None,
        typer.Option(
            "--into", parser=path_argument, metavar="DIR", help="Write sidecars there, not beside the sounds."
        ),
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="TEXT", help="Only what this search finds well.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", parser=path_argument, metavar="DIR", help="Only what lies in this folder."),
    ] = None,
    collection: Annotated[
        str | None, typer.Option("--collection", metavar="NAME", help="Only this collection.")
    ] = None,
    tag: Annotated[str | None, typer.Option("--tag", metavar="NAME", help="Only what has this tag.")] = None,
    library: LibraryOption = None,
    network: NetworkOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what is known and said of sounds into a table, or into a small file beside each sound.

    What you said and what is suggested stand apart. Nothing is overwritten but a sidecar of Earmark's own.

    Example: earmark export rain.csv --query "rain on a roof"

    Example: earmark export --sidecars --into ~/sidecars --tag "to deliver"
    """
    if (out is None) != sidecars:
        raise typer.BadParameter("Give either OUT.csv, OUT.json or --sidecars.")
    if into is not None and not sidecars:
        raise typer.BadParameter("It goes with --sidecars.", param_hint="--into")
    if out is not None and out.suffix.lower() not in EXPORTS:
        raise typer.BadParameter(f"{display_path(out.name)} ends neither in .csv nor in .json.")
    with existing_library(library or user_library_folder()) as opened:
        scope = _scope(opened, folder, collection, tag)
        if query:
            scope = _found(query, scope, library, network)
        with work() as go_on:
            if out is not None:
                _export(opened, out, scope, go_on, as_json)
                return
            made = write_sidecars(opened, scope, into, go_on)
    told = {"sidecars": made.written, "failures": failures_as_json(made.failures)}
    tell(f"{count(made.written, 'sidecar')} written.", told, as_json, made.failures)
    leave(made.failures, made.stopped)


def _export(library: Library, out: Path, scope: Scope, go_on: GoOn, as_json: bool) -> None:
    try:
        files = EXPORTS[out.suffix.lower()](library, out, scope, go_on)
    except Stopped as stopped:
        say(str(stopped))
        raise typer.Exit(INTERRUPTED) from stopped
    tell(f"{count(files, 'file')} written to {display_path(out)}.", {"files": files}, as_json)


def import_command(
    table: Annotated[
        Path, typer.Argument(parser=path_argument, metavar="FILE.csv", help='A table with a column "path".')
    ],
    dry_run: DryRunOption = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace captions, notes and ratings that are there already.")
    ] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take tags, collections, captions, notes and ratings from a table, as Earmark or a spreadsheet writes it.

    Tags and collections are added. A caption, note or rating you gave stays, but with --overwrite.

    Example: earmark import from_the_studio.csv --dry-run
    """
    with existing_library(library or user_library_folder(), read_only=False) as opened:
        done = import_csv(opened, table, dry_run=dry_run, overwrite=overwrite)
    for changed in done.changed if dry_run or as_json else ():
        told: dict[str, Any] = asdict(changed) | {"path": str(changed.path)}
        tell(f"{display_path(changed.path)}: {_gains(changed)}", told, as_json)
    for remark in (*(f"The library has no {path}." for path in done.unknown), *done.remarks):
        say(remark)
    would = "would get" if dry_run else "got"
    sentence = f"{count(len(done.changed), 'file')} {would} something new; {done.unchanged} say it already."
    counts = {"changed": len(done.changed), "unchanged": done.unchanged, "unknown": list(done.unknown)}
    tell(sentence, counts | {"remarks": list(done.remarks)}, as_json)


def _gains(changed: ChangedFile) -> str:
    parts = {
        "tags": ", ".join(changed.tags),
        "collections": ", ".join(changed.collections),
        "caption": changed.caption,
        "note": changed.note,
        "rating": str(changed.rating or ""),
    }
    return display_path("; ".join(f"{name} {text}" for name, text in parts.items() if text))


# --- tags inside files ------------------------------------------------------------------------------------------------


def write_tags_command(
    files: FilesArgument = None,
    copies: Annotated[
        Path | None,
        typer.Option("--copies", parser=path_argument, metavar="DIR", help="Write into copies in this folder."),
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Write into the files themselves; --undo takes it back for 30 days.")
    ] = False,
    suggested_captions: CaptionsOption = False,
    dry_run: DryRunOption = False,
    undo: UndoOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write your tags and captions into sounds: into copies or, only when asked for, into the files themselves.

    A file takes its new form at once and only if it sounds the same to the last bit; one that cannot be written stays
    as it is, and the others have their turn.

    Example: earmark write-tags kennel.wav ~/Sounds/doors --copies ~/delivery

    Example: earmark write-tags --undo
    """
    if undo and not (files or copies or in_place or dry_run):
        with existing_library(library or user_library_folder(), read_only=False) as opened, work() as go_on:
            _tell_tags(_taken_back(opened, go_on), "as before", as_json)
        return
    if undo or not files or in_place == (copies is not None):
        raise typer.BadParameter("Give FILE... with either --copies DIR or --in-place; or --undo alone.")
    with existing_library(library or user_library_folder(), read_only=dry_run) as opened, work() as go_on:
        ids, unknown = named_files(opened, files)
        source = TagSource(tuple(ids), suggested_captions)
        if dry_run:
            _show_texts(opened, source, as_json)
            outcome, words = preview_tags(opened, source, in_place=in_place, go_on=go_on), "would be written"
        elif copies is not None:
            outcome, words = write_into_copies(opened, source, copies, go_on), "written as copies"
        else:
            outcome, words = write_into_files(opened, source, tags_undo_folder(opened.folder), go_on), "written"
    _tell_tags(replace(outcome, failures=(*unknown, *outcome.failures)), words, as_json)


def _taken_back(library: Library, go_on: GoOn) -> TagsWritten:
    runs = kept_runs(tags_undo_folder(library.folder))
    if not runs:
        raise EngineError("No tags were written into files in the last 30 days that could be taken back.")
    return take_back_run(library, runs[0], go_on)


def _show_texts(library: Library, source: TagSource, as_json: bool) -> None:
    for file_id, file in library.files(source.file_ids).items():
        fields = texts_to_write(library, file_id, suggested_caption=source.suggested_captions).fields()
        texts = "; ".join(f"{name.lower()} {text}" for name, text in fields.items()) or "nothing was said of it"
        tell(f"{display_path(file.path)}: {display_path(texts)}", {"path": str(file.path), **fields}, as_json)


def _tell_tags(outcome: TagsWritten, words: str, as_json: bool) -> None:
    also = f" {count(outcome.unchanged, 'file')} had nothing new to say." if outcome.unchanged else ""
    told = {"files": outcome.written, "unchanged": outcome.unchanged, "failures": failures_as_json(outcome.failures)}
    tell(f"{count(outcome.written, 'file')} {words}.{also}", told, as_json, outcome.failures)
    leave(outcome.failures, outcome.stopped)


# --- which files ------------------------------------------------------------------------------------------------------


def _scope(library: Library, folder: Path | None, collection: str | None, tag: str | None) -> Scope:
    scope = EVERYTHING
    if folder is not None:
        scope = replace(scope, folder=folder_in_root(library, folder))
    if collection is not None:
        ids = [each.id for each in library.collections.all() if each.name.casefold() == collection.casefold()]
        if not ids:
            raise NotInLibrary(f"There is no collection {display_path(collection)}.")
        scope = replace(scope, collection_id=ids[0])
    return replace(scope, tags=(tag,)) if tag is not None else scope


def _found(query: str, scope: Scope, library: Path | None, network: Path | None) -> Scope:
    """What a search finds well; a query of filters alone needs no network."""
    question = Question(checked_query(query), scope)
    if question.is_browsing:
        return question.part
    with open_searcher(library, network) as (searcher, opened):
        answer = searcher.find(question, max(1, opened.counts().files))
    return replace(scope, among=tuple(hit.file_id for hit in answer.hits[: answer.cut]))
