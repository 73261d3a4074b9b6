"""The settings, in a window beside the main one: whatever is changed holds at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.look.icons import icon
from app.settings import Settings
from app.view_models.settings_texts import LibrarySpace
from app.widgets.settings.appearance_page import AppearancePage
from app.widgets.settings.folders_page import FoldersPage
from app.widgets.settings.library_page import LibraryPage
from app.widgets.settings.network_page import NetworkPage
from app.widgets.settings.sound_page import SoundPage
from engine.library_rows import RootCounts


class SettingsDialog(QDialog):
    """Pages in a list at the left. It keeps nothing: the main window saves what `changed` brings."""

    changed = Signal(object)  # Settings
    add_folder_requested = Signal()
    remove_root_requested = Signal(object)  # Root
    rescan_requested = Signal(object)  # Root
    clear_cache_requested = Signal()
    reveal_library_requested = Signal()

    def __init__(
        self, settings: Settings, devices: Sequence[str], networks_text: str, parent: QWidget | None = None
    ) -> None:
        """devices: names of sound devices. networks_text: the network in use, in words."""
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.resize(760, 560)
        self._settings = settings
        self._folders = FoldersPage()
        self._sound = SoundPage()
        self._network = NetworkPage(networks_text)
        self._appearance = AppearancePage()
        self._library = LibraryPage()
        self._keys = QWidget()
        QVBoxLayout(self._keys).setContentsMargins(0, 0, 0, 0)
        self._list = QListWidget()
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self._sound.set_devices(devices)
        self.show_settings(settings)

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_settings(self, settings: Settings) -> None:
        """Show these, and build on them from now on."""
        self._settings = settings
        for page in (self._sound, self._network, self._appearance):
            with QSignalBlocker(page):
                page.show_settings(settings)

    def set_devices(self, names: Sequence[str]) -> None:
        self._sound.set_devices(names)

    def set_roots(self, roots: Sequence[RootCounts]) -> None:
        self._folders.set_roots(roots)

    def set_network_text(self, text: str) -> None:
        self._network.set_network_text(text)

    def set_library_space(self, space: LibrarySpace) -> None:
        self._library.set_space(space)

    def set_keys_widget(self, widget: QWidget) -> None:
        """The table of keys, for the last page."""
        layout = self._keys.layout()
        assert layout is not None
        layout.addWidget(widget)

    # --- how it is made -------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._list.setAccessibleName("Pages of the settings")
        self._list.setFixedWidth(184)
        self._list.setIconSize(QSize(16, 16))
        self._list.setProperty("navigation", True)  # for the style sheet
        self._list.currentRowChanged.connect(self._pages.setCurrentIndex)
        self._add_page("Folders", "folder", self._folders)
        self._add_page("Sound", "headphones", _scrolling(self._sound))
        self._add_page("Search and network", "search", _scrolling(self._network))
        self._add_page("Appearance", "spectrogram", _scrolling(self._appearance))
        self._add_page("Library", "library", _scrolling(self._library))
        self._add_page("Keys", "keyboard", self._keys)
        self._list.setCurrentRow(0)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.VLine)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        buttons.setContentsMargins(12, 0, 12, 12)
        beside = QHBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self._list)
        beside.addWidget(line)
        beside.addWidget(self._pages, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(beside, 1)
        layout.addWidget(buttons)

    def _add_page(self, name: str, icon_name: str, page: QWidget) -> None:
        item = QListWidgetItem(icon(icon_name), name, self._list)
        item.setSizeHint(QSize(0, 32))
        self._pages.addWidget(page)

    def _connect(self) -> None:
        for page in (self._sound, self._network, self._appearance):
            page.chosen.connect(self._choose)
        self._folders.add_requested.connect(self.add_folder_requested)
        self._folders.remove_requested.connect(self.remove_root_requested)
        self._folders.rescan_requested.connect(self.rescan_requested)
        self._library.clear_cache_requested.connect(self.clear_cache_requested)
        self._library.reveal_requested.connect(self.reveal_library_requested)

    @Slot(str, object)
    def _choose(self, name: str, value: Any) -> None:
        self.show_settings(replace(self._settings, **{name: value}))
        self.changed.emit(self._settings)


def _scrolling(page: QWidget) -> QScrollArea:
    """The page, reachable where the window is too low for it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    return area
