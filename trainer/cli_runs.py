"""`earmark-train run`: one command for every recipe, whatever it learns from."""

from __future__ import annotations

from pathlib import Path

import typer

from engine.errors import display_path
from trainer.cli_distilling import run_distillation
from trainer.cli_options import (
    DeviceOption,
    FeaturesOption,
    MoreOption,
    OutOption,
    RecipeArgument,
    RunFolderOption,
    SetOption,
    SharedOption,
    SmallOption,
    WorkersOption,
)
from trainer.cli_recipes import ManifestOption, MaxMinutesOption, run_paper_recipe
from trainer.errors import TrainerError
from trainer.recipe import is_of_a_paper


def add_commands(app: typer.Typer) -> None:
    app.command("run")(run_command)


def run_command(
    recipe: RecipeArgument = "default",
    shared: SharedOption = Path("../shared"),
    manifest: ManifestOption = None,
    more: MoreOption = None,
    run: RunFolderOption = None,
    features: FeaturesOption = None,
    out: OutOption = None,
    settings: SetOption = None,
    small: SmallOption = False,
    device: DeviceOption = "auto",
    workers: WorkersOption = 2,
    max_minutes: MaxMinutesOption = None,
) -> None:
    """Train a recipe to its end and write the network.

    A run that was interrupted goes on with its newest state. Those of the papers run in many processes by torchrun.

    Example: earmark-train run clap2022 --small --manifest sounds.csv --run runs/mine
    """
    folder = run or Path("runs") / recipe.removesuffix(".toml").replace(":", "-")
    if is_of_a_paper(recipe):
        run_paper_recipe(
            recipe,
            run=folder,
            shared=shared,
            manifests=[*(manifest or [shared / "sounds" / "train.csv"]), *(more or [])],
            out=out,
            features=features,
            settings=settings or [],
            small=small,
            device=device,
            workers=workers,
            max_minutes=max_minutes,
        )
    elif manifest or max_minutes is not None:
        option = "--manifest" if manifest else "--max-minutes"
        raise TrainerError(f"{display_path(recipe)} learns from teachers, and knows no {option}; --more adds sounds.")
    else:
        run_distillation(
            recipe,
            run=folder,
            shared=shared,
            more=more or [],
            out=out,
            features=features,
            settings=settings or [],
            small=small,
            device=device,
            workers=workers,
        )
