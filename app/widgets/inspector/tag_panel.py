"""The tags of the files that are shown, a person's and those that are suggested, and what can be said of them."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from app.view_models.file_details import FileDetails
from app.view_models.several_files import SeveralFiles
from app.view_models.suggestions import Judged, likely, rest, suggested_for
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
        self._suggested: Judged = {}
        self._likely: Judged = {}
        self._rest: Judged = {}
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
        self.shared_suggestions.given.connect(lambda shared: self.accepted.emit(self._judged(shared.name)))
        self.shared_suggestions.taken.connect(lambda shared: self.rejected.emit(self._judged(shared.name)))
        self.head.accept_requested.connect(self.accept_likely)
        self.head.reject_requested.connect(self.reject_rest)

    def show_files(self, shown: FileDetails | SeveralFiles | None) -> None:
        one = shown if isinstance(shown, FileDetails) else None
        several = shown if isinstance(shown, SeveralFiles) else None
        self.editor.show_tags(shown.file_ids if shown else (), one.row.tags if one else ())
        self.suggested.show_suggestions(one.suggestions if one else ())
        self.shared.show_names(several.tags if several else ())
        self.shared_suggestions.show_names(several.suggestions if several else ())
        if several:
            self._suggested, self._likely, self._rest = several.suggested, several.likely, several.rest
        else:
            files = [one] if one else []
            self._suggested, self._likely, self._rest = suggested_for(files), likely(files), rest(files)
        self.head.show_numbers(len(self._likely), len(self._rest))

    @Slot()
    def accept_likely(self) -> None:
        if self._likely:
            self.accepted.emit(self._likely)

    @Slot()
    def reject_rest(self) -> None:
        """What only may be right or, where all is likely, that."""
        if unwanted := self._rest or self._likely:
            self.rejected.emit(unwanted)

    def _judged(self, name: str) -> Judged:
        return {name: self._suggested[name]}
