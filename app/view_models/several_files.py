"""Several files as the inspector shows them: counted, so that to show thousands costs no more than to show two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.view_models.file_details import Fact, FileDetails, facts_of_several, union
from app.view_models.suggestions import (
    Judged,
    SharedName,
    by_frequency,
    likely,
    rest,
    shared_suggestions,
    shared_tags,
    suggested_for,
)


@dataclass(frozen=True)
class SeveralFiles:
    """What files have in common. To count it takes a second for 10,000 of them: not on the GUI thread.

    ratings : the different ones that they have
    tags, suggestions : the most frequent first
    suggested : all that is suggested, and for which files
    likely, rest : the specific ones of that
    """

    file_ids: tuple[int, ...]
    ratings: frozenset[int | None]
    facts: tuple[Fact, ...]
    tags: tuple[SharedName, ...]
    suggestions: tuple[SharedName, ...]
    suggested: Judged
    likely: Judged
    rest: Judged

    @classmethod
    def of(cls, files: Sequence[FileDetails]) -> SeveralFiles:
        return cls(
            file_ids=tuple(details.row.id for details in files),
            ratings=frozenset(details.row.stars for details in files),
            facts=tuple(facts_of_several(files)),
            tags=shared_tags(files),
            suggestions=shared_suggestions(files),
            suggested=suggested_for(files),
            likely=likely(files),
            rest=rest(files),
        )

    def with_tags(self, tags: Sequence[str]) -> SeveralFiles:
        """All of the files have them. Capital letters make no other tag."""
        known = {shared.name.casefold(): shared for shared in self.tags}
        files = len(self.file_ids)
        for tag in union((), tags):
            name = known[tag.casefold()].name if tag.casefold() in known else tag
            known[tag.casefold()] = SharedName(name, files, files)
        return replace(self, tags=by_frequency(known.values()))._without({tag.casefold() for tag in tags})

    def without_tag(self, tag: str) -> SeveralFiles:
        return replace(self, tags=tuple(shared for shared in self.tags if shared.name != tag))

    def with_accepted(self, accepted: Judged) -> SeveralFiles:
        """As tags they are counted once they are stored."""
        return self.without_suggestions(accepted)

    def without_suggestions(self, judged: Judged) -> SeveralFiles:
        """What has been judged for some of the files is out of sight until it is counted anew for the others."""
        return self._without({name.casefold() for name in judged})

    def with_stars(self, stars: int | None) -> SeveralFiles:
        return replace(self, ratings=frozenset([stars]))

    def _without(self, names: set[str]) -> SeveralFiles:
        """names : in small letters"""

        def left(judged: Judged) -> Judged:
            return {name: file_ids for name, file_ids in judged.items() if name.casefold() not in names}

        shown = tuple(shared for shared in self.suggestions if shared.name.casefold() not in names)
        return replace(self, suggestions=shown, likely=left(self.likely), rest=left(self.rest))


def shown_together(files: Sequence[FileDetails]) -> FileDetails | SeveralFiles | None:
    """One file with all that is known of it, and several counted."""
    if len(files) > 1:
        return SeveralFiles.of(files)
    return files[0] if files else None
