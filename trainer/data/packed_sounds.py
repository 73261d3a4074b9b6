"""Sounds inside tar files: `shard-000003.tar/000000042.opus` is a path that a manifest can hold.

A decoder needs a file of its own, so a packed sound is laid beside nothing else for as long as it is read.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from engine.errors import UnreadableAudio

_OPEN_SHARDS = 16  # whose lists of contents are remembered


@contextmanager
def sound_file(path: Path) -> Iterator[Path]:
    """A path that a decoder can open: this one, or that of a copy of a packed sound, which is gone afterwards.

    Raises UnreadableAudio if a tar file does not hold the sound.
    """
    if not is_packed(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="earmark-") as folder:
        unpacked = Path(folder) / path.name
        unpacked.write_bytes(packed_content(path))
        yield unpacked


def is_packed(path: Path) -> bool:
    return path.parent.suffix.lower() == ".tar" and path.parent.is_file()


def packed_content(path: Path) -> bytes:
    """The sound as it was encoded. Raises UnreadableAudio."""
    shard = path.parent
    try:
        stat = shard.stat()
        offset, size = _contents(shard, stat.st_size, stat.st_mtime_ns)[path.name]
        with shard.open("rb") as file:
            file.seek(offset)
            content = file.read(size)
    except KeyError as error:
        raise UnreadableAudio(path, f"{shard.name} does not hold it") from error
    except (OSError, tarfile.TarError) as error:
        raise UnreadableAudio(path, f"{shard.name} is damaged") from error
    if len(content) < size:
        raise UnreadableAudio(path, f"{shard.name} ends before it")
    return content


@lru_cache(maxsize=_OPEN_SHARDS)
def _contents(shard: Path, _size: int, _changed_ns: int) -> dict[str, tuple[int, int]]:
    """Where each file of a shard begins and how long it is; anew when the shard is another."""
    with tarfile.open(shard, "r:") as tar:
        return {member.name: (member.offset_data, member.size) for member in tar if member.isreg()}
