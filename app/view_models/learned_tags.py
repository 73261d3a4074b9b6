"""A personal tag while it is being taught: its name and examples, what it finds, and how that is said."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.view_models.plain_text import one_line
from app.view_models.wording import count, counted, moment
from engine.learned_tag import LearnedTag, quality_sentence
from engine.library_rows import FileRow
from engine.tag_examples import ExamplesOfTag, TagExample

FINE_TUNE_FROM = 20  # examples: from so many on the network itself can learn
MOST_AT_ONCE = 50  # files that become examples with one word
WHOLE_UP_TO_S = 30.0  # of a longer file only the moment that was found is an example

NO_NAME = "Give the tag a name; then it learns from its name and its examples, while you go on."
LEARNING = "Learning…"


@dataclass(frozen=True)
class Draft:
    """What a tag is to learn from. No file is on both sides, and what was said last of a file counts."""

    name: str = ""
    examples: ExamplesOfTag = field(default_factory=ExamplesOfTag)

    @property
    def can_learn(self) -> bool:
        return bool(self.name)

    @property
    def file_ids(self) -> list[int]:
        return [one.file_id for one in (*self.examples.likes, *self.examples.unlikes)]

    def named(self, name: str) -> Draft:
        return replace(self, name=" ".join(name.split()))

    def with_examples(self, given: Sequence[TagExample], *, is_like: bool) -> Draft:
        rest = self.without([one.file_id for one in given]).examples
        likes, unlikes = (given, ()) if is_like else ((), given)
        return replace(self, examples=ExamplesOfTag(_sorted(rest.likes, likes), _sorted(rest.unlikes, unlikes)))

    def without(self, file_ids: Iterable[int]) -> Draft:
        gone = set(file_ids)
        likes, unlikes = (
            tuple(one for one in side if one.file_id not in gone)
            for side in (self.examples.likes, self.examples.unlikes)
        )
        return replace(self, examples=ExamplesOfTag(likes, unlikes))


def _sorted(*some: Sequence[TagExample]) -> tuple[TagExample, ...]:
    return tuple(sorted((example for examples in some for example in examples), key=lambda example: example.file_id))


# --- what is shown ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownSound:
    """An example, or a sound that was found.

    moment : which part of the file it is, or where it is heard best; "" for all of it
    score : 0..1 for what was found, None for an example
    """

    file_id: int
    name: str
    folder: str
    moment: str
    start_s: float
    end_s: float | None
    score: float | None = None


def shown_examples(examples: Sequence[TagExample], rows: Mapping[int, FileRow]) -> list[ShownSound]:
    return [
        ShownSound(
            one.file_id,
            rows[one.file_id].name if one.file_id in rows else "A file that is not there now",
            rows[one.file_id].folder if one.file_id in rows else "",
            moment(one.start_s, one.end_s) if one.start_s or one.end_s is not None else "",
            one.start_s,
            one.end_s,
        )
        for one in examples
    ]


def shown_found(tag: LearnedTag, rows: Mapping[int, FileRow]) -> list[ShownSound]:
    """Those of the suggestions that are there, the best first."""
    return [
        ShownSound(
            found.file_id,
            rows[found.file_id].name,
            rows[found.file_id].folder,
            moment(found.start_s, found.end_s),
            found.start_s,
            found.end_s,
            found.score,
        )
        for found in tag.suggestions
        if found.file_id in rows
    ]


def example_of(sound: ShownSound, duration_s: float | None) -> TagExample:
    """A sound that was found, as an example: all of it, unless it is long."""
    if duration_s is None or duration_s <= WHOLE_UP_TO_S:
        return TagExample(sound.file_id)
    return TagExample(sound.file_id, sound.start_s, sound.end_s)


def quality(tag: LearnedTag) -> str:
    """How well it does, in an honest sentence, and what there is to judge."""
    found = len(tag.suggestions)
    suggests = f"It suggests {counted(found, 'sound')}." if found else "Nothing in the library comes near it yet."
    return f"{quality_sentence(tag)} {suggests}"


def giving_text(files: int, of: int) -> str:
    """On the button that gives the tag to the first so many suggestions of all."""
    if files == 0:
        return "Give the tag"
    if files == of:
        return f"Give {'it' if of == 1 else f'all {count(of)}'} the tag"
    return f"Give the first {'one' if files == 1 else count(files)} the tag"


def adding_text(selected: int, part_of: str = "") -> str:
    """On the buttons that add what is selected in the window: a part of a file, or so many files."""
    if part_of:
        return f"Add the region of {one_line(part_of)}"
    return f"Add {'the' if selected == 1 else count(selected)} selected" if selected else "Add selected"


# --- the network itself -----------------------------------------------------------------------------------------------


def can_tune(examples: ExamplesOfTag) -> bool:
    return len(examples.likes) >= FINE_TUNE_FROM


def tuning_sentence(examples: ExamplesOfTag) -> str:
    likes = counted(len(examples.likes), "example")
    return f"With {likes} the network itself can learn this tag. That takes minutes, and runs in a terminal."


def tuning_command(name: str, library_folder: Path) -> str:
    """For a terminal; the network is written to a new folder beside the library."""
    folder = re.sub(r"[^\w-]+", "-", name).strip("-") or "tag"
    out = library_folder.parent / f"network-{folder}"
    return shlex.join(["earmark-train", "personal", str(library_folder), "--tag", name, "--out", str(out)])
