"""The order in which a person expects names: numbers by their size, capitals and accents as if they were not there."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath

_NUMBER = re.compile(r"[0-9]+")
_FOLDER_END = "\x01"  # before any other character, so that a folder comes before those whose names begin like its own


def natural_key(name: str) -> str:
    """Text without lone surrogates that compares as a person counts: "take 2" comes before "Take 10"."""
    folded = name.casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded).encode("utf-8", "replace").decode()
        folded = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _NUMBER.sub(_by_size, folded.replace("\0", ""))


def natural_path_key(path: PurePath) -> str:
    """As `natural_key`, folder by folder."""
    return _FOLDER_END.join(map(natural_key, path.parts))


def _by_size(digits: re.Match[str]) -> str:
    """The number behind the count of its digits."""
    number = digits.group().lstrip("0")
    return f"{min(len(number), 99):02}{number}"
