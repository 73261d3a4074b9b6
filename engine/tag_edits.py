"""How the bytes of a sound file change when its tags do, for the formats that Earmark can write.

The sound itself is one stretch of bytes that is never changed: an edit says what comes before and after it, so that it
can be made while a file is copied, and taken back to the last byte. Only Ogg numbers the pages of its sound.

    WAV, RF64       iXML (USER/DESCRIPTION, USER/KEYWORDS) and the INFO list (ISBJ, IKEY); bext is its maker's
    AIFF, MP3       ID3v2: TXXX frames DESCRIPTION and KEYWORDS
    FLAC, Ogg Vorbis, Opus    Vorbis comments DESCRIPTION and KEYWORDS

A file that is not entirely as its format demands is left alone.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO, Literal
from xml.etree import ElementTree

from engine.audio_header import aiff_chunks, wav_chunks
from engine.id3 import length_of_id3, with_id3_texts
from engine.ogg_pages import FIRST, LAST, OggPage, pages_of_packets, read_pages, renumbered

_MOST_AROUND_BYTES = 64_000_000  # pictures and all
_MOST_CHARACTERS = 10_000  # what `engine.metadata` reads of a field
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
_INFO_NAMES = {"DESCRIPTION": b"ISBJ", "KEYWORDS": b"IKEY"}
_BLOCK_BYTES = 1 << 20
_MOST_HEADER_PAGES = 4096


@dataclass(frozen=True)
class TagTexts:
    """What is to be written; None leaves what is there, an empty text takes it away."""

    description: str | None = None
    keywords: tuple[str, ...] | None = None

    def fields(self) -> dict[str, str]:
        """By the names they have in files. Each is one line that any format takes."""
        keywords = None if self.keywords is None else ", ".join(map(_one_line, self.keywords))
        texts = {"DESCRIPTION": self.description, "KEYWORDS": keywords}
        return {name: _one_line(text) for name, text in texts.items() if text is not None}


def _one_line(text: str) -> str:
    unbroken = text[:_MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    return " ".join(_UNPRINTABLE.sub(" ", unbroken).split())


@dataclass(frozen=True)
class Edit:
    """A file becomes `before`, its bytes from `sound_start` on (`sound_bytes` of them), and `after`.

    former_before, former_after : what those bytes were, for the way back
    page_shift, stream : by how much the pages of an Ogg stream count differently; None in other formats
    """

    before: bytes
    sound_start: int
    sound_bytes: int
    after: bytes
    former_before: bytes
    former_after: bytes
    page_shift: int = 0
    stream: int | None = None

    @property
    def file_bytes(self) -> int:
        """How large the file becomes."""
        return len(self.before) + self.sound_bytes + len(self.after)

    def taken_back(self) -> Edit:
        """The edit that makes the former file of the new one."""
        return Edit(
            self.former_before, len(self.before), self.sound_bytes, self.former_after, self.before, self.after,
            -self.page_shift, self.stream,
        )  # fmt: skip

    def pieces(self, file: BinaryIO) -> Iterator[bytes]:
        """The new file, piece by piece. Raises OSError, and ValueError if `file` is not what was planned for."""
        yield self.before
        file.seek(self.sound_start)
        if self.page_shift:
            for page in read_pages(file):
                yield (renumbered(page, self.page_shift) if page.stream == self.stream else page).stored()
        else:
            yield from _stretch(file, self.sound_bytes)
        yield self.after


def _stretch(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        block = file.read(min(size, _BLOCK_BYTES))
        if not block:
            raise ValueError("it became shorter while it was read")
        size -= len(block)
        yield block


def plan_edit(file: BinaryIO, file_bytes: int, texts: TagTexts) -> Edit:
    """How `file` is to change; where nothing is said, not at all. Raises ValueError with the reason if it must not, and
    OSError.
    """
    fields = texts.fields()
    edit = _plan_kind(file, file_bytes, fields)
    return edit if fields else replace(edit, before=edit.former_before, after=edit.former_after, page_shift=0)


def _plan_kind(file: BinaryIO, file_bytes: int, fields: Mapping[str, str]) -> Edit:
    file.seek(0)
    start = file.read(16)
    if start[:4] in {b"RIFF", b"RF64"} and start[8:12] == b"WAVE":
        return _plan_chunks(file, file_bytes, fields, "WAV")
    if start[:4] == b"FORM" and start[8:12] in {b"AIFF", b"AIFC"}:
        return _plan_chunks(file, file_bytes, fields, "AIFF")
    if start.startswith(b"fLaC"):
        return _plan_flac(file, file_bytes, fields)
    if start.startswith(b"OggS"):
        return _plan_ogg(file, file_bytes, fields)
    return _plan_mp3(file, file_bytes, fields, length_of_id3(start))


# --- WAV and AIFF -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Chunk:
    id: bytes
    content: bytes


def _plan_chunks(file: BinaryIO, file_bytes: int, fields: Mapping[str, str], kind: Literal["WAV", "AIFF"]) -> Edit:
    order: Literal["little", "big"] = "little" if kind == "WAV" else "big"
    places = list(wav_chunks(file) if kind == "WAV" else aiff_chunks(file))
    sound_id = b"data" if kind == "WAV" else b"SSND"
    sounds = [place for place in places if place[0] == sound_id]
    end = max((offset + size for _, offset, size in places), default=0)
    if len(sounds) != 1 or not 0 <= file_bytes - end <= end % 2 or file_bytes - sounds[0][2] > _MOST_AROUND_BYTES:
        raise ValueError("its parts are not where its header says")
    _, sound_start, sound_bytes = sounds[0]
    former_before, former_after = _around(file, file_bytes, sound_start, sound_bytes)
    _check_stated_length(former_before, file_bytes, order)
    others = [place for place in places if place[0] != sound_id]
    chunks = [(offset > sound_start, _Chunk(chunk_id, _read(file, offset, size))) for chunk_id, offset, size in others]
    kept = {late: [c for after, c in chunks if after is late and not _holds_tags(c, kind)] for late in (False, True)}
    holders = [chunk for _, chunk in chunks if _holds_tags(chunk, kind)]
    new = _aiff_tags(holders, fields) if kind == "AIFF" else _wav_tags(holders, fields)
    body = _stored(kept[False], order) + sound_id + former_before[-4:]  # its size, as it is
    tail = b"\0" * (sound_bytes % 2) + _stored([*kept[True], *new], order)
    head = _with_length(former_before[:12], body, sound_bytes + len(tail), order)
    return Edit(head, sound_start, sound_bytes, tail, former_before, former_after)


def _check_stated_length(start: bytes, file_bytes: int, order: Literal["little", "big"]) -> None:
    stated = int.from_bytes(start[4:8], order)
    if start.startswith(b"RF64"):
        stated = int.from_bytes(start[20:28], order) if start[12:16] == b"ds64" else -1
    if not 0 <= file_bytes - (stated + 8) <= 1:
        raise ValueError("its header states another length")


def _with_length(start: bytes, body: bytes, rest_bytes: int, order: Literal["little", "big"]) -> bytes:
    length = 4 + len(body) + rest_bytes
    if start.startswith(b"RF64"):
        return start + body[:8] + length.to_bytes(8, order) + body[16:]
    if length >= 1 << 32:
        raise ValueError("it would become larger than its format allows")
    return start[:4] + length.to_bytes(4, order) + start[8:] + body


def _stored(chunks: Iterable[_Chunk], order: Literal["little", "big"]) -> bytes:
    return b"".join(
        chunk.id + len(chunk.content).to_bytes(4, order) + chunk.content + b"\0" * (len(chunk.content) % 2)
        for chunk in chunks
    )


def _holds_tags(chunk: _Chunk, kind: Literal["WAV", "AIFF"]) -> bool:
    if kind == "AIFF":
        return chunk.id == b"ID3 "
    return chunk.id == b"iXML" or (chunk.id == b"LIST" and chunk.content.startswith(b"INFO"))


def _aiff_tags(holders: Sequence[_Chunk], fields: Mapping[str, str]) -> list[_Chunk]:
    if len(holders) > 1:
        raise ValueError("it has several ID3 tags")
    tag = b"".join(chunk.content[: length_of_id3(chunk.content) or None] for chunk in holders)
    return [_Chunk(b"ID3 ", with_id3_texts(tag, fields))]


def _wav_tags(holders: Sequence[_Chunk], fields: Mapping[str, str]) -> list[_Chunk]:
    ixml = [chunk.content for chunk in holders if chunk.id == b"iXML"]
    if len(ixml) > 1:
        raise ValueError("it has several iXML chunks")
    lists = [chunk.content for chunk in holders if chunk.id == b"LIST"]
    return [
        _Chunk(b"iXML", _with_ixml_texts(b"".join(ixml), fields)),
        _Chunk(b"LIST", _with_info_texts(lists, fields)),
    ]


def _with_ixml_texts(content: bytes, fields: Mapping[str, str]) -> bytes:
    """http://www.gallery.co.uk/ixml/: the element USER is for programs' own fields."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True, insert_pis=True))
    try:
        plain = content.strip(b"\0 \r\n\t")
        root = ElementTree.fromstring(plain or b"<BWFXML><IXML_VERSION>2.0</IXML_VERSION></BWFXML>", parser)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise ValueError("its iXML is damaged") from error
    user = root.find("USER")
    if user is None:
        user = ElementTree.SubElement(root, "USER")
    for name, text in fields.items():
        for former in user.findall(name):
            user.remove(former)
        if text:
            ElementTree.SubElement(user, name).text = text
    stored: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return stored


