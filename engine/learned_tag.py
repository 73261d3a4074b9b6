"""What a personal tag learned and found, as plain values that may cross from one process to another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FoundSound:
    """A file that may be of the tag's kind; `score` in 0..1, and where it is heard best."""

    file_id: int
    score: float
    start_s: float
    end_s: float


@dataclass(frozen=True)
class LearnedTag:
    """How well a tag does, and what it suggests, the clearest first: no example, no rejected file, none that has it.

    method : "name" without any example, "cache" with a few, "head" with more
    found, likes : of so many examples so many are found when each in turn is left out
    mistaken, unlikes : of so many that are not meant so many are taken all the same, left out in the same way
    unheard : so many examples were left out, because the network has not listened to them yet
    elsewhere : it has no example here that can be heard, and goes by what it learned from `likes` in another library
    """

    name: str
    method: str
    found: int
    likes: int
    mistaken: int
    unlikes: int
    suggestions: tuple[FoundSound, ...]
    unheard: int = 0
    elsewhere: bool = False


def quality_sentence(tag: LearnedTag) -> str:
    """What a person may expect of a tag: of examples that it did not learn from, how many it finds."""
    said = [_finding(tag)]
    if tag.unlikes and not tag.elsewhere:
        said.append(_mistaking(tag))
    if tag.unheard:
        said.append(
            "1 example was left out: index the library to have it heard."
            if tag.unheard == 1
            else f"{tag.unheard} examples were left out: index the library to have them heard."
        )
    return " ".join(said)


def _finding(tag: LearnedTag) -> str:
    if tag.elsewhere:
        examples = "one example" if tag.likes == 1 else f"{tag.likes} examples"
        none_here = "it cannot be heard here" if tag.likes == 1 else "none of them can be heard here"
        return f"It was learned elsewhere from {examples}; {none_here}. Give it one from here, and it learns from that."
    if not tag.likes:
        return "It goes by its name alone: give it an example to learn from."
    if tag.likes == 1:
        return "From one example it cannot be told how well it does: give it a second."
    return f"It finds {tag.found or 'none'} of your {tag.likes} examples, each of them left out in turn."


def _mistaking(tag: LearnedTag) -> str:
    if tag.unlikes == 1:
        return f"It {'takes' if tag.mistaken else 'does not take'} the one that you do not mean."
    return f"It takes {tag.mistaken or 'none'} of the {tag.unlikes} that you do not mean."
