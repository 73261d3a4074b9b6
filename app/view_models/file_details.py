"""All that is known of a file, as the inspector shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.view_models import wording
from app.view_models.plain_text import one_line
from app.view_models.suggestions import Judged
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


# --- several files ----------------------------------------------------------------------------------------------------


def ratings(files: Sequence[FileDetails]) -> set[int | None]:
    """The different ratings that they have."""
    return {details.row.stars for details in files}


def entered_tags(text: str) -> tuple[str, ...]:
    """What a person typed, separated by commas."""
    return tuple(dict.fromkeys(filter(None, (" ".join(tag.split()) for tag in text.split(",")))))


def with_tags(files: Sequence[FileDetails], tags: Iterable[str]) -> list[FileDetails]:
    """Capital letters make no other tag."""
    return _with_tags_of(files, lambda old: _union(old, tags))


def without_tag(files: Sequence[FileDetails], tag: str) -> list[FileDetails]:
    return _with_tags_of(files, lambda old: tuple(one for one in old if one != tag))


def with_accepted(files: Sequence[FileDetails], accepted: Judged) -> list[FileDetails]:
    """The files that a suggestion was accepted for have it as a tag."""
    names = _names_by_file(accepted)
    return [_with_tags(details, _union(details.row.tags, names[details.row.id])) for details in files]


def without_suggestions(files: Sequence[FileDetails], judged: Judged) -> list[FileDetails]:
    """What has been judged is suggested no longer."""
    names = _names_by_file(judged)
    return [_without(details, names[details.row.id]) for details in files]


def _names_by_file(judged: Judged) -> defaultdict[int, set[str]]:
    names: defaultdict[int, set[str]] = defaultdict(set)
    for name, file_ids in judged.items():
        for file_id in file_ids:
            names[file_id].add(name)
    return names


def with_stars(files: Sequence[FileDetails], stars: int | None) -> list[FileDetails]:
    return [replace(details, row=replace(details.row, stars=stars)) for details in files]


def _with_tags_of(
    files: Sequence[FileDetails], change: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> list[FileDetails]:
    return [_with_tags(details, change(details.row.tags)) for details in files]


def _with_tags(details: FileDetails, tags: tuple[str, ...]) -> FileDetails:
    """What a person says is suggested no longer."""
    return _without(replace(details, row=replace(details.row, tags=tags)), tags)


def _without(details: FileDetails, names: Iterable[str]) -> FileDetails:
    known = {name.casefold() for name in names}
    left = tuple(suggestion for suggestion in details.suggestions if suggestion.name.casefold() not in known)
    return replace(details, suggestions=left)


def _union(old: tuple[str, ...], new: Iterable[str]) -> tuple[str, ...]:
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
