"""`earmark-train`: features, run, export and evaluate, each one command."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.embedding import Embedder
from engine.errors import EngineError
from engine.paths import default_network_folder
from trainer import distill
from trainer.config import Recipe, load_recipe
from trainer.evaluate.evaluation import evaluate as evaluate_network
from trainer.export import export as export_network
from trainer.manifest import read_manifest, split_by_source, without_licences
from trainer.student import new_network

app = typer.Typer(help="Train and evaluate Earmark's networks.", no_args_is_help=True, add_completion=False)

SharedOption = Annotated[Path, typer.Option("--shared", help="The folder with sounds, teachers and labels.")]
RunOption = Annotated[Path, typer.Option("--run", help="The run's folder: features, states and log.")]
SetOption = Annotated[list[str], typer.Option("--set", help="A setting of the recipe, as section.key=value.")]


@app.command()
def features(
    recipe: str = "default",
    shared: SharedOption = Path("../shared"),
    run: RunOption = Path("runs/default"),
    workers: int = 2,
) -> None:
    """Compute what training reads: log-mel levels and the teachers' labels. Goes on where it was interrupted."""
    corpus = distill.load_corpus(load_recipe(recipe), shared, run / "features", workers=workers)
    typer.echo(f"{len(corpus.features.clip_scores)} items, {len(corpus.features.levels) / 360_000:.1f} h")


@app.command(name="run")
def train(
    recipe: str = "default",
    shared: SharedOption = Path("../shared"),
    run: RunOption = Path("runs/default"),
    out: Annotated[Path | None, typer.Option("--out", help="Where the finished network goes.")] = None,
    settings: SetOption = [],  # noqa: B006 (typer reads it, nobody writes it)
) -> None:
    """Train a recipe to its end and write the network; resumes the run's newest state.

    Example: earmark-train run default --run runs/default --out resources/default_network
    """
    chosen = load_recipe(recipe, _overrides(settings))
    corpus = distill.load_corpus(chosen, shared, run / "features")
    student = distill.train(chosen, corpus, new_network(chosen, corpus.tag_names), run)
    clips = [corpus.clips[i] for i in corpus.training]
    checkpoint_id = export_network(student, chosen, out or run / "network", tags=corpus.tag_names, clips=clips)
    typer.echo(f"{out or run / 'network'}: {checkpoint_id}")


@app.command()
def evaluate(
    split: Annotated[str, typer.Option("--split", help="dev, or held-out: the sources kept for choosing.")] = "dev",
    network: Annotated[Path | None, typer.Option("--network", help="A checkpoint folder; the default network.")] = None,
    recipe: str = "default",
    shared: SharedOption = Path("../shared"),
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the figures here.")] = None,
) -> None:
    """Print zero-shot accuracy and retrieval, with baselines, counts and 95 % intervals."""
    training, held_out = _training_clips(load_recipe(recipe), shared)
    if split not in ("dev", "held-out"):
        raise typer.BadParameter(f"there is no split {split!r}: choose dev or held-out", param_hint="--split")
    clips = held_out if split == "held-out" else read_manifest(shared / "sounds" / "dev.csv")
    embedder = Embedder.load(network or default_network_folder())
    evaluation = evaluate_network(embedder, clips, training=training, held_out=held_out)
    typer.echo(evaluation.table())
    if json_file:
        json_file.write_text(json.dumps(evaluation.to_dict(), indent=2) + "\n")


def _training_clips(recipe: Recipe, shared: Path) -> tuple[list[Any], list[Any]]:
    clips = without_licences(read_manifest(shared / "sounds" / "train.csv"), recipe.data.refused_licences)
    training, held_out = split_by_source(clips, recipe.data.held_out_sources)
    return [clip for clip in training if clip.recording not in recipe.data.refused_recordings], held_out


def _overrides(settings: list[str]) -> dict[str, Any]:
    overrides: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise typer.BadParameter(f"{setting!r} is not section.key=value", param_hint="--set")
        overrides[key] = json.loads(value)
    return overrides


def main() -> None:
    """The entry point: failures of the world become one sentence and exit code 1."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        app()
    except (EngineError, FileNotFoundError, ValueError) as error:
        typer.echo(f"earmark-train: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
