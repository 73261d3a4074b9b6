"""What the commands of `earmark-train` share: their options."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

RECIPE_HELP = "A recipe of trainer/configs, or the path of a .toml file."
RecipeArgument = Annotated[str, typer.Argument(metavar="[RECIPE]", help=RECIPE_HELP)]
RecipeOption = Annotated[str, typer.Option("--recipe", metavar="RECIPE", help=RECIPE_HELP)]
SharedOption = Annotated[
    Path, typer.Option("--shared", metavar="DIR", help="The folder with sounds, teachers and labels.")
]
RunOption = Annotated[
    Path, typer.Option("--run", metavar="DIR", help="The run's folder, made if need be: features, states and log.")
]
RunFolderOption = Annotated[
    Path | None,
    typer.Option("--run", metavar="DIR", help="The run's folder, made if need be, instead of runs/RECIPE."),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where the network goes, instead of the run's folder.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of the recipe, e.g. optimizer.steps=100."),
]
SmallOption = Annotated[bool, typer.Option("--small", help="The variant that two processor cores train in minutes.")]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, help="Processes that decode sounds.")]
MoreOption = Annotated[
    list[Path] | None, typer.Option("--more", metavar="CSV", help="A manifest of further sounds to train on.")
]
FeaturesOption = Annotated[
    Path | None, typer.Option("--features", metavar="DIR", help="The features' folder, instead of one in the run's.")
]
DeviceOption = Annotated[
    Literal["auto", "cpu", "cuda"],
    typer.Option("--device", help="auto takes a graphics card of NVIDIA's where there is one."),
]


def overrides(settings: Sequence[str]) -> dict[str, Any]:
    """Settings as typed, "key=value", with values in JSON, or else as text."""
    chosen: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise typer.BadParameter(f"{setting!r} is not KEY=VALUE", param_hint="--set")
        try:
            chosen[key] = json.loads(value)
        except json.JSONDecodeError:
            chosen[key] = value
    return chosen
