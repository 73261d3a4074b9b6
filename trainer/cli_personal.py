"""`earmark-train personal`, `captions`, `continue` and `trial`: networks of one's own, from what a library says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import EngineError, display_path
from trainer.cli_options import SmallOption, overrides
from trainer.errors import TrainerError
from trainer.tuning_recipe import load_tuning_recipe

if TYPE_CHECKING:
    from engine.library import Library
    from trainer.own_network import OwnNetwork
    from trainer.own_run import OwnRun

LibraryArgument = Annotated[Path, typer.Argument(metavar="LIBRARY", help="A library's folder. It is only read.")]
NetworkOutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the network goes: a new folder.")]
ParentOption = Annotated[
    Path | None, typer.Option("--network", metavar="DIR", help="The network to tune, instead of Earmark's own.")
]
NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help="What the network is called.")]
NotesOption = Annotated[bool, typer.Option("--notes", help="Where a sound has no caption of yours, learn its note.")]
KeptRunOption = Annotated[
    Path | None,
    typer.Option(
        "--run",
        metavar="DIR",
        help="A folder for what it tells (log.jsonl) and for what it needs to go on later. While a file `pause` lies "
        "there it holds, and a file `stop` ends it.",
    ),
]
TuningSetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of the recipe personal, e.g. descent.steps=60."),
]
WindowOption = Annotated[
    bool,
    typer.Option(
        "--for-window", hidden=True, help="Of low priority, and ended when standard input is closed: for a window."
    ),
]


def add_commands(app: typer.Typer) -> None:
    app.command("personal")(personal_command)
    app.command("captions")(captions_command)
    app.command("continue")(continue_command)
    app.command("trial")(trial_command)


def personal_command(
    library: LibraryArgument,
    tags: Annotated[list[str], typer.Option("--tag", metavar="NAME", help="A tag with 20 examples or more.")],
    out: NetworkOutOption,
    network: ParentOption = None,
    name: NameOption = "",
    run: KeptRunOption = None,
    settings: TuningSetOption = None,
    small: SmallOption = False,
    for_window: WindowOption = False,
) -> None:
    """Tune a network to tags of a library.

    Its names then find what its owner means by them, and other sentences what they found before. It takes minutes.

    Example: earmark-train personal ~/.local/share/earmark --tag "creaky gate" --out gate_network
    """
    tune_to_tags(
        library,
        tags,
        out,
        network=network,
        name=name,
        run=run,
        settings=settings or [],
        small=small,
        for_window=for_window,
    )


def tune_to_tags(
    library: Path,
    tags: Sequence[str],
    out: Path,
    *,
    recipe: str = "personal",
    network: Path | None = None,
    name: str = "",
    run: Path | None = None,
    settings: Sequence[str] = (),
    small: bool = False,
    for_window: bool = False,
) -> None:
    """Tune a network, the one in the box if it is None, and say what came of it. Raises TrainerError, EngineError."""
    chosen = load_tuning_recipe(recipe, overrides(settings), small=small)
    from engine.paths import default_network_folder
    from trainer.personal import make_personal_network

    def make(opened: Library, kept: OwnRun) -> OwnNetwork:
        parent = network or default_network_folder()
        return make_personal_network(opened, tags, parent, out, recipe=chosen, name=name, run=kept)

    _make(library, out, run, for_window, make)


def captions_command(
    library: LibraryArgument,
    out: NetworkOutOption,
    network: ParentOption = None,
    notes: NotesOption = False,
    name: NameOption = "",
    run: KeptRunOption = None,
    settings: TuningSetOption = None,
    small: SmallOption = False,
    for_window: WindowOption = False,
) -> None:
    """Tune a network to the captions that you wrote.

    Sentences like yours then find sounds like those you wrote them of, and other sentences what they found before.

    Example: earmark-train captions ~/.local/share/earmark --out my_words
    """
    recipe = load_tuning_recipe("personal", overrides(settings or []), small=small)
    from engine.paths import default_network_folder
    from trainer.personal_captions import make_captioned_network

    def make(opened: Library, kept: OwnRun) -> OwnNetwork:
        parent = network or default_network_folder()
        return make_captioned_network(opened, parent, out, with_notes=notes, recipe=recipe, name=name, run=kept)

    _make(library, out, run, for_window, make)


def continue_command(
    library: LibraryArgument,
    out: NetworkOutOption,
    network: ParentOption = None,
    notes: NotesOption = False,
    name: NameOption = "",
    run: KeptRunOption = None,
    settings: TuningSetOption = None,
    small: SmallOption = False,
    for_window: WindowOption = False,
) -> None:
    """Tune a network to all that a library says.

    It learns every tag with 20 examples and every caption of yours, five times as long as the other two.

    Example: earmark-train continue ~/.local/share/earmark --out my_network
    """
    recipe = load_tuning_recipe("personal", overrides(settings or []), small=small)
    from engine.paths import default_network_folder
    from trainer.personal_captions import continue_network

    def make(opened: Library, kept: OwnRun) -> OwnNetwork:
        parent = network or default_network_folder()
        return continue_network(opened, parent, out, with_notes=notes, recipe=recipe, name=name, run=kept)

    _make(library, out, run, for_window, make)


def trial_command(
    library: LibraryArgument,
    new: Annotated[Path, typer.Argument(metavar="NETWORK", help="The folder of the network to try, of any kind.")],
    queries: Annotated[
        list[str] | None, typer.Option("--query", metavar="SENTENCE", help="To ask both, instead of saved searches.")
    ] = None,
    present: Annotated[
        Path | None, typer.Option("--against", metavar="DIR", help="The network in use, if it is not Earmark's own.")
    ] = None,
    run: KeptRunOption = None,
    for_window: WindowOption = False,
) -> None:
    """Ask two networks the same, and see what each finds first.

    Both listen to 500 sounds of the library at the most. The questions are the library's saved searches, unless others
    are given.

    Example: earmark-train trial ~/.local/share/earmark my_network --query "dog barks then car passes"
    """
    from engine.cli_options import existing_library
    from trainer.trial import try_network

    with _followed(run, for_window) as kept, existing_library(library) as opened:
        asked = queries or [saved.query for saved in opened.saved_searches.all()]
        kept.begin({"recipe": "trial", "network": str(new), "present": str(present or "")})
        trial = try_network(opened, new, present, asked, run=kept)
        typer.echo(f"{trial.files} sounds, heard by {display_path(trial.present)} and {display_path(trial.new)}")
        for question in trial.questions:
            typer.echo(f"\n{display_path(question.query)}  ({question.same} of the first {len(question.new)} alike)")
            for heading, hits in ((trial.present, question.present), (trial.new, question.new)):
                typer.echo(f"  {display_path(heading)}")
                for hit in hits:
                    typer.echo(f"    {hit.score:.2f}  {display_path(hit.path)}  {hit.start_s:.1f}-{hit.end_s:.1f} s")


def _make(
    library: Path, out: Path, run: Path | None, for_window: bool, make: Callable[[Library, OwnRun], OwnNetwork]
) -> None:
    """Make a network as `make` does, and say what came of it."""
    from engine.cli_options import existing_library

    with _followed(run, for_window) as kept, existing_library(library) as opened:
        made = make(opened, kept)
        lessons = [f"{display_path(tag)} ({count} examples)" for tag, count in made.examples.items()]
        lessons += [f"what was written of {made.captions} sounds"] if made.captions else []
        typer.echo(
            f"Tuned to {', '.join(lessons)} in {made.tuned.steps} steps: what they were to learn, "
            f"{made.tuned.before:.2f} at first, is {made.tuned.after:.2f} for examples kept apart."
        )
        typer.echo(
            f"{made.strangers} other sounds kept a cosine of {made.kept.likeness:.3f} to what they were; of the first "
            f"ten that a kind's name finds among them {made.kept.same:.0%} are the same."
        )
        typer.echo(f"The network is in {display_path(out)}: checkpoint {made.checkpoint_id}")


@contextmanager
def _followed(folder: Path | None, for_window: bool) -> Iterator[OwnRun]:
    """A run that tells in its folder how it ended, too."""
    from trainer.window_child import serve_window

    gone = serve_window() if for_window else lambda: False  # before what takes seconds to import
    from trainer.own_run import OwnRun, RunStopped

    run = OwnRun(folder, ended=gone)
    try:
        yield run
    except RunStopped:
        run.stopped()
        typer.echo("Stopped. What was done is kept in the run's folder, and the same command goes on.")
    except (TrainerError, EngineError) as error:
        run.tell("failed", sentence=str(error))
        raise
    except OSError as error:
        where = f" ({display_path(error.filename)})" if error.filename else ""
        run.tell("failed", sentence=f"The system refused: {error.strerror or error}{where}.")
        raise
