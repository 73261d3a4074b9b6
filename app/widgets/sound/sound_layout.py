"""Where the parts of a picture of a sound lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPoint, QRect, QSize

ViewMode = Literal["both", "waveform", "spectrogram"]

GUTTER_PX = 36
LANE_PX = 16
CURVE_PX = (18, 32)  # at least and at most; one alone gets a little more
_CURVES_SHARE = 0.4  # of the room, at most
_LOWEST_PX = 8
AXIS_PX = 20
GAP_PX = 1
HANDLE_PX = 14


@dataclass(frozen=True)
class SoundLayout:
    """Rectangles in device-independent pixels. All parts but the gutter share left and right, and so the time axis.

    strip : the clauses above the waveform; without height if there are none
    curves : how clearly each clause is heard, below the waveform; without height if there are none
    gutter : left of the spectrogram
    """

    strip: QRect
    waveform: QRect
    curves: QRect
    spectrogram: QRect
    gutter: QRect
    time_axis: QRect

    @classmethod
    def arranged(cls, size: QSize, mode: ViewMode, lanes: int, curves: int = 0) -> SoundLayout:
        left, width = GUTTER_PX, max(1, size.width() - GUTTER_PX)
        strip = QRect(left, 0, width, lanes * LANE_PX)
        top, bottom = strip.height(), max(strip.height(), size.height() - AXIS_PX)
        curves_px = _curves_px(curves, bottom - top)
        room_px = max(0, bottom - top - curves_px)
        waveform_px = {"waveform": room_px, "spectrogram": 0, "both": room_px * 9 // 20}[mode]
        waveform = QRect(left, top, width, waveform_px)
        curves_rect = QRect(left, top + waveform_px, width, curves_px)
        spectrogram_top = curves_rect.top() + curves_px + (GAP_PX if mode == "both" else 0)
        spectrogram = QRect(left, spectrogram_top, width, max(0, bottom - spectrogram_top))
        gutter = QRect(0, spectrogram.top(), GUTTER_PX, spectrogram.height())
        return cls(strip, waveform, curves_rect, spectrogram, gutter, QRect(left, bottom, width, AXIS_PX))

    @property
    def sound(self) -> QRect:
        """Waveform and spectrogram, and what lies between them."""
        return self.waveform.united(self.curves).united(self.spectrogram)

    @property
    def handles(self) -> QRect:
        """The strip in which a region is taken hold of: between waveform and spectrogram, or at the bottom."""
        above = self.waveform if self.waveform.height() else self.spectrogram
        return QRect(QPoint(above.left(), above.bottom() + 1 - HANDLE_PX), QSize(above.width(), HANDLE_PX))


def _curves_px(curves: int, room_px: int) -> int:
    """The height of all curves together, which grow a little with the picture; none where there is hardly any room."""
    least_px, most_px = CURVE_PX
    each_px = min(most_px, max(least_px, room_px // 12)) + (6 if curves == 1 else 0)
    height_px = min(curves * each_px, int(room_px * _CURVES_SHARE))
    return height_px if height_px >= _LOWEST_PX else 0
