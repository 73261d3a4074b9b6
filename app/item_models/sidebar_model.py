"""The sidebar's rows for Qt: a tree whose view keeps its place through every change."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from itertools import count
from pathlib import Path

from PySide6.QtCore import (
    QAbstractItemModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.file_mime import ADDRESSES, FILE_IDS, file_ids, local_paths
from app.view_models.plain_text import tooltip
from app.view_models.scopes import holds
from app.view_models.sidebar_tree import COLLECTIONS, DRAFT, LIBRARY, Entry, Insert, Move, Remove, SidebarTree, edits
from app.view_models.wording import counted
from engine.library_rows import EVERYTHING, FolderCount, NameCount, Scope

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class Role(IntEnum):
    ENTRY = Qt.ItemDataRole.UserRole  # Entry
    CHOSEN = Qt.ItemDataRole.UserRole + 1  # bool: it is part of the scope that is looked at


class _Node:
    def __init__(self, number: int, entry: Entry | None, parent: _Node | None) -> None:
        self.number = number  # what an index knows it by: safer than its address once it is gone
        self.entry = entry
        self.parent = parent
        self.children: list[_Node] = []

    @property
    def row(self) -> int:
        return self.parent.children.index(self) if self.parent else 0


class SidebarModel(QAbstractItemModel):
    """Shows `tree`: change it, then call `refresh`.

    folders_wanted : Path of a folder whose subfolders are to be `put`
    renamed : Entry of a collection, saved search or tag, and its new name
    drafted : the name of a new collection
    files_dropped : list of file ids, and the id of the collection
    folders_dropped : list of Path, whatever they are
    """

    folders_wanted = Signal(object)
    renamed = Signal(object, str)
    drafted = Signal(str)
    files_dropped = Signal(object, object)
    folders_dropped = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tree = SidebarTree()
        self._numbers = count(1)
        self._scope = EVERYTHING
        self._asked: set[Path] = set()
        self._root = _Node(0, None, None)
        self._nodes: dict[int, _Node] = {0: self._root}
        self.refresh()

    # --- changes ------------------------------------------------------------------------------------------------------

    def refresh(self, section: Entry | None = None) -> None:
        """Show what the tree says now, in one section or in all of them."""
        self._reconcile(self._node(self.index_of(section.key)) if section else self._root)

    def put_folders(self, folder: Path, inside: Sequence[FolderCount]) -> None:
        self._asked.discard(folder)
        self.tree.folders[folder] = tuple(inside)
        self.refresh(LIBRARY)

    def ask_again(self, folders: Sequence[Path]) -> None:
        """What is in these folders may have changed."""
        for folder in folders:
            if folder not in self._asked:
                self._asked.add(folder)
                self.folders_wanted.emit(folder)

    def show_scope(self, scope: Scope) -> None:
        self._scope = scope
        self._repaint(self._root)

    def begin_draft(self) -> QModelIndex:
        """A row at which a collection can be named; `end_draft` takes it away."""
        self.tree.drafting = True
        self.refresh(COLLECTIONS)
        return self.index_of(DRAFT.key)

    def end_draft(self) -> None:
        self.tree.drafting = False
        self.refresh(COLLECTIONS)

    def _reconcile(self, node: _Node) -> None:
        entries = self.tree.entries_in(node.entry)
        children = node.children
        parent = self._index(node)
        by_key = {entry.key: entry for entry in entries}
        keys = [child.entry.key for child in children if child.entry]
        for edit in edits(keys, list(by_key)):
            match edit:
                case Remove(first, last):
                    self.beginRemoveRows(parent, first, last)
                    for child in children[first : last + 1]:
                        self._forget(child)
                    del children[first : last + 1]
                    self.endRemoveRows()
                case Move(row, to):
                    self.beginMoveRows(parent, row, row, parent, to)
                    children.insert(to, children.pop(row))
                    self.endMoveRows()
                case Insert(first, number):
                    self.beginInsertRows(parent, first, first + number - 1)
                    children[first:first] = [self._new(entry, node) for entry in entries[first : first + number]]
                    self.endInsertRows()
        for row, (child, entry) in enumerate(zip(children, entries, strict=True)):
            if child.entry != entry:
                child.entry = entry
                index = self.createIndex(row, 0, child.number)
                self.dataChanged.emit(index, index)
            if child.children or entry.folder is not None or entry.kind in {"section", "suggested"}:
                self._reconcile(child)

    def _new(self, entry: Entry, parent: _Node) -> _Node:
        node = _Node(next(self._numbers), entry, parent)
        self._nodes[node.number] = node
        return node

    def _forget(self, node: _Node) -> None:
        del self._nodes[node.number]
        for child in node.children:
            self._forget(child)

    def _repaint(self, node: _Node) -> None:
        if not node.children:
            return
        self.dataChanged.emit(self._index(node.children[0]), self._index(node.children[-1]), [Role.CHOSEN])
        for child in node.children:
            self._repaint(child)

    # --- what Qt asks -------------------------------------------------------------------------------------------------

    def index_of(self, key: object) -> QModelIndex:
        """Where the row of this key is; invalid if there is none."""
        found = (node for node in self._nodes.values() if node.entry and node.entry.key == key)
        return next(map(self._index, found), NOWHERE)

    def entry_at(self, index: Index) -> Entry | None:
        return self._node(index).entry

    def _node(self, index: Index) -> _Node:
        return self._nodes[index.internalId()] if index.isValid() else self._root

    def _index(self, node: _Node) -> QModelIndex:
        return NOWHERE if node.parent is None else self.createIndex(node.row, 0, node.number)

    def index(self, row: int, column: int, parent: Index = NOWHERE) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return NOWHERE
        return self.createIndex(row, column, self._node(parent).children[row].number)

    def parent(self, child: Index) -> QModelIndex:  # type: ignore[override]
        node = self._node(child)
        return self._index(node.parent) if node.parent else NOWHERE

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 1

    def hasChildren(self, parent: Index = NOWHERE) -> bool:
        node = self._node(parent)
        return bool(node.children) or (node.entry is not None and self.tree.may_hold_folders(node.entry))

    def canFetchMore(self, parent: Index) -> bool:
        entry = self.entry_at(parent)
        return entry is not None and self.tree.wants_folders(entry) and entry.folder not in self._asked

    def fetchMore(self, parent: Index) -> None:
        entry = self.entry_at(parent)
        if entry is not None and entry.folder is not None:
            self.ask_again([entry.folder])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entry_at(index)
        if entry is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.label
            case Qt.ItemDataRole.EditRole:
                return _name(entry)
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(entry.sentence or entry.label)
            case Qt.ItemDataRole.AccessibleTextRole:
                return _spoken(entry)
            case Role.ENTRY:
                return entry
            case Role.CHOSEN:
                return entry.scope is not None and holds(self._scope, entry.scope)
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Nothing changes here: the new name comes from the library, once it is stored there."""
        entry, name = self.entry_at(index), str(value).strip()
        if entry is None or role != Qt.ItemDataRole.EditRole or not name:
            return False
        if entry.kind == "draft":
            self.drafted.emit(name)
        elif name != _name(entry):
            self.renamed.emit(entry, name)
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        entry = self.entry_at(index)
        flags = Qt.ItemFlag.ItemIsDropEnabled  # folders, anywhere
        if entry is None or entry.kind == "hint":
            return flags
        flags |= Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if entry.kind in {"collection", "saved", "tag", "draft"}:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    # --- drops --------------------------------------------------------------------------------------------------------

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [FILE_IDS, ADDRESSES]

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        if data.hasFormat(FILE_IDS):  # these also carry addresses, for other programs
            entry = self.entry_at(parent)
            return entry is not None and entry.kind == "collection"
        return bool(local_paths(data))

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        if not data.hasFormat(FILE_IDS):
            self.folders_dropped.emit(local_paths(data))
            return True
        entry, ids = self.entry_at(parent), file_ids(data)
        if entry is None or not isinstance(entry.subject, NameCount) or not ids:
            return False
        self.files_dropped.emit(ids, entry.subject.id)
        return True


def _name(entry: Entry) -> str:
    return getattr(entry.subject, "name", entry.label) if entry.kind in {"collection", "saved", "tag"} else entry.label


def _spoken(entry: Entry) -> str:
    parts = [entry.label]
    if entry.files is not None:
        parts.append(counted(entry.files, "file"))
    if entry.status.how != "ok":
        parts.append(entry.status.how)
    return ", ".join(parts)
