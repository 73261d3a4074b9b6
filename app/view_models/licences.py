"""The Python packages that Earmark stands on, and their licences, as the installed packages say themselves."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from typing import NamedTuple

UNKNOWN = "see the package"
_LONGEST_NAME = 80  # some packages put the licence's whole text where its name belongs
_CLASSIFIER = "License :: "


class Licence(NamedTuple):
    """One package."""

    name: str
    version: str
    licence: str


def earmarks_version() -> str:
    return version("earmark")


def licences(package: str = "earmark") -> tuple[Licence, ...]:
    """Everything installed that `package` needs, and all that this needs in turn, by name. Reads many small files."""
    found: dict[str, Licence] = {}
    seen, left = {_normalised(package)}, needed_names(_installed(package))
    while left:
        name = left.pop()
        if _normalised(name) in seen:
            continue
        seen.add(_normalised(name))
        about = _installed(name)
        if about is not None:  # otherwise it is for another system or version of Python
            found[_normalised(name)] = Licence(about.metadata["Name"], about.version, licence_of(about))
            left |= needed_names(about)
    return tuple(found[name] for name in sorted(found))


def needed_names(about: Distribution | None) -> set[str]:
    """Names of the packages that one needs; those for its extras are left out."""
    needed = (about.requires if about else None) or []
    return {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in needed if not re.search(r"\bextra\s*==", line)}


def licence_of(about: Distribution) -> str:
    """In a few words: the licence expression, or the older ways to say it."""
    said = about.metadata
    expression = said.get_all("License-Expression", [])
    names = [name for name in said.get_all("License", []) if len(name) <= _LONGEST_NAME and "\n" not in name]
    classifiers = [line.split(" :: ")[-1] for line in said.get_all("Classifier", []) if line.startswith(_CLASSIFIER)]
    return ", ".join(expression or names or classifiers) or UNKNOWN


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
