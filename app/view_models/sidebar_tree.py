"""What the sidebar lists: the library's roots and folders, collections, saved searches and tags."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from app.view_models.plain_text import one_line
from app.view_models.wording import count, counted
from engine.errors import display_path
from engine.library_rows import EVERYTHING, FolderCount, NameCount, RootCounts, Scope
from engine.natural_order import natural_key
from engine.saved_searches import SavedSearch

FEW_TAGS = 20  # more of them can be filtered,
MOST_TAGS = 500  # and no more of them are listed

Kind = Literal[
    "section", "everything", "root", "folder", "collection", "saved", "tag", "suggested", "suggestion", "draft", "hint"
]
Subject = RootCounts | FolderCount | NameCount | SavedSearch | None


@dataclass(frozen=True)
class RootStatus:
    """What goes on with a root: in one sentence, "" if there is nothing to say.

    share_done : 0..1 while it is being indexed; None if that is not known
    """

    how: Literal["ok", "indexing", "paused", "offline", "polling"] = "ok"
    sentence: str = ""
    share_done: float | None = None


@dataclass(frozen=True)
class Entry:
    """One row. `key` stays the same while all else may change; `label` and `sentence` are safe to show.

    files : audible ones in it; None where nothing is counted
    scope : what to look at if it is chosen; None if that cannot be
    """

    key: Hashable
    kind: Kind
    label: str
    files: int | None = None
    sentence: str = ""
    scope: Scope | None = None
    status: RootStatus = RootStatus()
    subject: Subject = None

    @property
    def folder(self) -> Path | None:
        """Of a root or a folder."""
        match self.subject:
            case RootCounts():
                return self.subject.root.path
            case FolderCount():
                return self.subject.path
        return None


SECTIONS = tuple(
    Entry(("section", name), "section", label)
    for name, label in (
        ("library", "Library"),
        ("collections", "Collections"),
        ("saved", "Saved searches"),
        ("tags", "Tags"),
    )
)
LIBRARY, COLLECTIONS, SAVED, TAGS = SECTIONS
DRAFT = Entry("draft", "draft", "New collection")
SUGGESTED = Entry("suggested", "suggested", "Suggested", sentence="Tags that are suggested, and for how many files")


@dataclass
class SidebarTree:
    """Everything that is listed; `entries_in` says it row by row."""

    roots: Sequence[RootCounts] = ()
    statuses: Mapping[int, RootStatus] = field(default_factory=dict)
    collections: Sequence[NameCount] = ()
    saved: Sequence[SavedSearch] = ()
    tags: Sequence[NameCount] = ()
    suggested: Sequence[NameCount] = ()
    personal: Sequence[str] = ()  # the tags that learn from examples
    tag_filter: str = ""
    folders: dict[Path, Sequence[FolderCount]] = field(default_factory=dict)  # as far as they were asked for
    drafting: bool = False  # a collection that has no name yet

    @property
    def has_many_tags(self) -> bool:
        return len(self.tags) + len(self.suggested) > FEW_TAGS

    def learns(self, tag: str) -> bool:
        """Whether it is a personal tag."""
        return tag.casefold() in {name.casefold() for name in self.personal}

    def entries_in(self, entry: Entry | None) -> Sequence[Entry]:
        """The rows directly below one row; below None, the sections."""
        if entry is None:
            return SECTIONS
        if entry == LIBRARY:
            return self._library()
        if entry == COLLECTIONS:
            return self._collections()
        if entry == SAVED:
            searches = [Entry(("saved", one.name), "saved", one_line(one.name), subject=one) for one in self.saved]
            return searches or [_hint("saved", "Searches you keep appear here")]
        if entry == TAGS:
            return self._tags()
        if entry == SUGGESTED:
            return self._listed(self.suggested, self._suggestion)
        if entry.folder is not None:
            return [_folder(one) for one in self.folders.get(entry.folder, ())]
        return ()

    def may_hold_folders(self, entry: Entry) -> bool:
        """Whether a root or folder has folders below it, or may have: nobody asked yet."""
        return entry.folder is not None and bool(self.folders.get(entry.folder, True))

    def wants_folders(self, entry: Entry) -> bool:
        return entry.folder is not None and entry.folder not in self.folders

    def folders_below(self, root: Path) -> list[Path]:
        """Of which it is known what is in them, and which may have changed together with the root."""
        return [folder for folder in self.folders if folder.is_relative_to(root)]

    def forget_folders(self) -> None:
        """Those that lie in no root any more."""
        roots = [counts.root.path for counts in self.roots]
        self.folders = {
            folder: inside
            for folder, inside in self.folders.items()
            if any(folder.is_relative_to(root) for root in roots)
        }

    def _library(self) -> list[Entry]:
        if not self.roots:
            return [_hint("library", "No folder yet")]
        files = sum(counts.files for counts in self.roots)
        names = [counts.root.path.name for counts in self.roots]
        everything = Entry("everything", "everything", "All", files, "Every file of every folder", EVERYTHING)
        return [everything, *(self._root(counts, names) for counts in self.roots)]

    def _root(self, counts: RootCounts, names: Sequence[str]) -> Entry:
        root = counts.root
        usual = RootStatus("paused", "It is not watched until you say so.") if root.paused else RootStatus()
        status = self.statuses.get(root.id, usual)
        if not root.online and status.how != "offline":
            status = RootStatus("offline", "It cannot be reached now; nothing of it is forgotten.")
        label = display_path(root.path.name or root.path)
        if names.count(root.path.name) > 1:
            label += f" ({display_path(root.path.parent)})"
        sentences = [display_path(root.path), status.sentence, _lacking(counts)]
        sentence = "\n".join(filter(None, sentences))
        scope = Scope(root_ids=(root.id,))
        return Entry(("root", root.id), "root", label, counts.files, sentence, scope, status, counts)

    def _collections(self) -> list[Entry]:
        drafts = [DRAFT] if self.drafting else []
        entries = [_collection(one) for one in self.collections]
        return [*drafts, *entries] or [_hint("collections", "Sounds put together under a name")]

    def _tags(self) -> list[Entry]:
        given = {tag.name.casefold() for tag in self.tags}
        tags = [*self.tags, *(NameCount(name, 0) for name in self.personal if name.casefold() not in given)]
        entries = self._listed(tags, self._tag) if tags else [_hint("tags", "Tags you give appear here")]
        return [*entries, SUGGESTED] if self.suggested else entries

    def _listed(self, names: Sequence[NameCount], shown: Callable[[NameCount], Entry]) -> list[Entry]:
        """Those that the filter lets through, the most frequent first."""
        wanted = self.tag_filter.strip().casefold() if self.has_many_tags else ""
        found = [one for one in names if wanted in one.name.casefold()]
        found.sort(key=lambda one: (-one.files, natural_key(one.name)))
        entries = [shown(one) for one in found[:MOST_TAGS]]
        if len(found) > MOST_TAGS:
            entries.append(_hint("tags", f"{count(len(found) - MOST_TAGS)} more can be found with the filter"))
        return entries or [_hint("tags", "No tag reads like that")]

    def _tag(self, tag: NameCount) -> Entry:
        label, scope = one_line(tag.name), Scope(tags=(tag.name,))
        sentence = f"{label}\nIt learns from examples" if self.learns(tag.name) else ""
        return Entry(("tag", tag.name), "tag", label, tag.files, sentence, scope, subject=tag)

    def _suggestion(self, tag: NameCount) -> Entry:
        label = one_line(tag.name)
        sentence = f"{label}\nSuggested for {counted(tag.files, 'file')}"
        return Entry(("suggestion", tag.name), "suggestion", label, tag.files, sentence, subject=tag)


def _folder(folder: FolderCount) -> Entry:
    scope = Scope(folder=folder.path)
    return Entry(("folder", folder.path), "folder", folder.name, folder.files, scope=scope, subject=folder)


def _collection(one: NameCount) -> Entry:
    scope = Scope(collection_id=one.id)
    return Entry(("collection", one.id), "collection", one_line(one.name), one.files, scope=scope, subject=one)


def _hint(section: str, label: str) -> Entry:
    return Entry(("hint", section), "hint", label)


def _lacking(counts: RootCounts) -> str:
    parts = [f"{counted(counts.missing, 'file')} missing"] if counts.missing else []
    if counts.unreadable:
        parts.append(f"{counted(counts.unreadable, 'file')} unreadable")
    return ", ".join(parts)


# --- from one list to the next ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Remove:
    first: int
    last: int


@dataclass(frozen=True)
class Move:
    """From `row` to before `to`, which comes earlier."""

    row: int
    to: int


@dataclass(frozen=True)
class Insert:
    """So many new rows, in the order of the list that is wanted."""

    first: int
    count: int


def edits(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[Remove | Move | Insert]:
    """What turns one list of different keys into another, step by step, so that a view keeps its place."""
    rows = list(before)
    wanted = set(after)
    known = set(before)
    for row in reversed(range(len(rows))):
        if rows[row] not in wanted:
            del rows[row]
            yield Remove(row, row)
    row = 0
    while row < len(after):
        if row < len(rows) and rows[row] == after[row]:
            row += 1
        elif after[row] in known:
            old = rows.index(after[row], row)
            rows.insert(row, rows.pop(old))
            yield Move(old, row)
            row += 1
        else:
            end = row
            while end < len(after) and after[end] not in known:
                end += 1
            rows[row:row] = after[row:end]
            yield Insert(row, end - row)
            row = end
