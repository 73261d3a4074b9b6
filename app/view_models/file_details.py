"""All that is known of a file, as the inspector shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.view_models import wording
from app.view_models.plain_text import one_line
from engine.hits import Hit
from engine.library_rows import FileRow, Suggestion
from engine.metadata import Metadata

if TYPE_CHECKING:
    from engine.library import Library


@dataclass(frozen=True)
class FileDetails:
    """One file. Its tags and stars are in its row.

    suggestions : tags that the network or a personal tag suggests for it
    caption : the network's if `caption_is_suggested`, else a person's; "" if there is none
    hit : what the search that is shown found in it
    """

    row: FileRow
    suggestions: tuple[Suggestion, ...] = ()
    caption: str = ""
    caption_is_suggested: bool = False
    note: str = ""
    metadata: Metadata | None = None
    hit: Hit | None = None

    @property
    def file_ids(self) -> tuple[int, ...]:
        """As those of several files."""
        return (self.row.id,)

    @property
    def ratings(self) -> frozenset[int | None]:
        """As those of several files."""
        return frozenset([self.row.stars])

    def with_tags(self, tags: Iterable[str]) -> FileDetails:
        """Capital letters make no other tag; and what a person says is suggested no longer."""
        known = union(self.row.tags, tags)
        return replace(self, row=replace(self.row, tags=known)).without_suggestions(known)

    def without_tag(self, tag: str) -> FileDetails:
        return replace(self, row=replace(self.row, tags=tuple(one for one in self.row.tags if one != tag)))

    def with_accepted(self, names: Iterable[str]) -> FileDetails:
        return self.with_tags(names)

    def without_suggestions(self, names: Iterable[str]) -> FileDetails:
        """What has been judged is suggested no longer."""
        known = {name.casefold() for name in names}
        left = tuple(suggestion for suggestion in self.suggestions if suggestion.name.casefold() not in known)
        return replace(self, suggestions=left)

    def with_stars(self, stars: int | None) -> FileDetails:
        return replace(self, row=replace(self.row, stars=stars))


def read_details(library: Library, file_ids: Sequence[int], hits: Mapping[int, Hit]) -> list[FileDetails]:
    """Of those of the files that there are, in the same order; of several only what can be shown of several."""
    rows = library.rows(file_ids)
    suggestions = library.suggestions_of(rows)
    found = [
        FileDetails(rows[file_id], tuple(suggestions.get(file_id, ())), hit=hits.get(file_id))
        for file_id in file_ids
        if file_id in rows
    ]
    return [_read_all(library, details) for details in found] if len(found) == 1 else found


def _read_all(library: Library, details: FileDetails) -> FileDetails:
    file_id = details.row.id
    return replace(
        details,
        caption=library.caption_of(file_id),
        caption_is_suggested=library.caption_is_suggested(file_id),
        note=library.note_of(file_id),
        metadata=library.metadata_of(file_id),
    )


# --- tags -------------------------------------------------------------------------------------------------------------


def entered_tags(text: str) -> tuple[str, ...]:
    """What a person typed, separated by commas."""
    return tuple(dict.fromkeys(filter(None, (" ".join(tag.split()) for tag in text.split(",")))))


def union(old: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """In the order of the alphabet. Capital letters make no other tag, and the old ones stay as they are written."""
    known = {tag.casefold(): tag for tag in reversed([*old, *new])}
    return tuple(sorted(known.values(), key=str.casefold))


# --- facts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    name: str
    value: str


def file_facts(row: FileRow) -> list[Fact]:
    """What is known of the file itself; what is not known is left out."""
    return _told(
        ("Name", row.name),
        ("Folder", row.folder),
        ("Length", wording.clock_with_tenths(row.duration_s) if row.duration_s is not None else ""),
        ("Format", wording.format_details(row.container, row.encoding, None, None)),
        ("Rate", f"{row.sample_rate_hz:,} Hz" if row.sample_rate_hz else ""),
        ("Channels", wording.channel_layout(row.channels)),
        ("Size", wording.size(row.size_bytes)),
        ("Modified", wording.day_and_time(row.modified_s)),
    )


def facts_of_several(files: Sequence[FileDetails]) -> list[Fact]:
    rows = [details.row for details in files]
    formats = sorted({row.container for row in rows if row.container})
    return _told(
        ("Length", wording.clock(sum(row.duration_s or 0.0 for row in rows))),
        ("Size", wording.size(sum(row.size_bytes for row in rows))),
        ("Formats", ", ".join(formats)),
    )


def trouble(row: FileRow) -> str:
    """Why the file cannot be heard, in a sentence; "" if it can."""
    match row.state:
        case "missing":
            return "This file is not where it was. What you said of it is kept until it turns up again."
        case "unreadable":
            return f"This file cannot be read: {one_line(row.reason or 'nobody knows why')}."
    return ""


_KNOWN_FIELDS = {"bext.originator", "bext.date", "bext.time", "ixml.scene", "ixml.take"}


def metadata_facts(metadata: Metadata) -> list[Fact]:
    """What the file says of itself and people look for."""
    ucs = metadata.ucs
    fields = metadata.fields
    return _told(
        ("Title", metadata.title),
        ("Description", metadata.description),
        ("Comment", metadata.comment),
        ("Keywords", ", ".join(metadata.keywords)),
        ("Artist", metadata.artist),
        ("Album", metadata.album),
        ("Genre", metadata.genre),
        ("Category", " · ".join(filter(None, (ucs.category, ucs.subcategory))) if ucs else ""),
        ("CatID", ucs.cat_id if ucs else ""),
        ("Effect", ucs.fx_name if ucs else ""),
        ("Creator", ucs.creator_id if ucs else ""),
        ("Source", ucs.source_id if ucs else ""),
        ("Originator", fields.get("bext.originator", "")),
        ("Recorded", " ".join(filter(None, (fields.get("bext.date"), fields.get("bext.time"))))),
        ("Scene", fields.get("ixml.scene", "")),
        ("Take", fields.get("ixml.take", "")),
    )


def raw_facts(metadata: Metadata) -> list[Fact]:
    """Every other field under the name it has in the file."""
    return _told(*((name, value) for name, value in metadata.fields.items() if name not in _KNOWN_FIELDS))


def _told(*facts: tuple[str, str]) -> list[Fact]:
    return [Fact(one_line(name), one_line(value)) for name, value in facts if value]
