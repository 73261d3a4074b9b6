"""The sidebar: which part of the library is looked at, and what can be done with its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.item_models.sidebar_model import SidebarModel
from app.look.icons import icon
from app.view_models.scopes import holds, narrowed, without
from app.view_models.sidebar_tree import COLLECTIONS, LIBRARY, SAVED, SECTIONS, SUGGESTED, TAGS, Entry, RootStatus
from app.widgets.question import ask
from app.widgets.sidebar.sidebar_menu import SidebarMenu
from app.widgets.sidebar.sidebar_view import SidebarView
from engine.library_rows import EVERYTHING, FolderCount, NameCount, RootCounts, Scope
from engine.saved_searches import SavedSearch

WIDTH_PX = 220


class Sidebar(QWidget):
    """Roots with their folders, collections, saved searches and tags.

    scope_chosen : Scope, and whether it is to be added to the one that is looked at instead of replacing it
    saved_search_chosen : SavedSearch
    folders_requested : Path; answer with `put_folders`
    rescan_requested : id of a root, or None for all of them
    pause_root_requested : id of a root, and whether to pause it or to go on
    locate_root_requested : id of an offline root that is somewhere else now
    confirm_gone_requested : id of an offline root whose files were really deleted; a person was asked and is sure
    suggestion_chosen : a suggested tag, whose files are to be shown
    new_tag_requested : a personal tag is to be made
    more_like_tag_requested : a tag that is to find more files
    rename_tag_requested : a tag and its new name; drop_tag_requested : a tag that no file is to have any more
    remove_root_requested, delete_collection_requested, delete_saved_requested : likewise asked
    files_dropped_on_collection : list of file ids, and the id of the collection
    folders_dropped : list of Path, which may also be files
    """

    scope_chosen = Signal(object, bool)
    saved_search_chosen = Signal(object)
    folders_requested = Signal(object)
    add_folder_requested = Signal()
    remove_root_requested = Signal(object)
    rescan_requested = Signal(object)
    pause_root_requested = Signal(object, bool)
    locate_root_requested = Signal(object)
    confirm_gone_requested = Signal(object)
    reveal_requested = Signal(object)
    new_collection_requested = Signal(str)
    rename_collection_requested = Signal(object, str)
    delete_collection_requested = Signal(object)
    files_dropped_on_collection = Signal(object, object)
    folders_dropped = Signal(object)
    rename_saved_requested = Signal(str, str)
    delete_saved_requested = Signal(str)
    suggestion_chosen = Signal(str)
    new_tag_requested = Signal()
    more_like_tag_requested = Signal(str)
    rename_tag_requested = Signal(str, str)
    drop_tag_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Sidebar")
        self._scope = EVERYTHING
        self._model = SidebarModel(self)
        self._view = SidebarView(self._model, self)
        self._filter = self._make_filter()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._view, 1)
        layout.addWidget(self._filter)
        for section in SECTIONS:
            self._view.expand(self._model.index_of(section.key))
        self._connect()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX, 600)

    def _make_filter(self) -> QLineEdit:
        field = QLineEdit(self)
        field.setPlaceholderText("Filter tags")
        field.setAccessibleName("Filter tags")
        field.setClearButtonEnabled(True)
        field.addAction(icon("tag"), QLineEdit.ActionPosition.LeadingPosition)
        field.hide()
        return field

    def _connect(self) -> None:
        self._model.folders_wanted.connect(self.folders_requested)
        self._model.renamed.connect(self._rename)
        self._model.drafted.connect(self.new_collection_requested)
        self._model.files_dropped.connect(self.files_dropped_on_collection)
        self._model.folders_dropped.connect(self.folders_dropped)
        self._view.chosen.connect(self._choose)
        self._view.add_wanted.connect(self._add)
        self._view.delete_wanted.connect(self._delete)
        self._view.menu_wanted.connect(self._open_menu)
        self._view.edited.connect(self._model.end_draft)
        self._filter.textChanged.connect(self._filter_tags)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def set_roots(self, roots: Sequence[RootCounts]) -> None:
        """What is below those that changed is asked for again, as far as it has been shown."""
        tree = self._model.tree
        known = set(tree.roots)
        changed = [counts.root.path for counts in roots if counts not in known]
        tree.roots = tuple(roots)
        tree.forget_folders()
        self._model.refresh(LIBRARY)
        self._model.ask_again([folder for root in changed for folder in tree.folders_below(root)])

    def set_statuses(self, statuses: Mapping[int, RootStatus]) -> None:
        """By the ids of roots; a root without one is just there."""
        self._model.tree.statuses = dict(statuses)
        self._model.refresh(LIBRARY)

    def set_collections(self, collections: Sequence[NameCount]) -> None:
        self._model.tree.collections = tuple(collections)
        self._model.refresh(COLLECTIONS)

    def set_saved(self, searches: Sequence[SavedSearch]) -> None:
        self._model.tree.saved = tuple(searches)
        self._model.refresh(SAVED)

    def set_tags(self, tags: Sequence[NameCount]) -> None:
        """In any order; the most used are listed first."""
        self._model.tree.tags = tuple(tags)
        self._model.refresh(TAGS)
        self._filter.setVisible(self._model.tree.has_many_tags)

    def set_suggested(self, suggested: Sequence[NameCount], personal: Sequence[str]) -> None:
        """The tags that are suggested, and those that learn from examples."""
        self._model.tree.suggested, self._model.tree.personal = tuple(suggested), tuple(personal)
        self._model.refresh(TAGS)
        self._filter.setVisible(self._model.tree.has_many_tags)

    def put_folders(self, folder: Path, inside: Sequence[FolderCount]) -> None:
        """The answer to `folders_requested`."""
        self._model.put_folders(folder, inside)

    def show_scope(self, scope: Scope) -> None:
        """Mark the rows that this scope is made of."""
        self._scope = scope
        self._model.show_scope(scope)

    # --- what a person does -------------------------------------------------------------------------------------------

    @Slot()
    def begin_collection(self) -> None:
        """Let a person type the name of a new one."""
        self._view.expand(self._model.index_of(COLLECTIONS.key))
        index = self._model.begin_draft()
        self._view.setCurrentIndex(index)
        self._view.scrollTo(index)
        self._view.edit(index)

    @Slot(object, bool)
    def _choose(self, entry: Entry, add: bool) -> None:
        if isinstance(entry.subject, SavedSearch):
            self.saved_search_chosen.emit(entry.subject)
        if entry.kind == "suggestion" and isinstance(entry.subject, NameCount):
            self.suggestion_chosen.emit(entry.subject.name)
        if entry.scope is None:
            return
        if not add:
            self._show_and_tell(entry.scope, entry.scope, add=False)
        elif self._is_part(entry):
            rest = without(self._scope, entry.scope)
            self._show_and_tell(rest, rest, add=False)
        else:
            self._show_and_tell(narrowed(self._scope, entry.scope), entry.scope, add=True)

    def _show_and_tell(self, shown: Scope, told: Scope, *, add: bool) -> None:
        self.show_scope(shown)
        self.scope_chosen.emit(told, add)

    @Slot(object)
    def _add(self, section: Entry) -> None:
        if section == COLLECTIONS:
            self.begin_collection()
        elif section == TAGS:
            self.new_tag_requested.emit()
        else:
            self.add_folder_requested.emit()

    @Slot(object, str)
    def _rename(self, entry: Entry, name: str) -> None:
        if isinstance(entry.subject, SavedSearch):
            self.rename_saved_requested.emit(entry.subject.name, name)
        elif entry.kind == "tag" and isinstance(entry.subject, NameCount):
            self.rename_tag_requested.emit(entry.subject.name, name)
        elif isinstance(entry.subject, NameCount):
            self.rename_collection_requested.emit(entry.subject.id, name)

    @Slot(object)
    def _delete(self, entry: Entry) -> None:
        match entry.kind, entry.subject:
            case "root", RootCounts() as counts:
                ask(
                    self,
                    f"Remove “{entry.label}” from the library?",
                    "The sounds themselves stay where they are. What you said of them is kept, and comes back if you "
                    "add the folder again; what was heard in them has to be heard again then.",
                    "Remove",
                    lambda: self.remove_root_requested.emit(counts.root.id),
                )
            case "tag", NameCount() as tag:
                self.drop_tag_requested.emit(tag.name)  # which can be undone
            case "collection", NameCount() as collection:
                ask(
                    self,
                    f"Delete the collection “{entry.label}”?",
                    "The sounds in it stay. Which of them were in it is forgotten.",
                    "Delete",
                    lambda: self.delete_collection_requested.emit(collection.id),
                )
            case "saved", SavedSearch() as search:
                ask(
                    self,
                    f"Delete the saved search “{entry.label}”?",
                    "No sound is touched.",
                    "Delete",
                    lambda: self.delete_saved_requested.emit(search.name),
                )

    def _confirm_gone(self, entry: Entry, root_id: int) -> None:
        ask(
            self,
            f"Were the sounds in “{entry.label}” really deleted?",
            "They leave the lists. What you said of them is kept, and comes back wherever they turn up again.",
            "They were deleted",
            lambda: self.confirm_gone_requested.emit(root_id),
        )

    # --- menus --------------------------------------------------------------------------------------------------------

    @Slot(object, QPoint)
    def _open_menu(self, entry: Entry, at: QPoint) -> None:
        menu = self.menu_of(entry)
        if not menu.isEmpty():
            menu.popup(at)

    def menu_of(self, entry: Entry) -> SidebarMenu:
        """What can be done with a row; the menu deletes itself when it closes."""
        menu = SidebarMenu(self)
        if entry.scope is not None:
            menu.add("Show only this", lambda: self._choose(entry, False))
            label = "Leave this out" if self._is_part(entry) else "Narrow down to this"
            menu.add(label, lambda: self._choose(entry, True), entry.scope != EVERYTHING)
            menu.addSeparator()
        match entry.kind, entry.subject:
            case "section", None:
                self._fill_section_menu(menu, entry)
            case "everything", None:
                menu.add("Look for changes in every folder", lambda: self.rescan_requested.emit(None))
                menu.add("Add a folder…", self.add_folder_requested.emit)
            case "root", RootCounts() as counts:
                self._fill_root_menu(menu, entry, counts)
            case "folder", FolderCount() as folder:
                menu.add("Show in the file manager", lambda: self.reveal_requested.emit(folder.path))
            case "tag", NameCount() as tag:
                self._fill_tag_menu(menu, entry, tag.name)
            case "suggestion", NameCount() as suggested:
                menu.add("Show the files it is suggested for", lambda: self.suggestion_chosen.emit(suggested.name))
                menu.add("Teach it with examples…", lambda: self.more_like_tag_requested.emit(suggested.name))
            case "collection" | "saved", _:
                index = self._model.index_of(entry.key)
                menu.add("Rename…", lambda: self._view.edit(index))
                menu.add("Delete…", lambda: self._delete(entry))
        return menu

    def _is_part(self, entry: Entry) -> bool:
        return entry.scope not in {None, EVERYTHING} and holds(self._scope, entry.scope or EVERYTHING)

    def _fill_section_menu(self, menu: SidebarMenu, section: Entry) -> None:
        if section == COLLECTIONS:
            menu.add("New collection…", self.begin_collection)
        elif section == TAGS:
            menu.add("New personal tag…", self.new_tag_requested.emit)
        elif section == LIBRARY:
            menu.add("Add a folder…", self.add_folder_requested.emit)
            menu.add("Look for changes in every folder", lambda: self.rescan_requested.emit(None))

    def _fill_tag_menu(self, menu: SidebarMenu, entry: Entry, tag: str) -> None:
        index = self._model.index_of(entry.key)
        menu.add("Find more like these…", lambda: self.more_like_tag_requested.emit(tag))
        menu.addSeparator()
        menu.add("Rename…", lambda: self._view.edit(index))
        menu.add("Remove from every file", lambda: self.drop_tag_requested.emit(tag))

    def _fill_root_menu(self, menu: SidebarMenu, entry: Entry, counts: RootCounts) -> None:
        root_id, path, how = counts.root.id, counts.root.path, entry.status.how
        is_there = how != "offline"
        menu.add("Look for changes now", lambda: self.rescan_requested.emit(root_id))
        if how == "paused":
            menu.add("Go on watching", lambda: self.pause_root_requested.emit(root_id, False))
        else:
            menu.add("Pause watching", lambda: self.pause_root_requested.emit(root_id, True), is_there)
        menu.add("Show in the file manager", lambda: self.reveal_requested.emit(path), is_there)
        menu.addSeparator()
        if not is_there:
            menu.add("It is somewhere else now…", lambda: self.locate_root_requested.emit(root_id))
            menu.add("Its sounds were deleted…", lambda: self._confirm_gone(entry, root_id))
        menu.add("Remove from the library…", lambda: self._delete(entry))

    @Slot(str)
    def _filter_tags(self, text: str) -> None:
        self._model.tree.tag_filter = text
        self._model.refresh(TAGS)
        index = self._model.index_of(TAGS.key)
        self._view.expand(index)
        if text and (suggested := self._model.index_of(SUGGESTED.key)).isValid():
            self._view.expand(suggested)
        self._view.scrollTo(index, SidebarView.ScrollHint.PositionAtTop)
