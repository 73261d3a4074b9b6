"""The picture of one sound that is looked at, listened to and cut."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.file_mime import mime_of
from app.pictures.sound_tile import COLUMNS, SoundFile, SoundTile, TileKey, level_for
from app.playing.player import Region
from app.settings import ColourMap
from app.view_models.clause_spans import ClauseSpan, next_span, previous_span
from app.view_models.frequency_scale import FrequencyScale, ScaleKind
from app.view_models.reasons import Reasons
from app.view_models.regions import ending_at, starting_at
from app.view_models.time_view import TimeView
from app.widgets.busy_line import HEIGHT_PX as BUSY_LINE_PX
from app.widgets.busy_line import BusyLine
from app.widgets.dragged_files import drag_out
from app.widgets.sound.sound_canvas import ShownSound, SoundCanvas
from app.widgets.sound.sound_gestures import SoundGestures
from app.widgets.sound.sound_layout import AXIS_PX, GUTTER_PX, ViewMode
from app.workers.region_files import RegionFiles
from app.workers.tile_loader import TileLoader
from engine.peaks import Peaks

_ZOOM_STEP = 2.0
_SEEK_S = 1.0
_SAME_LENGTH_S = 0.05  # files may claim a little more than they hold
_SHORT_REGION_S = 60.0  # up to here a region's file is written before anybody drags it
_BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_NOT_READY = "The selected region is still being written to a file; drag it again in a moment."


class SoundView(QWidget):
    """Waveform over spectrogram, zoomed and panned by wheel, keys and mouse.

    seek_requested : a moment in seconds
    region_changed : a Region, or None; once the mouse is released
    region_drag_started : the region's file is on its way to another program
    stretch_changed : another sound, another stretch of it or another kind of picture is on show, or nothing
    failed : one sentence
    """

    seek_requested = Signal(float)
    region_changed = Signal(object)
    region_drag_started = Signal()
    stretch_changed = Signal()
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, region_folder: Path | None = None) -> None:
        """region_folder : where files of regions are written; None for the usual one"""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Waveform and spectrogram")
        self._canvas = SoundCanvas(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._canvas)
        self._path: Path | None = None
        self._file: SoundFile | None = None
        self._peaks: Peaks | None = None
        self._spans: tuple[ClauseSpan, ...] = ()
        self._reasons = Reasons()
        self._region: Region | None = None
        self._scale_kind: ScaleKind = "log"
        self._tiles = TileLoader(self)
        self._region_files = RegionFiles(region_folder, self)
        self._busy = BusyLine(self)
        self._busy.setAccessibleName("Finding out where it is heard")
        self._connect()

    def _connect(self) -> None:
        gestures = SoundGestures(self._canvas)
        gestures.seek_wanted.connect(self.seek_requested)
        gestures.region_drawn.connect(self._canvas.set_region)
        gestures.region_settled.connect(self._settle_region)
        gestures.file_drag_wanted.connect(self._drag_region)
        gestures.view_wanted.connect(self._look)
        self._canvas.resized.connect(self._want_tiles)
        self._tiles.looked_at.connect(self._take_file)
        self._tiles.tile_ready.connect(self._take_tile)
        self._tiles.failed.connect(self._fail)
        self._region_files.failed.connect(self.failed)

    # --- the sound ----------------------------------------------------------------------------------------------------

    def show_sound(
        self,
        path: Path,
        duration_s: float | None,
        sample_rate_hz: int | None,
        peaks: Peaks | None = None,
        spans: Sequence[ClauseSpan] = (),
    ) -> None:
        """What is not known of the sound yet is read from the file; with peaks its outline is there at once."""
        self.clear()
        self._path, self._peaks, self._spans = path, peaks, tuple(spans)
        if duration_s and sample_rate_hz:
            self._begin(duration_s, sample_rate_hz)
        self._tiles.look_at(path)

    def clear(self) -> None:
        """Nothing is shown."""
        self._path = self._file = self._peaks = None
        self._spans = ()
        self._reasons = self._reasons.of_another_sound()
        self._tiles.drop()
        self._canvas.show_sound(None)
        self._take_region(None)
        self.stretch_changed.emit()

    def shut_down(self) -> None:
        """End all work for good."""
        self._tiles.close()
        self._region_files.close()

    @property
    def path(self) -> Path | None:
        return self._path

    @property
    def stretch(self) -> TimeView | None:
        """What is on show of the sound, as soon as its length is known."""
        return self._canvas.shown.view if self._canvas.shown is not None else None

    @property
    def cached_bytes(self) -> int:
        """What pictures seen before take in memory."""
        return self._tiles.cached_bytes

    def clear_cache(self) -> None:
        """Forget the pictures seen before; what is shown stays."""
        self._tiles.clear_cache()

    def set_spans(self, spans: Sequence[ClauseSpan]) -> None:
        self._spans = tuple(spans)
        if self._canvas.shown is not None:
            self._canvas.shown.spans = self._spans
            self._canvas.redraw()

    def set_reasons(self, reasons: Reasons) -> None:
        """Why the sound that is shown was found."""
        self._reasons = reasons
        if self._canvas.shown is not None:
            self._canvas.shown.reasons = reasons
            self._canvas.redraw()

    def set_explaining(self, is_busy: bool) -> None:
        """Whether that is being found out."""
        self._busy.set_busy(is_busy)

    def set_position(self, position_s: float | None) -> None:
        """Where the play head is. A view that it leaves follows it, unless it was not in view before."""
        shown = self._canvas.shown
        if shown is None:
            return
        was_in_view = shown.position_s is not None and shown.view.shows(shown.position_s)
        self._canvas.set_position(position_s)
        if was_in_view and position_s is not None:
            self._look(shown.view.showing(position_s))

    # --- the region ---------------------------------------------------------------------------------------------------

    def region(self) -> Region | None:
        return self._region

    def set_region(self, region: Region | None) -> None:
        if self._canvas.shown is not None:
            self._take_region(region)

    def start_region_here(self) -> None:
        """At the play head."""
        self._change_region(starting_at)

    def end_region_here(self) -> None:
        self._change_region(ending_at)

    def _change_region(self, change: Callable[[Region | None, float, float], Region | None]) -> None:
        shown = self._canvas.shown
        if shown is not None and shown.position_s is not None:
            self._take_region(change(self._region, shown.position_s, shown.view.duration_s))

    @Slot()
    def _settle_region(self) -> None:
        if self._canvas.shown is not None:
            self._take_region(self._canvas.shown.region)

    def _take_region(self, region: Region | None) -> None:
        self._canvas.set_region(region)
        if region == self._region:
            return
        self._region = region
        self._region_files.drop()
        if self._path is not None and region is not None and region.end_s - region.start_s < _SHORT_REGION_S:
            self._region_files.prepare(self._path, region)
        self.region_changed.emit(region)

    @Slot()
    def _drag_region(self) -> None:
        if self._path is None or self._region is None:
            return
        file = self._region_files.file_for(self._path, self._region)
        if file is None:
            self._region_files.prepare(self._path, self._region)
            self.failed.emit(_NOT_READY)
            return
        self.region_drag_started.emit()
        drag_out(mime_of([file]), self)

    # --- where one looks ----------------------------------------------------------------------------------------------

    def zoom_in(self) -> None:
        self._zoom(_ZOOM_STEP)

    def zoom_out(self) -> None:
        self._zoom(1 / _ZOOM_STEP)

    def fit(self) -> None:
        """The whole sound."""
        if self._canvas.shown is not None:
            self._look(TimeView.whole(self._canvas.shown.view.duration_s))

    def seek_by(self, seconds: float) -> None:
        shown = self._canvas.shown
        if shown is not None:
            moment_s = (shown.position_s or 0.0) + seconds
            self.seek_requested.emit(min(max(0.0, moment_s), shown.view.duration_s))

    def next_span(self) -> None:
        """Seek to the next span that begins after the play head."""
        self._seek_to(next_span(self._spans, self._position_s()))

    def previous_span(self) -> None:
        self._seek_to(previous_span(self._spans, self._position_s()))

    def set_view(self, mode: ViewMode) -> None:
        self._canvas.set_mode(mode)
        self._want_tiles()
        self.stretch_changed.emit()

    @property
    def has_spectrogram(self) -> bool:
        return self._canvas.mode != "waveform"

    def set_colour_map(self, name: ColourMap, range_db: float) -> None:
        """range_db : 40 to 120, from the darkest colour to full scale"""
        self._canvas.set_colour_map(name, range_db)

    def set_frequency_scale(self, kind: ScaleKind) -> None:
        self._scale_kind = kind
        shown = self._canvas.shown
        if shown is not None:
            shown.scale = FrequencyScale.of_sound(kind, round(2 * shown.scale.max_hz))
            self._canvas.redraw()
            self._want_tiles()

    def _zoom(self, factor: float) -> None:
        """About the play head if it is in view, else about the middle."""
        shown = self._canvas.shown
        if shown is not None:
            middle_s = (shown.view.start_s + shown.view.end_s) / 2
            head_s = shown.position_s
            self._look(
                shown.view.zoomed(factor, head_s if head_s is not None and shown.view.shows(head_s) else middle_s)
            )

    def _position_s(self) -> float:
        shown = self._canvas.shown
        return shown.position_s if shown is not None and shown.position_s is not None else -math.inf

    def _seek_to(self, span: ClauseSpan | None) -> None:
        if span is not None and self._canvas.shown is not None:
            self._look(self._canvas.shown.view.showing(span.start_s))
            self.seek_requested.emit(span.start_s)

    @Slot(object)
    def _look(self, view: TimeView) -> None:
        shown = self._canvas.shown
        if shown is not None and view != shown.view:
            shown.view = view
            self._canvas.redraw()
            self._want_tiles()
            self.stretch_changed.emit()

    # --- tiles --------------------------------------------------------------------------------------------------------

    def _begin(self, duration_s: float, sample_rate_hz: int) -> None:
        scale = FrequencyScale.of_sound(self._scale_kind, sample_rate_hz)
        position_s = self._canvas.shown.position_s if self._canvas.shown else None
        view = TimeView.whole(duration_s)
        self._canvas.show_sound(
            ShownSound(view, scale, self._peaks, self._spans, self._region, position_s, self._reasons)
        )
        self.stretch_changed.emit()

    @Slot(object)
    def _take_file(self, file: SoundFile) -> None:
        self._file = file
        if file.duration_s and not self._is_known_as_it_is(file):
            self._begin(file.duration_s, file.sample_rate_hz)
        self._want_tiles()

    def _is_known_as_it_is(self, file: SoundFile) -> bool:
        shown = self._canvas.shown
        if shown is None or round(2 * shown.scale.max_hz) != file.sample_rate_hz:
            return False
        return abs(file.duration_s - shown.view.duration_s) <= _SAME_LENGTH_S

    @Slot()
    def _want_tiles(self) -> None:
        """Those of the stretch in view, from left to right; none while nobody can see them."""
        shown, file = self._canvas.shown, self._file
        if shown is None or file is None or not self.isVisible():
            return
        level = level_for(shown.view.length_s / self._canvas.width_px, file.sample_rate_hz)
        tile_s = COLUMNS * 2.0**level
        indices = range(math.floor(shown.view.start_s / tile_s), math.ceil(shown.view.end_s / tile_s))
        keys = [TileKey(file, shown.scale, level, index) for index in indices]
        self._canvas.tiles.want(keys)
        for tile in self._tiles.want(keys):
            self._canvas.tiles.add(tile)
        self._canvas.redraw()

    @Slot(object)
    def _take_tile(self, tile: SoundTile) -> None:
        self._canvas.tiles.add(tile)
        self._canvas.redraw()

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self._canvas.say(sentence)
        self.failed.emit(sentence)

    # --- events -------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._want_tiles()
        self.stretch_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        top_px = self.height() - AXIS_PX - BUSY_LINE_PX
        self._busy.setGeometry(GUTTER_PX, top_px, self.width() - GUTTER_PX, BUSY_LINE_PX)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tiles.want(())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._canvas.set_ringed(event.reason() in _BY_KEYBOARD)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._canvas.set_ringed(False)

    def sizeHint(self) -> QSize:
        return self._canvas.sizeHint()

    def event(self, event: QEvent) -> bool:
        # keys that mean something else in the window mean the sound while it has the focus
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._meaning_of(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        meaning = self._meaning_of(event)
        if meaning is None:
            super().keyPressEvent(event)
        else:
            meaning()

    def _meaning_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        meanings: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Left: partial(self.seek_by, -_SEEK_S),
            Qt.Key.Key_Right: partial(self.seek_by, _SEEK_S),
        }
        if self._region is not None:
            meanings[Qt.Key.Key_Escape] = partial(self.set_region, None)
        return meanings.get(event.key())
