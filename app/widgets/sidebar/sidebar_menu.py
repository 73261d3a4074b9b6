"""The menu of one row of the sidebar."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget


class SidebarMenu(QMenu):
    """Deletes itself when it closes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def add(self, text: str, do: Callable[[], object], enabled: bool = True) -> None:
        action = self.addAction(text)
        action.triggered.connect(do)
        action.setEnabled(enabled)
