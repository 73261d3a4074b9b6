"""Commands for data: manifests of published sets, leak control, cleaned captions, shards."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli_output import FAILED, say
from engine.errors import Failure, display_path
from trainer.cli_options import WorkersOption

if TYPE_CHECKING:
    from trainer.data.leaks import Leak

NAMED = 5  # of sounds that something is wrong with

ManifestArgument = Annotated[
    Path, typer.Argument(metavar="MANIFEST", help="A manifest: .csv, .jsonl or .parquet.", show_default=False)
]
OutFileOption = Annotated[
    Path, typer.Option("--out", metavar="FILE", help="The new manifest: .csv, .jsonl or .parquet.")
]


def add_commands(app: typer.Typer) -> None:
    app.command("manifest")(manifest_command)
    app.command("leaks")(leaks_command)
    app.command("clean-captions")(clean_captions_command)
    app.command("shards")(shards_command)


def manifest_command(
    layout: Annotated[str, typer.Argument(metavar="LAYOUT", help="How the sounds lie there; see above.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where you unpacked it. It is only read.")],
    out: OutFileOption,
    split: Annotated[str, typer.Option("--split", metavar="SPLIT", help="A part that the set has, or all.")] = "all",
    workers: WorkersOption = 2,
) -> None:
    """Make a manifest of your own sounds or a published set.

    LAYOUT is folder, for sounds of your own with captions.csv or a text file beside each; or audiocaps, clotho, macs,
    wavcaps, fsd50k, audioset, audioset-strong, vggsound, desed, esc50, urbansound8k, gtzan-genres, gtzan-music-speech,
    nsynth or speech-commands. Nothing is downloaded. Sounds that are missing or cannot be read are left out and
    counted.

    Example: earmark-train manifest clotho ~/sets/clotho --split development --out clotho.csv
    """
    from trainer.data.layouts import gather
    from trainer.manifest import write_manifest

    gathered = gather(layout, folder, split, workers=workers)
    write_manifest(out, gathered.clips)
    captions = sum(len(clip.captions) for clip in gathered.clips)
    hours = sum(clip.seconds for clip in gathered.clips) / 3600.0
    typer.echo(
        f"{display_path(out)}: {len(gathered.clips)} sounds, {hours:.1f} h, {captions} captions, "
        f"{len({clip.recording for clip in gathered.clips})} recordings."
    )
    if gathered.missing:
        say(f"{len(gathered.missing)} sounds are missing: {_some(display_path(path) for path in gathered.missing)}.")
    _say_unreadable(gathered.unreadable)


def leaks_command(
    training: Annotated[Path, typer.Argument(metavar="TRAINING", help="The manifest of what is to be trained on.")],
    against: Annotated[
        list[Path], typer.Option("--against", metavar="MANIFEST", help="What is measured; may be given several times.")
    ],
    out: OutFileOption,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="CSV", help="A table of what was removed, and why.")
    ] = None,
    by_sound: Annotated[
        bool, typer.Option("--sounds/--recordings-only", help="Compare what sounds decode to, or recordings alone.")
    ] = True,
    workers: WorkersOption = 2,
) -> None:
    """Remove from training what is measured.

    A sound is removed if it was cut from a recording that a measured one was cut from (the same sound of Freesound, the
    same video), or if it decodes to the very same samples. Copies that were encoded anew are found by recording alone.

    Example: earmark-train leaks train.csv --against dev.csv --out clean.csv
    """
    from trainer.data.leaks import remove_leaks
    from trainer.manifest import read_manifest, write_manifest

    clips = read_manifest(training)
    measured = [clip for manifest in against for clip in read_manifest(manifest)]
    found = remove_leaks(clips, measured, by_sound=by_sound, workers=workers)
    write_manifest(out, found.kept)
    if report is not None:
        _write_report(report, found.leaks)
    reasons = [leak.reason for leak in found.leaks]
    typer.echo(
        f"{display_path(out)}: {len(found.kept)} of {len(clips)} sounds; removed {reasons.count('same recording')} of "
        f"the same recording as a measured one and {reasons.count('same sound')} that sound the same."
    )
    for leak in found.leaks[:NAMED]:
        typer.echo(f"{leak.reason}: {display_path(leak.clip.path)} and {display_path(leak.measured.path)}")
    if len(found.leaks) > NAMED:
        typer.echo(f"and {len(found.leaks) - NAMED} more")
    _say_unreadable(found.unreadable)


def _write_report(path: Path, leaks: Sequence[Leak]) -> None:
    import csv
    import io

    from engine.safe_files import write_over
    from trainer.data.recordings import recording_id
    from trainer.errors import TrainerError

    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["path", "measured", "reason", "recording"])
    writer.writerows(
        [display_path(leak.clip.path), display_path(leak.measured.path), leak.reason, recording_id(leak.clip)]
        for leak in leaks
    )
    try:
        write_over(path, text.getvalue().encode())
    except OSError as error:
        raise TrainerError(f"{display_path(path)} cannot be written: {error.strerror or error}.") from error


def clean_captions_command(
    manifest: ManifestArgument,
    out: OutFileOption,
    model_at: Annotated[
        str, typer.Option("--with", metavar="MODEL", help="transformers:DIR, or an address like http://host/v1.")
    ] = "",
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Which model of an address is asked.")] = "",
    versions: Annotated[int, typer.Option("--versions", min=1, help="How many a model writes of each caption.")] = 5,
) -> None:
    """Clean titles and descriptions into captions.

    Rules take out file names, addresses, dates, equipment, licences and counts of takes; a sound of which nothing
    is left has no caption. With a language model of your own, a folder of transformers or a server of the OpenAI kind,
    each caption becomes several cleaned versions; its answers are kept beside FILE, so that nothing is asked twice.

    Example: earmark-train clean-captions fsd50k.csv --out fsd50k_clean.csv
    """
    from trainer.data.caption_cleaning import clean_clips
    from trainer.manifest import read_manifest, write_manifest
    from trainer.rewriting import KeptAnswers, make_rewriter

    rewriter = make_rewriter(model_at, model, os.environ.get("EARMARK_MODEL_KEY", "")) if model_at else None
    cleaned = clean_clips(read_manifest(manifest), rewriter, KeptAnswers(out.with_suffix(".answers")), versions)
    write_manifest(out, cleaned.clips)
    captions = sum(len(clip.captions) for clip in cleaned.clips)
    typer.echo(
        f"{display_path(out)}: {len(cleaned.clips)} sounds, {captions} captions; "
        f"{cleaned.changed} sounds are described otherwise than before, {cleaned.emptied} have no caption any more."
    )
    for sentence in cleaned.refused:
        say(sentence)
    if cleaned.refused:
        raise typer.Exit(FAILED)


def shards_command(
    manifest: ManifestArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the shards go: a new folder.")],
    clips_per_shard: Annotated[int, typer.Option("--clips", min=1, help="Most sounds of a shard.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Draws the order in which sounds are packed.")] = 0,
) -> None:
    """Pack the sounds of a manifest into shards.

    They are tar files as WebDataset reads them, each sound as it was encoded with what is said of it. DIR gets a
    manifest.jsonl, which other commands take like any manifest.

    Example: earmark-train shards audioset.parquet --out audioset_shards
    """
    from trainer.data.shards import MANIFEST, write_shards
    from trainer.manifest import read_manifest

    written = write_shards(read_manifest(manifest), out, seed=seed, clips_per_shard=clips_per_shard)
    typer.echo(
        f"{written.clips} sounds are in {written.shards} shards; their manifest is {display_path(out / MANIFEST)}."
    )
    _say_unreadable(written.failures)


def _say_unreadable(failures: Sequence[Failure]) -> None:
    if failures:
        named = (f"{display_path(failure.path)} ({failure.reason})" for failure in failures)
        say(f"{len(failures)} sounds cannot be read: {_some(named)}.")


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(listed[:NAMED]) + more
