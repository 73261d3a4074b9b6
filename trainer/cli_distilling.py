"""`earmark-train features` and `export`, and the run of a recipe that learns from teachers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from engine.errors import display_path
from trainer.cli_options import (
    DeviceOption,
    FeaturesOption,
    MoreOption,
    OutOption,
    RecipeArgument,
    RunOption,
    SetOption,
    SharedOption,
    SmallOption,
    WorkersOption,
    overrides,
)
from trainer.config import Recipe, load_recipe
from trainer.errors import TrainerError

if TYPE_CHECKING:
    from trainer.manifest import Clip
    from trainer.student import Student


def add_commands(app: typer.Typer) -> None:
    app.command("features")(features_command)
    app.command("export")(export_command)


def features_command(
    recipe: RecipeArgument = "default",
    shared: SharedOption = Path("../shared"),
    more: MoreOption = None,
    run: RunOption = Path("runs/default"),
    features: FeaturesOption = None,
    settings: SetOption = None,
    small: SmallOption = False,
    device: DeviceOption = "auto",
    workers: WorkersOption = 2,
) -> None:
    """Compute the features that training reads.

    They are the levels of every sound and what the teachers hear in it. Interrupted, it goes on from there; `run` does
    the same where features are missing.
    """
    from trainer.corpus import load_corpus
    from trainer.device import choose_device

    chosen, on = load_recipe(recipe, overrides(settings or []), small=small), choose_device(device)
    corpus = load_corpus(chosen, shared, features or run / "features", more=more or (), device=on, workers=workers)
    hours = len(corpus.features.levels) * chosen.mel.hop_samples / chosen.mel.sample_rate_hz / 3600.0
    split = corpus.split
    typer.echo(
        f"{len(split.training)} clips to train on, {len(split.held_out)} held out, "
        f"{len(split.unseen)} of unseen labels, {len(corpus.mixtures)} mixtures; "
        f"{hours:.1f} h in all, {len(corpus.tag_names)} tags."
    )


def run_distillation(
    recipe: str,
    *,
    run: Path,
    shared: Path,
    more: Sequence[Path] = (),
    out: Path | None = None,
    features: Path | None = None,
    settings: Sequence[str] = (),
    small: bool = False,
    device: Literal["auto", "cpu", "cuda"] = "auto",
    workers: int = 2,
) -> None:
    """Train a recipe that learns from teachers to its end, and write its network."""
    from engine.ontology import sound_kinds
    from trainer.corpus import load_corpus, teacher_files
    from trainer.device import choose_device
    from trainer.distill import train
    from trainer.student import new_network

    chosen, on = load_recipe(recipe, overrides(settings), small=small), choose_device(device)
    network = new_network(chosen, teacher_files(shared).class_names())
    corpus = load_corpus(chosen, shared, features or run / "features", more=more, device=on, workers=workers)
    student = train(chosen, corpus, network, sound_kinds()[: len(corpus.tag_names)], run)
    _write(student, chosen, out or run / "network", tags=corpus.tag_names, clips=corpus.training_clips)


def export_command(
    recipe: RecipeArgument = "default",
    shared: SharedOption = Path("../shared"),
    more: MoreOption = None,
    run: RunOption = Path("runs/default"),
    out: OutOption = None,
    settings: SetOption = None,
    small: SmallOption = False,
) -> None:
    """Write the network of an unfinished run.

    It is that of the newest state, with averaged weights, as at the end of `run`.
    """
    from trainer.corpus import read_clips, split_clips, teacher_files
    from trainer.run_state import load_newest_state
    from trainer.student import Student, new_network

    chosen = load_recipe(recipe, overrides(settings or []), small=small)
    state = load_newest_state(run)
    if state is None:
        raise TrainerError(f"There is no state of a run in {display_path(run)}.")
    tags, clips = teacher_files(shared).class_names(), read_clips(chosen.data, shared, more or ())
    student = Student(new_network(chosen, tags))
    student.load_trained_state(state["best"])
    typer.echo(f"Step {state['step']} of {chosen.optimizer.steps}.")
    training = [clips[i] for i in split_clips(clips, chosen.data).training]
    _write(student, chosen, out or run / "network", tags=tags, clips=training)


def _write(student: Student, recipe: Recipe, folder: Path, *, tags: Sequence[str], clips: Sequence[Clip]) -> None:
    from trainer.centring import centre_audio
    from trainer.export import export

    centre_audio(student.network.cpu(), clips, seed=recipe.data.seed)
    checkpoint_id = export(student, recipe, folder, tags=tags, clips=clips)
    typer.echo(f"{recipe.name} is in {display_path(folder)}: checkpoint {checkpoint_id}")
