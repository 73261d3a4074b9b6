"""What is searched for: in words above, in parts below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.look.icons import icon
from app.view_models.query_chips import Chip
from app.widgets.busy_line import HEIGHT_PX as BUSY_LINE_PX
from app.widgets.busy_line import BusyLine
from app.widgets.search.chip_strip import ChipStrip
from app.widgets.search.search_field import SearchField
from app.widgets.search.strictness_button import StrictnessButton
from engine.hits import Strictness

FIELD_ROW_PX = 44
_BUTTON_PX = 28
_ICON_PX = 16
_INSET_PX = 12
PLACEHOLDER = "What do you hear? For example: footsteps on gravel"
PLACEHOLDER_BESIDE_EXAMPLE = "And what else? For example: longer, without voices"


class SearchBar(QWidget):
    """A row with the field and its buttons, and under it the chips, if there are any.

    query_changed : the text, once nobody types any more; never twice the same
    chip_removed : the Chip to search without
    chip_moved : the Chip, its new place among the sounds that should be heard
    chip_joined : the Chip, the Joiner to the one before it
    chip_renamed : the Chip, its new name
    chip_negated : the Chip, whether it must not be heard
    chip_pointed : the Chip that is pointed at, or None
    chips_cleared : everything is to be searched, and for nothing
    strictness_changed : a Strictness
    record_requested : a sound is to be hummed or imitated
    go_to_results : the list should have the focus
    files_dropped : list[Path], examples to search by
    """

    query_changed = Signal(str)
    chip_removed = Signal(object)
    chip_moved = Signal(object, int)
    chip_joined = Signal(object, object)
    chip_renamed = Signal(object, str)
    chip_negated = Signal(object, bool)
    chip_pointed = Signal(object)
    chips_cleared = Signal()
    strictness_changed = Signal(str)
    record_requested = Signal()
    back_requested = Signal()
    forward_requested = Signal()
    save_requested = Signal()
    go_to_results = Signal()
    files_dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = SearchField()
        self._field.setAccessibleName("Search")
        self._clear = _button("close", "Clear the text")
        self._record = _button("microphone", "Hum or imitate a sound")
        self._strictness = StrictnessButton()
        self._save = _button("pin", "Save this search")
        self._back = _button("back", "Back")
        self._forward = _button("forward", "Forward")
        self._chips = ChipStrip()
        self._busy = BusyLine(self)
        self._lay_out()
        self._connect()
        self.set_history(can_back=False, can_forward=False)
        self.set_has_example(False)
        self.set_can_record(False)
        self.set_strictness(None)
        self._follow_text("")

    def _lay_out(self) -> None:
        field_row = QWidget()
        field_row.setFixedHeight(FIELD_ROW_PX)
        row = QHBoxLayout(field_row)
        row.setContentsMargins(_INSET_PX + _ICON_PX + 4, 0, _INSET_PX - 4, 0)
        row.setSpacing(4)
        row.addWidget(self._field, stretch=1)
        for button in (self._clear, self._record, self._strictness, self._save, self._back, self._forward):
            row.addWidget(button)
        for button in (self._clear, self._strictness):
            button.setSizePolicy(_with_place_kept(button))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 1)
        layout.setSpacing(0)
        layout.addWidget(field_row)
        layout.addWidget(self._chips)

    def _connect(self) -> None:
        self._field.query_changed.connect(self.query_changed)
        self._field.left.connect(self.go_to_results)
        self._field.files_dropped.connect(self.files_dropped)
        self._field.textChanged.connect(self._follow_text)
        self._field.focus_changed.connect(self.update)
        self._clear.clicked.connect(self._clear_text)
        self._save.clicked.connect(self.save_requested)
        self._back.clicked.connect(self.back_requested)
        self._forward.clicked.connect(self.forward_requested)
        self._record.clicked.connect(self.record_requested)
        self._strictness.strictness_changed.connect(self.strictness_changed)
        self._chips.chip_removed.connect(self.chip_removed)
        self._chips.chip_moved.connect(self.chip_moved)
        self._chips.chip_joined.connect(self.chip_joined)
        self._chips.chip_renamed.connect(self.chip_renamed)
        self._chips.chip_negated.connect(self.chip_negated)
        self._chips.chip_pointed.connect(self.chip_pointed)
        self._chips.all_removed.connect(self.chips_cleared)
        self._chips.emptied.connect(self.focus_field)

    # --- the text -----------------------------------------------------------------------------------------------------

    def text(self) -> str:
        return self._field.text()

    def set_text(self, text: str) -> None:
        """Show what is searched for already."""
        self._field.set_query(text)

    @Slot()
    def focus_field(self) -> None:
        """With all its text selected, so that typing begins anew."""
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def type_ahead(self, text: str) -> None:
        """Begin anew with what was typed elsewhere."""
        self._field.type_over(text)

    def set_suggestions(self, texts: Sequence[str]) -> None:
        """Recent and saved searches, which Down offers in an empty field."""
        self._field.set_suggestions(texts)

    @Slot()
    def _clear_text(self) -> None:
        self._field.ask("")
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _follow_text(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._save.setEnabled(bool(text.strip()))

    # --- what surrounds it --------------------------------------------------------------------------------------------

    def set_chips(self, chips: Sequence[Chip]) -> None:
        self._chips.set_chips(chips)

    def set_has_example(self, has_example: bool) -> None:
        """Whether sounds like another are looked for, so that words come on top of that."""
        self._field.setPlaceholderText(PLACEHOLDER_BESIDE_EXAMPLE if has_example else PLACEHOLDER)

    def set_strictness(self, strictness: Strictness | None) -> None:
        """None: nothing is listened for, so that nothing can be near to chance."""
        self._strictness.setVisible(strictness is not None)
        if strictness is not None:
            self._strictness.set_strictness(strictness)

    def set_can_record(self, can_record: bool) -> None:
        self._record.setVisible(can_record)

    def set_busy(self, busy: bool) -> None:
        self._busy.set_busy(busy)

    def set_history(self, can_back: bool, can_forward: bool) -> None:
        self._back.setEnabled(can_back)
        self._forward.setEnabled(can_forward)

    def show_keys_of(
        self, *, search: QAction, save: QAction, back: QAction, forward: QAction, record: QAction | None = None
    ) -> None:
        """Let the tooltips say what those of the commands say, which know their present keys."""
        pairs = ((search, self._field), (save, self._save), (back, self._back), (forward, self._forward))
        for action, widget in pairs if record is None else (*pairs, (record, self._record)):
            _mirror_tool_tip(action, widget)

    # --- as Qt wants it -----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._busy.setGeometry(0, self.height() - BUSY_LINE_PX, self.width(), BUSY_LINE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette()
        edge = QPalette.ColorRole.Accent if self._field.hasFocus() else QPalette.ColorRole.Mid
        place = QRect(QPoint(_INSET_PX, (FIELD_ROW_PX - _ICON_PX) // 2), QSize(_ICON_PX, _ICON_PX))
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Base))
            painter.fillRect(0, self.height() - 1, self.width(), 1, palette.color(edge))
            icon("search").paint(painter, place)


def _button(icon_name: str, text: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(_ICON_PX, _ICON_PX))
    button.setFixedSize(_BUTTON_PX, _BUTTON_PX)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus, and the keys, where they were
    button.setToolTip(text)
    button.setAccessibleName(text)
    return button


def _with_place_kept(button: QToolButton) -> QSizePolicy:
    policy = button.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    return policy


def _mirror_tool_tip(action: QAction, widget: QWidget) -> None:
    def copy() -> None:
        widget.setToolTip(action.toolTip())

    action.changed.connect(copy)
    copy()
