"""ID3v2 tags, as far as needed to change two texts and leave all else as it is (https://id3.org/id3v2.3.0, 2.4.0)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_HEADER_BYTES = 10
_PLAIN_FLAGS = 0  # no unsynchronisation, extended header, footer: rare, and not to be touched unread
_UTF_16 = b"\x01"  # the one encoding that both versions know and that holds every text


def length_of_id3(start: bytes) -> int:
    """Bytes of the tag that a file beginning with `start` (10 bytes or more) has at its front; 0 without one."""
    if not start.startswith(b"ID3") or len(start) < _HEADER_BYTES:
        return 0
    footer = _HEADER_BYTES if start[5] & 0x10 else 0
    return _HEADER_BYTES + _from_sevens(start[6:10]) + footer


def with_id3_texts(tag: bytes, texts: Mapping[str, str]) -> bytes:
    """The tag, or a new one for b"", with each of the texts in a TXXX frame of its name; an empty text takes it away.

    All other frames stay. Raises ValueError for a tag that is damaged or of a kind that cannot be changed safely.
    """
    if tag and (length_of_id3(tag) != len(tag) or tag[3] not in {3, 4} or tag[5] != _PLAIN_FLAGS):
        raise ValueError("its ID3 tag is of a kind that Earmark does not change")
    version = tag[3] if tag else 3
    names = {name.upper() for name in texts}
    kept = [frame for frame in _frames(tag, version) if _name_of_text(frame) not in names]
    new = [_text_frame(name.upper(), text, version) for name, text in texts.items() if text]
    body = b"".join([*kept, *new])
    return b"ID3" + bytes([version, 0, _PLAIN_FLAGS]) + _to_sevens(len(body)) + body


def _frames(tag: bytes, version: int) -> Iterator[bytes]:
    """Each frame with its header; the padding after them is left out."""
    position = _HEADER_BYTES
    while position + _HEADER_BYTES <= len(tag) and tag[position] != 0:
        size_bytes = tag[position + 4 : position + 8]
        size = _from_sevens(size_bytes) if version == 4 else int.from_bytes(size_bytes)
        end = position + _HEADER_BYTES + size
        if end > len(tag) or not tag[position : position + 4].isalnum():
            raise ValueError("its ID3 tag is damaged")
        yield tag[position:end]
        position = end
    if any(tag[position:]):
        raise ValueError("its ID3 tag is damaged")


def _name_of_text(frame: bytes) -> str | None:
    """What a TXXX frame calls its text, in capitals; None for any other frame."""
    if not frame.startswith(b"TXXX") or len(frame) <= _HEADER_BYTES or any(frame[8:10]):
        return None
    encoding, content = frame[_HEADER_BYTES], frame[_HEADER_BYTES + 1 :]
    codec = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}.get(encoding, "latin-1")
    width = 2 if encoding in {1, 2} else 1
    ends = [at for at in range(0, len(content) - width + 1, width) if not any(content[at : at + width])]
    return content[: ends[0] if ends else 0].decode(codec, "replace").upper()


def _text_frame(name: str, text: str, version: int) -> bytes:
    content = _UTF_16 + name.encode("utf-16") + b"\0\0" + text.encode("utf-16", "replace")
    size = _to_sevens(len(content)) if version == 4 else len(content).to_bytes(4)
    return b"TXXX" + size + b"\0\0" + content


def _from_sevens(four: bytes) -> int:
    """A number in 4 bytes of 7 bits each. Raises ValueError for a byte with the eighth."""
    if any(byte & 0x80 for byte in four):
        raise ValueError("its ID3 tag is damaged")
    return sum(byte << 7 * place for place, byte in enumerate(reversed(four)))


def _to_sevens(number: int) -> bytes:
    if number >= 1 << 28:
        raise ValueError("the tag would become too large")
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
