"""Draws a sound: waveform over spectrogram on one time axis, what matched where, a region, and the play head.

What changes seldom is painted once into a pixmap; the play head, which moves thirty times a second, only costs two
narrow strips of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.look import theme
from app.pictures.sound_picture import ShownTiles, SoundPicture, full_height
from app.playing.player import Region
from app.settings import ColourMap
from app.view_models.clause_spans import ClauseSpan, longest_first
from app.view_models.frequency_scale import FrequencyScale
from app.view_models.reasons import Reasons
from app.view_models.time_view import TimeView
from app.widgets.sound.colour_maps import colour_table
from app.widgets.sound.crosshair import paint_crosshair, readout
from app.widgets.sound.heat_layer import paint_heat, paint_note
from app.widgets.sound.region_band import paint_region
from app.widgets.sound.relevance_lanes import paint_lanes, paint_values
from app.widgets.sound.sound_axes import paint_frequency_axis, paint_time_axis
from app.widgets.sound.sound_images import spectrogram_image, tinted, waveform_image
from app.widgets.sound.sound_layout import SoundLayout, ViewMode
from app.widgets.sound.span_bands import band_rect, lanes_needed, paint_bands, paint_strip
from engine.peaks import Peaks

_HEAD_PX = 2
_HEAD_ON_AXIS_PX = 4


@dataclass
class ShownSound:
    """What is on show; whoever changes it says so by `SoundCanvas.redraw`."""

    view: TimeView
    scale: FrequencyScale
    peaks: Peaks | None
    spans: Sequence[ClauseSpan]
    region: Region | None = None
    position_s: float | None = None
    reasons: Reasons = field(default_factory=Reasons)


class SoundCanvas(QWidget):
    """resized : its size in pixels is another"""

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.shown: ShownSound | None = None
        self.tiles = ShownTiles()
        self._mode: ViewMode = "both"
        self._colours = colour_table("magma", 80.0)
        self._greys = colour_table("grey", 80.0)
        self._sentence = ""
        self._is_ringed = False
        self._pointer: QPointF | None = None
        self._background: QPixmap | None = None
        self._picture: SoundPicture | None = None

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_sound(self, shown: ShownSound | None) -> None:
        self.shown = shown
        self.tiles.clear()
        self._sentence = ""
        self.redraw()

    def say(self, sentence: str) -> None:
        """In place of a spectrogram that cannot be drawn."""
        self._sentence = sentence
        self.redraw()

    @property
    def mode(self) -> ViewMode:
        return self._mode

    def set_mode(self, mode: ViewMode) -> None:
        self._mode = mode
        self.redraw()

    def set_colour_map(self, name: ColourMap, range_db: float) -> None:
        self._colours, self._greys = colour_table(name, range_db), colour_table("grey", range_db)
        self.redraw()

    def set_position(self, position_s: float | None) -> None:
        if self.shown is None or self.shown.position_s == position_s:
            return
        self._update_head()
        self.shown.position_s = position_s
        self._update_head()

    def set_region(self, region: Region | None) -> None:
        if self.shown is not None:
            self.shown.region = region
            self.update()

    def set_pointer(self, pointer: QPointF | None) -> None:
        """Where the crosshair is; None for none."""
        self._pointer = pointer
        self.update()

    def set_ringed(self, is_ringed: bool) -> None:
        """Whether keys reach it now."""
        self._is_ringed = is_ringed
        self.update()

    def redraw(self) -> None:
        self._background = None
        self.update()

    # --- where things are ---------------------------------------------------------------------------------------------

    @property
    def layout_now(self) -> SoundLayout:
        lanes = lanes_needed(self.shown.spans) if self.shown else 0
        curves = len(self.shown.reasons.clauses) if self.shown else 0
        return SoundLayout.arranged(self.size(), self._mode, lanes, curves)

    @property
    def width_px(self) -> int:
        """Device pixels along the time axis."""
        return max(1, round(self.layout_now.time_axis.width() * self.devicePixelRatioF()))

    def moment_s(self, x: float) -> float:
        axis = self.layout_now.time_axis
        return self.shown.view.moment_s(x - axis.left(), axis.width()) if self.shown else 0.0

    def x_of(self, moment_s: float) -> float:
        axis = self.layout_now.time_axis
        return axis.left() + (self.shown.view.x_px(moment_s, axis.width()) if self.shown else 0.0)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 80)

    def sizeHint(self) -> QSize:
        return QSize(800, 180)

    # --- painting -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._background = None
        self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.redraw()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._background = None
            self.resized.emit()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._background is None:
            self._background = self._painted()
        painter = QPainter(self)
        ratio = self._background.devicePixelRatio()
        rect = QRectF(event.rect())
        source = QRectF(rect.topLeft() * ratio, rect.size() * ratio)
        painter.drawPixmap(rect, self._background, source)
        if self.shown is not None:
            self._paint_over(painter, self.shown)
        if self._is_ringed:
            painter.setPen(self.palette().color(QPalette.ColorRole.Accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_over(self, painter: QPainter, shown: ShownSound) -> None:
        """What moves."""
        painter.setFont(self._font())
        layout = self.layout_now
        if shown.region is not None:
            paint_region(painter, layout, shown.region, shown.view, self.palette())
        if shown.position_s is not None and shown.view.shows(shown.position_s):
            painter.fillRect(self._head_rect(), self.palette().color(QPalette.ColorRole.Accent))
        if self._pointer is not None:
            self._paint_crosshair(painter, layout, shown, self._pointer)

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self.palette().color(QPalette.ColorRole.Window))
        painter = QPainter(pixmap)
        painter.setFont(self._font())
        if self.shown is not None:
            self._paint_sound(painter, self.shown, ratio)
        elif self._sentence:
            self._paint_sentence(painter, self.rect())
        painter.end()
        return pixmap

    def _paint_sound(self, painter: QPainter, shown: ShownSound, ratio: float) -> None:
        layout, view, palette = self.layout_now, shown.view, self.palette()
        self._picture = picture = self.tiles.picture(view, self.width_px, shown.peaks)
        has_outline = shown.peaks is not None or not self._sentence
        if layout.waveform.height() and has_outline:
            self._paint_waveform(painter, layout, shown, picture, ratio)
        if self._sentence:
            self._paint_sentence(painter, layout.spectrogram if has_outline else layout.sound)
        elif layout.spectrogram.height():
            self._paint_spectrogram(painter, layout, shown, picture, ratio)
        if layout.curves.height():
            paint_lanes(painter, layout.curves, view, shown.reasons, palette, ratio)
        paint_note(painter, layout.sound, shown.reasons.note, palette)
        paint_strip(painter, layout, view, shown.spans, palette)
        paint_time_axis(painter, layout.time_axis, view, palette)

    def _paint_waveform(
        self, painter: QPainter, layout: SoundLayout, shown: ShownSound, picture: SoundPicture, ratio: float
    ) -> None:
        """In spans in the colour of their clause, unless it was hardly heard there."""
        rect, palette = layout.waveform, self.palette()
        painter.fillRect(rect, palette.color(QPalette.ColorRole.Base))
        paint_bands(painter, layout, shown.view, shown.spans, palette)
        covered = waveform_image(picture.outline / full_height(shown.peaks), round(rect.height() * ratio))
        painter.drawImage(rect, tinted(covered, theme.secondary(palette)))
        for span in longest_first(shown.spans):
            colour = theme.secondary(palette) if span.is_faint else theme.clause_colour(span.colour, palette)
            painter.setClipRect(band_rect(span, shown.view, rect))
            painter.drawImage(rect, tinted(covered, colour))
        painter.setClipping(False)

    def _paint_spectrogram(
        self, painter: QPainter, layout: SoundLayout, shown: ShownSound, picture: SoundPicture, ratio: float
    ) -> None:
        """Under a heat map in greys, so that brightness is the sound's and colour the clause's."""
        rect = layout.spectrogram
        colours = self._greys if shown.reasons.covers_spectrogram else self._colours
        painter.drawImage(rect, spectrogram_image(picture.levels, round(rect.height() * ratio), colours))
        paint_heat(painter, rect, shown.view, shown.scale, shown.reasons, self.palette())
        paint_frequency_axis(painter, layout.gutter, shown.scale, self.palette())

    def _paint_sentence(self, painter: QPainter, rect: QRect) -> None:
        if not rect.height():
            return
        painter.fillRect(rect, self.palette().color(QPalette.ColorRole.Base))
        painter.setPen(theme.secondary(self.palette()))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(rect.adjusted(16, 4, -16, -4), int(flags), self._sentence)

    def _paint_crosshair(self, painter: QPainter, layout: SoundLayout, shown: ShownSound, pointer: QPointF) -> None:
        moment_s = self.moment_s(pointer.x())
        paint_values(painter, layout.curves, moment_s, pointer.x(), shown.reasons, self.palette())
        text = readout(pointer, layout, shown.view, shown.scale, None if self._sentence else self._picture)
        paint_crosshair(painter, pointer, layout, text, self.palette())

    def _update_head(self) -> None:
        self.update(self._head_rect().toAlignedRect().adjusted(-1, 0, 1, 0))

    def _head_rect(self) -> QRectF:
        if self.shown is None or self.shown.position_s is None:
            return QRectF()
        layout = self.layout_now
        top, bottom = layout.sound.top(), layout.time_axis.top() + _HEAD_ON_AXIS_PX
        return QRectF(self.x_of(self.shown.position_s) - _HEAD_PX / 2, top, _HEAD_PX, bottom - top)

    def _font(self) -> QFont:
        return theme.figures(theme.small_font(self.font()))
