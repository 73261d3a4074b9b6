"""`earmark tag` and `earmark caption`: what files are called, by a person, by the network and by personal tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.audio import read_audio, read_info
from engine.cli_files import FilesArgument, leave, named_files, tell_failures
from engine.cli_options import (
    JsonOption,
    LibraryOption,
    NetworkOption,
    existing_library,
    interruption,
)
from engine.cli_output import ProgressLine, count, say, show_json, span
from engine.errors import EngineError, Failure, display_path
from engine.library import Library
from engine.library_rows import AudioFile, Suggestion
from engine.paths import default_network_folder, user_library_folder

if TYPE_CHECKING:
    from engine.describing import Describer, DescribingReport

LONGEST_S = 600.0  # of a sound that is in no library its first ten minutes are judged
MOST_SPANS = 4  # that a line names


def tag_command(
    files: FilesArgument = None,
    every: Annotated[bool, typer.Option("--all", help="All sounds of the library, instead of FILEs.")] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", metavar="NAME", help="Give this tag to those for which it is suggested."),
    ] = None,
    reject: Annotated[
        list[str] | None, typer.Option("--reject", metavar="NAME", help="Never suggest this tag for them again.")
    ] = None,
    library: LibraryOption = None,
    network: NetworkOption = None,
    as_json: JsonOption = False,
) -> None:
    """Suggest tags: for every sound of the library that lacks them or, with FILEs, show those of each.

    A suggested tag is never a tag of yours until you accept it. A FILE that is in no library is listened to on the
    spot. The network reads its words first, once, which takes a minute.

    Example: earmark tag kennel.wav

    Example: earmark tag --all --accept dog
    """
    if files and every:
        raise typer.BadParameter("Give FILEs or --all.")
    if (accept or reject) and not (files or every):
        raise typer.BadParameter("Give FILEs or --all with --accept and --reject.")
    if accept or reject:
        _judge(library, files or [], accept or [], reject or [], as_json)
    elif files or every:
        _show(library, network, files or [], _show_tags, as_json)
    else:
        _describe_all(library, network, as_json)


def caption_command(
    files: FilesArgument = None,
    text: Annotated[
        str | None,
        typer.Option("--set", metavar="TEXT", help='What you say yourself; "" lets the suggested one through.'),
    ] = None,
    library: LibraryOption = None,
    network: NetworkOption = None,
    as_json: JsonOption = False,
) -> None:
    """Suggest a caption for every sound of the library that lacks one or, with FILEs, show that of each.

    What you wrote yourself is never overwritten.

    Example: earmark caption kennel.wav --set "two dogs at the gate"
    """
    if text is not None and not files:
        raise typer.BadParameter("Give FILEs with --set.")
    if text is not None:
        _set_caption(library, files or [], text, as_json)
    elif files:
        _show(library, network, files, _show_caption, as_json)
    else:
        _describe_all(library, network, as_json)


# --- all of the library ----------------------------------------------------------------------------------------------


def _describe_all(library: Path | None, network: Path | None, as_json: bool) -> None:
    with existing_library(library or user_library_folder(), read_only=False) as opened:
        report = describe_with_progress(_load_describer(opened, network))
    if as_json:
        show_json({"described": report.described, "seconds": round(report.seconds, 3)})
    else:
        typer.echo(f"Described {count(report.described, 'file')} in {report.seconds:.1f} s.")
    if report.damaged:
        say(f"{count(report.damaged, 'file')} must be listened to again: `earmark index` does so.")
    leave((), report.stopped)


def describe_with_progress(describer: Describer, only: Sequence[int] | None = None) -> DescribingReport:
    """Until all is done, or at the first Ctrl-C."""
    with interruption() as is_interrupted, ProgressLine() as line:
        return describer.describe(line.show_describing, is_interrupted, only=None if only is None else set(only))


# --- some files ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    """What there is to tell of one file. `by_person` : whether a person wrote the caption."""

    path: Path
    known: bool
    tags: tuple[str, ...]
    suggested: tuple[Suggestion, ...]
    caption: str
    by_person: bool = False


_Show = Callable[[_Told, bool], None]


def _show(library: Path | None, network: Path | None, paths: Sequence[Path], show: _Show, as_json: bool) -> None:
    """Without paths all files of the library."""
    with _open(library, paths) as opened:
        ids, strangers = _named(opened, paths)
        describer = _Describing(opened, network)
        stopped = describer.describe_lacking(ids)
        failures = []
        for file in opened.files(ids).values():
            show(_told_of_known(opened, file), as_json)
        for path in strangers:
            try:
                show(describer.told_of_stranger(path), as_json)
            except EngineError as error:
                failures.append(Failure(path, str(error)))
    tell_failures(failures, as_json)
    leave(failures, stopped)


@contextmanager
def _open(library: Path | None, paths: Sequence[Path]) -> Iterator[Library]:
    """A sound alone needs no library: then one is made, which keeps the words that were read."""
    folder = library or user_library_folder()
    with Library(folder) if paths else existing_library(folder, read_only=False) as opened:
        yield opened


def _named(library: Library, paths: Sequence[Path]) -> tuple[list[int], list[Path]]:
    if not paths:
        return library.listing().tolist(), []
    ids, unknown = named_files(library, paths)
    return ids, [failure.path for failure in unknown]


class _Describing:
    """Loads a network only for what must be listened to or described."""

    def __init__(self, library: Library, network: Path | None) -> None:
        self._library = library
        self._network = network
        self._describer: Describer | None = None

    def describe_lacking(self, file_ids: Sequence[int]) -> bool:
        """Those of the files that have no description; whether that was stopped."""
        lacking = self._library.suggestions.never_described(file_ids)
        return bool(lacking) and describe_with_progress(self._loaded(), lacking).stopped

    def told_of_stranger(self, path: Path) -> _Told:
        """Raises UnreadableAudio."""
        duration_s = read_info(path).duration_s
        describer = self._loaded()
        waveform = read_audio(path, sample_rate_hz=describer.embedder.sample_rate_hz, duration_s=LONGEST_S)
        heard = describer.embedder.embed_audio(waveform)
        with ProgressLine() as line:
            found = describer.description_of(heard, min(duration_s, LONGEST_S), line.show_describing)
        return _Told(path.absolute(), False, (), found.tags, found.caption)

    def _loaded(self) -> Describer:
        self._describer = self._describer or _load_describer(self._library, self._network)
        return self._describer


def _load_describer(library: Library, network: Path | None) -> Describer:
    from engine.describing import Describer
    from engine.embedding import Embedder

    return Describer(library, Embedder.load(network), network or default_network_folder())


def _told_of_known(library: Library, file: AudioFile) -> _Told:
    caption = library.caption_of(file.id)
    return _Told(
        file.path,
        True,
        tuple(library.tags_of(file.id)),
        tuple(library.suggestions_of([file.id])[file.id]),
        caption,
        bool(caption) and not library.caption_is_suggested(file.id),
    )


def _show_tags(told: _Told, as_json: bool) -> None:
    if as_json:
        show_json(_as_json(told))
        return
    typer.echo(f"{display_path(told.path)}: {display_path(told.caption) or 'not described yet'}")
    if told.tags:
        typer.echo(f"  {'tags':<11}  {display_path(', '.join(told.tags))}")
    for tag in told.suggested:
        if not tag.implied:
            spans = ", ".join(span(*one) for one in tag.spans[:MOST_SPANS])
            more = f" and {len(tag.spans) - MOST_SPANS} more" if len(tag.spans) > MOST_SPANS else ""
            typer.echo(f"  {tag.strength:<11}  {display_path(tag.name)}  {spans}{more}")
    if implied := [tag.name for tag in told.suggested if tag.implied]:
        typer.echo(f"  {'so also':<11}  {display_path(', '.join(implied))}")


def _show_caption(told: _Told, as_json: bool) -> None:
    if as_json:
        shown = _as_json(told)
        show_json({name: shown[name] for name in ("path", "indexed", "caption", "caption_by")})
    else:
        typer.echo(f"{display_path(told.path)}: {display_path(told.caption) or 'not described yet'}")


def _as_json(told: _Told) -> dict[str, Any]:
    return {
        "path": str(told.path),
        "indexed": told.known,
        "tags": list(told.tags),
        "suggested": [
            {
                "name": tag.name,
                "strength": tag.strength,
                "score": round(tag.score, 6),
                "spans": [[round(time_s, 3) for time_s in one] for one in tag.spans],
                "kind": tag.kind,
                "implied": tag.implied,
            }
            for tag in told.suggested
        ],
        "caption": told.caption,
        "caption_by": "" if not told.caption else "person" if told.by_person else "network",
    }


# --- what a person says ----------------------------------------------------------------------------------------------


def _judge(
    library: Path | None, paths: Sequence[Path], accept: Sequence[str], reject: Sequence[str], as_json: bool
) -> None:
    """Without paths of all files of the library."""
    with existing_library(library or user_library_folder(), read_only=False) as opened:
        ids = _known(opened, paths) if paths else opened.listing().tolist()
        accepted = {name: len(opened.accept_suggestions(ids, name)) for name in accept}
        rejected = {name: len(opened.reject_suggestions(ids, name)) for name in reject}
    if as_json:
        show_json({"accepted": accepted, "rejected": rejected})
        return
    for name, files in accepted.items():
        typer.echo(f'"{display_path(name)}" is a tag of {count(files, "file")} more now.')
    for name, files in rejected.items():
        typer.echo(f'"{display_path(name)}" is never suggested again for {count(files, "file")}.')


def _set_caption(library: Path | None, paths: Sequence[Path], text: str, as_json: bool) -> None:
    with existing_library(library or user_library_folder(), read_only=False) as opened:
        ids = _known(opened, paths)
        for file_id in ids:
            opened.set_caption(file_id, text)
        for file in opened.files(ids).values():
            _show_caption(_told_of_known(opened, file), as_json)


def _known(library: Library, paths: Sequence[Path]) -> list[int]:
    """The files, before anything of them is changed. Raises EngineError if the library does not know one."""
    ids, unknown = named_files(library, paths)
    for failure in unknown:
        raise EngineError(f"{display_path(failure.path)} is not in the library; nothing was changed.")
    return ids
