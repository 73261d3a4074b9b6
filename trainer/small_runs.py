"""Every recipe's small variant on real sounds, one after another, with what the papers leave out to see what it gives.

A run is a call of `earmark-train run`, in a folder of its own; one that was finished before is not run again. Tuning
learns from a small library, which is made in its folder first. What came of them is read by `small_tables`.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.embedding import Embedder
from engine.errors import display_path
from engine.paths import default_network_folder
from engine.safe_files import write_over
from trainer.config import load_recipe
from trainer.errors import TrainerError
from trainer.manifest import read_manifest, split_by_source
from trainer.recipe import is_tuning
from trainer.small_library import LibraryPlan, make_small_library

DONE = "done.json"  # in a run's folder: how long it took
FIGURES = "figures.json"  # beside it: what `evaluate` says of the network
DISTILLED = ("default", "distill")  # recipes with teachers
LIBRARY = LibraryPlan()
LEVELS, TAUGHT = "levels", "taught"  # what the runs read, in the folder of all: of papers, of those with teachers

log = logging.getLogger(__name__)

Command = Callable[[Sequence[str]], int]  # `trainer.cli.main`: arguments to an exit code


@dataclass(frozen=True)
class SmallRun:
    """One training.

    settings : beside those of the small variant, "key=value"
    start : the run whose ear it begins with; and whose text tower, if `whole`
    sections : of `evaluate`, on held-out sounds, once it is trained; none where no network comes of it
    """

    name: str
    recipe: str
    settings: tuple[str, ...] = ()
    start: str = ""
    sections: tuple[str, ...] = ()
    seed: int = 0  # 0: that of the recipe
    whole: bool = False


FOUND = ("both_ways",)
ORDERED = ("both_ways", "swapping")
NAMED = ("both_ways", "zero_shot")

RECIPES = (
    SmallRun("clap2022", "clap2022", sections=FOUND),
    SmallRun("cacophony_mae", "cacophony_mae"),
    SmallRun("cacophony_coca", "cacophony_coca", start="cacophony_mae", sections=FOUND),
    SmallRun("reclap", "reclap", sections=NAMED),
    SmallRun("m2d2_stage1", "m2d2_stage1", sections=FOUND),
    SmallRun("m2d2_stage1_1", "m2d2_stage1_1", start="m2d2_stage1"),
    SmallRun("m2d2_stage2", "m2d2_stage2", start="m2d2_stage1", sections=FOUND),
    SmallRun("m2d2_stage2_1", "m2d2_stage2_1", start="m2d2_stage2", sections=FOUND, whole=True),
    SmallRun("temporal_aggregator", "temporal_aggregator", sections=ORDERED),
    SmallRun("distill", "distill", sections=FOUND),
    SmallRun("default", "default", sections=FOUND),
    SmallRun("personal", "personal", sections=FOUND),
)
ABLATIONS = (
    SmallRun("coca_without_mae", "cacophony_coca", sections=FOUND),
    SmallRun("coca_without_sam", "cacophony_coca:no_sharpness", start="cacophony_mae", sections=FOUND),
    SmallRun("coca_without_captions", "cacophony_coca:no_captioning", start="cacophony_mae", sections=FOUND),
    SmallRun("reclap_without_rewrites", "reclap", ("pairs.keep_share=1.0",), sections=NAMED),
    SmallRun("aggregator_not_joined", "temporal_aggregator:not_joined", sections=ORDERED),
    SmallRun("mlp_joined", "temporal_aggregator:mlp", sections=ORDERED),
    SmallRun("mlp_not_joined", "temporal_aggregator:mlp", ("pairs.joined_pairs=0",), sections=ORDERED),
)


def planned(*, ablations: bool, seeds: int = 1) -> list[SmallRun]:
    """What is run, in an order in which every start comes before what begins with it."""
    first = [*RECIPES, *(ABLATIONS if ablations else ())]
    return [*first, *(of_seed(run, seed) for seed in range(2, seeds + 1) for run in first)]


def wanted(runs: Sequence[SmallRun], names: Sequence[str]) -> list[SmallRun]:
    """Those of these names, each after what it starts with. Raises TrainerError if there is no such run."""
    by_name = {run.name: run for run in runs}
    chosen: dict[str, SmallRun] = {}
    for name in names:
        if name not in by_name:
            raise TrainerError(f"There is no run {display_path(name)}; there are {', '.join(by_name)}.")
        line = [by_name[name]]
        while line[0].start:
            line.insert(0, by_name[line[0].start])
        chosen.update((run.name, run) for run in line)
    return list(chosen.values())


def of_seed(run: SmallRun, seed: int) -> SmallRun:
    """The same run, and its start, by another seed."""
    renamed = f"{run.start}-seed{seed}" if run.start else ""
    return replace(run, name=f"{run.name}-seed{seed}", start=renamed, seed=seed)


def run_all(
    runs: Sequence[SmallRun], command: Command, shared: Path, folder: Path, plan: LibraryPlan = LIBRARY
) -> None:
    """plan : of what tuning learns from, whose seed is that of the run if it has one

    Raises TrainerError at the first run that cannot be done; those before it are kept."""
    for run in runs:
        if not (folder / run.name / DONE).exists():
            _train(run, command, shared, folder, plan)
        if run.sections and not (folder / run.name / FIGURES).exists():
            _do(command, _evaluating(run, shared, folder), run)


def _train(run: SmallRun, command: Command, shared: Path, folder: Path, plan: LibraryPlan) -> None:
    log.info("%s: begins", run.name)
    began = time.monotonic()
    if is_tuning(run.recipe):
        seeded = replace(plan, seed=run.seed or plan.seed)
        learned_from = _library_options(shared, folder / run.name, seeded)
    else:
        learned_from = _sound_options(run, shared, folder)
    _do(command, [*_training(run, folder), *learned_from], run)
    seconds = time.monotonic() - began
    write_over(folder / run.name / DONE, json.dumps({"seconds": round(seconds)}).encode())
    log.info("%s: %.1f minutes", run.name, seconds / 60.0)


def _training(run: SmallRun, folder: Path) -> Iterator[str]:
    yield from ("run", run.recipe, "--small", "--run", str(folder / run.name))
    settings = list(run.settings)
    if run.start:
        settings += [f"start.{tower}={folder / run.start}" for tower in ("audio", "text")[: 1 + run.whole]]
    if run.seed:
        settings.append(f"{'optimizer' if run.recipe in DISTILLED else 'descent'}.seed={run.seed}")
    for setting in settings:
        yield from ("--set", setting)


def _sound_options(run: SmallRun, shared: Path, folder: Path) -> Iterator[str]:
    yield from ("--shared", str(shared))
    yield from ("--features", str(folder / (TAUGHT if run.recipe in DISTILLED else LEVELS)))


def _library_options(shared: Path, folder: Path, plan: LibraryPlan) -> Iterator[str]:
    """Of a small library, which is made there: of sounds that the network in the box learned from or may have, with
    labels that it never met as tags.
    """
    data = load_recipe("default").data
    clips, _ = split_by_source(read_manifest(shared / "sounds" / "train.csv"), data.held_out_sources)
    tags = make_small_library(clips, data.unseen_labels, folder, Embedder.load(default_network_folder()), plan)
    yield from ("--library", str(folder / "library"))
    for tag in tags:
        yield from ("--tag", tag)


def _evaluating(run: SmallRun, shared: Path, folder: Path) -> list[str]:
    network, figures = folder / run.name / "network", folder / run.name / FIGURES
    chosen = ["--split", "held-out", "--shared", str(shared), "--network", str(network), "--json", str(figures)]
    return ["evaluate", *run.sections, *chosen]


def _do(command: Command, arguments: Sequence[str], run: SmallRun) -> None:
    if command(arguments) != 0:
        raise TrainerError(f"{display_path(run.name)} could not be done; what is finished is kept, repeat to go on.")
