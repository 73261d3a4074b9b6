"""The command line: one function a command, and nothing that the engine could not do without it.

Answers go to standard output; progress, remarks and errors go to standard error. Exit codes:

    0    what was asked was done
    1    the world did not allow it: one sentence says what
    2    the command was used wrongly
    130  interrupted; what was done until then is kept

What needs a network is imported by the command that needs it, because PyTorch takes seconds to load.
"""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from engine.audio import AudioInfo, read_info
from engine.cli_explain import explain_command
from engine.cli_metadata import export_command, import_command, write_tags_command
from engine.cli_options import (
    JsonOption,
    LibraryOption,
    LimitOption,
    NetworkOption,
    existing_library,
    interruption,
    open_searcher,
    path_argument,
)
from engine.cli_output import (
    FAILED,
    INTERRUPTED,
    Asked,
    ProgressLine,
    answer,
    count,
    say,
    show_answer,
    show_facts,
    show_json,
    show_report,
)
from engine.cli_personal_tags import tags_app
from engine.cli_renaming import rename_command
from engine.cli_search import answer_of, checked_query, example_at, read_queries
from engine.cli_tags import caption_command, describe_with_progress, tag_command
from engine.errors import EngineError, NotInLibrary, display_path
from engine.library import LIBRARY_FILE, Library
from engine.library_rows import AudioFile
from engine.metadata import Metadata, read_metadata
from engine.paths import default_network_folder, user_library_folder
from engine.question import Example, Question

if TYPE_CHECKING:
    from engine.embedding import Embedder

