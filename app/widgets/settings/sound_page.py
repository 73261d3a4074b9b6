"""The page of the settings about what is heard, and when."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from app.look import theme
from app.settings import GAINS_DB, Settings
from app.view_models.plain_text import one_line
from app.view_models.player_wording import gain_label, slider_of_gain
from app.widgets.settings.settings_page import SettingsPage

_SWITCHES = (
    (
        "level_matching",
        "Match levels",
        "Loud sounds are lowered to the loudness of the others (−23 LUFS); nothing is ever raised.",
    ),
    ("play_on_select", "Play a sound when it is selected", ""),
    ("play_from_moment", "Start at the moment that matches", "Otherwise sounds start at their beginning."),
    (
        "pause_indexing_while_playing",
        "Pause indexing while I listen",
        "Leaves the whole machine to playing; indexing goes on by itself afterwards.",
    ),
)


class SoundPage(SettingsPage):
    """Output device, level, and how selecting plays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._devices: Sequence[str] = ()
        self._device = QComboBox()
        self._device.activated.connect(self._choose_device)
        self.add_field("Output", self._device, "A device that is unplugged is used again as soon as it is back.")
        self._level = QSlider(Qt.Orientation.Horizontal)
        self._level.setAccessibleName("Level")
        self._level.setRange(*(slider_of_gain(limit) for limit in GAINS_DB))
        self._level.setPageStep(6)
        self._level_text = QLabel()
        self._level_text.setFont(theme.figures(self.font()))
        self._level_text.setMinimumWidth(self._level_text.fontMetrics().horizontalAdvance(gain_label(-59)))
        self._level_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._level.valueChanged.connect(self._choose_level)
        level = QHBoxLayout()
        level.addWidget(self._level)
        level.addWidget(self._level_text)
        self.form.addRow("Level", level)
        self._switches: dict[str, QCheckBox] = {}
        for name, label, explanation in _SWITCHES:
            switch = self._switches[name] = QCheckBox(label)
            switch.setObjectName(name)
            switch.toggled.connect(self._switch)
            self.add_switch(switch, explanation)

    def set_devices(self, names: Sequence[str]) -> None:
        """The devices there are now; the chosen one stays chosen, there or not."""
        chosen = self._device.currentData()
        self._devices = tuple(names)
        self._list_devices(chosen)

    def show_settings(self, settings: Settings) -> None:
        self._list_devices(settings.output_device)
        self._level.setValue(slider_of_gain(settings.gain_db))
        self._level_text.setText(gain_label(settings.gain_db))
        for name, switch in self._switches.items():
            switch.setChecked(getattr(settings, name))

    def _list_devices(self, chosen: str | None) -> None:
        self._device.clear()
        self._device.addItem("System default", None)
        for name in self._devices:
            self._device.addItem(one_line(name), name)
        if chosen is not None and chosen not in self._devices:
            self._device.addItem(f"{one_line(chosen)} (not connected)", chosen)
        self._device.setCurrentIndex(max(0, self._device.findData(chosen)))

    @Slot(int)
    def _choose_device(self, index: int) -> None:
        self.chosen.emit("output_device", self._device.itemData(index))

    @Slot(int)
    def _choose_level(self, step: int) -> None:
        gain_db = float(step)
        self._level_text.setText(gain_label(gain_db))
        self.chosen.emit("gain_db", gain_db)

    @Slot(bool)
    def _switch(self, on: bool) -> None:
        self.chosen.emit(self.sender().objectName(), on)