def _with_info_texts(lists: Iterable[bytes], fields: Mapping[str, str]) -> bytes:
    replaced = {_INFO_NAMES[name] for name in fields}
    items = [item for content in lists for item in _info_items(content) if item.id not in replaced]
    items += [_Chunk(_INFO_NAMES[name], text.encode() + b"\0") for name, text in fields.items() if text]
    return b"INFO" + _stored(items, "little")


def _info_items(content: bytes) -> Iterator[_Chunk]:
    position = 4
    while position + 8 <= len(content):
        item_id, size = struct.unpack_from("<4sI", content, position)
        if position + 8 + size > len(content):
            raise ValueError("its INFO list is damaged")
        yield _Chunk(item_id, content[position + 8 : position + 8 + size])
        position += 8 + size + size % 2


# --- FLAC, Ogg, MP3 ---------------------------------------------------------------------------------------------------

_COMMENTS, _LAST_BLOCK = 4, 0x80  # https://www.rfc-editor.org/rfc/rfc9639, section 8


def _plan_flac(file: BinaryIO, file_bytes: int, fields: Mapping[str, str]) -> Edit:
    blocks: list[tuple[int, bytes]] = []
    position, last = 4, False
    while not last:
        header = _read(file, position, 4)
        size = int.from_bytes(header[1:])
        last = bool(header[0] & _LAST_BLOCK)
        blocks.append((header[0] & ~_LAST_BLOCK, _read(file, position + 4, size)))
        position += 4 + size
        if position > min(file_bytes, _MOST_AROUND_BYTES):
            raise ValueError("its metadata is damaged or too large")
    if [kind for kind, _ in blocks].count(_COMMENTS) > 1 or blocks[0][0] != 0:
        raise ValueError("its metadata is damaged")
    if _COMMENTS not in [kind for kind, _ in blocks]:
        blocks.insert(1, (_COMMENTS, b""))
    before = b"fLaC"
    for number, (kind, content) in enumerate(blocks):
        stored = with_vorbis_texts(content, fields) if kind == _COMMENTS else content
        if len(stored) >= 1 << 24:
            raise ValueError("the tags would become too large")
        flag = _LAST_BLOCK if number == len(blocks) - 1 else 0
        before += bytes([kind | flag]) + len(stored).to_bytes(3) + stored
    former, _ = _around(file, file_bytes, position, file_bytes - position)
    return Edit(before, position, file_bytes - position, b"", former, b"")


