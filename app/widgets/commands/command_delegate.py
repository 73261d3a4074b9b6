"""How one command looks in a list."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.item_models.command_list import KEYS_ROLE, SECTION_ROLE
from app.look.icons import icon
from app.look.theme import small_font
from app.widgets.commands.key_caps import key_caps_width, paint_key_caps

ROW_HEIGHT_PX = 32
_ICON_PX = 16
_GAP_PX = 12
_INSET_PX = 16
_RADIUS_PX = 4

_Index = QModelIndex | QPersistentModelIndex


class CommandDelegate(QStyledItemDelegate):
    """Icon, text and section at the left; at the right a tick for what is switched on, and the keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, ROW_HEIGHT_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        if isinstance(option.widget, QAbstractItemView) and option.widget.currentIndex() == index:
            _paint_chosen(painter, option)
        inner = option.rect.adjusted(_INSET_PX, 0, -_INSET_PX, 0)
        mode = QIcon.Mode.Normal if option.state & QStyle.StateFlag.State_Enabled else QIcon.Mode.Disabled
        _paint_icon(painter, index.data(Qt.ItemDataRole.DecorationRole), inner.left(), inner, mode)
        keys = index.data(KEYS_ROLE)
        paint_key_caps(painter, QRectF(inner), keys, option.palette, option.font)
        inner.adjust(_ICON_PX + _GAP_PX, 0, -key_caps_width(keys, option.font) - _GAP_PX, 0)
        if index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked:
            _paint_icon(painter, icon("check"), inner.right() - _ICON_PX, inner, mode)
            inner.adjust(0, 0, -_ICON_PX - _GAP_PX, 0)
        _paint_words(painter, option, index, inner)
        painter.restore()


def _paint_chosen(painter: QPainter, option: QStyleOptionViewItem) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(option.palette.color(QPalette.ColorRole.AlternateBase))
    painter.drawRoundedRect(option.rect.adjusted(8, 0, -8, 0), _RADIUS_PX, _RADIUS_PX)
    painter.setBrush(option.palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Accent))
    painter.drawRoundedRect(QRectF(option.rect.left() + 8, option.rect.top() + 8, 2, ROW_HEIGHT_PX - 16), 1, 1)


def _paint_icon(painter: QPainter, drawn: QIcon, left: int, row: QRect, mode: QIcon.Mode) -> None:
    top = row.top() + (row.height() - _ICON_PX) // 2
    drawn.paint(painter, QRect(QPoint(left, top), QSize(_ICON_PX, _ICON_PX)), Qt.AlignmentFlag.AlignCenter, mode)


def _paint_words(painter: QPainter, option: QStyleOptionViewItem, index: _Index, rect: QRect) -> None:
    enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
    role = QPalette.ColorRole
    text = option.fontMetrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(option.font)
    painter.setPen(option.palette.color(role.Text if enabled else role.PlaceholderText))
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, text)
    small = small_font(option.font)
    beside = rect.adjusted(option.fontMetrics.horizontalAdvance(text) + _GAP_PX, 1, 0, 1)
    section = QFontMetrics(small).elidedText(
        str(index.data(SECTION_ROLE)), Qt.TextElideMode.ElideRight, max(0, beside.width())
    )
    painter.setFont(small)
    painter.setPen(option.palette.color(role.PlaceholderText))
    painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, section)
