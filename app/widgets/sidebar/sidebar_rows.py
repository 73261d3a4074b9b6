"""How one row of the sidebar is drawn."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPalette
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.item_models.sidebar_model import Role
from app.look import theme
from app.look.icons import icon
from app.view_models.sidebar_tree import COLLECTIONS, LIBRARY, TAGS, Entry
from app.view_models.wording import count

ROW_PX = 28
SECTION_PX = 32
ICON_PX = 16
INDENTATION_PX = 16
CHEVRON_PX = 12
GAP_PX = 8
PROGRESS_PX = 2

Index = QModelIndex | QPersistentModelIndex

_ICONS = {
    "everything": "library",
    "root": "folder",
    "folder": "folder",
    "collection": "collection",
    "draft": "collection",
    "saved": "saved-search",
    "tag": "tag",
    "suggested": "tag",
    "suggestion": "tag",
}
_ROOT_ICONS = {"offline": "folder-offline", "paused": "folder-paused"}


class SidebarRows(QStyledItemDelegate):
    """Draws sections, and rows with an icon, a name, a count and, while a root is indexed, a slim progress."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry: Entry = index.data(Role.ENTRY)
        return QSize(120, SECTION_PX if entry.kind == "section" else ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.data(Role.ENTRY)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if entry.kind == "section":
            _paint_section(painter, option, entry)
        else:
            _paint_background(painter, option, chosen=index.data(Role.CHOSEN))
            _paint_row(painter, option, entry, chosen=index.data(Role.CHOSEN))
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("Name")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(ICON_PX + GAP_PX - 6, 1, -4, -1))


def can_add(entry: Entry) -> bool:
    """Whether there is a + at the right of a section."""
    return entry in {LIBRARY, COLLECTIONS, TAGS}


def add_rect(row: QRect) -> QRect:
    """Where that + is."""
    return QRect(row.right() - ICON_PX - GAP_PX, row.bottom() - ICON_PX - 4, ICON_PX, ICON_PX)


def _paint_section(painter: QPainter, option: QStyleOptionViewItem, entry: Entry) -> None:
    rect: QRect = option.rect
    palette: QPalette = option.palette
    font = theme.small_font(option.font)
    font.setWeight(QFont.Weight.DemiBold)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.6)
    painter.setFont(font)
    painter.setPen(theme.secondary(palette))
    text_rect = rect.adjusted(GAP_PX + 4, 8, -ICON_PX - 2 * GAP_PX, 0)
    painter.drawText(text_rect, Qt.AlignmentFlag.AlignVCenter, entry.label.upper())
    if can_add(entry):
        icon("plus").paint(painter, add_rect(rect), mode=QIcon.Mode.Disabled)
    if _has_focus(option):
        _paint_focus(painter, palette, rect.adjusted(4, 8, -4, 0))


def _paint_background(painter: QPainter, option: QStyleOptionViewItem, *, chosen: bool) -> None:
    palette: QPalette = option.palette
    # the whole width, so that the depth of a folder does not show as a ragged edge
    rect = QRect(option.rect)
    rect.setLeft(0)
    rect.adjust(4, 1, -4, -1)
    painter.setPen(Qt.PenStyle.NoPen)
    hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    if chosen or hovered:
        fill = QColor(palette.color(QPalette.ColorRole.Mid if chosen else QPalette.ColorRole.AlternateBase))
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, 4, 4)
    if chosen:
        painter.setBrush(palette.color(QPalette.ColorRole.Accent))
        painter.drawRoundedRect(QRectF(rect.left(), rect.top() + 6, 2, rect.height() - 12), 1, 1)
    if _has_focus(option):
        _paint_focus(painter, palette, rect)


def _paint_focus(painter: QPainter, palette: QPalette, rect: QRect) -> None:
    painter.setPen(palette.color(QPalette.ColorRole.Accent))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


def _paint_row(painter: QPainter, option: QStyleOptionViewItem, entry: Entry, *, chosen: bool) -> None:
    palette: QPalette = option.palette
    rect = QRect(option.rect).adjusted(4, 0, -4 - GAP_PX, 0)
    if option.state & QStyle.StateFlag.State_Children:
        _paint_chevron(painter, option)
    is_faint = entry.status.how == "offline" or entry.kind in {"hint", "suggested", "suggestion"}
    font = QFont(option.font)
    if entry.kind == "hint":
        font = theme.small_font(font)
    elif chosen:
        font.setWeight(QFont.Weight.Medium)
    rect = _paint_sides(painter, option, entry, rect)
    painter.setFont(font)
    painter.setPen(theme.secondary(palette) if is_faint else palette.color(QPalette.ColorRole.WindowText))
    name = painter.fontMetrics().elidedText(entry.label, Qt.TextElideMode.ElideMiddle, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, name)
    if entry.status.how == "indexing":
        _paint_progress(painter, palette, rect, entry.status.share_done)


def _paint_sides(painter: QPainter, option: QStyleOptionViewItem, entry: Entry, rect: QRect) -> QRect:
    """The icon, the count, and a sign for what is polled; returns the room between them."""
    room = QRect(rect)
    if entry.kind != "hint":
        square = QRect(rect.left(), rect.center().y() - ICON_PX // 2 + 1, ICON_PX, ICON_PX)
        _icon(entry).paint(painter, square, mode=QIcon.Mode.Disabled)
        room.setLeft(square.right() + GAP_PX)
    room.setRight(rect.right() - _paint_count(painter, option, entry, rect))
    if entry.status.how == "polling":
        square = QRect(room.right() - CHEVRON_PX, rect.center().y() - CHEVRON_PX // 2 + 1, CHEVRON_PX, CHEVRON_PX)
        icon("refresh").paint(painter, square, mode=QIcon.Mode.Disabled)
        room.setRight(square.left() - GAP_PX)
    return room


def _paint_chevron(painter: QPainter, option: QStyleOptionViewItem) -> None:
    square = QRect(0, 0, CHEVRON_PX, CHEVRON_PX)
    square.moveCenter(QPoint(option.rect.left() - INDENTATION_PX // 2 + 2, option.rect.center().y() + 1))
    is_open = bool(option.state & QStyle.StateFlag.State_Open)
    icon("chevron-down" if is_open else "chevron-right").paint(painter, square, mode=QIcon.Mode.Disabled)


def _paint_count(painter: QPainter, option: QStyleOptionViewItem, entry: Entry, rect: QRect) -> int:
    """Returns the width it took."""
    if entry.files is None:
        return 0
    painter.setFont(theme.figures(theme.small_font(option.font)))
    painter.setPen(theme.secondary(option.palette))
    text = count(entry.files)
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
    return painter.fontMetrics().horizontalAdvance(text) + GAP_PX


def _paint_progress(painter: QPainter, palette: QPalette, rect: QRect, share_done: float | None) -> None:
    line = QRectF(rect.left(), rect.bottom() - 4, rect.width(), PROGRESS_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.hairline(palette))
    painter.drawRoundedRect(line, 1, 1)
    line.setWidth(line.width() * (share_done or 0.0))
    painter.setBrush(palette.color(QPalette.ColorRole.Accent))
    painter.drawRoundedRect(line, 1, 1)


def _icon(entry: Entry) -> QIcon:
    return icon(_ROOT_ICONS.get(entry.status.how, _ICONS[entry.kind]))


def _has_focus(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_HasFocus)
