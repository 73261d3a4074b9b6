"""The sound files of an unpacked package, those inside archives too."""

from __future__ import annotations

import gzip
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from sound_clips import decode

SOUND_SUFFIXES = {".wav", ".ogg", ".oga", ".opus", ".mp3", ".flac", ".aif", ".aiff", ".au", ".snd", ".voc", ".wv"}
ZIP_SUFFIXES = {".pk3", ".love", ".wz", ".zip"}
CLONK_SUFFIXES = {".ocg", ".ocd", ".ocs", ".ocf"}
CLONK_HEADER_BYTES, CLONK_ENTRY_BYTES = 204, 316

Read = Callable[[], np.ndarray]


def packaged_sounds(unpacked: Path) -> dict[str, Read]:
    """Path inside the package -> a function that decodes it. A file `b` inside an archive `a` has the path `a!b`."""
    sounds: dict[str, Read] = {}
    for path in sorted(unpacked.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        inside = path.relative_to(unpacked).as_posix()
        suffix = path.suffix.lower()
        if suffix in SOUND_SUFFIXES:
            sounds[inside] = partial(_decode_file, path)
        elif suffix in ZIP_SUFFIXES and zipfile.is_zipfile(path):
            sounds |= {f"{inside}!{member}": partial(_decode_member, path, member) for member in _members(path)}
        elif suffix in CLONK_SUFFIXES:
            sounds |= {f"{inside}!{name}": partial(decode, content) for name, content in clonk_sounds(path)}
    return sounds


def _decode_file(path: Path) -> np.ndarray:
    return decode(path.read_bytes())


def _decode_member(archive: Path, member: str) -> np.ndarray:
    with zipfile.ZipFile(archive) as opened:
        return decode(opened.read(member))


def _members(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        return [name for name in opened.namelist() if Path(name).suffix.lower() in SOUND_SUFFIXES]


def clonk_sounds(path: Path) -> Iterator[tuple[str, bytes]]:
    """The sound files in a group file of OpenClonk: gzip with a magic number of its own, and groups in groups."""
    content = path.read_bytes()
    if content[:2] == b"\x1e\x8c":
        yield from _sounds_in_group(gzip.decompress(b"\x1f\x8b" + content[2:]), "")


def _sounds_in_group(group: bytes, folder: str) -> Iterator[tuple[str, bytes]]:
    header = _unscrambled(group[:CLONK_HEADER_BYTES])
    (entries,) = struct.unpack_from("<i", header, 36)
    contents = CLONK_HEADER_BYTES + entries * CLONK_ENTRY_BYTES
    for entry in range(entries):
        start = CLONK_HEADER_BYTES + entry * CLONK_ENTRY_BYTES
        name = group[start : start + 260].split(b"\0")[0].decode("utf-8", "replace")
        is_group, size, _, offset = struct.unpack_from("<iiii", group, start + 264)
        content = group[contents + offset : contents + offset + size]
        if is_group:
            yield from _sounds_in_group(content, f"{folder}{name}/")
        elif Path(name).suffix.lower() in SOUND_SUFFIXES:
            yield f"{folder}{name}", content


def _unscrambled(header: bytes) -> bytes:
    """The header of a group: bytes are combined with 237 by XOR; the first and last of three are swapped."""
    plain = bytearray(byte ^ 237 for byte in header)
    for index in range(0, len(plain) - 2, 3):
        plain[index], plain[index + 2] = plain[index + 2], plain[index]
    return bytes(plain)
