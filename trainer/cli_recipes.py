"""The run of a paper's recipe, which `earmark-train run` calls, and `earmark-train plots`."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from engine.cli_output import INTERRUPTED
from engine.errors import display_path
from trainer.cli_options import overrides
from trainer.recipe import load_paper_recipe

if TYPE_CHECKING:
    from trainer.recipe_run import Trained

ManifestOption = Annotated[
    list[Path] | None,
    typer.Option("--manifest", metavar="CSV", help="Train on these sounds; several manifests if it is repeated."),
]
MaxMinutesOption = Annotated[
    float | None, typer.Option("--max-minutes", min=0.0, help="Save and end then; the same command goes on.")
]

log = logging.getLogger(__name__)


def add_commands(app: typer.Typer) -> None:
    app.command("plots")(plots_command)


def plots_command(run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]) -> None:
    """Draw what a run told as pictures.

    Loss, retrieval, modality gap, learning rate and throughput, as PNG files in the folder `plots` of the run.
    """
    from trainer.run_plots import draw_plots

    for path in draw_plots(run):
        typer.echo(display_path(path))


def run_paper_recipe(
    name: str,
    *,
    run: Path,
    shared: Path,
    manifests: Sequence[Path] = (),
    out: Path | None = None,
    features: Path | None = None,
    settings: Sequence[str] = (),
    small: bool = False,
    device: Literal["auto", "cpu", "cuda"] = "auto",
    workers: int = 2,
    max_minutes: float | None = None,
) -> None:
    """Train a paper's recipe to its end, or as far as it is let; alone, or as one of the processes of torchrun.

    manifests : instead of the one in `shared`
    Raises typer.Exit, with the code of an interruption, if the run is not finished.
    """
    from trainer.device import choose_device
    from trainer.distributed import started_processes
    from trainer.recipe_run import run_recipe

    recipe = load_paper_recipe(name, overrides(settings), small=small)
    until = None if max_minutes is None else time.monotonic() + 60.0 * max_minutes
    with started_processes(choose_device(device)) as (processes, on):
        trained = run_recipe(
            recipe,
            manifests or [shared / "sounds" / "train.csv"],
            run,
            out=out,
            features=features,
            device=on,
            workers=workers,
            stop=lambda: until is not None and time.monotonic() >= until,
            processes=processes,
        )
        if processes.is_first:
            _say_what_came(recipe.name, run, trained)
    if not trained.outcome.finished:
        raise typer.Exit(INTERRUPTED)


def _say_what_came(name: str, run: Path, trained: Trained) -> None:
    outcome = trained.outcome
    if trained.folder is None:
        kept = f"Step {outcome.steps} of {outcome.of} is kept in {display_path(run)}"
        typer.echo(f"{kept}; the same command goes on from there.", err=True)
        return
    for figure, value in outcome.best.items():
        before = f"{outcome.start[figure]:.4g}" if figure in outcome.start else "–"
        typer.echo(f"{figure}: {before} before, {value:.4g} at step {outcome.best_step}")
    _draw(run)
    where = display_path(trained.folder)
    if trained.checkpoint_id is None:
        typer.echo(f"The ear of {name} is in {where}: --set start.audio={display_path(run)} begins with it.")
    else:
        typer.echo(f"{name} is in {where}: checkpoint {trained.checkpoint_id}")


def _draw(run: Path) -> None:
    """A run needs no pictures: where matplotlib is missing there are none."""
    from trainer.run_plots import draw_plots

    try:
        draw_plots(run)
    except ModuleNotFoundError:
        log.info("matplotlib is not installed: `plots` can draw the run where it is")
