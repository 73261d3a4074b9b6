"""What a sound file says of its own length, read from its bytes: decoders quietly cut that figure to what is there.

* WAV, RF64, W64, AIFF, 8SVX, CAF, AU, WMA and MP4 state how many bytes of sound or of film follow.
* An Ogg file (Vorbis, Opus, FLAC) ends with a whole page.
* An MP3 states its frames in a Xing, Info or VBRI header, or not at all.

A half-copied file breaks its word. What cannot be told: half an MP3, AAC or AC-3 without such a header, half a stream
that was written without its length, and half of the old kinds VOC, PAF, IRCAM, NIST and AVR.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_WHOLE = 0.99


@dataclass(frozen=True)
class AudioHeader:
    """Facts for choosing a decoder and for judging whether a file is complete.

    held_part : how much of the promised bytes is in the file, 0 to 1; 1 where the header promises nothing
    cut_off : an Ogg file that ends inside a page
    states_length : False where decoders could only guess how much sound there is
    is_opus : an Ogg file that holds Opus
    """

    held_part: float = 1.0
    cut_off: bool = False
    states_length: bool = True
    is_opus: bool = False

    @property
    def breaks_off(self) -> bool:
        """Whether the end of the file is missing."""
        return self.cut_off or self.held_part < _WHOLE


def read_header(file: BinaryIO, file_bytes: int) -> AudioHeader:
    """Judge an open file of `file_bytes` bytes; an unknown kind of file promises nothing. Raises OSError only."""
    start = file.read(64)
    if start.startswith(b"OggS"):
        return AudioHeader(cut_off=_ogg_is_cut_off(file, file_bytes), is_opus=b"OpusHead" in start)
    if start.startswith(b"ID3") or _is_mpeg_sync(start):
        return AudioHeader(states_length=_mp3_states_length(file))
    if start[4:8] in {b"ftyp", b"wide", b"moov", b"mdat", b"free"}:
        return AudioHeader(held_part=_held_part_of_mp4(file, file_bytes))
    return _judge_chunks(file, file_bytes, start)


# --- containers of chunks ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _ChunkLayout:
    """How a container writes its chunks: id, size, content, padding."""

    first_chunk: int
    id_bytes: int
    size_format: str
    size_counts_header: bool
    alignment: int
    sound_id: bytes


# https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html, .../AIFF/AIFF.html
_RIFF = _ChunkLayout(12, 4, "<I", False, 2, b"data")
_RIFX = _ChunkLayout(12, 4, ">I", False, 2, b"data")
_AIFF = _ChunkLayout(12, 4, ">I", False, 2, b"SSND")
_SVX = _ChunkLayout(12, 4, ">I", False, 2, b"BODY")
# Sony Wave64: chunk ids are GUIDs, and a size counts its own header
_W64 = _ChunkLayout(40, 16, "<Q", True, 8, bytes.fromhex("64617461f3acd3118cd100c04f8edb8a"))
# Advanced Systems Format (WMA): an object's size counts its header; the first object is the whole header
_ASF = _ChunkLayout(0, 16, "<Q", True, 1, bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c"))
# https://developer.apple.com/library/archive/documentation/MusicAudio/Reference/CAFSpec/
_CAF = _ChunkLayout(8, 4, ">Q", False, 1, b"data")

# Sizes that programs leave behind when they stream and cannot go back to write the true one
# (FFmpeg 0 and all ones, SoX 0x7FFFF000, arecord 0x7FFFFF00 and 0x80000000).
_PLACEHOLDER_SIZES = {0, 0xFFFFFFFF, 0x7FFFF000, 0x7FFFFF00, 0x7FFFFFFF, 0x80000000}
_LARGEST_SIZE = 2**62
_MOST_CHUNKS = 1000  # a damaged file may look like millions of empty chunks


def wav_chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Id, offset and size of each chunk of a WAV or RF64 file; nothing for any other file. Raises OSError only."""
    file.seek(0)
    if _layout_of(file.read(12)) == _RIFF:
        yield from _chunks(file, _RIFF)


def aiff_chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """As `wav_chunks`, of an AIFF or AIFF-C file."""
    file.seek(0)
    if _layout_of(file.read(12)) == _AIFF:
        yield from _chunks(file, _AIFF)


def _judge_chunks(file: BinaryIO, file_bytes: int, start: bytes) -> AudioHeader:
    if start[:4] in {b".snd", b"dns."} and len(start) >= 12:  # AU: no chunks, but an offset and a size
        offset, size = struct.unpack_from(">II" if start[:4] == b".snd" else "<II", start, 4)
        return AudioHeader(held_part=_held_part(offset, size, file_bytes))
    layout = _layout_of(start)
    if layout is None:
        return AudioHeader()
    chunks = _chunks(file, layout)
    for chunk_id, offset, size in chunks:
        if chunk_id == layout.sound_id and size == 0:
            # Written by a program that never came back to state the size, unless true chunks follow
            ends = [offset + size for _, offset, size in chunks]
            return AudioHeader(states_length=file_bytes in ends)
        if chunk_id == layout.sound_id:
            return AudioHeader(held_part=_held_part(offset, size, file_bytes))
    return AudioHeader(held_part=0.0)  # it ends before its sound begins


def _held_part(offset: int, size: int, file_bytes: int) -> float:
    if size in _PLACEHOLDER_SIZES or size > _LARGEST_SIZE:
        return 1.0
    return min(1.0, max(0, file_bytes - offset) / size)


