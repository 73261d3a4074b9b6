"""The line at the bottom: how indexing goes, what went wrong, and where sound goes."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from app.look import theme
from app.look.icons import icon
from app.view_models.indexing_state import IndexingState
from app.view_models.message_log import MessageKind
from app.view_models.plain_text import menu_text, one_line, tooltip
from app.view_models.wording import counted
from app.widgets.inspector.section import plain_label
from app.widgets.message_line import MessageLine

HEIGHT_PX = 24
PROGRESS_PX = 2
LONGEST_DEVICE_PX = 152


class StatusBar(QWidget):
    """
    pause_toggled : indexing is to pause (True) or to go on
    unreadable_requested : the list of unreadable files is asked for
    undo_requested : what the sentence that is shown tells of is to be undone
    device_menu_requested : a menu of output devices is asked for, above this point of the screen
    """

    pause_toggled = Signal(bool)
    unreadable_requested = Signal()
    undo_requested = Signal()
    device_menu_requested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = IndexingState()
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName("Status")
        self.setFont(theme.small_font(self.font()))
        self._make_parts()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, PROGRESS_PX, 8, 0)
        row.setSpacing(8)
        for part in (self.indexing, self.pause, self.unreadable, self.message, self.undo, self.messages, self.device):
            row.addWidget(part)
        row.setStretchFactor(self.message, 1)
        self.show_indexing(IndexingState())
        self.show_unreadable(0)
        self.show_device(None)

    def _make_parts(self) -> None:
        self.indexing = plain_label("", self, small=True)
        self.indexing.setFont(theme.figures(self.indexing.font()))
        self.pause = self._button("pause", "Pause indexing")
        self.pause.clicked.connect(self._toggle)
        self.unreadable = self._button("warning", "Files that could not be read")
        self.unreadable.clicked.connect(lambda: self.unreadable_requested.emit())
        self.message = MessageLine(self)
        self.message.setFont(self.font())
        self.message.said.connect(self._show_messages_button)
        self.undo = self._button("back", "Undo (Ctrl+Z)")
        self.undo.setText("Undo")
        self.undo.clicked.connect(self._undo)
        self.message.gone.connect(self.undo.hide)
        self.undo.hide()
        self.messages = self._button("info", "Messages")
        self.messages.clicked.connect(self.message.open_list)
        self.messages.hide()
        self.device = self._button("headphones", "Where sound goes")
        self.device.clicked.connect(self._ask_for_devices)

    def _button(self, icon_name: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(14, 14))
        button.setFont(self.font())
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFixedHeight(20)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        button.setStyleSheet("padding: 0 3px;")
        return button

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_indexing(self, state: IndexingState) -> None:
        self._state = state
        self.indexing.setText(state.sentence)
        self.indexing.setToolTip(tooltip(state.details))
        self.indexing.setVisible(bool(state.sentence))
        is_paused = state.hold == "asked"
        self.pause.setVisible(state.can_pause)
        self.pause.setIcon(icon("play" if is_paused else "pause"))
        name = "Go on with indexing" if is_paused else "Pause indexing"
        self.pause.setAccessibleName(name)
        self.pause.setToolTip(name)
        self.update()

    def show_unreadable(self, files: int) -> None:
        self.unreadable.setText(f"{counted(files, 'file')} unreadable")
        self.unreadable.setVisible(files > 0)

    def show_device(self, name: str | None, silence: str = "") -> None:
        """The device that sound goes to, None for the system's own; or in a sentence why there is no sound."""
        label = one_line(name) if name else "System default"
        shown = "No sound" if silence else f"Output: {label}"
        elided = self.device.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, LONGEST_DEVICE_PX)
        self.device.setText(menu_text(elided))
        self.device.setIcon(icon("warning" if silence else "headphones"))
        self.device.setToolTip(tooltip(one_line(silence) or f"Sound goes to: {label}"))
        self.device.setAccessibleName(one_line(silence) or shown)

    def say(self, sentence: str, kind: MessageKind = "note") -> None:
        """Show a sentence for ten seconds, and keep it in the list of messages."""
        self.undo.hide()
        self.message.say(sentence, kind)

    def say_done(self, sentence: str) -> None:
        """As `say`, of what can be undone, and offer that."""
        self.say(sentence)
        self.undo.show()

    @Slot()
    def _show_messages_button(self) -> None:
        self.messages.show()

    @Slot()
    def _undo(self) -> None:
        self.message.dismiss()
        self.undo_requested.emit()

    @Slot()
    def _toggle(self) -> None:
        self.pause_toggled.emit(self._state.hold != "asked")

    @Slot()
    def _ask_for_devices(self) -> None:
        self.device_menu_requested.emit(self.device.mapToGlobal(QPoint(0, 0)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hairline above, which fills as indexing goes on."""
        painter = QPainter(self)
        palette = self.palette()
        painter.fillRect(QRectF(0, 0, self.width(), 1), theme.hairline(palette))
        share = self._state.share_done
        if share is not None:
            role = QPalette.ColorRole.PlaceholderText if self._state.hold else QPalette.ColorRole.Accent
            painter.fillRect(QRectF(0, 0, self.width() * share, PROGRESS_PX), palette.color(role))
