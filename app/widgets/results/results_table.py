"""The list of results: many rows, one of which plays."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.file_mime import local_paths
from app.item_models.results_model import ResultsModel
from app.view_models.kept_place import ListLayout, PlaceOnScreen, keeping_place
from app.view_models.result_columns import ColumnWidths
from app.view_models.results import Results
from app.widgets.dragged_files import drag_out, take_if_files
from app.widgets.results.result_row_painter import DIVIDER_PX, LINE_PX, STRIP_ROW_PX, ResultRowPainter, ShownRow
from app.widgets.results.results_header import ResultsHeader
from app.widgets.results.row_selection import selected_rows, selection_of
from engine.library_rows import Order

Index = QModelIndex | QPersistentModelIndex
_NO_KEYS = Qt.KeyboardModifier.NoModifier
_CLEAR_AND_SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


class ResultsTable(QTableView):
    """Rows to choose, to hear and to drag out.

    row_selected : a file id, and whether by keyboard. Choosing with Ctrl or Shift held says nothing, and neither does
        a click on the row that plays
    selection_changed : other rows are selected than before
    row_activated : a file id; Enter or a double click
    play_toggled : Space
    letter_typed : a character that is no command
    sort_requested : an Order, or None for the order of relevance
    files_dropped : a list of Path
    context_menu_requested : a list of file ids, and where on the screen
    columns_changed : `columns()` says something else
    """

    row_selected = Signal(object, bool)
    selection_changed = Signal()
    row_activated = Signal(object)
    play_toggled = Signal()
    letter_typed = Signal(str)
    sort_requested = Signal(object)
    files_dropped = Signal(object)
    context_menu_requested = Signal(object, QPoint)
    columns_changed = Signal()

    def __init__(self, model: ResultsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._playing_id: int | None = None
        self._divider_row: int | None = None  # the row that has the divider above it
        self._row_px = LINE_PX
        self._painter: ResultRowPainter | None = None  # made for the first paint, and when the look changes
        self._pointer: QPoint | None = None  # where the mouse was moved to over the list
        self._handled = False  # a person has moved the mouse or chosen a row since the rows came
        self._pressed_among_several = False
        self._held = False  # a row is held with the mouse, perhaps to be dragged
        self._held_back: tuple[Results, bool] | None = None  # what came meanwhile
        self._replacing = False
        self._header = ResultsHeader(self)
        self.setHorizontalHeader(self._header)
        self._set_up()
        self.setModel(model)
        self._header.set_columns(())
        self._header.sort_requested.connect(self.sort_requested)
        self._header.columns_changed.connect(self.columns_changed)

    def _set_up(self) -> None:
        self.setAccessibleName("Results")
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(LINE_PX)
        self.verticalHeader().setDefaultSectionSize(LINE_PX)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setDropIndicatorShown(False)
        self.setMouseTracking(True)

    def model(self) -> ResultsModel:
        return self._model

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_results(self, results: Results, keep_place: bool = False) -> None:
        """Selected files stay selected where they are among the results; nobody is told that they are.

        keep_place : these results replace others of the same question, so what a person points at stays where it is.
            Otherwise the list starts at its top
        While a row is held or dragged nothing moves: the results appear when it is let go.
        """
        if self._held:
            self._held_back = (results, keep_place or (self._held_back is not None and self._held_back[1]))
            return
        selected, current_id = self._selected(), self.current_id()
        offset_px = 0
        if keep_place:
            layout = ListLayout(self._row_px, DIVIDER_PX, self.verticalScrollBar().value())
            results, offset_px = keeping_place(self._model.results, results, self._places_to_keep(), layout)
        self._replacing = True
        self.setAccessibleDescription(results.reason)
        self._model.set_results(results)
        self._show_divider()
        self._select(results.indices_of(selected), None if current_id is None else results.index_of(current_id))
        self._replacing = False
        self._scroll_to(offset_px)
        self._handled = self._handled and keep_place
        if not np.array_equal(self._selected(), selected):
            self.selection_changed.emit()

    def _places_to_keep(self) -> list[PlaceOnScreen]:
        """The row under the mouse, the current one, and the top one of a list that was scrolled."""
        places = []
        if self._handled and self._pointer and (hovered := self.indexAt(self._pointer)).isValid():
            places.append(PlaceOnScreen(hovered.row(), self._row_rect(hovered.row()).y(), self._pointer.y()))
        current = self.currentIndex()
        if self._handled and current.isValid():
            rect = self._row_rect(current.row())
            if self.viewport().rect().contains(rect.center()):
                places.append(PlaceOnScreen(current.row(), rect.y(), rect.center().y()))
        if self.verticalScrollBar().value() and (top := self.rowAt(0)) >= 0:
            rect = self._row_rect(top)
            places.append(PlaceOnScreen(top, rect.y(), rect.center().y(), pointed_at=False))
        return places

    def _scroll_to(self, offset_px: int) -> None:
        self.updateGeometries()  # the range of the scroll bar
        self.verticalScrollBar().setValue(offset_px)

    def _show_divider(self) -> None:
        rows = self.verticalHeader()
        if self._divider_row is not None and self._divider_row < rows.count():
            rows.resizeSection(self._divider_row, self._row_px)
        self._divider_row = self._model.results.first_weak
        if self._divider_row is not None:
            rows.resizeSection(self._divider_row, self._row_px + DIVIDER_PX)

    def set_playing(self, file_id: int | None) -> None:
        self._playing_id = file_id
        self.viewport().update()

    def set_waveforms(self, shown: bool) -> None:
        """Whether each row has a strip with its waveform below its line."""
        top = max(0, self.rowAt(0))
        self._row_px = STRIP_ROW_PX if shown else LINE_PX
        self._header.set_strip(shown)
        self._divider_row = None
        self.verticalHeader().setDefaultSectionSize(self._row_px)
        self._show_divider()
        self._scroll_to(self.verticalHeader().sectionPosition(top) if top else 0)

    @property
    def has_waveforms(self) -> bool:
        return self._row_px == STRIP_ROW_PX

    def columns(self) -> ColumnWidths:
        """Ids in order with widths in pixels, AS_FITS_PX where nobody set them; empty for the usual ones."""
        return self._header.columns()

    def set_columns(self, columns: ColumnWidths) -> None:
        self._header.set_columns(columns)

    def set_order(self, order: Order | None) -> None:
        """Show what the list is sorted by; None for relevance."""
        self._header.set_order(order)

    # --- what is selected ---------------------------------------------------------------------------------------------

    def selected_ids(self) -> list[int]:
        """The selected files as they stand in the list."""
        ids: list[int] = self._selected().tolist()
        return ids

    def _selected(self) -> np.ndarray:
        ids: np.ndarray = self._model.results.file_ids[selected_rows(self.selectionModel())]
        return ids

    def current_id(self) -> int | None:
        row = self.currentIndex().row()
        return self._id_of(row) if row >= 0 else None

    def select_id(self, file_id: int) -> bool:
        """Select this file alone and bring it into view, without saying so; whether it is in the list."""
        row = self._model.row_of(file_id)
        if row is None:
            return False
        self._go_to(row)
        return True

    def select_next(self) -> None:
        """As the arrow down does."""
        self._step(1)

    def select_previous(self) -> None:
        """As the arrow up does."""
        self._step(-1)

    def _step(self, rows: int) -> None:
        current = self.currentIndex()
        # the focus alone makes a row the current one, which a person has not chosen
        before = current.row() if self.selectionModel().isRowSelected(current.row(), QModelIndex()) else -1
        row = min(max(0, before + rows), len(self._model.results) - 1)
        if row not in (before, -1):
            self._go_to(row)
            self._handled = True
            self.row_selected.emit(self._id_of(row), True)

    def _go_to(self, row: int) -> None:
        self.selectionModel().setCurrentIndex(self._model.index(row, 0), _CLEAR_AND_SELECT)

    def _select(self, rows: np.ndarray, current: int | None) -> None:
        """Without scrolling there."""
        flag = QItemSelectionModel.SelectionFlag
        if current is not None:
            self.setAutoScroll(False)
            self.selectionModel().setCurrentIndex(self._model.index(current, 0), flag.NoUpdate)
            self.setAutoScroll(True)
        self.selectionModel().select(selection_of(self._model, rows), flag.ClearAndSelect)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()
        if not self._replacing:
            self.selection_changed.emit()

    def _id_of(self, row: int) -> int:
        return int(self._model.results.file_ids[row])

    # --- keyboard -----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, current_id = event.key(), self.current_id()
        if key == Qt.Key.Key_Space:
            self.play_toggled.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if current_id is not None:
                self.row_activated.emit(current_id)
        else:
            super().keyPressEvent(event)
            chosen_id = self.current_id()
            if chosen_id is not None and chosen_id != current_id and not _holds_modifier(event):
                self._handled = True
                self.row_selected.emit(chosen_id, True)

    def keyboardSearch(self, search: str) -> None:
        """Letters go to the search field, rather than to a row that begins with them."""
        if search.isprintable():
            self.letter_typed.emit(search)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """By rows; there is nothing to choose inside of one."""
        rows = len(self._model.results)
        page = max(1, self.viewport().height() // self._row_px - 1)
        actions = QAbstractItemView.CursorAction
        steps = {
            actions.MoveUp: -1,
            actions.MovePrevious: -1,
            actions.MoveDown: 1,
            actions.MoveNext: 1,
            actions.MovePageUp: -page,
            actions.MovePageDown: page,
            actions.MoveHome: -rows,
            actions.MoveEnd: rows,
        }
        return self._model.index(min(max(0, self.currentIndex().row() + steps.get(action, 0)), rows - 1), 0)

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Only up and down: a person who looks at the columns on the right goes on to see them."""
        aside_px = self.horizontalScrollBar().value()
        super().scrollTo(index, hint)
        self.horizontalScrollBar().setValue(aside_px)

    # --- mouse --------------------------------------------------------------------------------------------------------

    def indexAt(self, pos: QPoint) -> QModelIndex:
        """The divider is part of no row."""
        index = super().indexAt(pos)
        return index if index.isValid() and self._row_rect(index.row()).contains(pos) else QModelIndex()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        plain = event.button() == Qt.MouseButton.LeftButton and not _holds_modifier(event) and index.isValid()
        several = plain and self.selectionModel().isSelected(index) and len(selected_rows(self.selectionModel())) > 1
        self._pressed_among_several = several  # it may be the beginning of dragging them all
        self._held = index.isValid() and event.button() == Qt.MouseButton.LeftButton
        super().mousePressEvent(event)
        if plain and not several:
            self._choose(index.row())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if self._pressed_among_several and index.isValid():
            self._choose(index.row())
        self._let_go()

    def _let_go(self) -> None:
        """What came while a row was held can be shown now."""
        self._held = self._pressed_among_several = False
        held_back, self._held_back = self._held_back, None
        if held_back is not None:
            self.show_results(*held_back)

    def _choose(self, row: int) -> None:
        self._handled = True
        if self._id_of(row) != self._playing_id:
            self.row_selected.emit(self._id_of(row), False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.row_activated.emit(self._id_of(index.row()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(event.position().toPoint())
        self._handled = True
        super().mouseMoveEvent(event)
        if self._held and not event.buttons():  # the release went elsewhere
            self._let_go()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._point_at(None)
        return super().viewportEvent(event)

    def _point_at(self, pointer: QPoint | None) -> None:
        for place in (self._pointer, pointer):
            if place is not None:
                self.viewport().update(0, place.y() - STRIP_ROW_PX, self.viewport().width(), 2 * STRIP_ROW_PX)
        self._pointer = pointer

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.selectionModel().hasSelection():
            return
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self._row_rect(self.currentIndex().row()).center())
        self.context_menu_requested.emit(self.selected_ids(), place)

    # --- dragging -----------------------------------------------------------------------------------------------------

    def startDrag(self, supported_actions: Qt.DropAction) -> None:
        files = self._model.files_as_mime_data(self.selected_ids())
        if files.hasUrls():
            self._held = True
            drag_out(files, self)
        self._let_go()  # whoever takes a drag takes the release of the button with it

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        take_if_files(event, self)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        take_if_files(event, self)

    def dropEvent(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.files_dropped.emit(local_paths(event.mimeData()))

    # --- drawing ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Row by row rather than cell by cell, which takes a fraction of the time."""
        if self._painter is None:
            self._painter = ResultRowPainter(self.font(), self.palette(), self.devicePixelRatioF())
        area = self.viewport().rect()
        first, last = self._rows_between(area.top(), area.bottom())
        cells = self._header.cells()
        waveforms = self.has_waveforms or any(cell.column.id == "waveform" for cell in cells)
        self._model.show_rows(first, last, with_peaks=waveforms)
        first, last = self._rows_between(event.rect().top(), event.rect().bottom())
        hovered = self.indexAt(self._pointer).row() if self._pointer else -1
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), self.palette().base())
        for row in range(first, last + 1):
            place = self._row_rect(row)
            if row == self._divider_row:
                area_above = QRect(0, place.y() - DIVIDER_PX, place.width(), DIVIDER_PX)
                self._painter.draw_divider(painter, area_above, self._model.results.reason)
            self._painter.draw(painter, place, cells, self._shown_row(row, hovered=row == hovered))
        painter.end()

    def _shown_row(self, row: int, *, hovered: bool) -> ShownRow:
        return ShownRow(
            result=self._model.result(row),
            file=self._model.file_row(row),
            peaks=self._model.peaks(row),
            selected=self.selectionModel().isSelected(self._model.index(row, 0)),
            focused=self.hasFocus(),
            hovered=hovered,
            playing=self._id_of(row) == self._playing_id,
            verdict=self._model.verdict(row),
        )

    def _rows_between(self, top_px: int, bottom_px: int) -> tuple[int, int]:
        """The first and the last row of a part of the viewport; the last is before the first if there are none."""
        first, last = self.rowAt(top_px), self.rowAt(bottom_px)
        if first < 0:
            return 0, -1
        return first, last if last >= 0 else len(self._model.results) - 1

    def _row_rect(self, row: int) -> QRect:
        """In the viewport, over its whole width and without the divider."""
        top_px = self.rowViewportPosition(row) + (DIVIDER_PX if row == self._divider_row else 0)
        return QRect(0, top_px, self.viewport().width(), self._row_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._header.fit(self.viewport().width())

    def event(self, event: QEvent) -> bool:
        if event.type() in (
            QEvent.Type.PaletteChange,
            QEvent.Type.FontChange,
            QEvent.Type.StyleChange,
            QEvent.Type.DevicePixelRatioChange,
        ):
            self._painter = None
            self.viewport().update()
        return super().event(event)


def _holds_modifier(event: QKeyEvent | QMouseEvent) -> bool:
    """Keys of the keypad are no others."""
    return event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != _NO_KEYS
