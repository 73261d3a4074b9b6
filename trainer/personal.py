"""A network tuned to some of a library's tags: their names come to find what its owner means by them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.errors import display_path
from engine.library import Library
from engine.library_rows import Scope
from engine.tag_examples import TagExample
from trainer.errors import TrainerError
from trainer.own_network import FEWEST_LIKES, Lessons, OwnNetwork, TaggedSounds, make_own_network
from trainer.own_run import OwnRun
from trainer.tuning_recipe import TuningRecipe


def make_personal_network(
    library: Library,
    names: Sequence[str],
    network_folder: Path,
    out: Path,
    *,
    recipe: TuningRecipe | None = None,
    name: str = "",
    run: OwnRun | None = None,
) -> OwnNetwork:
    """As `make_own_network`, with these tags. Raises TrainerError if one has too few examples."""
    different = list(dict.fromkeys(names))
    lessons = Lessons(tags=[examples_of(library, tag) for tag in different])
    known_by = {"recipe": "personal", "tags": different}
    return make_own_network(library, lessons, network_folder, out, known_by=known_by, recipe=recipe, name=name, run=run)


def examples_of(library: Library, name: str) -> TaggedSounds:
    """What its owner said is like the tag and is not, and the files that have the tag. Raises TrainerError."""
    found = _said_of(library, name)
    if len(found.likes) < FEWEST_LIKES:
        raise TrainerError(
            f"{display_path(name)} has {len(found.likes)} examples, and tuning needs {FEWEST_LIKES}: "
            "with fewer, a tag that Earmark learns by itself is better."
        )
    return found


def tags_with_enough(library: Library) -> list[TaggedSounds]:
    """Every tag that tuning could learn, in the order of the alphabet."""
    names = {*library.tag_examples.names(), *(tag.name for tag in library.tag_counts())}
    found = (_said_of(library, name) for name in sorted(names, key=str.casefold))
    return [tag for tag in found if len(tag.likes) >= FEWEST_LIKES]


def _said_of(library: Library, name: str) -> TaggedSounds:
    said = library.tag_examples.of(name)
    known = {one.file_id for one in (*said.likes, *said.unlikes)}
    tagged = [TagExample(file_id) for file_id in library.listing(Scope(tags=(name,))).tolist() if file_id not in known]
    return TaggedSounds(name, [*said.likes, *tagged], said.unlikes)
