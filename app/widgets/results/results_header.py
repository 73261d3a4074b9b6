"""The header of the list of results: which columns there are, how wide they are, and what the list is sorted by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from app.look import theme
from app.view_models.result_columns import (
    AS_FITS_PX,
    COLUMNS,
    LEAST_COLUMN_PX,
    NUMBER_OF,
    ColumnWidths,
    chosen_columns,
    fitting_widths,
    usual_columns,
)
from app.widgets.results.result_row_painter import GUTTER_PX, PADDING_PX, Cell
from engine.library_rows import Order

HEADER_PX = 28
NAME_INDENT_PX = GUTTER_PX + PADDING_PX


class ResultsHeader(QHeaderView):
    """Columns share the room until a person sets the width of one.

    sort_requested : carries an Order, or None for the order of relevance
    columns_changed : a person chose other columns, widths or another order of columns
    """

    sort_requested = Signal(object)
    columns_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._shown: set[str] = set()  # chosen by a person
        self._strip = False
        self._by_hand = False
        self._arranging = False
        self._room_px = 0
        self._order: Order | None = None
        self.setAccessibleName("Columns of the results")
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setSortIndicatorShown(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(LEAST_COLUMN_PX)
        self.setFixedHeight(HEADER_PX)
        self.sectionClicked.connect(self._sort_by)
        self.sectionResized.connect(self._take_width)
        self.sectionMoved.connect(self._take_move)
        self.set_order(None)

    # --- columns ------------------------------------------------------------------------------------------------------

    def columns(self) -> ColumnWidths:
        """Ids in order with widths in pixels, AS_FITS_PX where nobody set them; empty for the usual ones."""
        ids = [COLUMNS[self.logicalIndex(place)].id for place in range(self.count())]
        chosen = tuple((name, self._width(name)) for name in ids if name in self._shown)
        return () if chosen == usual_columns() else chosen

    def _width(self, name: str) -> int:
        return self.sectionSize(NUMBER_OF[name]) if self._by_hand else AS_FITS_PX

    def set_columns(self, columns: ColumnWidths) -> None:
        """Once the header has its model."""
        chosen = chosen_columns(columns)
        self._shown = {name for name, _ in chosen}
        self._by_hand = all(width_px > AS_FITS_PX for _, width_px in chosen)
        widths_px = {column.id: column.width_px for column in COLUMNS} | {
            name: width_px for name, width_px in chosen if width_px > AS_FITS_PX
        }
        others = [column.id for column in COLUMNS if column.id not in self._shown]
        with self._arranged():
            for place, name in enumerate([*(name for name, _ in chosen), *others]):
                self.moveSection(self.visualIndex(NUMBER_OF[name]), place)
                self.resizeSection(NUMBER_OF[name], widths_px[name])
        self._show_chosen()

    def set_strip(self, strip: bool) -> None:
        """Where every row has its waveform in a strip, the column of waveforms would say it twice."""
        self._strip = strip
        self._show_chosen()

    def fit(self, room_px: int | None = None) -> None:
        """Share the room, by default that of last time, among the columns, unless a person has set their widths."""
        self._room_px = self._room_px if room_px is None else room_px
        if self._by_hand:
            return
        shown = [column for column in COLUMNS if not self.isSectionHidden(NUMBER_OF[column.id])]
        with self._arranged():
            for name, width_px in fitting_widths(shown, self._room_px).items():
                self.resizeSection(NUMBER_OF[name], width_px)

    def cells(self) -> list[Cell]:
        """The columns in view, with their places."""
        shown = [
            Cell(column, self.sectionViewportPosition(number), self.sectionSize(number))
            for number, column in enumerate(COLUMNS)
            if not self.isSectionHidden(number)
        ]
        return [cell for cell in shown if cell.x_px < self.viewport().width() and cell.x_px + cell.width_px > 0]

    def _show_chosen(self) -> None:
        with self._arranged():
            for name, number in NUMBER_OF.items():
                self.setSectionHidden(number, name not in self._shown or (self._strip and name == "waveform"))
        self.fit()

    @contextmanager
    def _arranged(self) -> Iterator[None]:
        """What is done in here is not a person's doing."""
        self._arranging = True
        try:
            yield
        finally:
            self._arranging = False

    @Slot(int, int, int)
    def _take_width(self, section: int, old_px: int, new_px: int) -> None:
        if not self._arranging and new_px and old_px:
            self._by_hand = True
            self.columns_changed.emit()

    @Slot(int, int, int)
    def _take_move(self, section: int, old_place: int, new_place: int) -> None:
        if not self._arranging:
            self.columns_changed.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.column_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def column_menu(self) -> QMenu:
        """Every column to be shown or not, and the way back to the usual ones."""
        menu = QMenu(self)
        for column in COLUMNS:
            action = menu.addAction(column.title)
            action.setData(column.id)
            action.setCheckable(True)
            action.setChecked(column.id in self._shown)
            action.setEnabled(column.id != "name")
        menu.addSeparator()
        menu.addAction("Usual columns")
        menu.triggered.connect(self._choose)
        return menu

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        if action.data() is None:
            self.set_columns(())
        else:
            self._shown ^= {action.data()}
            self._show_chosen()
        self.columns_changed.emit()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Also where no column is."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.palette().window())
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.hairline(self.palette()))
        painter.end()
        super().paintEvent(event)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        column, palette = COLUMNS[logicalIndex], self.palette()
        is_sorted = self.sortIndicatorSection() == logicalIndex
        painter.setFont(theme.small_font(self.font()))
        painter.setPen(palette.color(QPalette.ColorRole.WindowText) if is_sorted else theme.secondary(palette))
        inside = rect.adjusted(NAME_INDENT_PX if column.id == "name" else PADDING_PX, 0, -PADDING_PX, 0)
        side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
        words = painter.fontMetrics().elidedText(column.title, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, side | Qt.AlignmentFlag.AlignVCenter, words)
        if is_sorted:
            width_px = painter.fontMetrics().horizontalAdvance(words)
            tip_px = inside.right() - width_px - 10 if column.numeric else inside.left() + width_px + 10
            _draw_triangle(painter, tip_px, rect.center().y(), down=self._order is not None and self._order.descending)

    # --- order --------------------------------------------------------------------------------------------------------

    def set_order(self, order: Order | None) -> None:
        """Show what the list is sorted by."""
        self._order = order
        section = next((number for number, column in enumerate(COLUMNS) if order and column.order == order.column), -1)
        descending = order is not None and order.descending
        self.setSortIndicator(section, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)

    @Slot(int)
    def _sort_by(self, section: int) -> None:
        """First upwards, then downwards, then by relevance again; what only a search knows is relevance at once."""
        column = COLUMNS[section].order
        if column is None or self._order == Order(column, descending=True):
            self.set_order(None)
        else:
            self.set_order(Order(column, descending=self._order == Order(column)))
        self.sort_requested.emit(self._order)


def _draw_triangle(painter: QPainter, x_px: int, y_px: int, *, down: bool) -> None:
    tip, base = (2.5, -1.5) if down else (-2.5, 1.5)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(painter.pen().color())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon([QPointF(x_px - 4, y_px + base), QPointF(x_px + 4, y_px + base), QPointF(x_px, y_px + tip)])
    painter.restore()
