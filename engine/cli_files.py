"""What the commands share that work on many sounds: which ones, how far it is, and what became of each."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli_options import interruption, path_argument
from engine.cli_output import FAILED, INTERRUPTED, count, say, show_json
from engine.errors import Failure, NotInLibrary, display_path
from engine.exporting import GoOn
from engine.library import Library
from engine.library_rows import Scope

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]
UndoOption = Annotated[bool, typer.Option("--undo", help="Take the last run back.")]
FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(parser=path_argument, metavar="FILE", help="Sounds of the library, or folders with all in them."),
]


def named_files(library: Library, paths: Iterable[Path]) -> tuple[list[int], list[Failure]]:
    """The files that are named, each once, and those that the library does not know."""
    ids: dict[int, None] = {}
    unknown = []
    for path in paths:
        if path.is_dir():
            ids |= dict.fromkeys(library.listing(Scope(folder=folder_in_root(library, path))).tolist())
        elif (file := library.file_at(path)) is not None:
            ids[file.id] = None
        else:
            unknown.append(Failure(path, "the library does not know it"))
    return list(ids), unknown


def folder_in_root(library: Library, folder: Path) -> Path:
    resolved = folder.resolve()
    if not any(resolved.is_relative_to(root.path) for root in library.roots()):
        raise NotInLibrary(f"{display_path(folder)} lies in no folder that Earmark watches.")
    return resolved


@contextmanager
def work() -> Iterator[GoOn]:
    """Says on a terminal how far it is, and ends between two files at the first Ctrl-C."""
    rewrites = sys.stderr.isatty()
    with interruption() as is_interrupted:

        def go_on(done: int, total: int) -> bool:
            if rewrites:
                typer.echo(f"\r\x1b[K{done} of {total} files", err=True, nl=False)
            return not is_interrupted()

        try:
            yield go_on
        finally:
            if rewrites:
                typer.echo("\r\x1b[K", err=True, nl=False)


def tell(sentence: str, told: dict[str, Any], as_json: bool, failures: Sequence[Failure] = ()) -> None:
    if as_json:
        show_json(told)
        return
    typer.echo(sentence)
    tell_failures(failures, as_json)


def tell_failures(failures: Sequence[Failure], as_json: bool) -> None:
    if failures and not as_json:
        stay = "stays as it is" if len(failures) == 1 else "stay as they are"
        typer.echo(f"{count(len(failures), 'file')} could not be done, and {stay}:")
    for failure in failures:
        if as_json:
            show_json(failures_as_json([failure])[0])
        else:
            typer.echo(f"  {display_path(failure.path)}: {failure.reason}")


def failures_as_json(failures: Iterable[Failure]) -> list[dict[str, str]]:
    return [{"path": str(failure.path), "reason": failure.reason} for failure in failures]


def leave(failures: Sequence[Failure], stopped: bool) -> None:
    if stopped:
        say("Interrupted: what was done is kept.")
        raise typer.Exit(INTERRUPTED)
    if failures:
        raise typer.Exit(FAILED)
