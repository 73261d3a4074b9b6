"""What a sound file says of itself: ID3, Vorbis comments, MP4 and RIFF tags, Broadcast Wave (bext), iXML, UCS names."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tinytag import TinyTag, TinyTagException

from engine.audio_header import wav_chunks
from engine.paths import resources_folder

_LONGEST_FIELD = 10_000  # characters; a megabyte of text in a tag is damage or mischief
_MOST_FIELDS = 200
_MOST_CHUNK_BYTES = 1 << 20
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Names of fields that nobody searches for. XMP is markup.
_NOT_WORTH_SEARCHING = re.compile(
    r"(^|[._])(date|time|year|umid|uid|bpm|isrc|barcode|url|encoded_by|encoder|encoder_settings|coding_history"
    r"|originator_reference|language|version|ubits|timecode_flag)$"
)


@dataclass(frozen=True)
class UcsName:
    """A file name after the Universal Category System: its blocks, "" where absent, and what the CatID stands for.

    CatID(-UserCategory)_(VendorCategory-)FXName_CreatorID_SourceID(_UserData), https://universalcategorysystem.com
    """

    cat_id: str
    fx_name: str
    creator_id: str
    source_id: str
    user_category: str
    vendor_category: str
    user_data: str
    category: str
    subcategory: str


@dataclass(frozen=True)
class Metadata:
    """Clean text ("" where absent): no control characters, no broken Unicode.

    fields : everything else by name, such as "year", "bext.originator", "ixml.scene"
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    comment: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    ucs: UcsName | None = None
    fields: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Everything worth searching, one piece of text on a line, none twice."""
        category = [self.ucs.category, self.ucs.subcategory] if self.ucs else []
        searchable = [text for name, text in self.fields.items() if not _NOT_WORTH_SEARCHING.search(name)]
        known = [self.title, self.description, self.comment, *self.keywords, self.genre, self.artist, self.album]
        pieces = [text for text in [*known, *category, *searchable] if any(map(str.isalpha, text))]
        return "\n".join(dict.fromkeys(pieces))


def read_metadata(path: Path) -> Metadata:
    """Whatever can be read; damaged tags, and a file that is gone, give less or nothing but never an error."""
    fields = {**_tags(path), **_wav_fields(path)}
    fields = dict(list(fields.items())[:_MOST_FIELDS])
    keywords = _take(fields, ["keywords", "keyword", "ixml.keywords", "ixml.keyword"])
    return Metadata(
        title=_take(fields, ["title"]),
        artist=_take(fields, ["artist"]),
        album=_take(fields, ["album"]),
        genre=_take(fields, ["genre"]),
        comment=_take(fields, ["comment"]),
        description=_take(fields, ["description", "bext.description", "ixml.description"]),
        keywords=tuple(dict.fromkeys(filter(None, map(str.strip, re.split("[,;|]", keywords))))),
        ucs=parse_ucs_name(path.name),
        fields=fields,
    )


def _take(fields: dict[str, str], names: list[str]) -> str:
    """Remove and return the first field of these names that is there."""
    return next((fields.pop(name) for name in names if name in fields), "")


def _tags(path: Path) -> dict[str, str]:
    try:
        tag = TinyTag.get(path, duration=False)
    except (TinyTagException, OSError, ValueError):  # ValueError: a NUL in the name
        return {}
    known = ("title", "artist", "album", "genre", "comment", "albumartist", "composer", "year")
    found = {name: [value] for name in known if (value := getattr(tag, name))}
    for name, values in tag.other.items():
        if name != "xmp":
            found[name] = found.get(name, []) + values
    return _cleaned(found.items())


def _cleaned(found: Iterable[tuple[str, list[str]]]) -> dict[str, str]:
    texts = {_clean(name).lower(): _clean(", ".join(dict.fromkeys(values))) for name, values in found}
    return {name: text for name, text in texts.items() if name and text}


def _clean(text: str) -> str:
    """Text as one line that any database takes: control characters become spaces, broken Unicode a question mark."""
    unbroken = text[:_LONGEST_FIELD].encode("utf-8", "replace").decode("utf-8")
    return " ".join(_CONTROL_CHARACTERS.sub(" ", unbroken).split())


def _wav_fields(path: Path) -> dict[str, str]:
    contents = {b"bext": b"", b"iXML": b""}
    try:
        with path.open("rb") as file:
            places = {chunk_id: (offset, size) for chunk_id, offset, size in wav_chunks(file) if chunk_id in contents}
            for chunk_id, (offset, size) in places.items():
                file.seek(offset)
                contents[chunk_id] = file.read(min(size, _MOST_CHUNK_BYTES))
    except (OSError, ValueError):
        return {}
    return _bext_fields(contents[b"bext"]) | _ixml_fields(contents[b"iXML"])


def _bext_fields(chunk: bytes) -> dict[str, str]:
    """https://tech.ebu.ch/docs/tech/tech3285.pdf, section 2.3; numbers and reserved bytes are left out."""
    parts = {
        "bext.description": chunk[:256],
        "bext.originator": chunk[256:288],
        "bext.originator_reference": chunk[288:320],
        "bext.date": chunk[320:330],
        "bext.time": chunk[330:338],
        "bext.coding_history": chunk[602:],
    }
    return _cleaned((name, [_decode(part.split(b"\0")[0])]) for name, part in parts.items())


def _decode(text: bytes) -> str:
    """The standard allows ASCII alone; programs write UTF-8 or their system's code page."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")


def _ixml_fields(chunk: bytes) -> dict[str, str]:
    """The text of every element by its name, such as "ixml.scene" (http://www.gallery.co.uk/ixml/)."""
    try:
        root = ElementTree.fromstring(chunk.strip(b"\0 \r\n\t"))
    except (ElementTree.ParseError, ValueError, LookupError):  # LookupError: an encoding that does not exist
        return {}
    found: dict[str, list[str]] = {}
    for element in root.iter():
        if element.text and element.text.strip():
            name = str(element.tag).rpartition("}")[2]  # without its namespace
            found.setdefault(f"ixml.{name}", []).append(element.text)
    return _cleaned(found.items())


# --- UCS --------------------------------------------------------------------------------------------------------------


def parse_ucs_name(file_name: str) -> UcsName | None:
    """The blocks of a UCS file name; None unless it begins with a known CatID, written as in the list."""
    stem = os.path.splitext(file_name)[0].encode("utf-8", "replace").decode("utf-8")
    first, *blocks = stem.split("_", 4)
    cat_id, _, user_category = first.partition("-")
    if cat_id not in ucs_categories():
        return None
    category, subcategory = ucs_categories()[cat_id]
    fx_block, creator_id, source_id, user_data = [*blocks, "", "", "", ""][:4]
    vendor_category, _, fx_name = fx_block.partition("-") if "-" in fx_block else ("", "", fx_block)
    return UcsName(
        cat_id, fx_name, creator_id, source_id, user_category, vendor_category, user_data, category, subcategory
    )


@functools.cache
def ucs_categories() -> dict[str, tuple[str, str]]:
    """CatID to category and subcategory: version 8.2.1 of the public list."""
    stored = json.loads((resources_folder() / "ontology" / "ucs.json").read_text("utf-8"))
    return {cat_id: (category, subcategory) for cat_id, (category, subcategory) in stored.items()}
