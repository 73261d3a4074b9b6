"""The page of the settings about looks: the window's, and the spectrogram's."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QWidget

from app.settings import RANGES_DB, Settings
from app.widgets.settings.settings_page import SettingsPage, number_field

_THEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))
_COLOUR_MAPS = (("magma", "Magma"), ("viridis", "Viridis"), ("grey", "Grey"))


class AppearancePage(SettingsPage):
    """Theme, colour map and range."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = _choice(_THEMES)
        self._theme.activated.connect(self._choose_theme)
        self.add_field("Theme", self._theme)
        self._colour_map = _choice(_COLOUR_MAPS)
        self._colour_map.activated.connect(self._choose_colour_map)
        self.add_field("Spectrogram colours", self._colour_map)
        self._range = number_field()
        self._range.setRange(*(int(limit) for limit in RANGES_DB))
        self._range.setSingleStep(5)
        self._range.setSuffix(" dB")
        self._range.valueChanged.connect(self._choose_range)
        self.add_field("Spectrogram range", self._range, "How far below full scale something may be and still be seen.")

    def show_settings(self, settings: Settings) -> None:
        self._theme.setCurrentIndex(self._theme.findData(settings.theme))
        self._colour_map.setCurrentIndex(self._colour_map.findData(settings.colour_map))
        self._range.setValue(round(settings.range_db))

    @Slot(int)
    def _choose_theme(self, index: int) -> None:
        self.chosen.emit("theme", self._theme.itemData(index))

    @Slot(int)
    def _choose_colour_map(self, index: int) -> None:
        self.chosen.emit("colour_map", self._colour_map.itemData(index))

    @Slot(int)
    def _choose_range(self, range_db: int) -> None:
        self.chosen.emit("range_db", float(range_db))


def _choice(options: tuple[tuple[str, str], ...]) -> QComboBox:
    choice = QComboBox()
    for value, label in options:
        choice.addItem(label, value)
    return choice