app = typer.Typer(
    name="earmark",
    help="Find sounds in your own files by saying what you hear. Without a command, `earmark` opens the window.",
    epilog="Exit codes: 0 done; 1 it could not be done, one sentence says why; 2 wrong usage; 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default that of the process; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for a terminal that lacks a character
    return answer(app, "earmark", arguments)


@app.command("index")
def index_command(
    folders: Annotated[list[Path], typer.Argument(parser=path_argument, metavar="PATH", help="Folders with sounds.")],
    library: LibraryOption = None,
    network: NetworkOption = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try unreadable files again that have not changed.")] = False,
    device: Annotated[
        Literal["cpu", "cuda", "mps"], typer.Option("--device", help="Where the network computes.")
    ] = "cpu",
    no_tags: Annotated[bool, typer.Option("--no-tags", help="Suggest no tags and captions.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as a JSON object.")] = False,
) -> None:
    """Listen to all sounds below these folders, and watch the folders.

    Run again, it takes up only what is new, changed, moved or gone. It can be interrupted at any time. Then it suggests
    tags and captions; the first time the network reads its words before, which takes a minute.

    Example: earmark index ~/Sounds "/media/disk/Field recordings"
    """
    from engine.clap.device import is_available
    from engine.describing import Describer
    from engine.embedding import Embedder
    from engine.indexing import index_folders

    if not is_available(device):
        raise typer.BadParameter(f"this machine has no {device}", param_hint="--device")
    with Library(library or user_library_folder()) as opened:
        _refuse_what_is_no_folder(opened, folders)
        embedder = Embedder.load(network, device=device)
        with interruption() as is_interrupted, ProgressLine() as line:
            report = index_folders(
                opened, embedder, folders, on_progress=line.show, should_stop=is_interrupted, retry=retry
            )
        described = None
        if not report.stopped:
            _renew_graph(opened, embedder)
            described = (
                None
                if no_tags
                else describe_with_progress(Describer(opened, embedder, network or default_network_folder()))
            )
    for root in report.offline:
        say(f"{display_path(root)} cannot be reached: it counts as offline, and nothing of it was changed.")
    show_report(report, described, as_json=as_json)
    if report.stopped or (described and described.stopped):
        say("Interrupted: what was done is kept, and the same command goes on from there.")
        raise typer.Exit(INTERRUPTED)
    if report.offline:
        raise typer.Exit(FAILED)


@app.command("search")
def search_command(
    words: Annotated[list[str] | None, typer.Argument(metavar="QUERY", help="What you hear, in words.")] = None,
    queries: Annotated[
        Path | None,
        typer.Option("--queries", parser=path_argument, metavar="FILE", help="Ask every line of a UTF-8 text file."),
    ] = None,
    like: Annotated[
        list[Example] | None,
        typer.Option(
            "--like",
            parser=example_at,
            metavar="FILE[@FROM-TO]",
            help="Find what sounds like a file, or its part in seconds or m:ss. With a QUERY both must fit; given"
            " several times, what these sounds have in common.",
        ),
    ] = None,
    not_like: Annotated[
        list[Example] | None,
        typer.Option(
            "--not-like", parser=example_at, metavar="FILE[@FROM-TO]", help="Less like this one, which comes last."
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Show good matches only, and fewer.")] = False,
    loose: Annotated[bool, typer.Option("--loose", help="Count more files as good matches.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say how the query was understood, and why each file was found.")
    ] = False,
    limit: LimitOption = 20,
    library: LibraryOption = None,
    network: NetworkOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find files that sound like a sentence, or say it; or that sound like another file.

    A file says what its name, folder, tags and metadata say. Sounds can come in order ("dog barks then car passes"), at
    once ("rain while a man speaks"), or not at all ("forest without wind"). "Words in quotes" must be said; filters as
    duration:<2s, format:wav and tag:dog choose files. Beside --like, "longer", "much shorter" and so on compare with
    that file. What may be here by chance is set apart as weaker.

    Example: earmark search "dog barking"

    Example: earmark search --like kennel.wav@2-3.5 "but longer, without voices"
    """
    if (words and queries) or not (words or queries or like):
        raise typer.BadParameter("Give a QUERY, --queries FILE or --like FILE; of the first two only one.")
    if strict and loose:
        raise typer.BadParameter("Give either --strict or --loose.")
    basis = Question(
        examples=tuple(like or ()),
        disliked=tuple(not_like or ()),
        strictness="strict" if strict else "loose" if loose else "normal",
    )
    sentences = read_queries(queries) if queries else [checked_query(" ".join(words))] if words else [""]
    with open_searcher(library, network) as (searcher, opened):
        for sentence in sentences:
            title = sentence or " ".join(str(example.path) for example in basis.examples)
            question = replace(basis, text=sentence)
            asked = Asked(title, question, searcher.query_of(question))
            found = answer_of(question, searcher, opened, limit)
            show_answer(asked, found, opened.roots(), as_json=as_json, titled=bool(queries), explain=explain)


@app.command("similar")
def similar_command(
    file: Annotated[
        Path, typer.Argument(parser=path_argument, metavar="FILE", help="A sound file, of the library or not.")
    ],
    start_s: Annotated[float, typer.Option("--from", metavar="S", help="Where the example begins, in seconds.")] = 0.0,
    end_s: Annotated[float | None, typer.Option("--to", metavar="S", help="Where it ends.")] = None,
    limit: LimitOption = 20,
    library: LibraryOption = None,
    network: NetworkOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find files that sound like a file, or like a part of it: short for `earmark search --like FILE`.

    Example: earmark similar door.wav --from 0.5 --to 2
    """
    if not (math.isfinite(start_s) and start_s >= 0):
        raise typer.BadParameter(f"{start_s:g} is no time in a file.", param_hint="--from")
    if end_s is not None and not (math.isfinite(end_s) and end_s > start_s):
        raise typer.BadParameter(f"{end_s:g} does not come after {start_s:g}.", param_hint="--to")
    question = Question(examples=(Example(file, start_s, end_s),))
    with open_searcher(library, network) as (searcher, opened):
        asked = Asked(str(file), question, question.parsed)
        show_answer(asked, searcher.find(question, limit), opened.roots(), as_json=as_json)


@app.command("info")
def info_command(
    file: Annotated[Path | None, typer.Argument(parser=path_argument, metavar="FILE", help="A sound file.")] = None,
    library: LibraryOption = None,
    network: NetworkOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what the library holds, or what is known of one file.

    Example: earmark info door.wav
    """
    folder = library or user_library_folder()
    if file is not None:
        facts = _facts_of_file(file, folder)
    else:
        with existing_library(folder) as opened:
            facts = {
                "library": str(folder),
                **asdict(opened.counts()),
                "network": _network_name(network or default_network_folder()),
            }
    (show_json if as_json else show_facts)(facts)


@app.command("roots")
def roots_command(
    remove: Annotated[
        Path | None,
        typer.Option(
            "--remove", parser=path_argument, metavar="DIR", help="Watch this root no longer; its sounds stay."
        ),
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the watched folders, and whether they can be reached.

    Example: earmark roots --remove ~/Sounds/old
    """
    folder = library or user_library_folder()
    if remove is not None:
        with existing_library(folder, read_only=False) as opened:
            _remove_root(opened, remove)
    with existing_library(folder) as opened:
        for root in opened.roots():
            state = root.state if root.path.is_dir() else "offline"
            if as_json:
                show_json({"path": str(root.path), "state": state})
            else:
                typer.echo(f"{state:<7}  {display_path(root.path)}")


app.command("tag")(tag_command)
app.command("caption")(caption_command)
app.add_typer(tags_app, name="tags")
app.command("explain")(explain_command)
app.command("export")(export_command)
app.command("import")(import_command)
app.command("write-tags")(write_tags_command)
app.command("rename")(rename_command)


# --- what the commands are made of ------------------------------------------------------------------------------------


def _refuse_what_is_no_folder(library: Library, paths: Sequence[Path]) -> None:
    """Before anything is done. A root may be out of reach: then it is offline."""
    roots = {root.path for root in library.roots()}
    for path in paths:
        if path.is_file():
            raise EngineError(f"{display_path(path)} is a file: name the folder that holds it, to watch all of it.")
        if not path.is_dir() and path.resolve() not in roots:
            raise EngineError(f"There is no folder {display_path(path)}.")


def _renew_graph(library: Library, embedder: Embedder) -> None:
    from engine.graph_renewal import renew_graph

    renew_graph(
        library.index_db,
        embedder.checkpoint_id,
        on_build=lambda segments: say(f"Making a graph of {count(segments, 'segment')}, for fast answers ..."),
    )


def _facts_of_file(path: Path, library_folder: Path) -> dict[str, Any]:
    """What the library knows of a file; of a file it does not know, what can be read from the file itself."""
    if (library_folder / LIBRARY_FILE).exists():
        with existing_library(library_folder) as opened:
            file = opened.file_at(path)
            if file is not None:
                return _facts_of_known_file(opened, file)
    info = read_info(path)
    return {
        "path": str(path.absolute()),
        "indexed": False,
        **_facts_of_sound(info),
        "metadata": _facts_of_metadata(read_metadata(path)),
    }


def _facts_of_known_file(library: Library, file: AudioFile) -> dict[str, Any]:
    metadata = library.metadata_of(file.id)
    return {
        "path": str(file.path),
        "indexed": file.state == "ok",
        "state": file.state,
        "reason": file.reason,
        **_facts_of_sound(file),
        "tags": library.tags_of(file.id),
        "suggested_tags": [tag.name for tag in library.suggestions_of([file.id])[file.id]],
        "rating": library.rating_of(file.id),
        "caption": library.caption_of(file.id),
        "note": library.note_of(file.id),
        "metadata": _facts_of_metadata(metadata) if metadata else {},
    }


def _facts_of_sound(sound: AudioInfo | AudioFile) -> dict[str, Any]:
    names = ("duration_s", "container", "encoding", "sample_rate_hz", "channels")
    return {name: getattr(sound, name) for name in names}


def _facts_of_metadata(metadata: Metadata) -> dict[str, Any]:
    """What is there, in one level."""
    known = asdict(metadata)
    ucs = {f"ucs.{name}": value for name, value in (known.pop("ucs") or {}).items()}
    fields = known.pop("fields")
    return {name: value for name, value in {**known, **ucs, **fields}.items() if value}


def _network_name(folder: Path) -> str | None:
    """What a network's settings call it, read without loading it; None if there is none."""
    try:
        return str(json.loads((folder / "config.json").read_text()).get("name", folder.name))
    except (OSError, ValueError, AttributeError):
        return None


def _remove_root(library: Library, folder: Path) -> None:
    root = next((root for root in library.roots() if root.path == folder.resolve()), None)
    if root is None:
        raise NotInLibrary(f"{display_path(folder)} is no root: `earmark roots` lists them.")
    library.remove_root(root.id)
    say(f"{display_path(root.path)} is watched no longer; its sounds stay as they are.")
