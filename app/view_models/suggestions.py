"""What is suggested for the files that are shown: in words, file by file or counted over all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from app.view_models.plain_text import one_line
from app.view_models.wording import count, moment
from engine.library_rows import Strength, Suggestion

if TYPE_CHECKING:
    from app.view_models.file_details import FileDetails

Judged = Mapping[str, tuple[int, ...]]  # a tag, and the ids of the files for which it is accepted or rejected

STRENGTHS: tuple[Strength, ...] = get_args(Strength)  # the strongest first
LIKELY: tuple[Strength, ...] = ("very likely", "likely")
MOST_MOMENTS = 4  # that a tooltip names


def level(strength: Strength) -> int:
    """3 for the strongest, 1 for the weakest: as many signs are filled."""
    return len(STRENGTHS) - STRENGTHS.index(strength)


def explained(suggestion: Suggestion) -> str:
    """How strong it is and where it is heard, line by line."""
    spans = suggestion.spans
    where = ", ".join(moment(*span) for span in spans[:MOST_MOMENTS])
    more = f" and {count(len(spans) - MOST_MOMENTS)} more" if len(spans) > MOST_MOMENTS else ""
    who = "The network's guess" if suggestion.kind is not None else "Like your examples"
    return f"{one_line(suggestion.name)}\n{who}: {suggestion.strength}\nHeard at {where}{more}"


# --- of one file ------------------------------------------------------------------------------------------------------


def specific(suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Those that say more than others; or all, where nothing more specific is left."""
    found = tuple(suggestion for suggestion in suggestions if not suggestion.implied)
    return found or tuple(suggestions)


def general(suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Those that a more specific one says already: an animal, where a dog is suggested."""
    shown = specific(suggestions)
    return tuple(suggestion for suggestion in suggestions if suggestion not in shown)


# --- of one file or several -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SharedName:
    """A tag that some of the files have, or that is suggested for them.

    file_ids : of those files; of : how many files there are in all
    strength : the usual one of what is suggested; implied : mostly something more specific says it already
    """

    name: str
    file_ids: tuple[int, ...]
    of: int
    strength: Strength | None = None
    implied: bool = False

    @property
    def share_text(self) -> str:
        """12 of 30, or all 30"""
        files = len(self.file_ids)
        return f"all {count(files)}" if files == self.of else f"{count(files)} of {count(self.of)}"


def shared_tags(files: Sequence[FileDetails]) -> list[SharedName]:
    """The tags that any of the files has, the most frequent first."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for details in files:
        for tag in details.row.tags:
            found[tag].append(details.row.id)
    return _ordered(SharedName(name, tuple(ids), len(files)) for name, ids in found.items())


def shared_suggestions(files: Sequence[FileDetails]) -> list[SharedName]:
    """What is suggested for any of the files, the most frequent first."""
    found: defaultdict[str, list[tuple[int, Suggestion]]] = defaultdict(list)
    for details in files:
        for suggestion in details.suggestions:
            found[suggestion.name].append((details.row.id, suggestion))
    return _ordered(_shared(name, given, len(files)) for name, given in found.items())


def _shared(name: str, given: Sequence[tuple[int, Suggestion]], of: int) -> SharedName:
    strengths = sorted(STRENGTHS.index(suggestion.strength) for _, suggestion in given)
    implied = sum(suggestion.implied for _, suggestion in given) > len(given) / 2
    return SharedName(name, tuple(id for id, _ in given), of, STRENGTHS[strengths[len(given) // 2]], implied)


def _ordered(names: Iterable[SharedName]) -> list[SharedName]:
    return sorted(names, key=lambda shared: (-len(shared.file_ids), shared.implied, shared.name.casefold()))


def likely(files: Sequence[FileDetails]) -> Judged:
    """What is likely, for the files for which it is."""
    return _where(files, LIKELY)


def rest(files: Sequence[FileDetails]) -> Judged:
    """What may be; where nothing is likely, that is all there is."""
    return _where(files, tuple(strength for strength in STRENGTHS if strength not in LIKELY))


def all_of(files: Sequence[FileDetails]) -> Judged:
    return _where(files, STRENGTHS)


def _where(files: Sequence[FileDetails], strengths: Sequence[Strength]) -> Judged:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for details in files:
        for suggestion in specific(details.suggestions):
            if suggestion.strength in strengths:
                found[suggestion.name].append(details.row.id)
    return {name: tuple(ids) for name, ids in found.items()}
