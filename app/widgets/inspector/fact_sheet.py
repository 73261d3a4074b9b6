"""Facts as names and values that can be selected and copied."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QTextCharFormat,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTableCellFormat,
    QTextTableFormat,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from app.look import theme
from app.view_models.file_details import Fact
from app.widgets.inspector.text_height import height_for_width

NAMES_PX = 84


class FactSheet(QTextEdit):
    """Two columns; long values break anywhere. As high as its text, and always plain text."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[Fact, ...] = ()
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTextEdit { background: transparent; border: none; padding: 0; }")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        if tuple(facts) != self._facts:
            self._facts = tuple(facts)
            self._write()

    def facts(self) -> tuple[Fact, ...]:
        return self._facts

    def _write(self) -> None:
        self.clear()
        if self._facts:
            names, values = QTextCharFormat(), QTextCharFormat()
            names.setForeground(theme.secondary(self.palette()))
            names.setFont(theme.small_font(self.font()))
            values.setFont(theme.figures(self.font()))
            table = self.textCursor().insertTable(len(self._facts), 2, _table_format())
            for row, fact in enumerate(self._facts):
                table.cellAt(row, 0).firstCursorPosition().insertText(fact.name, names)
                table.cellAt(row, 0).setFormat(_on_the_line_of_the_value())
                table.cellAt(row, 1).firstCursorPosition().insertText(fact.value, values)
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._facts:
            self._write()

    def heightForWidth(self, width: int) -> int:
        return height_for_width(self.document(), width) + 2

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 0)


def _on_the_line_of_the_value() -> QTextTableCellFormat:
    cell = QTextTableCellFormat()
    cell.setTopPadding(2)
    return cell


def _table_format() -> QTextTableFormat:
    table = QTextTableFormat()
    table.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
    table.setBorder(0)
    table.setCellSpacing(0)
    table.setCellPadding(1)
    table.setColumnWidthConstraints(
        [QTextLength(QTextLength.Type.FixedLength, NAMES_PX), QTextLength(QTextLength.Type.VariableLength, 0)]
    )
    table.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    return table
