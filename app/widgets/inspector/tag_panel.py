"""The tags of the files that are shown, a person's and those that are suggested, and what can be said of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.view_models.file_details import FileDetails
from app.view_models.suggestions import SharedName, all_of, likely, rest, shared_suggestions, shared_tags
from app.widgets.inspector.bulk_tags import BulkTags
from app.widgets.inspector.section import Section
from app.widgets.inspector.suggested_tags import SuggestedTags, SuggestionsHead
from app.widgets.inspector.tag_editor import TagEditor


class TagPanel(Section):
    """Of one file each tag by itself; of several each with how many have it.

    tags_added : list of tags, for all files that are shown; removed : a tag, from all of them
    accepted, rejected : Judged, what is suggested and for which of the files
    moment_requested : start and end in seconds
    """

    tags_added = Signal(object)
    removed = Signal(str)
    accepted = Signal(object)
    rejected = Signal(object)
    moment_requested = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Tags", parent)
        self._files: Sequence[FileDetails] = ()
        self.shared = BulkTags("Tags of these files", self)
        self.editor = TagEditor(self)
        self.head = SuggestionsHead(self)
        self.suggested = SuggestedTags(self)
        self.shared_suggestions = BulkTags("Suggested for these files", self)
        for part in (self.shared, self.editor, self.head, self.suggested, self.shared_suggestions):
            self.column.addWidget(part)
        self._connect()

    def _connect(self) -> None:
        self.editor.tags_added.connect(self.tags_added)
        self.editor.removed.connect(self.removed)
        self.shared.given.connect(lambda shared: self.tags_added.emit([shared.name]))
        self.shared.taken.connect(lambda shared: self.removed.emit(shared.name))
        self.suggested.accepted.connect(lambda name: self.accepted.emit(self._judged(name)))
        self.suggested.rejected.connect(lambda name: self.rejected.emit(self._judged(name)))
        self.suggested.moment_requested.connect(self.moment_requested)
        self.shared_suggestions.given.connect(lambda shared: self.accepted.emit(_of(shared)))
        self.shared_suggestions.taken.connect(lambda shared: self.rejected.emit(_of(shared)))
        self.head.accept_requested.connect(self.accept_likely)
        self.head.reject_requested.connect(self.reject_rest)

    def show_files(self, files: Sequence[FileDetails]) -> None:
        self._files = files
        one = files[0] if len(files) == 1 else None
        several = files if len(files) > 1 else ()
        self.editor.show_tags([details.row.id for details in files], one.row.tags if one else ())
        self.suggested.show_suggestions(one.suggestions if one else ())
        self.shared.show_names(shared_tags(several))
        self.shared_suggestions.show_names(shared_suggestions(several))
        self.head.show_numbers(len(likely(files)), len(rest(files)))

    @Slot()
    def accept_likely(self) -> None:
        if wanted := likely(self._files):
            self.accepted.emit(wanted)

    @Slot()
    def reject_rest(self) -> None:
        """What only may be right; or all, where either all is likely or nothing is."""
        others = rest(self._files)
        if unwanted := others if likely(self._files) and others else all_of(self._files):
            self.rejected.emit(unwanted)

    def _judged(self, name: str) -> dict[str, tuple[int, ...]]:
        return {name: tuple(details.row.id for details in self._files)}


def _of(shared: SharedName) -> dict[str, tuple[int, ...]]:
    return {shared.name: shared.file_ids}
