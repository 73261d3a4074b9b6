"""`earmark-train evaluate` and `compare`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from engine.errors import display_path
from engine.paths import default_network_folder, demo_sounds_folder
from trainer.cli_options import RecipeOption, SharedOption
from trainer.config import load_recipe
from trainer.errors import TrainerError
from trainer.evaluate.sections import ONLY_IF_NAMED, USUAL, Section

if TYPE_CHECKING:
    from trainer.evaluate.evaluation import Material

Split = Literal["dev", "held-out"]
SECTIONS_HELP = (
    f"{', '.join(USUAL)}: these, if none is named. Only if named, because they take long or are parts of others: "
    f"{', '.join(section for section in Section if section in ONLY_IF_NAMED)}."
)
JsonOption = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Also write the figures to this file.")]


def add_commands(app: typer.Typer) -> None:
    app.command("evaluate")(evaluate_command)
    app.command("compare")(compare_command)


def evaluate_command(
    sections: Annotated[list[Section] | None, typer.Argument(metavar="[SECTION]...", help=SECTIONS_HELP)] = None,
    split: Annotated[
        Split, typer.Option("--split", help="dev measures; held-out are the training sources kept for choosing.")
    ] = "dev",
    manifests: Annotated[
        list[Path] | None,
        typer.Option("--manifest", metavar="FILE", help="Sounds to measure on, instead of a split of those in DIR."),
    ] = None,
    network: Annotated[
        Path | None,
        typer.Option("--network", metavar="DIR", help="A network's folder, instead of the one Earmark brings."),
    ] = None,
    pairs: Annotated[
        int, typer.Option("--pairs", min=1, help="So many pairs of sounds are put in order, for `ordering`.")
    ] = 240,
    recipe: RecipeOption = "default",
    shared: SharedOption = Path("../shared"),
    json_file: JsonOption = None,
    plots: Annotated[
        Path | None, typer.Option("--plots", metavar="DIR", help="Where pictures of embeddings go, for `modality`.")
    ] = None,
    prompts: Annotated[
        Path | None, typer.Option("--prompts", metavar="FILE", help="What `prompts` wrote, beside ours, for `tagging`.")
    ] = None,
    questions: Annotated[
        Path | None,
        typer.Option("--questions", metavar="CSV", help="Clotho-AQA's or the like, for `answering`: else made up."),
    ] = None,
) -> None:
    """Measure a network: what it finds, names, orders.

    Prints tables for each section, beside chance, a baseline and the teachers' own tags, with 95 % intervals. With
    --manifest the folder of --shared may be absent; what needs it then says so.

    Example: earmark-train evaluate ordering --network runs/default/network --json build/figures.json
    """
    from dataclasses import replace

    from engine.captioning import Captioner
    from engine.embedding import Embedder
    from trainer.evaluate.evaluation import evaluate
    from trainer.rewriting import read_kinds

    if manifests and not (shared / "sounds").is_dir():
        material = _of_manifests(manifests)
    else:
        material = _of_shared(shared, recipe, split, manifests or ())
    material = replace(
        material,
        pairs=pairs,
        demo_sounds=demo_sounds_folder(),
        captioner=Captioner.load(network or default_network_folder()),
        prompts=read_kinds(prompts) if prompts else (),
        questions=questions,
        plots=plots,
    )
    evaluation = evaluate(Embedder.load(network), material, only=sections or USUAL)
    typer.echo(evaluation.text())
    _write_json(json_file, evaluation.to_dict())


def compare_command(
    runs: Annotated[
        list[Path], typer.Argument(metavar="A B...", help="What `evaluate --json` wrote, or folders of runs.")
    ],
    json_file: JsonOption = None,
) -> None:
    """Set what was measured of several runs side by side.

    Prints every figure that all of them have, its difference to the first one's, and whether their intervals overlap.

    Example: earmark-train compare runs/clap2022/figures.json runs/reclap/figures.json
    """
    from trainer.evaluate.compare import compare

    if len(runs) < 2:
        raise typer.BadParameter("one run has nothing beside it", param_hint="A B...")
    comparison = compare(runs)
    typer.echo(comparison.text())
    _write_json(json_file, comparison.to_dict())


def _of_manifests(manifests: Sequence[Path]) -> Material:
    """Of sets with a test part that part is measured; what learns from labels learns from the others."""
    from trainer.evaluate.divisions import to_measure
    from trainer.evaluate.evaluation import Material
    from trainer.manifest import read_manifest

    clips = [clip for path in manifests for clip in read_manifest(path)]
    return Material(measured=to_measure(clips), labelled=clips)


def _of_shared(shared: Path, recipe: str, split: Split, manifests: Sequence[Path]) -> Material:
    from trainer.corpus import read_clips, split_clips, teacher_files
    from trainer.evaluate.evaluation import Material
    from trainer.manifest import read_manifest

    settings = load_recipe(recipe).data
    clips = read_clips(settings, shared)
    parts = split_clips(clips, settings)
    held_out = [clips[i] for i in parts.held_out]
    if manifests:
        ours = _of_manifests(manifests)
        measured, labelled = ours.measured, ours.labelled
    else:
        measured = held_out if split == "held-out" else read_manifest(shared / "sounds" / "dev.csv")
        labelled = ()
    return Material(
        measured=measured,
        labelled=labelled,
        unseen=[clips[i] for i in parts.unseen if clips[i].label in settings.unseen_labels],
        training=[clips[i] for i in parts.training],
        held_out=held_out,
        teachers=teacher_files(shared),
        captions=shared / "captions",
    )


def _write_json(path: Path | None, content: dict[str, Any]) -> None:
    if not path:
        return
    try:
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise TrainerError(f"{display_path(path)} cannot be written: {error.strerror or error}.") from error
