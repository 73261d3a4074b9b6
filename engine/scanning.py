"""What differs between a root's folder and what the library knows of it. Nothing is written and nothing is opened.

To look at all of a root with 500,000 files takes half a minute. So whoever knows which paths were touched can have
those alone compared; where that is not enough to tell what happened, all of the root is looked at after all.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from engine.audio import AUDIO_SUFFIXES
from engine.audio_readers import reason_of
from engine.errors import Failure
from engine.library import Library
from engine.library_rows import AudioFile, FileStat, Root

# Folders in which systems keep what the user threw away or never saw.
SYSTEM_FOLDERS = frozenset({"$RECYCLE.BIN", "System Volume Information", "@eaDir", "lost+found"})

# When more files than this, and more than half of all, are gone at once, a drive is gone rather than the files.
MANY_FILES = 20

# Paths inside a root, relative to it, that may differ, each with all that is below it; None means all of the root.
Touched = frozenset[Path] | None


@dataclass(frozen=True)
class FoundFile:
    """An audio file on disk, `relative_path` below its root."""

    relative_path: Path
    stat: FileStat


@dataclass(frozen=True)
class FileMove:
    """A known file that is now at `relative_path`; a file that came back after being missed moves to where it was."""

    file_id: int
    relative_path: Path
    stat: FileStat


@dataclass
class Changes:
    """How a root's folder differs from the library.

    offline : the root, or most of it, is out of reach; then nothing is reported as gone
    in_doubt : how many files went all at once; they count as unchanged until a person says that they were deleted
    unlisted : folders that cannot be looked into; what the library knows below them counts as unchanged
    partial : only what was touched has been looked at
    """

    added: list[FoundFile] = field(default_factory=list)
    changed: list[FoundFile] = field(default_factory=list)
    moved: list[FileMove] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    unchanged: int = 0
    offline: bool = False
    in_doubt: int = 0
    unlisted: list[Failure] = field(default_factory=list)
    partial: bool = False


def find_changes(library: Library, root: Root, touched: Touched = None, *, believe_gone: bool = False) -> Changes:
    """Compare the folder of `root`, or what was touched of it, with the library.

    believe_gone : a person said that what is gone was deleted, even if it is most of the root

    A file has changed if its size or time of change differs, or if it has size, time and inode of another known file:
    the files of a sample pack often agree in size and time, and may have been renumbered. It has moved if a file with
    its size, time and inode is at another path. Whatever is less certain is reported as gone and added, or as changed,
    and recognised by its sound when it is stored.
    """
    if touched is not None and root.online and not believe_gone:
        plain = _find_plain_changes(library, root, touched)
        if plain is not None:
            return plain
    known = list(library.files_under(root.id))
    try:
        listing = list_audio(root.path)
    except OSError:
        return Changes(offline=True, unchanged=len(known))
    changes = _compare(known, listing)
    changes.unlisted = [Failure(root.path / folder, reason) for folder, reason in listing.unlisted.items()]
    if _is_mostly_gone(changes, known) and not believe_gone:
        changes.in_doubt = len(changes.gone)
        changes.unchanged += len(changes.gone)
        changes.gone = []
        changes.offline = True
    return changes


def _find_plain_changes(library: Library, root: Root, touched: Iterable[Path]) -> Changes | None:
    """Of what was touched alone; None where the rest of the root has a say too.

    Whether a file moved depends on what all others are, and so does whether a drive went rather than its files.
    """
    try:
        listing = list_touched(root.path, touched)
    except OSError:
        return None
    changes = _compare(library.files_below(root.id, touched), listing)
    replaced = changes.gone and (changes.added or changes.changed)
    if changes.moved or replaced or len(changes.gone) > MANY_FILES or listing.unlisted:
        return None
    changes.partial = True
    return changes


@dataclass
class Listing:
    """Audio files below a folder by relative path, and the folders that could not be listed, with the reason."""

    files: dict[Path, FileStat] = field(default_factory=dict)
    unlisted: dict[Path, str] = field(default_factory=dict)

    def hides(self, relative_path: Path) -> bool:
        """Whether the file would be below a folder that could not be listed."""
        return bool(self.unlisted) and any(parent in self.unlisted for parent in relative_path.parents)


def list_audio(folder: Path) -> Listing:
    """Every audio file below `folder`; raises OSError if the folder itself is not there or cannot be listed.

    Links to files and folders are not followed: what they lead to has a place of its own, and loops cannot form.
    Hidden files and folders are left out, and with them the temporary copies of many programs.
    """
    return list_touched(folder, [Path()])


def list_touched(folder: Path, touched: Iterable[Path]) -> Listing:
    """As `list_audio`, of the touched paths alone, which are relative to `folder`."""
    listing = Listing()
    identity = _identity(folder)
    waiting = []
    for relative in touched:
        with suppress(FileNotFoundError, NotADirectoryError):  # it is gone
            found = os.lstat(folder / relative)
            if S_ISREG(found.st_mode) and _is_audio(relative.name):
                listing.files[relative] = FileStat.of(found)
            elif S_ISDIR(found.st_mode) or relative == Path():
                waiting.append(relative)
    _list_below(folder, waiting, listing)
    if _identity(folder) != identity:
        raise OSError(f"{folder} was replaced while it was listed")
    return listing


def _list_below(root: Path, waiting: list[Path], listing: Listing) -> None:
    visited = set()  # a folder can be mounted below itself
    while waiting:
        relative = waiting.pop()
        try:
            here = _identity(root / relative)
            if here not in visited:
                visited.add(here)
                waiting.extend(_list_folder(root, relative, listing))
        except OSError as error:
            if relative == Path():
                raise
            # a folder that went while we looked took its files with it; any other still has them
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                listing.unlisted[relative] = reason_of(error)


def _list_folder(root: Path, relative: Path, listing: Listing) -> list[Path]:
    """Enter the audio files of one folder into `listing`; returns its subfolders."""
    subfolders = []
    with os.scandir(root / relative) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SYSTEM_FOLDERS:
                    subfolders.append(relative / entry.name)
            elif _is_audio(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(FileNotFoundError):  # deleted a moment ago
                    listing.files[relative / entry.name] = FileStat.of(entry.stat(follow_symlinks=False))
    return subfolders


def _is_audio(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in AUDIO_SUFFIXES


def _identity(folder: Path) -> tuple[int, int]:
    found = os.stat(folder)
    return found.st_dev, found.st_ino


def _compare(known: Sequence[AudioFile], listing: Listing) -> Changes:
    """Sort known files and found files into what became of them."""
    changes = Changes()
    live = {file.relative_path: file for file in known if file.state != "missing"}
    displaced = {file.id: file for file in known if file.state == "missing"}  # known, and not found where they were
    strangers = dict(listing.files)  # found, and not what was known there
    known_stats = {file.stat for file in live.values()}
    for path, file in live.items():
        found = listing.files.get(path)
        if found is None and listing.hides(path):
            changes.unchanged += 1
        elif found is None or not _is_same(file.stat, found) or (found != file.stat and found in known_stats):
            displaced[file.id] = file
        else:
            changes.unchanged += 1
            del strangers[path]
    if _inodes_hold(live, listing):
        changes.moved = _match_moves(displaced.values(), strangers)
    for move in changes.moved:
        del displaced[move.file_id], strangers[move.relative_path]
    for path, stat in strangers.items():
        known_there = live.get(path)
        if known_there is not None and known_there.id in displaced:
            del displaced[known_there.id]
            changes.changed.append(FoundFile(path, stat))
        else:
            changes.added.append(FoundFile(path, stat))
    changes.gone = [file.id for file in displaced.values() if file.state != "missing"]
    return changes


def _is_same(known: FileStat, found: FileStat) -> bool:
    # without the inode, which some file systems make up anew whenever they are mounted
    return (known.size, known.mtime_ns) == (found.size, found.mtime_ns)


def _inodes_hold(live: Mapping[Path, AudioFile], listing: Listing) -> bool:
    """Whether files that are still where they were still have their inodes; if not, an inode proves nothing."""
    pairs = [(file.stat, listing.files[path]) for path, file in live.items() if path in listing.files]
    same = [known.inode == found.inode for known, found in pairs if _is_same(known, found)]
    return 2 * sum(same) >= len(same)


def _match_moves(displaced: Iterable[AudioFile], strangers: dict[Path, FileStat]) -> list[FileMove]:
    """The pairs that agree in size, time and inode where no other file does.

    Less would not do: a file written right after another was deleted often gets its inode, and the sounds of one
    library often have equal sizes or times. Hard links agree in everything, so they are left to their sound.
    """
    files_by_stat: dict[FileStat, list[AudioFile]] = defaultdict(list)
    for file in displaced:
        files_by_stat[file.stat].append(file)
    paths_by_stat: dict[FileStat, list[Path]] = defaultdict(list)
    for path, stat in strangers.items():
        paths_by_stat[stat].append(path)
    moves = []
    for stat, paths in paths_by_stat.items():
        files = files_by_stat.get(stat, [])
        if stat.inode and len(paths) == 1 and len(files) == 1:
            moves.append(FileMove(files[0].id, paths[0], stat))
    return moves


def _is_mostly_gone(changes: Changes, known: Sequence[AudioFile]) -> bool:
    """Whether so much went, with nothing new in its place, that a drive must have been unplugged."""
    live = sum(file.state != "missing" for file in known)
    return len(changes.gone) - len(changes.added) > max(MANY_FILES, live // 2)
