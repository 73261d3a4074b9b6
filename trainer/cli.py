"""`earmark-train`: the commands that make a network and measure it.

Answers go to standard output; progress and errors go to standard error. Exit codes are those of `earmark`: 0 done,
1 it could not be done and one sentence says why, 2 wrong usage.

What needs a network is imported by the command that needs it, because PyTorch takes seconds to load, and so that a
missing package can be named.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from engine.cli_output import FAILED, answer, say
from engine.errors import display_path
from engine.paths import default_network_folder, demo_sounds_folder
from trainer.config import Recipe, load_recipe
from trainer.errors import TrainerError
from trainer.evaluate.sections import Section

if TYPE_CHECKING:
    from trainer.manifest import Clip
    from trainer.student import Student

TRAINING_PACKAGES = {"nltk", "onnx", "scipy", "sklearn"}  # the extra `train` in pyproject.toml

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
    more: MoreOption = None,
    run: RunOption = Path("runs/default"),
    features: FeaturesOption = None,
    settings: SetOption = None,
    device: DeviceOption = "auto",
    workers: WorkersOption = 2,
) -> None:
    """Compute the features that training reads.

    They are the levels of every sound and what the teachers hear in it. Interrupted, it goes on from there; `run` does
    the same where features are missing.
    """
    from trainer.corpus import load_corpus
    from trainer.device import choose_device

    chosen, on = load_recipe(recipe, _overrides(settings or [])), choose_device(device)
    corpus = load_corpus(chosen, shared, features or run / "features", more=more or (), device=on, workers=workers)
    hours = len(corpus.features.levels) * chosen.mel.hop_samples / chosen.mel.sample_rate_hz / 3600.0
    split = corpus.split
    typer.echo(
        f"{len(split.training)} clips to train on, {len(split.held_out)} held out, "
        f"{len(split.unseen)} of unseen labels, {len(corpus.mixtures)} mixtures; "
        f"{hours:.1f} h in all, {len(corpus.tag_names)} tags."
    )


@app.command("run")
def run_command(
    recipe: RecipeArgument = "default",
    shared: SharedOption = Path("../shared"),
    more: MoreOption = None,
    run: RunOption = Path("runs/default"),
    features: FeaturesOption = None,
    out: OutOption = None,
    settings: SetOption = None,
    device: DeviceOption = "auto",
    workers: WorkersOption = 2,
) -> None:
    """Train a recipe to its end and write the network.

    A run that was interrupted goes on with its newest state.

    Example: earmark-train run default --run runs/default --out resources/default_network
    """
    from engine.ontology import sound_kinds
    from trainer.corpus import load_corpus, teacher_files
    from trainer.device import choose_device
    from trainer.distill import train
    from trainer.student import new_network

    chosen, on = load_recipe(recipe, _overrides(settings or [])), choose_device(device)
    network = new_network(chosen, teacher_files(shared).class_names())
    corpus = load_corpus(chosen, shared, features or run / "features", more=more or (), device=on, workers=workers)
    student = train(chosen, corpus, network, sound_kinds()[: len(corpus.tag_names)], run)
    _write(student, chosen, out or run / "network", tags=corpus.tag_names, clips=corpus.training_clips)


@app.command("export")
def export_command(
    recipe: RecipeArgument = "default",
    shared: SharedOption = Path("../shared"),
    more: MoreOption = None,
    run: RunOption = Path("runs/default"),
    out: OutOption = None,
    settings: SetOption = None,
) -> None:
    """Write the network of an unfinished run.

    It is that of the newest state, with averaged weights, as at the end of `run`.
    """
    from trainer.corpus import read_clips, split_clips, teacher_files
    from trainer.run_state import load_newest_state
    from trainer.student import Student, new_network

    chosen = load_recipe(recipe, _overrides(settings or []))
    state = load_newest_state(run)
    if state is None:
        raise TrainerError(f"There is no state of a run in {display_path(run)}.")
    tags, clips = teacher_files(shared).class_names(), read_clips(chosen.data, shared, more or ())
    student = Student(new_network(chosen, tags))
    student.load_trained_state(state["best"])
    typer.echo(f"Step {state['step']} of {chosen.optimizer.steps}.")
    training = [clips[i] for i in split_clips(clips, chosen.data).training]
    _write(student, chosen, out or run / "network", tags=tags, clips=training)


@app.command("evaluate")
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


@app.command("captioner")
def captioner_command(
    network: Annotated[Path, typer.Argument(metavar="NETWORK", help="The folder of the network that it writes for.")],
    recipe: RecipeOption = "captioner",
    sounds: Annotated[str, typer.Option("--sounds", metavar="RECIPE", help="The network's recipe.")] = "default",
    shared: SharedOption = Path("../shared"),
    run: RunOption = Path("runs/captioner"),
    settings: SetOption = None,
) -> None:
    """Train what writes captions.

    It goes into the network's folder. It learns from sentences, and from the captioned sounds that the network was
    trained on. A run that was interrupted goes on; the network's checkpoint id stays the same.

    Example: earmark-train captioner runs/default/network --set optimizer.steps=1000
    """
    from engine.embedding import Embedder
    from trainer.caption_recipe import load_captioner_recipe
    from trainer.caption_run import CaptionerData, make_captioner, write_captioner
    from trainer.corpus import read_clips, split_clips
    from trainer.manifest import read_manifest

    chosen, data = load_captioner_recipe(recipe, _overrides(settings or [])), load_recipe(sounds).data
    clips = read_clips(data, shared)
    split = split_clips(clips, data)
    measured = [clip.caption for clip in read_manifest(shared / "sounds" / "dev.csv")]
    material = CaptionerData(
        training=[clips[i] for i in split.training],
        checked=[clips[i] for i in (*split.held_out, *split.unseen)],
        captions=shared / "captions",
        refused=measured,
    )
    decoder = make_captioner(chosen, Embedder.load(network), material, run)
    added = write_captioner(decoder, network)
    typer.echo(f"{chosen.name} is in {display_path(network)}: {added / 1e6:.2f} MB.")


@app.command("tag-vectors")
def tag_vectors_command(
    network: Annotated[Path, typer.Argument(metavar="NETWORK", help="A network's folder.")],
) -> None:
    """Let a network read what sounds are called.

    It puts what it reads into its folder, so that no library has to read it again, which takes half a minute. To be
    done anew when the words of the ontology change.
    """
    from engine.embedding import Embedder
    from engine.ontology import sound_kinds
    from engine.tag_vectors import keep_tag_vectors, make_tag_vectors

    embedder, kinds = Embedder.load(network), sound_kinds()
    for old in network.glob("tags-*.npy"):
        old.unlink()
    keep_tag_vectors(network, embedder.checkpoint_id, kinds, make_tag_vectors(kinds, embedder.embed_text), halved=True)
    typer.echo(f"{display_path(network)} knows {len(kinds)} kinds of sound.")


@app.command("personal")
def personal_command(
    library: Annotated[Path, typer.Argument(metavar="LIBRARY", help="A library's folder. It is only read.")],
    tags: Annotated[list[str], typer.Option("--tag", metavar="NAME", help="A tag with 20 examples or more.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the network goes: a new folder.")],
    network: Annotated[
        Path | None, typer.Option("--network", metavar="DIR", help="The network to tune, instead of Earmark's own.")
    ] = None,
) -> None:
    """Tune a network to tags of a library.

    Its names then find what its owner means by them, and other sentences what they found before. It takes minutes.

    Example: earmark-train personal ~/.local/share/earmark --tag "creaky gate" --out gate_network
    """
    from engine.cli_options import existing_library
    from engine.paths import default_network_folder
    from trainer.personal import make_personal_network

    with existing_library(library) as opened:
        made = make_personal_network(opened, tags, network or default_network_folder(), out)
    examples = ", ".join(f"{display_path(tag)} ({count} examples)" for tag, count in made.examples.items())
    typer.echo(
        f"Tuned to {examples} in {made.tuned.steps} steps: what they were to learn, {made.tuned.before:.2f} at first, "
        f"is {made.tuned.after:.2f} for examples kept apart."
    )
    typer.echo(
        f"{made.strangers} other sounds kept a cosine of {made.kept.likeness:.3f} to what they were; of the first ten "
        f"that a kind's name finds among them {made.kept.same:.0%} are the same."
    )
    typer.echo(f"The network is in {display_path(out)}: checkpoint {made.checkpoint_id}")


@app.command("prompts")
def prompts_command(
    kinds: Annotated[
        list[str], typer.Argument(metavar="KINDS.json|NAME...", help="A file like sounds.json, or kinds of sound.")
    ],
    model_at: Annotated[
        str, typer.Option("--with", metavar="MODEL", help="transformers:DIR, or an address like http://host/v1.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the prompts go.")],
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Which model of an address is asked.")] = "",
) -> None:
    """Let a language model describe kinds of sound.

    It is a folder of transformers, or a server of the OpenAI kind at an address: the one that is named here is the only
    one that is connected to, with the key in EARMARK_MODEL_KEY if there is one. Answers are kept beside FILE.

    Example: earmark-train prompts theremin "creaky gate" --with http://localhost:8080/v1 --model llama --out own.json
    """
    from trainer.rewriting import KeptAnswers, chosen_kinds, make_rewriter, rewrite_all, write_kinds

    chosen = chosen_kinds(kinds)
    rewriter = make_rewriter(model_at, model, os.environ.get("EARMARK_MODEL_KEY", ""))
    written, refused = rewrite_all(chosen, rewriter, KeptAnswers(out.with_suffix(".answers")))
    write_kinds(out, written)
    typer.echo(f"{len(written)} kinds are described in {display_path(out)}.")
    for sentence in refused:
        say(sentence)
    if refused:
        raise typer.Exit(FAILED)


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
    from trainer.centring import centre_audio
    from trainer.export import export

    centre_audio(student.network.cpu(), clips, seed=recipe.data.seed)
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
