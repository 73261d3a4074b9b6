"""`earmark-train evaluate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from engine.paths import default_network_folder, demo_sounds_folder
from trainer.cli_options import RecipeOption, SharedOption
from trainer.config import load_recipe
from trainer.evaluate.sections import Section


def add_commands(app: typer.Typer) -> None:
    app.command("evaluate")(evaluate_command)


def evaluate_command(
    sections: Annotated[
        list[Section] | None,
        typer.Argument(metavar="[SECTION]...", help=f"{', '.join(Section)}; all, if none is named."),
    ] = None,
    split: Annotated[
        Literal["dev", "held-out"],
        typer.Option("--split", help="dev measures; held-out are the training sources kept for choosing."),
    ] = "dev",
    network: Annotated[
        Path | None,
        typer.Option("--network", metavar="DIR", help="A network's folder, instead of the one Earmark brings."),
    ] = None,
    pairs: Annotated[
        int, typer.Option("--pairs", min=1, help="So many pairs of sounds are put in order, for `ordering`.")
    ] = 240,
    recipe: RecipeOption = "default",
    shared: SharedOption = Path("../shared"),
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write the figures to this file.")
    ] = None,
    prompts: Annotated[
        Path | None, typer.Option("--prompts", metavar="FILE", help="What `prompts` wrote, beside ours, for `tagging`.")
    ] = None,
) -> None:
    """Measure a network: what it finds, names, orders.

    Prints tables for each section, beside chance, a baseline and the teachers' own tags, with 95 % intervals.

    Example: earmark-train evaluate ordering --network runs/default/network --json build/figures.json
    """
    from engine.captioning import Captioner
    from engine.embedding import Embedder
    from trainer.corpus import read_clips, split_clips, teacher_files
    from trainer.evaluate.evaluation import Material, evaluate
    from trainer.manifest import read_manifest
    from trainer.rewriting import read_kinds

    settings = load_recipe(recipe).data
    clips = read_clips(settings, shared)
    parts = split_clips(clips, settings)
    held_out = [clips[i] for i in parts.held_out]
    material = Material(
        measured=held_out if split == "held-out" else read_manifest(shared / "sounds" / "dev.csv"),
        unseen=[clips[i] for i in parts.unseen if clips[i].label in settings.unseen_labels],
        training=[clips[i] for i in parts.training],
        held_out=held_out,
        teachers=teacher_files(shared),
        captions=shared / "captions",
        pairs=pairs,
        demo_sounds=demo_sounds_folder(),
        captioner=Captioner.load(network or default_network_folder()),
        prompts=read_kinds(prompts) if prompts else (),
    )
    evaluation = evaluate(Embedder.load(network), material, only=sections or tuple(Section))
    typer.echo(evaluation.text())
    if json_file:
        json_file.write_text(json.dumps(evaluation.to_dict(), indent=2) + "\n", encoding="utf-8")
