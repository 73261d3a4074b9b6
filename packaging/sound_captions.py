"""What a sound is, from its file and folder name alone; nothing where the name is not clear."""

from __future__ import annotations

import csv
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

WORDS = Path(__file__).parent / "gathered_words.csv"
OF_KIND = {"speech": ("speech", "a person speaking"), "music": ("music", "music playing")}


@cache
def meanings() -> dict[str, tuple[str, str]]:
    """Word of a file name -> (label, caption)."""
    with WORDS.open(newline="", encoding="utf-8") as file:
        return {row["word"]: (row["label"], row["caption"]) for row in csv.DictReader(file)}


def words_in(name: str) -> list[str]:
    """A file name in lower case, cut at signs, digits and capitals: "HorseGallop-2" -> horse, gallop."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def describe(path: str, kind: str) -> tuple[str, str]:
    """(label, caption) of a sound, or two empty strings.

    A name is clear if it holds words of one meaning only. Two neighbours that have a meaning together count as one
    word, before each of them alone ("door creak", then "door").
    """
    if kind in OF_KIND:
        return OF_KIND[kind]
    words = words_in(Path(path.rpartition("!")[2]).stem)
    together = [first + second for first, second in pairwise(words)]
    known = meanings()
    found = {known[word] for word in together if word in known} or {known[word] for word in words if word in known}
    return found.pop() if len(found) == 1 else ("", "")
