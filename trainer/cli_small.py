"""`earmark-train small`: every recipe's small variant, and what came of all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.errors import display_path
from trainer.cli_options import SharedOption


def add_commands(app: typer.Typer) -> None:
    app.command("small")(small_command)


def small_command(
    shared: SharedOption = Path("../shared"),
    folder: Annotated[
        Path, typer.Option("--runs", metavar="DIR", help="The folder of all runs: finished ones are not done again.")
    ] = Path("runs/small"),
    ablations: Annotated[
        bool, typer.Option("--ablations", help="Also without what the papers say is worth having.")
    ] = False,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="So many times, each with a seed of its own.")] = 1,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="RUN", help="This run alone, and what it starts with.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also write the tables to this file, as Markdown.")
    ] = None,
) -> None:
    """Train every recipe's small variant.

    It measures them on held-out sounds and prints the tables of all that is finished. Interrupted, it goes on.

    Example: earmark-train small --ablations --out docs/training-results.md
    """
    from trainer.cli import main
    from trainer.small_runs import planned, run_all, wanted
    from trainer.small_tables import report

    runs = planned(ablations=ablations, seeds=seeds)
    run_all(wanted(runs, only) if only else runs, main, shared, folder)
    text = report(folder)
    typer.echo(text)
    if out:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"The tables are in {display_path(out)}.")
