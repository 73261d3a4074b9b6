"""What Earmark knows of kinds of sound: how people call them, what they sound like, where one hears them.

Stored in `resources/ontology`: `sounds.json` has the classes of AudioSet and, after them, kinds that people who work
with sound look for and AudioSet lacks; `groups.json` has what holds kinds together and is not heard itself. Together
they are a forest. Descriptions and scenes follow the two stages of ReCLAP's prompt augmentation (seeds R05): acoustic
properties of a label, and sentences in which it is heard.

Every parent holds of every sound of its kind, so whatever is heard may be called by all its ancestors. Where AudioSet
names several parents of which only one need hold (a growl is a dog's or a big cat's), the kind is given what those
have in common.

A kind with an identifier "ucs/..." is Earmark's own: a subcategory of the Universal Category System ("ucs/DSGNRise"),
or a part of one ("ucs/FEETHmn-gravel").
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine.paths import resources_folder

SOUNDS = resources_folder() / "ontology" / "sounds.json"
GROUPS = SOUNDS.with_name("groups.json")
EXCLUSIVE = SOUNDS.with_name("exclusive.json")


@dataclass(frozen=True)
class SoundKind:
    """One kind of sound, or a group of kinds, which has no texts; all texts are lower-case."""

    id: str  # AudioSet's, e.g. "/m/0bt9lr", or Earmark's, e.g. "ucs/DSGNRise"
    name: str  # AudioSet's, e.g. "Dog", or Earmark's
    synonyms: tuple[str, ...]  # what a person would type, the plainest first
    descriptions: tuple[str, ...]  # what it sounds like, without naming it
    scenes: tuple[str, ...]  # captions in which it is heard
    parents: tuple[str, ...] = ()  # identifiers of the next wider kinds or groups
    ucs: tuple[str, ...] = ()  # CatIDs under which it would be filed, the best first

    @property
    def phrases(self) -> tuple[str, ...]:
        """Everything that may be said of it."""
        return self.synonyms + self.descriptions + self.scenes

    @property
    def is_group(self) -> bool:
        """Whether it only holds kinds together and is no tag itself."""
        return not self.phrases


@cache
def sound_kinds() -> tuple[SoundKind, ...]:
    """Every kind that can be heard: AudioSet's in the order of its class list, which is that of a network's tags."""
    return tuple(_kind(stored) for stored in json.loads(SOUNDS.read_text(encoding="utf-8")))


@cache
def sound_groups() -> tuple[SoundKind, ...]:
    """What holds kinds together: AudioSet's abstract classes."""
    return tuple(_kind(stored) for stored in json.loads(GROUPS.read_text(encoding="utf-8")))


def kind_by_id(kind_id: str) -> SoundKind:
    """The kind or group of that identifier. Raises KeyError if there is none."""
    return _by_id()[kind_id]


def ancestors(kind_id: str) -> tuple[SoundKind, ...]:
    """All wider kinds and groups of a kind, the nearest first. Raises KeyError if there is no such kind."""
    return _reached(kind_id, lambda each: kind_by_id(each).parents)


def descendants(kind_id: str) -> tuple[SoundKind, ...]:
    """All narrower kinds and groups of a kind, the nearest first. Raises KeyError if there is no such kind."""
    children = _children()
    return _reached(kind_by_id(kind_id).id, lambda each: children.get(each, ()))


@cache
def kinds_of_ucs(cat_id: str) -> tuple[SoundKind, ...]:
    """The kinds that would be filed under a CatID, those for which it is the best first; none for an unknown one."""
    filed = (kind for kind in sound_kinds() if cat_id in kind.ucs)
    return tuple(sorted(filed, key=lambda kind: kind.ucs.index(cat_id)))


@cache
def exclusive_groups() -> tuple[tuple[str, ...], ...]:
    """Identifiers of kinds of which at most one can be true of a moment, nor can what lies below two of them.

    Voices of men, women and children are in none of them, nor are engines or sirens: they are heard together.
    """
    stored = json.loads(EXCLUSIVE.read_text(encoding="utf-8"))
    return tuple(tuple(group["kinds"]) for group in stored)


def _kind(stored: dict[str, Any]) -> SoundKind:
    texts = (tuple(stored.get(part, ())) for part in ("synonyms", "descriptions", "scenes", "parents", "ucs"))
    return SoundKind(stored["id"], stored["name"], *texts)


@cache
def _by_id() -> dict[str, SoundKind]:
    return {kind.id: kind for kind in (*sound_kinds(), *sound_groups())}


@cache
def _children() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for kind in _by_id().values():
        for parent in kind.parents:
            found[parent].append(kind.id)
    return {parent: tuple(children) for parent, children in found.items()}


def _reached(start: str, next_ones: Callable[[str], Iterable[str]]) -> tuple[SoundKind, ...]:
    """Every kind that can be reached from one, each once, step by step."""
    reached: dict[str, None] = {}
    step = tuple(next_ones(start))
    while step:
        reached.update(dict.fromkeys(step))
        step = tuple(far for near in step for far in next_ones(near) if far not in reached)
    return tuple(kind_by_id(each) for each in reached)
