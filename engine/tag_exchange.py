"""Personal tags out of a library and into another, by way of a file as `tag_sets` has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import NotInLibrary, display_path
from engine.library import Library
from engine.personal_tags import PersonalTag
from engine.tag_examples import TagExample
from engine.tag_sets import NamedExample, NamedTag, TagSet, learned_to_json


@dataclass(frozen=True)
class TakenOver:
    """A tag of a set, and how many of its examples were found here: by path, or by the hash of their sound.

    learned : whether what it learned from examples came along
    """

    name: str
    found: int
    examples: int
    learned: bool = False


def tag_set_of(
    library: Library, names: Iterable[str], checkpoint_id: str, learned: Mapping[str, PersonalTag]
) -> TagSet:
    """`learned` : what the tags of these names learned with the network of `checkpoint_id`, as far as it is known."""
    return TagSet(checkpoint_id, tuple(_named(library, name, learned.get(name)) for name in names))


def take_over(library: Library, tags: TagSet) -> list[TakenOver]:
    """Store the examples of the tags that are in this library, beside those that there are, and what was learned from
    all of them.
    """
    return [_taken_over(library, tag, tags.checkpoint_id) for tag in tags.tags]


def known_names(library: Library, names: Sequence[str]) -> list[str]:
    """The personal tags of these names, as they are written in the library; all of them if none is named.

    Raises NotInLibrary.
    """
    written = {name.casefold(): name for name in library.tag_examples.names()}
    for name in names:
        if name.casefold() not in written:
            raise NotInLibrary(f"The library has no personal tag {display_path(name)}; `earmark tags list` shows all.")
    return list(dict.fromkeys(written[name.casefold()] for name in names)) or list(written.values())


def _taken_over(library: Library, tag: NamedTag, checkpoint_id: str) -> TakenOver:
    likes, unlikes = _found(library, tag.likes), _found(library, tag.unlikes)
    learned = {}
    if tag.learned is not None and tag.learned.quality.likes:  # a name is read here as well as elsewhere
        learned = {checkpoint_id: learned_to_json(tag.learned)}
    with library.library_db.atomic():
        library.tag_examples.give(tag.name, likes, unlikes)
        library.tag_examples.keep_learned(tag.name, learned)
    return TakenOver(tag.name, len(likes + unlikes), len(tag.likes + tag.unlikes), bool(learned))


def _named(library: Library, name: str, learned: PersonalTag | None) -> NamedTag:
    examples = library.tag_examples.of(name)
    likes, unlikes = (_named_examples(library, side) for side in (examples.likes, examples.unlikes))
    return NamedTag(name, likes, unlikes, learned)


def _named_examples(library: Library, examples: Sequence[TagExample]) -> tuple[NamedExample, ...]:
    files = library.files(one.file_id for one in examples)
    known = ((one, files[one.file_id]) for one in examples if one.file_id in files)
    return tuple(NamedExample(file.path, one.start_s, one.end_s, file.content_id) for one, file in known)


def _found(library: Library, examples: Sequence[NamedExample]) -> list[TagExample]:
    found = ((one, _file_of(library, one)) for one in examples)
    return [TagExample(file_id, one.start_s, one.end_s) for one, file_id in found if file_id is not None]


def _file_of(library: Library, example: NamedExample) -> int | None:
    """By its path and, if another sound lies there or none, by its own; None if this library does not have it."""
    at_path = library.file_at(example.path)
    if example.content_id is None or (at_path is not None and at_path.content_id == example.content_id):
        return at_path.id if at_path is not None else None
    row = library.index_db.first("SELECT id FROM file WHERE content_id = ? ORDER BY id", (example.content_id,))
    return int(row[0]) if row else None
