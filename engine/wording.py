"""How kinds of sound are said in a sentence: "rain", "rain falls".

Stored in `resources/ontology/wording.json`, by the kind's id. What is not there is said by its plainest synonym.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache

from engine.ontology import sound_kinds
from engine.paths import resources_folder

WORDING = resources_folder() / "ontology" / "wording.json"

# Last words that take no article although they name one thing, beside those that end in -ing or are plural.
WITHOUT_ARTICLE = re.compile(
    "ambience|applause|chatter|fire|foliage|gunfire|hubbub|interference|laughter|machinery|music|noise|percussion|rain"
    "|silence|snow|speech|static|steam|surf|thunder|traffic|water|weather|wind"
)
SINGULAR_ENDINGS = ("ss", "us", "is")  # glass, bus, tennis: no plurals


@dataclass(frozen=True)
class Wording:
    """`noun` : with its article; `clause` : a whole one, or empty for what says where or how, but not what is heard."""

    noun: str
    clause: str


def wording_of(kind: str) -> Wording:
    """Of a kind's id. Raises KeyError for an unknown one."""
    return _wordings()[kind]


def with_article(name: str) -> str:
    """A plain name -> as a sentence has it: a car horn, an owl, rain, footsteps, typing."""
    last = name.split()[-1]
    plural = last.endswith("s") and not last.endswith(SINGULAR_ENDINGS)
    if plural or last.endswith("ing") or WITHOUT_ARTICLE.fullmatch(last):
        return name
    first = name.casefold()
    an = first[0] in "aeio" or (first[0] == "u" and not first.startswith(("uk", "uni", "us", "ute")))
    return f"{'an' if an else 'a'} {name}"


@cache
def _wordings() -> dict[str, Wording]:
    stored = json.loads(WORDING.read_text(encoding="utf-8"))
    return {
        kind.id: Wording(*stored[kind.id]) if kind.id in stored else _plain(kind.synonyms[0]) for kind in sound_kinds()
    }


def _plain(name: str) -> Wording:
    noun = with_article(name)
    plural = noun == name and name.endswith("s") and not name.endswith(SINGULAR_ENDINGS)
    return Wording(noun, f"{noun} {'are' if plural else 'is'} heard")
