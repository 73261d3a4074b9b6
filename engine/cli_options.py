"""What all commands share: options, a library that must be there, what searches it, and a first Ctrl-C that waits."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli_output import count, say
from engine.errors import EngineError, display_path
from engine.library import INDEX_FILE, LIBRARY_FILE, Library
from engine.paths import user_library_folder

if TYPE_CHECKING:
    from engine.search import Searcher


def path_argument(argument: str) -> Path:
    """An empty argument, often a variable that was never set, must not mean the current folder."""
    if not argument:
        raise typer.BadParameter("The path is empty.")
    return Path(argument)


LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library", parser=path_argument, metavar="DIR", help="A library's folder, instead of your own library's."
    ),
]
NetworkOption = Annotated[
    Path | None,
    typer.Option(
        "--network", parser=path_argument, metavar="DIR", help="A network's folder, instead of the one Earmark brings."
    ),
]
LimitOption = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many files to show at the most.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")]


def existing_library(folder: Path, *, read_only: bool = True) -> Library:
    if not ((folder / LIBRARY_FILE).exists() and (folder / INDEX_FILE).exists()):
        raise EngineError(
            f"There is no complete library in {display_path(folder)}: `earmark index FOLDER` makes or completes it."
        )
    return Library(folder, read_only=read_only)


@contextmanager
def open_searcher(library: Path | None, network: Path | None) -> Iterator[tuple[Searcher, Library]]:
    from engine.embedding import Embedder
    from engine.search import Searcher
    from engine.vector_index import VectorIndex

    with existing_library(library or user_library_folder()) as opened:
        embedder = Embedder.load(network)
        index = VectorIndex(opened.index_db, embedder.checkpoint_id)
        if not opened.counts().files:
            say("The library holds no sounds yet: `earmark index FOLDER` adds them.")
        elif not index.segments:
            say(f"No file was listened to with the network {embedder.name} yet: `earmark index` does so.")
        if index.damaged_files:
            say(f"{count(len(index.damaged_files), 'file')} must be listened to again: `earmark index` does so.")
        yield Searcher(opened, index, embedder), opened


@contextmanager
def interruption() -> Iterator[Callable[[], bool]]:
    """Inside, the first Ctrl-C is only remembered, for the function given to ask; the second interrupts as usual."""
    pressed = False

    def remember(signal_number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, usual)

    usual = signal.signal(signal.SIGINT, remember)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, usual)
