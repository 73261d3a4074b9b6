"""The tags of the files that are shown, and a field for more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout, QWidget

from app.view_models.file_details import entered_tags
from app.widgets.flow_layout import FlowLayout
from app.widgets.inspector.tag_capsule import TagCapsule

FileIds = tuple[int, ...]


class TagEditor(QWidget):
    """What is typed for some files and not entered yet waits for them, whatever is shown meanwhile.

    tags_added : list of tags; removed : a tag
    """

    tags_added = Signal(object)
    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file_ids: FileIds = ()
        self._tags: tuple[str, ...] = ()
        self._typed: dict[FileIds, str] = {}
        self._capsules = QWidget(self)
        self._flow = FlowLayout(self._capsules)
        self._shown: list[TagCapsule] = []
        self.field = TagField(self)
        self.field.entered.connect(self.tags_added)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._capsules)
        column.addWidget(self.field)
        self._capsules.hide()

    def show_tags(self, file_ids: Sequence[int], tags: Sequence[str]) -> None:
        """The tags that all of these files have."""
        if tuple(file_ids) != self._file_ids:
            self._turn_to(tuple(file_ids))
        if tuple(tags) != self._tags:
            self._tags = tuple(tags)
            self._fill()

    def set_known_tags(self, tags: Sequence[str]) -> None:
        """What the field completes to."""
        self.field.complete_to(tags)

    def capsules(self) -> list[TagCapsule]:
        """In the order in which they are shown."""
        return list(self._shown)

    def _turn_to(self, file_ids: FileIds) -> None:
        text = self.field.text()
        if text:
            self._typed[self._file_ids] = text
        self._file_ids = file_ids
        self.field.setText(self._typed.pop(file_ids, ""))

    def _fill(self) -> None:
        had_focus = self._capsules.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        for old in self._shown:
            self._flow.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._shown = [TagCapsule(tag, self._capsules) for tag in self._tags]
        for capsule in self._shown:
            capsule.removed.connect(self.removed)
            self._flow.addWidget(capsule)
        self._capsules.setVisible(bool(self._shown))
        if had_focus:
            self.field.setFocus()


class TagField(QLineEdit):
    """Takes several tags with commas between them; completes the one that is being typed. Esc empties it.

    entered : list of tags
    """

    entered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Add tags, separated by commas")
        self.setAccessibleName("Add tags")
        self.setMaxLength(1000)
        self._known = QStringListModel(self)
        completer = LastTagCompleter(self._known, self)
        self.setCompleter(completer)
        self.returnPressed.connect(self._enter)

    def complete_to(self, tags: Sequence[str]) -> None:
        if self._known.stringList() != list(tags):
            self._known.setStringList(list(tags))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _enter(self) -> None:
        tags = entered_tags(self.text())
        self.clear()
        if tags:
            self.entered.emit(list(tags))


class LastTagCompleter(QCompleter):
    """Completes what follows the last comma."""

    def __init__(self, known: QStringListModel, parent: TagField) -> None:
        super().__init__(known, parent)
        self._field = parent
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setMaxVisibleItems(8)

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(",")[2].strip()]

    def pathFromIndex(self, index) -> str:  # type: ignore[no-untyped-def]
        before, comma, _ = self._field.text().rpartition(",")
        return f"{before}{comma}{' ' if comma else ''}{super().pathFromIndex(index)}"
