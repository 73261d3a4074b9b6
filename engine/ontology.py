"""What Earmark knows of kinds of sound: how people call them, what they sound like, where one hears them.

Stored in `resources/ontology/sounds.json`: the AudioSet classes with words of our own. Descriptions and scenes follow
the two stages of ReCLAP's prompt augmentation (seeds R05): acoustic properties of a label, and sentences in which it
is heard.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from engine.paths import resources_folder

SOUNDS = resources_folder() / "ontology" / "sounds.json"


@dataclass(frozen=True)
class SoundKind:
    """One kind of sound; all texts are lower-case."""

    id: str  # AudioSet's, e.g. "/m/0bt9lr"
    name: str  # AudioSet's, e.g. "Dog"
    synonyms: tuple[str, ...]  # what a person would type, the plainest first
    descriptions: tuple[str, ...]  # what it sounds like, without naming it
    scenes: tuple[str, ...]  # captions in which it is heard

    @property
    def phrases(self) -> tuple[str, ...]:
        """Everything that may be said of it."""
        return self.synonyms + self.descriptions + self.scenes


@cache
def sound_kinds() -> tuple[SoundKind, ...]:
    """Every kind, in the order of AudioSet's class list."""
    stored = json.loads(SOUNDS.read_text(encoding="utf-8"))
    return tuple(
        SoundKind(kind["id"], kind["name"], tuple(kind["synonyms"]), tuple(kind["descriptions"]), tuple(kind["scenes"]))
        for kind in stored
    )
