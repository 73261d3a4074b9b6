"""What the library takes and gives: small values, so that no row of a database leaves it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.filters import Filter
from engine.metadata import Metadata
from engine.stored_embeddings import FileEmbeddings

RootState = Literal["ok", "offline"]
FileState = Literal["ok", "missing", "unreadable"]


@dataclass(frozen=True)
class Root:
    """A folder the user asked Earmark to watch; offline while its drive is not there.

    paused : the user asked to leave it as it is; whoever scans and indexes heeds that
    """

    id: int
    path: Path
    state: RootState
    paused: bool = False

    @property
    def online(self) -> bool:
        return self.state == "ok"


@dataclass(frozen=True)
class FileStat:
    """What changes when a file does. Compared by equality, never by order: clocks go backwards too."""

    size: int  # bytes
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, stat: os.stat_result) -> FileStat:
        # an inode may need all 64 bits, or on Windows 128; SQLite holds 63 and a sign
        return cls(stat.st_size, stat.st_mtime_ns, stat.st_ino & (1 << 63) - 1)


@dataclass(frozen=True)
class AudioFile:
    """A file known to the library: identified by what it sounds like, located by root and relative path.

    The properties of the sound are None for a file that has never been readable.
    """

    id: int
    uid: bytes
    root_id: int
    relative_path: Path
    path: Path
    size: int
    mtime_ns: int
    inode: int
    content_id: bytes | None
    state: FileState
    reason: str | None
    duration_s: float | None
    sample_rate_hz: int | None
    channels: int | None
    container: str | None
    encoding: str | None

    @property
    def stat(self) -> FileStat:
        return FileStat(self.size, self.mtime_ns, self.inode)


Strength = Literal["very likely", "likely", "maybe"]
Span = tuple[float, float]  # start_s, end_s


@dataclass(frozen=True)
class Suggestion:
    """A tag that is suggested for a file, by the network or by a personal tag: never what a person said.

    name : as the tag would be called; kind : its id in the ontology, None for a personal tag
    score : in 0..1, rising with the evidence; spans : where it is heard, in order, at least one
    implied : a more specific suggestion for the same file says it already
    """

    name: str
    strength: Strength
    score: float
    spans: tuple[Span, ...]
    kind: str | None = None
    implied: bool = False


@dataclass(frozen=True)
class IndexedFile:
    """All that indexing found out about one file."""

    root_id: int
    relative_path: Path
    stat: FileStat
    content_id: bytes
    duration_s: float
    sample_rate_hz: int
    channels: int
    container: str
    encoding: str
    metadata: Metadata
    peaks: bytes
    checkpoint_id: str
    embeddings: FileEmbeddings


@dataclass(frozen=True)
class Counts:
    files: int  # that can be heard
    segments: int  # of the checkpoint with the most
    audio_seconds: float
    unreadable: int
    roots: int


@dataclass(frozen=True)
class Ready:
    """What can be searched."""

    files: int
    segments: int
    audio_seconds: float


@dataclass(frozen=True)
class Checkpoint:
    """A network that listened to files: so many have its embeddings, `dim` numbers for each segment."""

    id: str
    name: str
    dim: int
    files: int


@dataclass(frozen=True)
class FileVersion:
    """A state of an audio file, to tell what was computed from it and what from an earlier one."""

    uid: bytes
    content_id: bytes | None  # decides over all that was heard
    text_version: int  # decides over the text to search

    def is_of_sound(self, other: FileVersion | None) -> bool:
        """Whether both are the same file with the same sound."""
        return other is not None and (self.uid, self.content_id) == (other.uid, other.content_id)


# --- what a window shows ----------------------------------------------------------------------------------------------

Column = Literal["name", "folder", "duration", "format", "rating", "modified", "added"]


@dataclass(frozen=True)
class Scope:
    """The part of a library that is looked at: all of it, or what fulfils everything that is said here.

    folder : absolute, in a root; with all its subfolders
    root_ids : in one of them
    collection_id, tags, min_stars : in the collection, with every tag, with at least so many stars
    filters : that fulfil them all
    says : that say each of these word for word: in their name, folder, tags or metadata
    among, without : of these files, None for any; and of none of those
    """

    root_ids: tuple[int, ...] = ()
    folder: Path | None = None
    collection_id: int | None = None
    tags: tuple[str, ...] = ()
    min_stars: int | None = None
    filters: tuple[Filter, ...] = ()
    says: tuple[str, ...] = ()
    among: tuple[int, ...] | None = None
    without: tuple[int, ...] = ()


EVERYTHING = Scope()


@dataclass(frozen=True)
class Order:
    column: Column = "name"
    descending: bool = False


@dataclass(frozen=True)
class FileRow:
    """One file as a list shows it. `name` and `folder` are safe to show; the folder begins with its root's name."""

    id: int
    root_id: int
    path: Path
    name: str
    folder: str
    state: FileState
    reason: str | None
    duration_s: float | None
    sample_rate_hz: int | None
    channels: int | None
    container: str | None
    encoding: str | None
    size_bytes: int
    modified_s: float  # since the epoch
    tags: tuple[str, ...]
    stars: int | None


@dataclass(frozen=True)
class RootCounts:
    """How many files of a root can be heard, are missing, or cannot be read."""

    root: Root
    files: int
    missing: int
    unreadable: int


@dataclass(frozen=True)
class NameCount:
    """A tag or a collection, and in how many audible files it is. `id` is None for a tag."""

    name: str
    files: int
    id: int | None = None


@dataclass(frozen=True)
class FolderCount:
    """A folder inside a root, and how many audible files it holds at any depth. `name` is safe to show."""

    name: str
    path: Path
    files: int
