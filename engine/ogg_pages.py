"""The pages of an Ogg stream (RFC 3533), and the checksum and number that each page carries."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = struct.Struct("<4sBBqIIIB")
_CHECKSUM_AT = 22
CONTINUED, FIRST, LAST = 1, 2, 4  # flags of a page
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class OggPage:
    flags: int
    position: int  # in samples; -1 where no packet ends
    stream: int
    number: int
    lacing: bytes
    body: bytes

    @property
    def ends_a_packet(self) -> bool:
        return bool(self.lacing) and self.lacing[-1] < 255

    def stored(self) -> bytes:
        header = _HEADER.pack(b"OggS", 0, self.flags, self.position, self.stream, self.number, 0, len(self.lacing))
        return with_checksum(header + self.lacing + self.body)


def read_pages(file: BinaryIO) -> Iterator[OggPage]:
    """From where the file stands to its end. Raises ValueError at anything that is no whole page."""
    while header := file.read(_HEADER.size):
        if len(header) < _HEADER.size or not header.startswith(b"OggS\0"):
            raise ValueError("its Ogg pages are damaged")
        _, _, flags, position, stream, number, _, parts = _HEADER.unpack(header)
        lacing = file.read(parts)
        body = file.read(sum(lacing))
        if len(lacing) < parts or len(body) < sum(lacing):
            raise ValueError("its Ogg pages are damaged")
        page = OggPage(flags, position, stream, number, lacing, body)
        if page.stored()[_CHECKSUM_AT : _CHECKSUM_AT + 4] != header[_CHECKSUM_AT : _CHECKSUM_AT + 4]:
            raise ValueError("its Ogg pages are damaged")
        yield page


def pages_of_packets(packets: list[bytes], stream: int, first_number: int) -> list[OggPage]:
    """Header packets, which belong to position 0, on as few pages as they need; none is shared with what follows."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    body = b"".join(packets)
    pages: list[OggPage] = []
    while lacing:
        part, lacing = lacing[:255], lacing[255:]
        content, body = body[: sum(part)], body[sum(part) :]
        flags = CONTINUED if pages and not pages[-1].ends_a_packet else 0
        position = 0 if min(part) < 255 else -1
        pages.append(OggPage(flags, position, stream, first_number + len(pages), part, content))
    return pages


def with_checksum(page: bytes) -> bytes:
    """The page with its own checksum: CRC-32 with the polynomial 0x04C11DB7, most significant bit first, from 0.

    zlib computes the same with all bits in reverse order and from ones, a hundred times faster than Python could.
    """
    blank = page[:_CHECKSUM_AT] + bytes(4) + page[_CHECKSUM_AT + 4 :]
    reversed_crc = zlib.crc32(blank.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    crc = int(f"{reversed_crc:032b}"[::-1], 2)
    return blank[:_CHECKSUM_AT] + struct.pack("<I", crc) + blank[_CHECKSUM_AT + 4 :]


def renumbered(page: OggPage, shift: int) -> OggPage:
    return OggPage(page.flags, page.position, page.stream, page.number + shift, page.lacing, page.body)