def _layout_of(start: bytes) -> _ChunkLayout | None:
    if start[:4] in {b"RIFF", b"RF64", b"BW64"}:
        return _RIFF if start[8:12] == b"WAVE" else None  # AVI is a RIFF too
    if start[:4] == b"FORM":
        return {b"AIFF": _AIFF, b"AIFC": _AIFF, b"8SVX": _SVX, b"16SV": _SVX}.get(start[8:12])
    return {b"RIFX": _RIFX, b"riff": _W64, b"caff": _CAF, b"\x30\x26\xb2\x75": _ASF}.get(start[:4])


def _chunks(file: BinaryIO, layout: _ChunkLayout) -> Iterator[tuple[bytes, int, int]]:
    """Id, offset of the content and size of the content of each chunk."""
    header_bytes = layout.id_bytes + struct.calcsize(layout.size_format)
    position = layout.first_chunk
    sound_bytes = 0xFFFFFFFF  # RF64 writes this into its data chunk, and the true size into a chunk "ds64" before it
    for _ in range(_MOST_CHUNKS):
        file.seek(position)
        header = file.read(header_bytes)
        if len(header) < header_bytes:
            return
        (size,) = struct.unpack_from(layout.size_format, header, layout.id_bytes)
        if layout.size_counts_header:
            size = max(0, size - header_bytes)
        chunk_id = header[: layout.id_bytes]
        if chunk_id == b"ds64":
            sound_bytes = int.from_bytes(file.read(16)[8:], "little")
        elif chunk_id == b"data" and size == 0xFFFFFFFF:
            size = sound_bytes
        yield chunk_id, position + header_bytes, size
        position += header_bytes + size
        position += -position % layout.alignment
        if position > _LARGEST_SIZE:
            return


# --- MP4 --------------------------------------------------------------------------------------------------------------


def _held_part_of_mp4(file: BinaryIO, file_bytes: int) -> float:
    """How much is there of the media or index box that reaches beyond the end of the file (ISO/IEC 14496-12, 4.2)."""
    position = 0
    for _ in range(_MOST_CHUNKS):
        file.seek(position)
        header = file.read(16)
        if len(header) < 8:
            return 1.0
        size = int.from_bytes(header[:4], "big")
        if size == 1:
            size = int.from_bytes(header[8:], "big")
        if size < 8:  # 0: the box reaches to the end of the file
            return 1.0
        if position + size > file_bytes:  # of another type: something that was appended and is no box
            return (file_bytes - position) / size if header[4:8] in {b"mdat", b"moov", b"moof"} else 1.0
        position += size
    return 1.0


# --- Ogg --------------------------------------------------------------------------------------------------------------

_LARGEST_OGG_PAGE = 27 + 255 + 255 * 255  # https://www.rfc-editor.org/rfc/rfc3533#section-6
_OGG_END_OF_STREAM = 0x04


def _ogg_is_cut_off(file: BinaryIO, file_bytes: int) -> bool:
    """True if the file breaks off inside a page, as a half-copied file does.

    A last page that is whole but does not say "end of stream" is what a stopped stream recording leaves: it is taken.
    """
    file.seek(max(0, file_bytes - 2 * _LARGEST_OGG_PAGE))
    tail = file.read()
    last_page = tail.rfind(b"OggS")
    if last_page < 0:
        return True
    head = tail[last_page : last_page + 27]
    if len(head) < 27:
        return True
    lacing = tail[last_page + 27 : last_page + 27 + head[26]]
    end = last_page + 27 + head[26] + sum(lacing)
    if len(lacing) < head[26] or end > len(tail):
        return True
    return end < len(tail) and not head[5] & _OGG_END_OF_STREAM


# --- MP3 --------------------------------------------------------------------------------------------------------------


def _is_mpeg_sync(start: bytes) -> bool:
    # eleven set bits, then a version and a layer that exist (layer 0 is AAC in ADTS)
    return len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0 and start[1] & 0x06 != 0


def _mp3_states_length(file: BinaryIO) -> bool:
    """Whether the first frame is a Xing, Info or VBRI header that states the number of frames.

    Without it a decoder estimates from the first frame's bit rate, and may stop early or promise too much.
    """
    file.seek(_end_of_id3(file))
    frame = file.read(4096)
    sync = frame.find(b"\xff")
    while sync >= 0 and not _is_mpeg_sync(frame[sync : sync + 2]):
        sync = frame.find(b"\xff", sync + 1)
    first_frame = frame[max(sync, 0) :][:200]  # the header lies at most 36 bytes into the frame
    if b"VBRI" in first_frame:
        return True
    tag = max(first_frame.find(b"Xing"), first_frame.find(b"Info"))
    flags = first_frame[tag + 4 : tag + 8]
    return tag >= 0 and len(flags) == 4 and bool(flags[3] & 1)


def _end_of_id3(file: BinaryIO) -> int:
    """The offset after the ID3v2 tags at the start of the file (https://id3.org/id3v2.4.0-structure)."""
    end = 0
    for _ in range(_MOST_CHUNKS):
        file.seek(end)
        head = file.read(10)
        if len(head) < 10 or not head.startswith(b"ID3"):
            break
        size = 0
        for byte in head[6:10]:
            size = size << 7 | byte & 0x7F
        end += 10 + size + (10 if head[5] & 0x10 else 0)
    return end
