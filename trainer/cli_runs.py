"""`earmark-train run`: one command for every recipe, whatever it learns from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

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
from trainer.cli_personal import tune_to_tags
from trainer.cli_recipes import ManifestOption, MaxMinutesOption, run_paper_recipe
from trainer.errors import TrainerError
from trainer.recipe import is_of_a_paper, is_tuning

LibraryOption = Annotated[
    Path | None, typer.Option("--library", metavar="DIR", help="For personal: the library to learn from.")
]
TagOption = Annotated[
    list[str] | None, typer.Option("--tag", metavar="NAME", help="For personal: a tag with 20 examples or more.")
]


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
    library: LibraryOption = None,
    tags: TagOption = None,
) -> None:
    """Train a recipe to its end and write the network.

    A run that was interrupted goes on with its newest state. Those of the papers run in many processes by torchrun.

    Example: earmark-train run clap2022 --small --manifest sounds.csv --run runs/mine
    """
    folder = run or Path("runs") / recipe.removesuffix(".toml").replace(":", "-")
    if is_tuning(recipe):
        others = {"--manifest": manifest, "--more": more, "--features": features, "--max-minutes": max_minutes}
        if option := _given(others):
            raise TrainerError(f"{display_path(recipe)} learns from a library, and knows no {option}.")
        if library is None or not tags:
            raise TrainerError(
                f"{display_path(recipe)} learns tags of a library: name them with --library DIR and --tag NAME."
            )
        tune_to_tags(
            library, tags, out or folder / "network", recipe=recipe, run=folder, settings=settings or [], small=small
        )
    elif option := _given({"--library": library, "--tag": tags}):
        raise TrainerError(f"{display_path(recipe)} learns from no library, and knows no {option}; personal does.")
    elif is_of_a_paper(recipe):
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
    elif option := _given({"--manifest": manifest, "--max-minutes": max_minutes}):
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


def _given(options: Mapping[str, object]) -> str:
    """The first of them that has a value, or nothing."""
    return next((option for option, value in options.items() if value not in (None, [])), "")
