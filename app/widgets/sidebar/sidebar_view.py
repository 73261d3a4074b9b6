"""The tree of the sidebar: what mouse and keys do in it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTreeView, QWidget

from app.item_models.sidebar_model import Role, SidebarModel
from app.view_models.sidebar_tree import Entry
from app.widgets.sidebar.sidebar_rows import INDENTATION_PX, SidebarRows, add_rect, can_add

Index = QModelIndex | QPersistentModelIndex

FOLDING = {"section", "suggested"}  # rows that are only there to be folded and unfolded


class SidebarView(QTreeView):
    """Rows are chosen by click or Enter; what is chosen is drawn by the model's scope, not by a selection of Qt's.

    chosen : Entry, and whether it was chosen with Ctrl
    add_wanted : Entry of a section whose + was pressed
    delete_wanted : Entry
    menu_wanted : Entry, and the point on the screen
    edited : a name was entered, or not
    """

    chosen = Signal(object, bool)
    add_wanted = Signal(object)
    delete_wanted = Signal(object)
    menu_wanted = Signal(object, QPoint)
    edited = Signal()

    def __init__(self, model: SidebarModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(SidebarRows(self))
        self.setAccessibleName("Library")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(INDENTATION_PX)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self.setDropIndicatorShown(True)
        self.setAutoExpandDelay(600)
        self.setStyleSheet("background: transparent;")  # lists are brighter
        self.itemDelegate().closeEditor.connect(self.edited)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    def entry_at(self, index: Index) -> Entry | None:
        entry: Entry | None = index.data(Role.ENTRY)
        return entry

    # --- mouse and keys -----------------------------------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        entry = self.entry_at(index)
        was_pressed_here = index.isValid() and index == self.currentIndex()
        if event.button() != Qt.MouseButton.LeftButton or entry is None or not was_pressed_here:
            return
        row = self.visualRect(index)
        if entry.kind in FOLDING:
            if can_add(entry) and add_rect(row).adjusted(-4, -4, 4, 4).contains(event.position().toPoint()):
                self.add_wanted.emit(entry)
            else:
                self.setExpanded(index, not self.isExpanded(index))
        elif event.position().x() >= row.left():  # left of it is the chevron
            self.chosen.emit(entry, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # two clicks, and no folding or unfolding

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self.entry_at(self.currentIndex())
        is_editing = self.state() == QAbstractItemView.State.EditingState
        if entry is None or is_editing:
            super().keyPressEvent(event)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if entry.kind in FOLDING:
                self.setExpanded(self.currentIndex(), not self.isExpanded(self.currentIndex()))
            else:
                self.chosen.emit(entry, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit(entry)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        entry = self.entry_at(index)
        if entry is None:
            return
        at = self.visualRect(index).bottomLeft() if by_key else event.pos()
        self.setCurrentIndex(index)
        self.menu_wanted.emit(entry, self.viewport().mapToGlobal(at))

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        """The rows draw them, for their background reaches below."""
