"""The parts of a question, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.view_models.query_chips import Chip, joiner_of, place
from app.widgets.search.chip import ChipView
from app.widgets.search.chip_rows import GAP_PX, INSET_PX, ChipRows
from app.widgets.search.joiner_button import SIZE_PX as JOINER_PX
from app.widgets.search.joiner_button import JoinerButton


class ChipStrip(QWidget):
    """Chips side by side, where they do not fit in further rows. Hidden without chips.

    chip_removed : the Chip that was taken away
    chip_moved : the Chip, its new place among the sounds that should be heard
    chip_joined : the Chip, the Joiner to the one before it
    chip_renamed : the Chip, its new name
    chip_negated : the Chip, whether it must not be heard
    chip_pointed : the Chip that is pointed at, or None
    all_removed : every chip was taken away at once
    emptied : the last chip is gone that had the focus
    """

    chip_removed = Signal(object)
    chip_moved = Signal(object, int)
    chip_joined = Signal(object, object)
    chip_renamed = Signal(object, str)
    chip_negated = Signal(object, bool)
    chip_pointed = Signal(object)
    all_removed = Signal()
    emptied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Parts of the search")
        self._chips: list[Chip] = []
        self._views: list[ChipView] = []
        self._joiners: list[QWidget | None] = []  # before each chip
        self._carried_to = 0
        self._rows = ChipRows()
        self._clear_all = QToolButton()
        self._clear_all.setText("Clear all")
        self._clear_all.setToolTip("Take every part of the search away")
        self._clear_all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._clear_all.clicked.connect(self.all_removed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, INSET_PX, 0)
        layout.setSpacing(GAP_PX)
        layout.addWidget(self._rows, stretch=1)
        layout.addWidget(self._clear_all, alignment=Qt.AlignmentFlag.AlignTop)
        self.hide()

    def set_chips(self, chips: Sequence[Chip]) -> None:
        if list(chips) == self._chips:
            return
        focused, on_joiner = self._focused()
        self.chip_pointed.emit(None)  # those that were there go without leaving
        self._chips = list(chips)
        several = sum(chip.kind == "clause" for chip in chips) > 1
        self._views = [self._view(chip, several) for chip in chips]
        self._joiners = [self._joiner(chip) for chip in chips]
        self._rows.fill(list(zip(self._joiners, self._views, strict=True)))
        self._order_tabs()
        self._clear_all.setVisible(len(chips) > 1)
        self.setVisible(bool(chips))
        if focused is not None:
            self._focus(focused, on_joiner)

    def _order_tabs(self) -> None:
        """Chips and what joins them, then "Clear all", which was there before them."""
        stops = [
            stop
            for pair in zip(self._joiners, self._views, strict=True)
            for stop in pair
            if stop is not None and stop.focusPolicy() != Qt.FocusPolicy.NoFocus
        ]
        if stops:
            for before, after in pairwise([self._clear_all, *stops, self._clear_all]):
                self.setTabOrder(before, after)

    def _view(self, chip: Chip, several: bool) -> ChipView:
        view = ChipView(chip, is_movable=several and chip.kind == "clause")
        view.removed.connect(self.chip_removed)
        view.renamed.connect(self.chip_renamed)
        view.negated.connect(self.chip_negated)
        view.pointed.connect(self.chip_pointed)
        view.stepped.connect(self._step)
        view.shifted.connect(self._shift)
        view.carried.connect(self._carry)
        view.let_go.connect(self._land)
        return view

    def _joiner(self, chip: Chip) -> QWidget | None:
        """A button, or a mere sign where nothing else is possible."""
        if joiner_of(chip) is None:
            return _sign(chip.joiner) if chip.joiner else None
        button = JoinerButton(chip)
        button.joined.connect(self.chip_joined)
        button.stepped.connect(self._step_from_joiner)
        return button

    # --- moving a chip ------------------------------------------------------------------------------------------------

    @Slot(object, int)
    def _shift(self, chip: Chip, step: int) -> None:
        to = self._movable().index(chip) + step
        if 0 <= to < len(self._movable()):
            self._move(chip, to)

    @Slot(object, QPoint)
    def _carry(self, chip: Chip, point: QPoint) -> None:
        view = self._views[self._chips.index(chip)]
        self._carried_to = self._rows.landing(view, point)
        self._rows.show_landing(view, point)

    @Slot(object, bool)
    def _land(self, chip: Chip, stay: bool) -> None:
        self._rows.hide_landing()
        if stay and self._carried_to != self._movable().index(chip):
            self._move(chip, self._carried_to)

    def _move(self, chip: Chip, to: int) -> None:
        """To where another one of those is that can be moved. The focus goes with it."""
        there = self._movable()[to]
        self._focus(self._chips.index(there), on_joiner=False)
        self.chip_moved.emit(chip, place(there))

    def _movable(self) -> list[Chip]:
        return [view.chip for view in self._views if view.is_movable]

    # --- the focus ----------------------------------------------------------------------------------------------------

    def _focused(self) -> tuple[int | None, bool]:
        """The place of the chip that has the focus, or whose joiner has it; and whether it is the joiner."""
        for at, (joiner, view) in enumerate(zip(self._joiners, self._views, strict=True)):
            if view.hasFocus() or (joiner is not None and joiner.hasFocus()):
                return at, not view.hasFocus()
        return None, False

    @Slot(int)
    def _step(self, step: int) -> None:
        self._focus(max(0, (self._focused()[0] or 0) + step), on_joiner=False)

    @Slot(int)
    def _step_from_joiner(self, step: int) -> None:
        self._focus((self._focused()[0] or 1) - 1 + step, on_joiner=False)

    def _focus(self, at: int, on_joiner: bool) -> None:
        """On the chip at a place, or the last one before it; or on its joiner, if it still has one."""
        if not self._views:
            self.emptied.emit()
            return
        at = min(at, len(self._views) - 1)
        joiner = self._joiners[at]
        stop = joiner if on_joiner and isinstance(joiner, JoinerButton) else self._views[at]
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        self._rows.ensureWidgetVisible(stop, 0, GAP_PX)


def _sign(text: str) -> QLabel:
    label = QLabel(text)
    label.setFixedSize(JOINER_PX)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
