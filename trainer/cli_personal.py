"""`earmark-train personal`: a network of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.errors import display_path


def add_commands(app: typer.Typer) -> None:
    app.command("personal")(personal_command)


def personal_command(
    library: Annotated[Path, typer.Argument(metavar="LIBRARY", help="A library's folder. It is only read.")],
    tags: Annotated[list[str], typer.Option("--tag", metavar="NAME", help="A tag with 20 examples or more.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the network goes: a new folder.")],
    network: Annotated[
        Path | None, typer.Option("--network", metavar="DIR", help="The network to tune, instead of Earmark's own.")
    ] = None,
) -> None:
    """Tune a network to tags of a library.

    Its names then find what its owner means by them, and other sentences what they found before. It takes minutes.

    Example: earmark-train personal ~/.local/share/earmark --tag "creaky gate" --out gate_network
    """
    from engine.cli_options import existing_library
    from engine.paths import default_network_folder
    from trainer.personal import make_personal_network

    with existing_library(library) as opened:
        made = make_personal_network(opened, tags, network or default_network_folder(), out)
    examples = ", ".join(f"{display_path(tag)} ({count} examples)" for tag, count in made.examples.items())
    typer.echo(
        f"Tuned to {examples} in {made.tuned.steps} steps: what they were to learn, {made.tuned.before:.2f} at first, "
        f"is {made.tuned.after:.2f} for examples kept apart."
    )
    typer.echo(
        f"{made.strangers} other sounds kept a cosine of {made.kept.likeness:.3f} to what they were; of the first ten "
        f"that a kind's name finds among them {made.kept.same:.0%} are the same."
    )
    typer.echo(f"The network is in {display_path(out)}: checkpoint {made.checkpoint_id}")
