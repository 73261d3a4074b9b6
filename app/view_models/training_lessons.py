"""What a library could teach a network: which tags have examples enough, and what a person wrote of sounds."""

from __future__ import annotations

from dataclasses import dataclass

from engine.library import Library

FEWEST = 20  # examples of a tag, and sounds with a sentence; as the trainer has it
FEWEST_OTHERS = 100  # sounds that teach nothing, which keep the rest as it was


@dataclass(frozen=True)
class TagLessons:
    name: str
    examples: int

    @property
    def is_enough(self) -> bool:
        return self.examples >= FEWEST


@dataclass(frozen=True)
class Lessons:
    """tags : every tag with any example, those with the most first; captions, notes : sounds that have one of a
    person's own; only_notes : sounds with a note and no caption; sounds : audible ones, all of them
    """

    tags: tuple[TagLessons, ...] = ()
    captions: int = 0
    only_notes: int = 0
    sounds: int = 0

    @property
    def tags_with_enough(self) -> tuple[TagLessons, ...]:
        return tuple(tag for tag in self.tags if tag.is_enough)

    def sentences(self, with_notes: bool) -> int:
        return self.captions + (self.only_notes if with_notes else 0)


def read_lessons(library: Library) -> Lessons:
    given = {tag.name.casefold(): (tag.name, tag.files) for tag in library.tag_counts()}
    taught = {name.casefold(): name for name in library.tag_examples.names()}
    counts = []
    for key in given.keys() | taught.keys():
        name, examples = given.get(key, (taught.get(key, ""), 0))
        if key in taught:
            said = library.tag_examples.of(name)
            known = {one.file_id for one in (*said.likes, *said.unlikes)}
            examples = len(said.likes) + len(set(library.files_with_tag(name)) - known)
        counts.append(TagLessons(name, examples))
    audible = set(library.listing().tolist())
    captioned, noted = library.own_captions().keys() & audible, library.notes().keys() & audible
    return Lessons(
        tags=tuple(sorted(counts, key=lambda tag: (-tag.examples, tag.name.casefold()))),
        captions=len(captioned),
        only_notes=len(noted - captioned),
        sounds=len(audible),
    )
