"""What a file says of itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from app.look.icons import icon
from app.view_models.file_details import metadata_facts, raw_facts
from app.view_models.wording import counted
from app.widgets.inspector.fact_sheet import FactSheet
from app.widgets.inspector.section import Section
from engine.metadata import Metadata


class MetadataSection(Section):
    """The fields that people look for, and folded below them the others under the names they have in the file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Metadata", parent)
        self._metadata: Metadata | None = None
        self._known = FactSheet("Metadata", self)
        self._unfold = QToolButton(self)
        self._unfold.setCheckable(True)
        self._raw = FactSheet("All fields", self)
        self._raw.hide()
        self._unfold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._unfold.toggled.connect(self._fold)
        for widget in (self._known, self._unfold, self._raw):
            self.column.addWidget(widget)

    def show_metadata(self, metadata: Metadata | None) -> None:
        """Nothing at all is shown of a file that says nothing."""
        self._metadata = metadata
        known = metadata_facts(metadata) if metadata else []
        raw = raw_facts(metadata) if metadata else []
        self.setVisible(bool(known or raw))
        self._known.setVisible(bool(known))
        self._known.show_facts(known)
        self._unfold.setVisible(bool(raw))
        self._unfold.setText(counted(len(raw), "more field"))
        self._fold(self._unfold.isChecked())

    @Slot(bool)
    def _fold(self, unfolded: bool) -> None:
        self._unfold.setIcon(icon("chevron-down" if unfolded else "chevron-right"))
        shown = raw_facts(self._metadata) if unfolded and self._metadata else []
        self._raw.show_facts(shown)
        self._raw.setVisible(bool(shown))
