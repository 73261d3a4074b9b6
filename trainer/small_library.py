"""A library as a person may have it, made of training sounds: a few tags with examples, among other sounds."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.embedding import Embedder
from engine.errors import display_path
from engine.indexing import index_folders
from engine.library import Library
from engine.safe_files import write_over
from trainer.errors import TrainerError
from trainer.manifest import Clip

TAGS = "tags.json"  # beside the library and its sounds, once all of it is there


@dataclass(frozen=True)
class LibraryPlan:
    """How many sounds, and how many labels become tags.

    files : of each such label; `tagged` of them get the tag, the others stay to be found
    """

    sounds: int = 450
    labels: int = 3
    files: int = 30
    tagged: int = 20
    seed: int = 1


def make_small_library(
    clips: Sequence[Clip], labels: Collection[str], folder: Path, embedder: Embedder, plan: LibraryPlan
) -> list[str]:
    """The names of its tags; the library is in folder/library, copies of the sounds in folder/sounds.

    What is there as a whole is not made again.

    clips : captioned ones are chosen from; labels : those that may become tags
    Raises TrainerError if there are too few sounds.
    """
    if (folder / TAGS).exists():
        return [str(tag) for tag in json.loads((folder / TAGS).read_text(encoding="utf-8"))]
    tagged, others = choose(clips, labels, plan)
    for unfinished in ("library", "sounds"):
        shutil.rmtree(folder / unfinished, ignore_errors=True)
    with Library(folder / "library") as library:
        copies = _copied([*(clip for some in tagged.values() for clip in some), *others], folder / "sounds")
        index_folders(library, embedder, [folder / "sounds"])
        for tag, some in tagged.items():
            found = [library.file_at(copies[clip.path]) for clip in some[: plan.tagged]]
            library.add_tag([file.id for file in found if file], tag)
    write_over(folder / TAGS, json.dumps(list(tagged)).encode())
    return list(tagged)


def choose(
    clips: Sequence[Clip], labels: Collection[str], plan: LibraryPlan
) -> tuple[dict[str, list[Clip]], list[Clip]]:
    """By the seed: `plan.files` clips of each of some labels that have so many, and others that have none of these
    labels. Raises TrainerError if there are too few.
    """
    random = np.random.default_rng(plan.seed)
    captioned = [clip for clip in clips if clip.captions]
    counts = Counter(clip.label for clip in captioned)
    known = sorted(label for label in set(labels) if counts[label] >= plan.files)
    chosen = [known[number] for number in random.permutation(len(known))[: plan.labels]]
    tagged = {
        label: _drawn([clip for clip in captioned if clip.label == label], plan.files, random) for label in chosen
    }
    wanted = plan.sounds - plan.labels * plan.files
    others = _drawn([clip for clip in captioned if clip.label not in tagged], wanted, random)
    if len(chosen) < plan.labels or len(others) < wanted:
        raise TrainerError(
            f"A small library takes {plan.labels} labels with {plan.files} captioned sounds each and {wanted} other "
            f"sounds; there are {len(known)} such labels and {len(others)} others."
        )
    return tagged, others


def _drawn(clips: Sequence[Clip], count: int, random: np.random.Generator) -> list[Clip]:
    return [clips[number] for number in random.permutation(len(clips))[:count]]


def _copied(clips: Sequence[Clip], folder: Path) -> dict[Path, Path]:
    """Where the copy of each sound is; their names say nothing of what they are."""
    folder.mkdir(parents=True)
    copies = {clip.path: folder / f"{number:04}{clip.path.suffix}" for number, clip in enumerate(clips)}
    for path, copy in copies.items():
        try:
            shutil.copyfile(path, copy)
        except FileNotFoundError as error:
            raise TrainerError(
                f"There is no sound {display_path(path)}, which the manifest names; nothing was trained."
            ) from error
    return copies
