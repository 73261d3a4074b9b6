"""Where the parts of a picture of a sound lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPoint, QRect, QSize

ViewMode = Literal["both", "waveform", "spectrogram"]

GUTTER_PX = 36
LANE_PX = 16
AXIS_PX = 20
GAP_PX = 1
HANDLE_PX = 14


@dataclass(frozen=True)
class SoundLayout:
    """Rectangles in device-independent pixels. All parts but the gutter share left and right, and so the time axis.

    strip : the clauses above the waveform; without height if there are none
    gutter : left of the spectrogram
    """

    strip: QRect
    waveform: QRect
    spectrogram: QRect
    gutter: QRect
    time_axis: QRect

    @classmethod
    def arranged(cls, size: QSize, mode: ViewMode, lanes: int) -> SoundLayout:
        left, width = GUTTER_PX, max(1, size.width() - GUTTER_PX)
        strip = QRect(left, 0, width, lanes * LANE_PX)
        top, bottom = strip.height(), max(strip.height(), size.height() - AXIS_PX)
        middle = {"waveform": bottom, "spectrogram": top, "both": top + (bottom - top) * 9 // 20}[mode]
        waveform = QRect(left, top, width, middle - top)
        spectrogram_top = middle + (GAP_PX if mode == "both" else 0)
        spectrogram = QRect(left, spectrogram_top, width, max(0, bottom - spectrogram_top))
        gutter = QRect(0, spectrogram.top(), GUTTER_PX, spectrogram.height())
        return cls(strip, waveform, spectrogram, gutter, QRect(left, bottom, width, AXIS_PX))

    @property
    def sound(self) -> QRect:
        """Waveform and spectrogram."""
        return self.waveform.united(self.spectrogram)

    @property
    def handles(self) -> QRect:
        """The strip in which a region is taken hold of: between waveform and spectrogram, or at the bottom."""
        above = self.waveform if self.waveform.height() else self.spectrogram
        return QRect(QPoint(above.left(), above.bottom() + 1 - HANDLE_PX), QSize(above.width(), HANDLE_PX))
