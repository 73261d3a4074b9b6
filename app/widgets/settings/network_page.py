"""The page of the settings about the network that listens, and what it may use of the machine."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QPushButton, QWidget

from app.settings import MAX_WORKERS, Settings
from app.view_models.plain_text import menu_text
from app.view_models.settings_texts import PRECISION, way_back_text
from app.widgets.settings.settings_page import SettingsPage, number_field, quotable, small_print

_COMPUTE = (
    ("auto", "Automatic"),
    ("cpu", "Processor"),
    ("cuda", "Graphics card (NVIDIA)"),
    ("mps", "Graphics card (Apple)"),
)
_AFTER_A_CHANGE = (
    "Each network has to hear a sound for itself: after a change all sounds are listened to again, and what the other "
    "network heard is kept. Until that is done, the other one goes on answering your searches."
)


class NetworkPage(SettingsPage):
    """Network in use, compute device, threads, precision."""

    def __init__(self, network_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network = quotable(network_text)
        self.add_field("Network in use", self._network)
        choose = QPushButton("Choose another…")
        choose.clicked.connect(self._ask_for_folder)
        self._own = QPushButton("Use Earmark’s own")
        self._own.clicked.connect(self._choose_own)
        self._back = QPushButton("Back to the network before")
        self._back.clicked.connect(self._choose_former)
        self.add_buttons([choose, self._own, self._back], _AFTER_A_CHANGE)
        self._former: Path | None = None
        self._compute = QComboBox()
        for value, label in _COMPUTE:
            self._compute.addItem(label, value)
        self._compute.activated.connect(self._choose_compute)
        self.add_field("Compute on", self._compute, "Automatic takes a graphics card where there is one.")
        self._threads = number_field()
        self._threads.setRange(0, MAX_WORKERS)
        self._threads.setSpecialValueText("As many as there are cores")
        self._threads.valueChanged.connect(self._choose_threads)
        self.add_field("Threads for indexing", self._threads, "Fewer leave more of the machine to other programs.")
        self.add_field("Precision", small_print(PRECISION))

    def set_network_text(self, text: str) -> None:
        self._network.setText(text)

    def show_settings(self, settings: Settings) -> None:
        self._own.setEnabled(settings.network_folder is not None)
        folders = [folder for folder in settings.former_networks if folder is not None and folder.is_dir()]
        self._back.setVisible(bool(folders))  # to Earmark's own there is a button
        if folders:
            self._former = folders[0]
            self._back.setText(menu_text(way_back_text(folders[0])))
        self._compute.setCurrentIndex(self._compute.findData(settings.compute))
        self._threads.setValue(settings.workers or 0)

    @Slot()
    def _ask_for_folder(self) -> None:
        chooser = QFileDialog(self, "The folder of a network")
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.fileSelected.connect(self._choose_folder)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    @Slot(str)
    def _choose_folder(self, folder: str) -> None:
        self.chosen.emit("network_folder", Path(folder))

    @Slot()
    def _choose_own(self) -> None:
        self.chosen.emit("network_folder", None)

    @Slot()
    def _choose_former(self) -> None:
        self.chosen.emit("network_folder", self._former)

    @Slot(int)
    def _choose_compute(self, index: int) -> None:
        self.chosen.emit("compute", self._compute.itemData(index))

    @Slot(int)
    def _choose_threads(self, threads: int) -> None:
        self.chosen.emit("workers", threads or None)
