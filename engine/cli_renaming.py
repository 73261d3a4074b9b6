"""`earmark rename`: names after the Universal Category System."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from engine.cli_files import (
    DryRunOption,
    FilesArgument,
    UndoOption,
    failures_as_json,
    leave,
    named_files,
    tell,
    tell_failures,
    work,
)
from engine.cli_options import JsonOption, LibraryOption, existing_library
from engine.cli_output import count, say
from engine.errors import EngineError, Failure, display_path
from engine.library import Library
from engine.metadata import ucs_categories
from engine.paths import names_undo_folder, user_library_folder
from engine.ucs_renaming import (
    Renamed,
    Renaming,
    files_to_name,
    kept_journals,
    preview_renamings,
    rename_files,
    take_back_names,
    ucs_file_name,
)


def rename_command(
    files: FilesArgument = None,
    cat: Annotated[str, typer.Option("--cat", metavar="ID", help="The CatID, as RAINMetl.")] = "",
    fx_name: Annotated[str, typer.Option("--fx-name", metavar="TEXT", help="What it is, in a few words.")] = "",
    creator: Annotated[str, typer.Option("--creator", metavar="ID", help="Who made it.")] = "",
    source: Annotated[str, typer.Option("--source", metavar="ID", help="The library or project.")] = "",
    user_category: Annotated[str, typer.Option("--user-category", metavar="TEXT")] = "",
    vendor_category: Annotated[str, typer.Option("--vendor-category", metavar="TEXT")] = "",
    user_data: Annotated[str, typer.Option("--user-data", metavar="TEXT", help="Anything else, at the end.")] = "",
    dry_run: DryRunOption = False,
    yes: Annotated[bool, typer.Option("--yes", help="Rename. Without it the new names are only shown.")] = False,
    undo: UndoOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give sounds names after the Universal Category System; the new names are shown first.

    The category comes from --cat, from the old name, from a tag or from what is suggested; the words from --fx-name,
    the caption or the old name. No file takes the place of another.

    Example: earmark rename ~/Sounds/rain --cat RAINMetl --creator EM --yes
    """
    if undo == bool(files) or (yes and dry_run) or (undo and (yes or dry_run)):
        raise typer.BadParameter("Give FILE..., and either --yes or --dry-run; or --undo alone.")
    if cat and cat not in ucs_categories():
        raise typer.BadParameter(f"{cat} is no CatID of the Universal Category System.", param_hint="--cat")
    folder = library or user_library_folder()
    journals = names_undo_folder(folder)
    given = {
        "cat_id": cat, "fx_name": fx_name, "creator_id": creator, "source_id": source, "user_category": user_category,
        "vendor_category": vendor_category, "user_data": user_data,
    }  # fmt: skip
    with existing_library(folder, read_only=not (yes or undo)) as opened, work() as go_on:
        if undo:
            kept = kept_journals(journals)
            if not kept:
                raise EngineError("No names were given that could be taken back.")
            _tell_renamed(take_back_names(opened, kept[0], go_on), [], "have their former names again", as_json)
            return
        ids, unknown = named_files(opened, files or [])
        renamings = _renamings(opened, ids, {block: text for block, text in given.items() if text})
        for each in renamings:
            _show_renaming(each, as_json)
        if yes:
            _tell_renamed(rename_files(opened, renamings, journals, go_on), unknown, "renamed", as_json)
            return
    tell_failures(unknown, as_json)
    if not dry_run:
        say("Nothing was renamed: with --yes it is.")
    leave(unknown, stopped=False)


def _renamings(library: Library, file_ids: Sequence[int], given: dict[str, str]) -> list[Renaming]:
    known = files_to_name(library, file_ids)
    wanted = {}
    for file in known.files:
        blocks = file.blocks(given.get("cat_id", ""))
        name = ucs_file_name(replace(blocks, **given), file.path.suffix) if blocks else ""
        wanted[file.id] = (file.path, name)
    return preview_renamings(wanted, known.names)


def _show_renaming(renaming: Renaming, as_json: bool) -> None:
    why = f"  ({renaming.problem})" if renaming.problem else ""
    told = {"old": str(renaming.old), "new": str(renaming.new), "problem": renaming.problem}
    tell(f"{display_path(renaming.old)} -> {display_path(renaming.new.name)}{why}", told, as_json)


def _tell_renamed(outcome: Renamed, unknown: Sequence[Failure], words: str, as_json: bool) -> None:
    failures = (*unknown, *outcome.failures)
    tell(
        f"{count(outcome.files, 'file')} {words}.",
        {"files": outcome.files, "failures": failures_as_json(failures)},
        as_json,
        failures,
    )
    leave(failures, outcome.stopped)
