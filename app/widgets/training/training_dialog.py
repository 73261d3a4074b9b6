"""Where a person has networks of their own trained, and finds them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.look.icons import icon
from app.view_models.plain_text import one_line, tooltip
from app.view_models.training_run import OwnNetwork
from app.view_models.training_texts import state_text
from app.widgets.training.lessons_page import LessonsPage
from app.widgets.training.run_page import RunPage

USUAL_SIZE_PX, LEAST_SIZE_PX = (860, 580), (700, 440)
LIST_PX = 200
NAME = Qt.ItemDataRole.UserRole
_ICONS = {"in use": "star-filled", "ready": "check", "failed": "warning", "being trained": "play"}


class TrainingDialog(QDialog):
    """A new network and those that there are, in a list at the left. It stands beside the window, not in its way.

    network_chosen : the name of one that is to be shown; "" for a new one
    folder_requested : a network that was made elsewhere is to be tried
    """

    network_chosen = Signal(str)
    folder_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Train a network of your own")
        self.resize(*USUAL_SIZE_PX)
        self.setMinimumSize(*LEAST_SIZE_PX)
        self.networks = QListWidget(self)
        self.networks.setAccessibleName("Networks of your own")
        self.networks.setFixedWidth(LIST_PX)
        self.networks.setIconSize(QSize(16, 16))
        self.networks.setProperty("navigation", True)  # for the style sheet
        self.networks.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.networks.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.from_folder = QPushButton(icon("folder"), "Try another folder…", self)
        self.from_folder.setToolTip("A network of any kind that was trained elsewhere, beside the one in use")
        self.from_folder.setAutoDefault(False)
        self.lessons = LessonsPage(self)
        self.run = RunPage(self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.lessons)
        self.pages.addWidget(self.run)
        self._lay_out()
        self.networks.currentItemChanged.connect(self._choose)
        self.from_folder.clicked.connect(self.folder_requested)
        self.show_networks([], {}, "")

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self.networks, 1)
        below = QHBoxLayout()
        below.setContentsMargins(8, 8, 8, 8)
        below.addWidget(self.from_folder)
        left.addLayout(below)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.VLine)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left)
        row.addWidget(line)
        row.addWidget(self.pages, 1)

    @property
    def chosen(self) -> str:
        """The name of the network that is shown; "" for a new one."""
        item = self.networks.currentItem()
        return str(item.data(NAME)) if item is not None else ""

    def show_networks(self, networks: Sequence[OwnNetwork], states: Mapping[str, str], chosen: str) -> None:
        """states : by name, where `state_text` cannot tell; chosen : the name of the one to show, or "" """
        self.networks.blockSignals(True)
        self.networks.clear()
        self._add("plus", "A new network", "", "")
        for network in networks:
            state = states.get(network.name) or state_text(network, is_running=False, is_used=False)
            self._add(_ICONS.get(state, "pause"), network.name, state, network.name)
        names = [self.networks.item(row).data(NAME) for row in range(self.networks.count())]
        self.networks.setCurrentRow(names.index(chosen) if chosen in names else 0)
        self.networks.blockSignals(False)
        self.pages.setCurrentWidget(self.run if self.chosen else self.lessons)

    def _add(self, icon_name: str, text: str, state: str, name: str) -> None:
        shown = f"{one_line(text)}\n{state}" if state else one_line(text)
        item = QListWidgetItem(icon(icon_name), shown, self.networks)
        item.setData(NAME, name)
        item.setToolTip(tooltip(shown))
        item.setSizeHint(QSize(0, 44 if state else 32))

    @Slot()
    def _choose(self) -> None:
        self.pages.setCurrentWidget(self.run if self.chosen else self.lessons)
        self.network_chosen.emit(self.chosen)
