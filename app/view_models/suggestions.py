"""What is suggested for the files that are shown: in words, file by file or counted over all of them."""

from __future__ import annotations

from collections import Counter, defaultdict
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

    files : how many of them; of : how many there are in all
    strength : the usual one of what is suggested; implied : mostly something more specific says it already
    """

    name: str
    files: int
    of: int
    strength: Strength | None = None
    implied: bool = False

    @property
    def share_text(self) -> str:
        """12 of 30, or all 30"""
        return f"all {count(self.files)}" if self.files == self.of else f"{count(self.files)} of {count(self.of)}"


def shared_tags(files: Sequence[FileDetails]) -> tuple[SharedName, ...]:
    """The tags that any of the files has, the most frequent first."""
    found = Counter(tag for details in files for tag in details.row.tags)
    return by_frequency(SharedName(name, having, len(files)) for name, having in found.items())


def shared_suggestions(files: Sequence[FileDetails]) -> tuple[SharedName, ...]:
    """What is suggested for any of the files, the most frequent first."""
    found: defaultdict[str, list[Suggestion]] = defaultdict(list)
    for details in files:
        for suggestion in details.suggestions:
            found[suggestion.name].append(suggestion)
    return by_frequency(_shared(name, given, len(files)) for name, given in found.items())


def _shared(name: str, given: Sequence[Suggestion], of: int) -> SharedName:
    strengths = sorted(STRENGTHS.index(suggestion.strength) for suggestion in given)
    implied = sum(suggestion.implied for suggestion in given) > len(given) / 2
    return SharedName(name, len(given), of, STRENGTHS[strengths[len(given) // 2]], implied)


def by_frequency(names: Iterable[SharedName]) -> tuple[SharedName, ...]:
    return tuple(sorted(names, key=lambda shared: (-shared.files, shared.implied, shared.name.casefold())))


def likely(files: Sequence[FileDetails]) -> Judged:
    """What is likely, for the files for which it is."""
    return _where(files, LIKELY)


def rest(files: Sequence[FileDetails]) -> Judged:
    """What may be; where nothing is likely, that is all there is."""
    return _where(files, tuple(strength for strength in STRENGTHS if strength not in LIKELY))


def suggested_for(files: Sequence[FileDetails]) -> Judged:
    """All that is suggested, whatever else says it as well."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for details in files:
        for suggestion in details.suggestions:
            found[suggestion.name].append(details.row.id)
    return {name: tuple(ids) for name, ids in found.items()}


def _where(files: Sequence[FileDetails], strengths: Sequence[Strength]) -> Judged:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for details in files:
        for suggestion in specific(details.suggestions):
            if suggestion.strength in strengths:
                found[suggestion.name].append(details.row.id)
    return {name: tuple(ids) for name, ids in found.items()}
