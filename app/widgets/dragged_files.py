"""Files that are dragged into the window or out of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QDrag, QDragMoveEvent, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QWidget

from app.file_mime import local_paths
from app.view_models.wording import counted
from engine.errors import display_path

LABEL_PX = 28
PADDING_PX = 12
WIDEST_PX = 320


def take_if_files(event: QDragMoveEvent, widget: QWidget) -> None:
    """Accept what is dragged over a widget if it is files from elsewhere: to be read where they are, never moved."""
    if event.source() is not widget and local_paths(event.mimeData()):
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
    else:
        event.ignore()


def drag_out(files: QMimeData, widget: QWidget) -> None:
    """Let a person drag files from a widget to another program, which may copy them; returns when it is over."""
    drag = QDrag(widget)
    drag.setMimeData(files)
    drag.setPixmap(_picture(local_paths(files), widget))
    drag.exec(Qt.DropAction.CopyAction)


def _picture(paths: Sequence[Path], widget: QWidget) -> QPixmap:
    """What hangs at the pointer: the name of the file, or how many there are, in the look of `widget`."""
    label = display_path(paths[0].name) if len(paths) == 1 else counted(len(paths), "file")
    metrics = widget.fontMetrics()
    label = metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, WIDEST_PX - 2 * PADDING_PX)
    width_px, ratio = metrics.horizontalAdvance(label) + 2 * PADDING_PX, widget.devicePixelRatioF()
    picture = QPixmap(round(width_px * ratio), round(LABEL_PX * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(widget.font())
    painter.setPen(widget.palette().color(QPalette.ColorRole.Accent))
    painter.setBrush(widget.palette().color(QPalette.ColorRole.AlternateBase))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width_px - 1, LABEL_PX - 1), 4, 4)
    painter.setPen(widget.palette().color(QPalette.ColorRole.Text))
    painter.drawText(QRectF(0, 0, width_px, LABEL_PX), Qt.AlignmentFlag.AlignCenter, label)
    painter.end()
    return picture