def with_vorbis_texts(comments: bytes, fields: Mapping[str, str]) -> bytes:
    """Vorbis comments (https://xiph.org/vorbis/doc/v-comment.html), b"" for none yet; what follows them stays."""
    try:
        vendor, entries, rest = _vorbis_entries(comments) if comments else (b"Earmark", [], b"")
    except struct.error as error:
        raise ValueError("its tags are damaged") from error
    kept = [entry for entry in entries if entry.partition(b"=")[0].upper().decode("latin-1") not in fields]
    entries = kept + [f"{name}={text}".encode() for name, text in fields.items() if text]
    stored = [struct.pack("<I", len(entry)) + entry for entry in entries]
    return b"".join([struct.pack("<I", len(vendor)), vendor, struct.pack("<I", len(stored)), *stored, rest])


def _vorbis_entries(comments: bytes) -> tuple[bytes, list[bytes], bytes]:
    def take(position: int) -> tuple[bytes, int]:
        (size,) = struct.unpack_from("<I", comments, position)
        if position + 4 + size > len(comments):
            raise ValueError("its tags are damaged")
        return comments[position + 4 : position + 4 + size], position + 4 + size

    vendor, position = take(0)
    (count,) = struct.unpack_from("<I", comments, position)
    position, entries = position + 4, []
    for _ in range(count):
        entry, position = take(position)
        entries.append(entry)
    return vendor, entries, comments[position:]


