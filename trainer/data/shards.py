"""Sets that do not fit: WebDataset shards, tar files of a few hundred sounds each that are read from end to end.

A shard holds sounds as they were encoded, each beside a JSON file with the fields of its clip; what is written can be
read by any WebDataset reader. The folder's manifest.jsonl names the sounds inside the shards (`packed_sounds`), so that
whatever takes a manifest takes a folder of shards too.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import Failure, display_path
from engine.safe_files import replace, sync, temporary_beside
from trainer.data.packed_sounds import is_packed, packed_content
from trainer.errors import TrainerError
from trainer.manifest import Clip, clip_of_row, read_manifest, row_of_clip, write_manifest

MANIFEST = "manifest.jsonl"
CLIPS_PER_SHARD = 1000
BYTES_PER_SHARD = 256_000_000  # a shard is in memory while its sounds are drawn

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Written:
    shards: int
    clips: int
    failures: list[Failure]


@dataclass(frozen=True)
class Position:
    """Where a stream goes on: so many sounds of this epoch were given."""

    epoch: int = 0
    given: int = 0


BEGINNING = Position()


@dataclass(frozen=True)
class StreamedSound:
    """content : the encoded sound; after : the position behind it, for the state of a run"""

    clip: Clip
    content: bytes
    after: Position


def write_shards(
    clips: Sequence[Clip],
    folder: Path,
    *,
    seed: int = 0,
    clips_per_shard: int = CLIPS_PER_SHARD,
    bytes_per_shard: int = BYTES_PER_SHARD,
) -> Written:
    """Sounds in an order drawn with `seed`, so that every shard is a mixture of all; one that cannot be read is left
    out and told. The manifest is written last: without it a folder is none of shards, and is written anew.

    Raises TrainerError if the folder holds a manifest already, cannot be written, or no sound can be read.
    """
    if (folder / MANIFEST).exists():
        raise TrainerError(f"{display_path(folder)} holds shards already, which stay as they are; name another folder.")
    failures: list[Failure] = []
    order = np.random.default_rng(seed).permutation(len(clips))
    contents = _contents((clips[position] for position in order), failures)
    packed: list[Clip] = []
    number = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, batch in enumerate(_batches(contents, clips_per_shard, bytes_per_shard), start=1):
            packed += _write_shard(folder / f"shard-{number - 1:06d}.tar", batch, len(packed))
            log.info("%d of %d sounds are in %d shards", len(packed), len(clips), number)
    except OSError as error:
        raise TrainerError(f"{display_path(folder)} cannot be written: {error.strerror or error}.") from error
    if not packed:
        raise TrainerError(f"None of {len(clips)} sounds can be read; {display_path(folder)} has no shard.")
    write_manifest(folder / MANIFEST, packed)
    return Written(number, len(packed), failures)


def _contents(clips: Iterable[Clip], failures: list[Failure]) -> Iterator[tuple[Clip, bytes]]:
    for clip in clips:
        try:
            content = packed_content(clip.path) if is_packed(clip.path) else clip.path.read_bytes()
        except OSError as error:
            failures.append(Failure(clip.path, error.strerror or str(error)))
            continue
        if content:
            yield clip, content
        else:
            failures.append(Failure(clip.path, "the file is empty"))


def _batches(
    contents: Iterable[tuple[Clip, bytes]], most_clips: int, most_bytes: int
) -> Iterator[list[tuple[Clip, bytes]]]:
    batch: list[tuple[Clip, bytes]] = []
    size = 0
    for clip, content in contents:
        if batch and (len(batch) >= most_clips or size + len(content) > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append((clip, content))
        size += len(content)
    if batch:
        yield batch


def _write_shard(path: Path, batch: Sequence[tuple[Clip, bytes]], first: int) -> list[Clip]:
    """The clips as they are in the shard, which is whole or not there at all."""
    from webdataset import TarWriter  # imports for seconds

    packed = []
    temporary = temporary_beside(path)
    try:
        with temporary.open("xb") as file:
            with TarWriter(file, encoder=False, mtime=0.0) as writer:
                for number, (clip, content) in enumerate(batch, start=first):
                    suffix = clip.path.suffix.lower() or ".wav"
                    name = f"{number:09d}"
                    inside = dataclasses.replace(clip, path=path / f"{name}{suffix}")
                    row = row_of_clip(path, inside) | {"name": clip.path.name}
                    writer.write({"__key__": name, "json": json.dumps(row).encode(), suffix[1:]: content})
                    packed.append(inside)
            sync(file)
        replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return packed


class ShardStream:
    """The sounds of a folder of shards, in an order that follows from seed and epoch, from any position on.

    Shards come in an order drawn for the epoch, and the sounds of a shard in an order drawn for it; whoever goes on at
    a position skips whole shards unread.

    part, parts : of several processes each reads every `parts`-th shard, so parts differ by what one shard holds
    Raises TrainerError if the folder is none of shards.
    """

    def __init__(self, folder: Path, *, seed: int, part: int = 0, parts: int = 1) -> None:
        counts = Counter(clip.path.parent for clip in read_manifest(folder / MANIFEST))
        self._shards = sorted(counts)
        self._counts = [counts[shard] for shard in self._shards]
        if not parts > part >= 0:
            raise ValueError(f"{part=} is none of {parts=}")
        if len(self._shards) < parts:
            raise TrainerError(
                f"{display_path(folder)} holds {len(self._shards)} shards, too few for {parts} processes;"
                " write smaller ones."
            )
        self._seed, self._part, self._parts = seed, part, parts

    def shards_of(self, epoch: int) -> list[Path]:
        """In the order in which they are read."""
        return [self._shards[number] for number in self._order(epoch)]

    def sounds_of(self, epoch: int) -> int:
        return sum(self._counts[number] for number in self._order(epoch))

    def _order(self, epoch: int) -> list[int]:
        drawn = np.random.default_rng([self._seed, epoch]).permutation(len(self._shards))
        return [int(number) for number in drawn[self._part :: self._parts]]

    def sounds(self, position: Position = BEGINNING) -> Iterator[StreamedSound]:
        """From a position on, epoch after epoch, without end. Raises TrainerError if a shard is damaged."""
        epoch, given = position.epoch, position.given
        while True:
            yield from self._epoch(epoch, given)
            epoch, given = epoch + 1, 0

    def _epoch(self, epoch: int, given: int) -> Iterator[StreamedSound]:
        before = 0
        for number in self._order(epoch):
            count = self._counts[number]
            if before + count > given:
                samples = _read_shard(self._shards[number], count)
                order = np.random.default_rng([self._seed, epoch, number]).permutation(count)
                for at in range(max(0, given - before), count):
                    clip, content = samples[order[at]]
                    yield StreamedSound(clip, content, Position(epoch, before + at + 1))
            before += count


def _read_shard(shard: Path, count: int) -> list[tuple[Clip, bytes]]:
    from webdataset.tariterators import group_by_keys, tar_file_expander

    try:
        stored = BytesIO(shard.read_bytes())
        samples = [
            _sample(shard, each) for each in group_by_keys(tar_file_expander([{"url": shard.name, "stream": stored}]))
        ]
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise TrainerError(
            f"The shard {display_path(shard)} is damaged; write the shards again from their manifest."
        ) from error
    if len(samples) != count:
        raise TrainerError(f"The shard {display_path(shard)} holds {len(samples)} sounds and not {count}.")
    return samples


def _sample(shard: Path, stored: dict[str, Any]) -> tuple[Clip, bytes]:
    """Bytes alone are taken out: nothing is decoded by its suffix, let alone unpickled."""
    (suffix,) = (key for key in stored if not key.startswith("__") and key != "json")
    return clip_of_row(shard, json.loads(stored["json"])), stored[suffix]
