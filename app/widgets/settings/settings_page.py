"""A page of the settings: labelled controls and, below some of them, a sentence of explanation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from app.look import theme

_TICK_PX = 26  # where the text of a box to tick begins
_NARROWEST_PX = 320  # narrower, Qt would leave room for more lines than there are


class SettingsPage(QWidget):
    """An empty form."""

    chosen = Signal(str, object)
    """A field of Settings and the value it shall have, at once when a control is moved."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(16)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.addLayout(self.form)
        layout.addStretch()

    def add_field(self, label: str, field: QWidget, explanation: str = "") -> None:
        """A control with its label before it."""
        field.setAccessibleName(label)
        field.setAccessibleDescription(explanation)
        before = QLabel(label)
        before.setBuddy(field)
        before.setAlignment(Qt.AlignmentFlag.AlignTop)
        if not isinstance(field, QLabel):  # beside its first line
            before.setContentsMargins(0, (field.sizeHint().height() - before.sizeHint().height()) // 2, 0, 0)
        column = _column(explanation)
        column.insertWidget(0, field)
        self.form.addRow(before, column)

    def add_switch(self, switch: QCheckBox, explanation: str = "") -> None:
        """A box to tick, as wide as the page."""
        switch.setAccessibleDescription(explanation)
        column = _column(explanation, indent_px=_TICK_PX)
        column.insertWidget(0, switch)
        self.form.addRow(column)

    def add_buttons(self, buttons: Sequence[QPushButton], explanation: str = "") -> None:
        """Below the controls, the first one leftmost."""
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in buttons:
            row.addWidget(button)
        row.addStretch()
        column = _column(explanation)
        column.insertLayout(0, row)
        self.form.addRow("", column)


def _column(explanation: str, indent_px: int = 0) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    if explanation:
        print_below = small_print(explanation)
        print_below.setContentsMargins(indent_px, 0, 0, 0)
        column.addWidget(print_below)
    return column


def number_field() -> QSpinBox:
    """It tells a number that is typed once it is complete."""
    field = QSpinBox()
    field.setKeyboardTracking(False)
    field.lineEdit().setTextMargins(4, 0, 0, 0)  # a style sheet cannot say it
    return field


def small_print(text: str) -> QLabel:
    """Small secondary text over as many lines as it takes."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    label.setMinimumWidth(_NARROWEST_PX)
    label.setFont(theme.small_font(label.font()))
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def quotable(text: str = "") -> QLabel:
    """Text from outside, which can be marked and copied."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label
