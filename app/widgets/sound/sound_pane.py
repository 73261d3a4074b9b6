"""The pane at the bottom: the player's controls, and the picture of the sound below them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.settings import ColourMap
from app.view_models.clause_spans import ClauseSpan
from app.widgets.sound.player_bar import HEIGHT_PX, PlayerBar
from app.widgets.sound.sound_view import SoundView
from engine.peaks import Peaks

USUAL_HEIGHT_PX = 220
_LEAST_HEIGHT_PX = 140
_MOST_PX = 16777215  # what Qt calls no limit


class SoundPane(QWidget):
    """`bar` and `view` speak for themselves; what concerns only the two of them is settled here.

    collapsed_changed : whether only the bar is left
    """

    collapsed_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None, *, region_folder: Path | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Player")
        self.bar = PlayerBar()
        self.view = SoundView(region_folder=region_folder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.view, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.bar.view_changed.connect(self.view.set_view)
        self.bar.colour_map_changed.connect(self.view.set_colour_map)
        self.bar.frequency_scale_changed.connect(self.view.set_frequency_scale)
        self.bar.collapse_toggled.connect(self.set_collapsed)
        self.set_collapsed(False)

    def show_sound(
        self,
        path: Path,
        duration_s: float | None,
        sample_rate_hz: int | None,
        peaks: Peaks | None = None,
        spans: Sequence[ClauseSpan] = (),
    ) -> None:
        self.bar.set_sound(path.name, duration_s)
        self.view.show_sound(path, duration_s, sample_rate_hz, peaks, spans)

    def clear(self) -> None:
        self.bar.set_sound("", None)
        self.view.clear()

    def set_position(self, position_s: float | None) -> None:
        self.bar.set_position(position_s)
        self.view.set_position(position_s)

    def set_colour_map(self, name: ColourMap, range_db: float) -> None:
        self.bar.set_colour_map(name, range_db)
        self.view.set_colour_map(name, range_db)

    @Slot()
    def show_spectrogram(self) -> None:
        """Beside the waveform, where only that is shown."""
        if not self.view.has_spectrogram:
            self.bar.set_view("both")
            self.view.set_view("both")

    def is_collapsed(self) -> bool:
        return self.view.isHidden()

    @Slot(bool)
    def set_collapsed(self, is_collapsed: bool) -> None:
        was_collapsed = self.view.isHidden()
        self.view.setHidden(is_collapsed)
        self.bar.set_collapsed(is_collapsed)
        self.setMinimumHeight(HEIGHT_PX if is_collapsed else _LEAST_HEIGHT_PX)
        self.setMaximumHeight(HEIGHT_PX if is_collapsed else _MOST_PX)
        if is_collapsed != was_collapsed:
            self.collapsed_changed.emit(is_collapsed)

    def shut_down(self) -> None:
        """End all work for good."""
        self.view.shut_down()

    def sizeHint(self) -> QSize:
        return QSize(800, HEIGHT_PX if self.is_collapsed() else USUAL_HEIGHT_PX)
