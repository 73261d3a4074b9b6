"""Commands that add to a finished network: its captioner, its tag vectors, its card; and prompts for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from engine.cli_output import FAILED, say
from engine.errors import display_path
from trainer.cli_options import RecipeOption, RunOption, SetOption, SharedOption, overrides
from trainer.config import load_recipe


def add_commands(app: typer.Typer) -> None:
    app.command("captioner")(captioner_command)
    app.command("tag-vectors")(tag_vectors_command)
    app.command("prompts")(prompts_command)
    app.command("describe")(describe_command)


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

    chosen, data = load_captioner_recipe(recipe, overrides(settings or [])), load_recipe(sounds).data
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


def describe_command(
    network: Annotated[Path, typer.Argument(metavar="NETWORK", help="A network's folder.")],
    card: Annotated[Path, typer.Argument(metavar="CARD", help="A Markdown file.")],
) -> None:
    """Replace the card of a network.

    It is for what was measured after export: the checkpoint id, by which libraries know the network, stays the same.
    """
    from trainer.export import describe

    typer.echo(f"{display_path(network)}: checkpoint {describe(network, card.read_text(encoding='utf-8'))}")
