"""`earmark tags`: what a person teaches Earmark by examples, and takes along in a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli_options import JsonOption, LibraryOption, LimitOption, NetworkOption, existing_library, path_argument
from engine.cli_output import count, say, show_json, span
from engine.cli_search import example_at
from engine.errors import EngineError, NotInLibrary, display_path
from engine.learned_tag import LearnedTag, quality_sentence
from engine.library import Library
from engine.paths import user_library_folder
from engine.question import Example
from engine.safe_files import write_over
from engine.tag_examples import TagExample
from engine.tag_exchange import known_names, tag_set_of, take_over
from engine.tag_sets import from_json, to_json

if TYPE_CHECKING:
    from engine.embedding import Embedder

tags_app = typer.Typer(help="Personal tags: taught by examples, found in the library.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the tag is called.")]
FileArgument = Annotated[Path, typer.Argument(parser=path_argument, metavar="FILE.json")]


@tags_app.command("learn")
def learn_command(
    name: NameArgument,
    like: Annotated[
        list[Example] | None,
        typer.Option("--like", parser=example_at, metavar="FILE[@FROM-TO]", help="A sound of this kind, or a part."),
    ] = None,
    unlike: Annotated[
        list[Example] | None,
        typer.Option("--unlike", parser=example_at, metavar="FILE[@FROM-TO]", help="A sound that is not meant."),
    ] = None,
    limit: LimitOption = 20,
    library: LibraryOption = None,
    network: NetworkOption = None,
    as_json: JsonOption = False,
) -> None:
    """Teach a tag by examples, beside those it has, and show what it finds.

    The examples get the tag. What it finds is only suggested: `earmark tag` accepts or rejects that.

    Example: earmark tags learn whoosh --like pass_by.wav --like fly.wav@2-3.5 --unlike wind.wav
    """
    name = name.strip()
    if not name:
        raise typer.BadParameter("The name is empty.")
    with existing_library(library or user_library_folder(), read_only=False) as opened:
        likes, unlikes = _in_library(opened, like or []), _in_library(opened, unlike or [])
        opened.tag_examples.give(name, likes, unlikes)
        opened.add_tag([one.file_id for one in likes], name)
        learned = _learned(opened, network, name, limit)
        _show(opened, learned, as_json)


@tags_app.command("list")
def list_command(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Show all personal tags, and how many examples each has."""
    with existing_library(library or user_library_folder()) as opened:
        for name in opened.tag_examples.names():
            examples = opened.tag_examples.of(name)
            likes, unlikes = len(examples.likes), len(examples.unlikes)
            if as_json:
                show_json({"name": name, "likes": likes, "unlikes": unlikes})
            else:
                typer.echo(f"{display_path(name)}: {count(likes, 'sound')} like it, {unlikes} unlike it")


@tags_app.command("forget")
def forget_command(name: NameArgument, library: LibraryOption = None) -> None:
    """Forget a personal tag and its examples. Files that have the tag keep it."""
    with existing_library(library or user_library_folder(), read_only=False) as opened:
        (known,) = known_names(opened, [name])
        opened.tag_examples.forget(known)
    typer.echo(f"{display_path(known)} is forgotten; files that have the tag keep it.")


@tags_app.command("export")
def export_command(
    file: FileArgument,
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Some tags only.")] = None,
    library: LibraryOption = None,
    network: NetworkOption = None,
) -> None:
    """Write personal tags, their examples and what they learned to a JSON file.

    Example: earmark tags export my-tags.json whoosh creak
    """
    from engine.tag_learning import TagLearner

    with existing_library(library or user_library_folder()) as opened:
        chosen = known_names(opened, names or [])
        embedder = _embedder(network)
        learned = TagLearner(opened, embedder).learn_stored(chosen)
        text = to_json(tag_set_of(opened, chosen, embedder.checkpoint_id, learned))
    write_over(file, text.encode())
    typer.echo(f"{display_path(file)} holds {count(len(chosen), 'personal tag')}.")


@tags_app.command("import")
def import_command(file: FileArgument, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Take personal tags from a JSON file, with those of their examples that are in the library.

    An example is found by its sound too, if it lies elsewhere here. A tag of which no example is here goes by what it
    learned, with the same network. What the tags have already stays.
    """
    try:
        tags = from_json(file.read_text("utf-8"), file)
    except UnicodeDecodeError as error:
        raise EngineError(
            f"{display_path(file)} holds no tags that can be taken over: it is not UTF-8 text."
        ) from error
    with existing_library(library or user_library_folder(), read_only=False) as opened:
        taken = take_over(opened, tags)
    for tag in taken:
        if as_json:
            show_json({"name": tag.name, "found": tag.found, "examples": tag.examples, "learned": tag.learned})
        else:
            found = f"{tag.found} of {count(tag.examples, 'example')} are in the library"
            kept = "; what it learned elsewhere is kept" if tag.learned else ""
            typer.echo(f"{display_path(tag.name)}: {found}{kept}.")


def _in_library(library: Library, examples: Sequence[Example]) -> list[TagExample]:
    """Raises NotInLibrary."""
    found = []
    for example in examples:
        file = library.file_at(example.path)
        if file is None:
            raise NotInLibrary(
                f"{display_path(example.path)} is not in the library, so that nothing was stored:"
                " `earmark index` takes its folder in."
            )
        if example.start_s >= (file.duration_s or 0.0) and example.start_s > 0:
            raise EngineError(f"{display_path(example.path)} ends before {example.start_s:g} s; nothing was stored.")
        found.append(TagExample(file.id, example.start_s, example.end_s))
    return found


def _embedder(network: Path | None) -> Embedder:
    from engine.embedding import Embedder

    return Embedder.load(network)


def _learned(library: Library, network: Path | None, name: str, limit: int) -> LearnedTag:
    from engine.personal_tagging import PersonalTagger
    from engine.vector_index import VectorIndex

    embedder = _embedder(network)
    index = VectorIndex(library.index_db, embedder.checkpoint_id)
    if not index.segments:
        say(f"No file was listened to with the network {embedder.name} yet: `earmark index` does so.")
    return PersonalTagger(library, index, embedder).learn(name, limit=limit)


def _show(library: Library, learned: LearnedTag, as_json: bool) -> None:
    files = library.files(found.file_id for found in learned.suggestions)
    if as_json:
        show_json(
            {
                **_facts(learned),
                "suggestions": [
                    {
                        "path": str(files[one.file_id].path),
                        "score": round(one.score, 6),
                        "start_s": round(one.start_s, 3),
                        "end_s": round(one.end_s, 3),
                    }
                    for one in learned.suggestions
                ],
            }
        )
        return
    typer.echo(quality_sentence(learned))
    for one in learned.suggestions:
        where = span(one.start_s, one.end_s)
        typer.echo(f"{one.score:.2f}  {where:>11}  {display_path(files[one.file_id].path)}")
    if not learned.suggestions:
        typer.echo("It suggests no file: nothing else in the library is clear enough.")


def _facts(learned: LearnedTag) -> dict[str, Any]:
    names = ("name", "method", "found", "likes", "mistaken", "unlikes", "unheard", "elsewhere")
    return {name: getattr(learned, name) for name in names}
