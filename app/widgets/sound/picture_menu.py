"""What a spectrogram looks like: colours, range and frequency axis."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app.settings import ColourMap
from app.view_models.frequency_scale import ScaleKind
from app.widgets.sound.colour_maps import COLOUR_MAPS

RANGES_DB = (40.0, 60.0, 80.0, 100.0, 120.0)
_SCALES: dict[ScaleKind, str] = {"log": "Logarithmic frequencies", "mel": "Frequencies as ears tell them apart (mel)"}


class PictureMenu(QMenu):
    """colour_map_changed : name and range in decibels
    frequency_scale_changed : "log" or "mel"
    """

    colour_map_changed = Signal(str, float)
    frequency_scale_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maps = self._group([(name.capitalize(), name) for name in COLOUR_MAPS], self._tell_colours)
        self.addSeparator()
        self._ranges = self._group([(f"{range_db:.0f} dB", range_db) for range_db in RANGES_DB], self._tell_colours)
        self.addSeparator()
        self._scales = self._group([(text, kind) for kind, text in _SCALES.items()], self._tell_scale)
        self._range_db = 0.0
        self.set_colour_map("magma", 80.0)
        self._scales.actions()[0].setChecked(True)

    def set_colour_map(self, name: ColourMap, range_db: float) -> None:
        """Tells nobody. A range that is not on the menu leaves all of them unchecked."""
        self._range_db = range_db
        for group, wanted in ((self._maps, name), (self._ranges, range_db)):
            for action in group.actions():
                action.setChecked(action.data() == wanted)

    def _group(self, entries: list[tuple[str, object]], on_choice: Callable[[], None]) -> QActionGroup:
        group = QActionGroup(self)
        for text, value in entries:
            action = QAction(text, group, checkable=True)
            action.setData(value)
            self.addAction(action)
        group.triggered.connect(on_choice)
        return group

    @Slot()
    def _tell_colours(self) -> None:
        if (chosen := self._ranges.checkedAction()) is not None:
            self._range_db = chosen.data()
        self.colour_map_changed.emit(self._maps.checkedAction().data(), self._range_db)

    @Slot()
    def _tell_scale(self) -> None:
        self.frequency_scale_changed.emit(self._scales.checkedAction().data())