def _plan_ogg(file: BinaryIO, file_bytes: int, fields: Mapping[str, str]) -> Edit:
    file.seek(0)
    pages = read_pages(file)
    first = next(pages)
    headers = 3 if first.body.startswith(b"\x01vorbis") else 2
    magic = b"\x03vorbis" if headers == 3 else b"OpusTags"
    if not first.body.startswith((b"\x01vorbis", b"OpusHead")) or not first.flags & FIRST:
        raise ValueError("tags cannot be written into this kind of Ogg file")
    packets, former_pages = _header_packets(pages, first.stream, headers - 1)
    if not packets[0].startswith(magic):
        raise ValueError("its Ogg pages are damaged")
    packets[0] = magic + with_vorbis_texts(packets[0][len(magic) :], fields)
    new = pages_of_packets(packets, first.stream, first.number + 1)
    sound_start = file.tell()
    former, _ = _around(file, file_bytes, sound_start, file_bytes - sound_start)
    before = b"".join(page.stored() for page in [first, *new])
    shift = len(new) - former_pages
    return Edit(before, sound_start, file_bytes - sound_start, b"", former, b"", shift, first.stream)


def _header_packets(pages: Iterator[OggPage], stream: int, count: int) -> tuple[list[bytes], int]:
    """The packets that follow the first, and on how many pages they were; sound begins on a page of its own."""
    packets = [b""]
    for used, page in enumerate(islice(pages, _MOST_HEADER_PAGES), start=1):
        if page.stream != stream or page.flags & (FIRST | LAST):
            break
        position = 0
        for part in page.lacing:
            packets[-1] += page.body[position : position + part]
            position += part
            if part < 255:
                packets.append(b"")
        if len(packets) == count + 1 and not packets[-1] and page.ends_a_packet:
            return packets[:-1], used
        if len(packets) > count:
            break
    raise ValueError("tags cannot be written into this kind of Ogg file")


def _plan_mp3(file: BinaryIO, file_bytes: int, fields: Mapping[str, str], tag_bytes: int) -> Edit:
    sync = _read(file, tag_bytes, 2) if tag_bytes + 2 <= file_bytes else b""
    if len(sync) < 2 or sync[0] != 0xFF or sync[1] & 0xE6 not in {0xE2, 0xE4, 0xE6}:  # any layer but "reserved"
        raise ValueError("tags cannot be written into this kind of file")
    former, _ = _around(file, file_bytes, tag_bytes, file_bytes - tag_bytes)
    return Edit(with_id3_texts(former, fields), tag_bytes, file_bytes - tag_bytes, b"", former, b"")


def _around(file: BinaryIO, file_bytes: int, start: int, size: int) -> tuple[bytes, bytes]:
    """The bytes before and after a stretch. Raises ValueError if they are too many."""
    if file_bytes - size > _MOST_AROUND_BYTES:
        raise ValueError("it holds more beside its sound than Earmark can keep")
    return _read(file, 0, start), _read(file, start + size, file_bytes - start - size)


def _read(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    content = file.read(size)
    if len(content) < size:
        raise ValueError("it ends too early")
    return content
