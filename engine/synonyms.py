"""Other words for what a clause names, out of the ontology: offered to whoever asked, never searched unseen."""

from __future__ import annotations

from functools import cache

from engine.ontology import sound_kinds

MAX_WORDS = 5  # of a name that is looked for


def synonyms_of(text: str) -> tuple[str, ...]:
    """The clause `text` in other words: with the longest name of a kind of sound in it called otherwise, or nothing.

    Where several kinds have the name, the words for all of them, those for the first one first.
    """
    words = text.split()
    folded = [word.casefold() for word in words]
    for length in range(min(MAX_WORDS, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            name = " ".join(folded[start : start + length])
            if others := _others(name):
                before, after = words[:start], words[start + length :]
                return tuple(" ".join([*before, other, *after]) for other in others)
    return ()


def _others(name: str) -> tuple[str, ...]:
    by_name = _by_name()
    found = by_name.get(name) or by_name.get(name.removesuffix("s")) or ()
    return tuple(other for other in found if other not in (name, name.removesuffix("s")))


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    """Every name, lower-case -> all synonyms of its kinds."""
    found: dict[str, dict[str, None]] = {}
    for kind in sound_kinds():
        for name in (kind.name.casefold(), *kind.synonyms):
            found.setdefault(name, {}).update(dict.fromkeys(kind.synonyms))
    return {name: tuple(others) for name, others in found.items()}
