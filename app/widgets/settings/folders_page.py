"""The page of the settings that lists the folders Earmark watches."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QPushButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.look.icons import icon
from app.view_models.plain_text import tooltip
from app.view_models.settings_texts import root_text
from app.widgets.settings.settings_page import small_print
from engine.errors import display_path
from engine.library_rows import Root, RootCounts

_PROMISE = (
    "Earmark only reads these folders. Removing one here leaves every file where it is, and your tags, notes and "
    "ratings are kept for the day it comes back."
)
_ROOT = Qt.ItemDataRole.UserRole


class FoldersPage(QWidget):
    """Roots in a list, and what can be done with them."""

    add_requested = Signal()
    remove_requested = Signal(object)  # Root
    rescan_requested = Signal(object)  # Root

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = QTreeWidget()
        self._list.setAccessibleName("Folders")
        self._list.setHeaderLabels(["Folder", "Contents"])
        self._list.setRootIsDecorated(False)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.header().setStretchLastSection(False)
        self._list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._list.currentItemChanged.connect(self._offer)
        add = QPushButton("Add folder…")
        add.clicked.connect(self.add_requested)
        self._rescan = QPushButton("Rescan")
        self._rescan.setToolTip("Look now for sounds that are new, changed or gone in the selected folder")
        self._rescan.clicked.connect(self._request_rescan)
        self._remove = QPushButton("Remove")
        self._remove.setToolTip("Stop watching the selected folder")
        self._remove.clicked.connect(self._request_removal)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(add)
        buttons.addStretch()
        buttons.addWidget(self._rescan)
        buttons.addWidget(self._remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(self._list)
        layout.addLayout(buttons)
        layout.addWidget(small_print(_PROMISE))
        self._offer()

    def set_roots(self, roots: Sequence[RootCounts]) -> None:
        """Show these; the one that was selected stays so."""
        selected = self._selected()
        self._list.clear()
        for counts in roots:
            root = counts.root
            item = QTreeWidgetItem(self._list, [display_path(root.path), root_text(counts)])
            item.setIcon(0, icon("folder" if root.online else "folder-offline"))
            item.setToolTip(0, tooltip(display_path(root.path)))
            item.setData(0, _ROOT, root)
            if selected is not None and root.id == selected.id:
                self._list.setCurrentItem(item)
        self._offer()

    def _selected(self) -> Root | None:
        item = self._list.currentItem()
        root: Root | None = item.data(0, _ROOT) if item is not None else None
        return root

    @Slot()
    def _offer(self) -> None:
        selected = self._selected()
        self._remove.setEnabled(selected is not None)
        self._rescan.setEnabled(selected is not None and selected.online)

    @Slot()
    def _request_rescan(self) -> None:
        self.rescan_requested.emit(self._selected())

    @Slot()
    def _request_removal(self) -> None:
        self.remove_requested.emit(self._selected())
