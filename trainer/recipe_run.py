"""A paper's recipe from manifests to what Earmark, or the next recipe, loads."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from trainer.distributed import ALONE, Processes
from trainer.loop import Outcome, never, train
from trainer.manifest import Clip
from trainer.paired_sounds import Material, Pairs, load_material
from trainer.recipe import PaperRecipe
from trainer.tasks.making import make_task

LEVELS, NETWORK = "levels", "network"  # in the run's folder
_WITHOUT_CAPTIONS = ("masked_autoencoder", "supervised")  # tasks that hear what nobody described, too

CARD = """# {name}

Trained by the recipe {name} ({items}), to step {steps} of {of}; the weights are those of step {best_step}.

Sounds: {clips} to train on, {hours:.1f} h{joined}; {held_out} held out.

| source | licence as stated | clips |
|---|---|---|
{sources}

On held-out sounds:

| figure | before | after |
|---|---|---|
{figures}

Recipe:

```json
{recipe}
```
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trained:
    """folder, checkpoint_id : of what was written; None unless the run is finished, or if it is not yet a network."""

    outcome: Outcome
    folder: Path | None = None
    checkpoint_id: str | None = None


def run_recipe(
    recipe: PaperRecipe,
    manifests: Sequence[Path],
    folder: Path,
    *,
    out: Path | None = None,
    features: Path | None = None,
    device: torch.device | str = "cpu",
    workers: int = 2,
    stop: Callable[[], bool] = never,
    processes: Processes = ALONE,
) -> Trained:
    """Train, or go on with the run in `folder`; when it is finished, write what came of it.

    out, features : instead of `network` and `levels` in the run's folder
    workers : processes that decode sounds; so many threads prepare batches for a graphics card
    Raises TrainerError if the material cannot be used, or the run cannot go on.
    """
    with processes.first_alone():  # it fills the caches that the others read
        cache = features or folder / LEVELS
        need_captions = recipe.task not in _WITHOUT_CAPTIONS
        material = load_material(recipe, manifests, cache, workers=workers, need_captions=need_captions)
        task = make_task(recipe, material, cache)
    threads = workers if torch.device(device).type == "cuda" else 1  # a processor has its cores full
    outcome = train(task, recipe, folder, device=device, stop=stop, processes=processes, threads=threads)
    if not outcome.finished or not processes.is_first:
        return Trained(outcome)
    task.module.to("cpu")
    written = out or folder / NETWORK
    return Trained(outcome, written, task.export(written, card_of(recipe, material, outcome)))


def card_of(recipe: PaperRecipe, material: Material, outcome: Outcome) -> str:
    """What is known of a network when its run is finished."""
    clips, joined = _clips_of(material.training)
    sources = Counter((clip.source, clip.licence) for clip in clips)
    return CARD.format(
        name=recipe.name,
        items=recipe.items,
        steps=outcome.steps,
        of=outcome.of,
        best_step=outcome.best_step or outcome.steps,
        clips=len(clips),
        hours=sum(clip.seconds for clip in clips) / 3600.0,
        joined=f", and {joined} joined of two" if joined else "",
        held_out=len(material.held_out),
        sources="\n".join(
            f"| {source} | {licence} | {count} |" for (source, licence), count in sorted(sources.items())
        ),
        figures=_figures(outcome.start, outcome.best),
        recipe=json.dumps(asdict(_without_places(recipe)), indent=2),
    )


def _clips_of(pairs: Pairs) -> tuple[list[Clip], int]:
    """The clips themselves, and how many sounds were made of them."""
    clips = [sound for sound in pairs.sounds if isinstance(sound, Clip)]
    return clips, len(pairs.sounds) - len(clips)


def _figures(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    names = dict.fromkeys([*before, *after])
    return "\n".join(f"| {name} | {_shown(before.get(name))} | {_shown(after.get(name))} |" for name in names)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _without_places(recipe: PaperRecipe) -> PaperRecipe:
    """Where folders lie on this machine is nobody's business but their names say what a network began with."""
    start = recipe.start
    return replace(recipe, start=replace(start, **{key: Path(place).name for key, place in asdict(start).items()}))
