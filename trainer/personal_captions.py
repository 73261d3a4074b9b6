"""A network tuned to what a person wrote of sounds: sentences like theirs come to find sounds like those."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.library import Library
from trainer.errors import TrainerError
from trainer.own_network import FEWEST_CAPTIONS, FEWEST_LIKES, Lessons, OwnNetwork, make_own_network
from trainer.own_run import OwnRun
from trainer.personal import tags_with_enough
from trainer.tuning_recipe import TuningRecipe, load_tuning_recipe


def make_captioned_network(
    library: Library,
    network_folder: Path,
    out: Path,
    *,
    with_notes: bool = False,
    recipe: TuningRecipe | None = None,
    name: str = "",
    run: OwnRun | None = None,
) -> OwnNetwork:
    """As `make_own_network`, with all that a person wrote. Raises TrainerError if that is too little."""
    captions = captions_of(library, with_notes=with_notes)
    if len(captions) < FEWEST_CAPTIONS:
        raise TrainerError(
            f"{len(captions)} sounds have a {'caption or note' if with_notes else 'caption'} of yours, and tuning "
            f"needs {FEWEST_CAPTIONS}: write of more of them what they sound like."
        )
    known_by = {"recipe": "captions", "notes": with_notes}
    lessons = Lessons(captions=captions)
    return make_own_network(library, lessons, network_folder, out, known_by=known_by, recipe=recipe, name=name, run=run)


def continue_network(
    library: Library,
    network_folder: Path,
    out: Path,
    *,
    with_notes: bool = False,
    recipe: TuningRecipe | None = None,
    name: str = "",
    run: OwnRun | None = None,
) -> OwnNetwork:
    """As `make_own_network`, with all tags that have enough examples and all that a person wrote, and longer: for
    `descent.longer_steps`.

    Raises TrainerError if there is too little of both.
    """
    captions, tags = captions_of(library, with_notes=with_notes), tags_with_enough(library)
    if len(captions) < FEWEST_CAPTIONS:
        captions = []
    if not captions and not tags:
        raise TrainerError(
            f"No tag of the library has {FEWEST_LIKES} examples and fewer than {FEWEST_CAPTIONS} sounds have a caption "
            "of yours: there is nothing to learn from yet."
        )
    known_by = {"recipe": "continue", "notes": with_notes}
    recipe = recipe or load_tuning_recipe()
    longer = replace(recipe, descent=replace(recipe.descent, steps=recipe.descent.longer_steps))
    lessons = Lessons(tags, captions)
    return make_own_network(library, lessons, network_folder, out, known_by=known_by, recipe=longer, name=name, run=run)


def captions_of(library: Library, *, with_notes: bool = False) -> list[tuple[int, str]]:
    """What a person wrote of each audible file, by its number: the caption or, if there is none, the note."""
    written = {**(library.notes() if with_notes else {}), **library.own_captions()}
    audible = set(library.listing().tolist())
    sentences = ((file_id, " ".join(text.split())) for file_id, text in sorted(written.items()))
    return [(file_id, sentence) for file_id, sentence in sentences if sentence and file_id in audible]
