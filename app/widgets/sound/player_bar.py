"""What plays and how: one line of controls above the picture of the sound."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from app.look import theme
from app.look.icons import icon
from app.settings import ColourMap
from app.view_models.plain_text import one_line, tooltip
from app.view_models.player_wording import (
    LOUDEST_DB,
    QUIETEST_DB,
    gain_label,
    position_label,
    slider_of_gain,
)
from app.widgets.elided_label import ElidedLabel
from app.widgets.sound.picture_menu import PictureMenu
from app.widgets.sound.sound_layout import ViewMode
from app.widgets.sound.speed_button import SpeedButton

HEIGHT_PX = 36
_BUTTON_PX = 28
_ICON_PX = 16
_SLIDER_PX = 80

_TEXTS = {
    "play": "Play",
    "stop": "Stop",
    "loop": "Play the selected region, or the whole sound, round and round",
    "level_matching": "Play loud sounds as quiet as the others",
    "play_on_select": "Play what is selected",
    "play_from_moment": "Play from the moment that matched",
    "waveform": "Show the waveform",
    "spectrogram": "Show the spectrogram",
    "heat": "Show where in the spectrogram each sound of the search is heard",
    "picture": "Colours, range and frequencies of the spectrogram",
    "collapse": "Hide or show the picture of the sound",
}
_DEFAULT_KEYS = {
    "play": "Space",
    "stop": "Esc",
    "loop": "L",
    "play_on_select": "A",
    "play_from_moment": "M",
    "heat": "H",
}


class PlayerBar(QWidget):
    """Says what a person wants; what is so is set from outside, and setting it tells nobody.

    gain_changed : decibels; the lowest, -60, means silence
    view_changed : "both", "waveform" or "spectrogram"
    colour_map_changed : name and range in decibels
    """

    play_toggled = Signal()
    stop_requested = Signal()
    loop_toggled = Signal(bool)
    speed_changed = Signal(float)
    gain_changed = Signal(float)
    level_matching_toggled = Signal(bool)
    play_on_select_toggled = Signal(bool)
    play_from_moment_toggled = Signal(bool)
    view_changed = Signal(str)
    heat_map_toggled = Signal(bool)
    colour_map_changed = Signal(str, float)
    frequency_scale_changed = Signal(str)
    collapse_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT_PX)
        self._keys = dict(_DEFAULT_KEYS)
        self._buttons: dict[str, QToolButton] = {}
        self._is_playing = False
        self._duration_s: float | None = None
        self._name = ElidedLabel()
        self._position = QLabel()
        self._silence = ElidedLabel(Qt.TextElideMode.ElideRight)
        self._speed = SpeedButton()
        self._gain = QSlider(Qt.Orientation.Horizontal)
        self._gain_label = QLabel()
        self._menu = PictureMenu(self)
        self._make_labels()
        self._make_gain()
        self._fill()
        self._speed.speed_changed.connect(self.speed_changed)
        self._menu.colour_map_changed.connect(self.colour_map_changed)
        self._menu.frequency_scale_changed.connect(self.frequency_scale_changed)
        self.set_keys(_DEFAULT_KEYS)
        self.set_gain_db(0.0)
        self.set_view("both")
        self.set_silent("")

    # --- what is so ---------------------------------------------------------------------------------------------------

    def set_sound(self, name: str, duration_s: float | None) -> None:
        """An empty name for none."""
        self._duration_s = duration_s
        self._name.say(one_line(name))
        self.set_position(0.0 if name else None)

    def set_position(self, position_s: float | None) -> None:
        text = position_label(position_s, self._duration_s) if self._name.text() else ""
        if text != self._position.text() and not self._position.hasSelectedText():  # it is about to be copied
            self._position.setText(text)

    def set_playing(self, is_playing: bool) -> None:
        self._is_playing = is_playing
        self._buttons["play"].setIcon(icon("pause" if is_playing else "play"))
        self._name_button("play", "Pause" if is_playing else "Play")

    def set_loop(self, wanted: bool) -> None:
        self._check("loop", wanted)

    def set_speed(self, speed: float) -> None:
        self._speed.set_speed(speed)

    def set_gain_db(self, gain_db: float) -> None:
        self._gain.blockSignals(True)
        self._gain.setValue(slider_of_gain(gain_db))
        self._gain.blockSignals(False)
        self._gain_label.setText(gain_label(self._gain.value()))

    def set_level_matching(self, wanted: bool) -> None:
        self._check("level_matching", wanted)

    def set_play_on_select(self, wanted: bool) -> None:
        self._check("play_on_select", wanted)

    def set_play_from_moment(self, wanted: bool) -> None:
        self._check("play_from_moment", wanted)

    def set_view(self, mode: ViewMode) -> None:
        self._check("waveform", mode != "spectrogram")
        self._check("spectrogram", mode != "waveform")

    def set_heat_map(self, wanted: bool) -> None:
        self._check("heat", wanted)

    def set_colour_map(self, name: ColourMap, range_db: float) -> None:
        self._menu.set_colour_map(name, range_db)

    def set_collapsed(self, is_collapsed: bool) -> None:
        button = self._buttons["collapse"]
        button.setIcon(icon("chevron-right" if is_collapsed else "chevron-down"))
        self._check("collapse", is_collapsed)
        for name in ("waveform", "spectrogram", "heat", "picture"):
            self._buttons[name].setEnabled(not is_collapsed)

    def set_silent(self, reason: str) -> None:
        """One sentence if nothing can be heard; empty if something can."""
        self._silence.say(reason)
        self._silence.setVisible(bool(reason))
        for control in (self._speed, self._gain, *(self._buttons[name] for name in ("play", "stop", "loop"))):
            control.setEnabled(not reason)
        self._buttons["level_matching"].setEnabled(not reason)
        for control in (self._gain, self._gain_label):
            control.setVisible(not reason)  # the sentence needs the room

    def set_keys(self, keys: Mapping[str, str]) -> None:
        """Keys as a person reads them, by the name of the control: play, stop, loop, play_on_select, ..."""
        self._keys.update(keys)
        for name, text in _TEXTS.items():
            self._name_button(name, text)
        self.set_playing(self._is_playing)

    # --- how it is made -----------------------------------------------------------------------------------------------

    def _make_labels(self) -> None:
        self._name.setAccessibleName("Sound")
        self._position.setTextFormat(Qt.TextFormat.PlainText)
        self._position.setFont(theme.figures(self.font()))
        self._position.setAccessibleName("Position and length")
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self._position.setTextInteractionFlags(selectable)
        self._silence.setAccessibleName("Why nothing can be heard")
        self._silence.setFont(theme.small_font(self.font()))
        self._silence.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def _make_gain(self) -> None:
        self._gain.setRange(round(QUIETEST_DB), round(LOUDEST_DB))
        self._gain.setFixedWidth(_SLIDER_PX)
        self._gain.setPageStep(6)
        self._gain.setAccessibleName("Level in decibels")
        self._gain.setToolTip("Level")
        self._gain.valueChanged.connect(self._tell_gain)
        self._gain_label.setFont(theme.figures(theme.small_font(self.font())))
        self._gain_label.setMinimumWidth(self._gain_label.fontMetrics().horizontalAdvance("−60 dB") + 2)
        self._gain_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _fill(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(2)
        row.addWidget(self._button("play", "play", self.play_toggled))
        row.addWidget(self._button("stop", "stop", self.stop_requested))
        row.addWidget(self._toggle("loop", "loop", self.loop_toggled))
        row.addSpacing(8)
        row.addWidget(self._name)
        row.addSpacing(12)
        row.addWidget(self._position)
        row.addSpacing(12)
        row.addWidget(self._silence, 100)  # all the room there is
        row.addStretch(1)
        row.addWidget(self._toggle("play_on_select", "headphones", self.play_on_select_toggled))
        row.addWidget(self._toggle("play_from_moment", "moment", self.play_from_moment_toggled))
        row.addSpacing(8)
        row.addWidget(self._speed)
        row.addWidget(self._toggle("level_matching", "level", self.level_matching_toggled))
        row.addWidget(self._gain)
        row.addWidget(self._gain_label)
        row.addSpacing(8)
        row.addWidget(self._toggle("waveform", "waveform", self._tell_view))
        row.addWidget(self._toggle("spectrogram", "spectrogram", self._tell_view))
        row.addWidget(self._toggle("heat", "heat", self.heat_map_toggled))
        picture = self._button("picture", "more", None)
        picture.setMenu(self._menu)
        picture.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(picture)
        row.addWidget(self._toggle("collapse", "chevron-down", self.collapse_toggled))

    def _button(self, name: str, icon_name: str, signal: SignalInstance | None) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        button.setFixedSize(_BUTTON_PX, _BUTTON_PX)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the list
        if signal is not None:
            button.clicked.connect(signal)
        self._buttons[name] = button
        return button

    def _toggle(self, name: str, icon_name: str, slot: SignalInstance | Callable[[], None]) -> QToolButton:
        button = self._button(name, icon_name, None)
        button.setCheckable(True)
        button.clicked.connect(slot)
        return button

    def _check(self, name: str, wanted: bool) -> None:
        self._buttons[name].setChecked(wanted)

    def _name_button(self, name: str, text: str) -> None:
        key = self._keys.get(name)
        self._buttons[name].setAccessibleName(text)
        self._buttons[name].setToolTip(tooltip(f"{text} ({key})" if key else text))

    @Slot(int)
    def _tell_gain(self, step: int) -> None:
        self._gain_label.setText(gain_label(step))
        self.gain_changed.emit(float(step))

    @Slot()
    def _tell_view(self) -> None:
        """One of the two is always shown: taking the last one away brings the other."""
        waveform, spectrogram = self._buttons["waveform"], self._buttons["spectrogram"]
        if not waveform.isChecked() and not spectrogram.isChecked():
            (spectrogram if self.sender() is waveform else waveform).setChecked(True)
        both = waveform.isChecked() and spectrogram.isChecked()
        self.view_changed.emit("both" if both else "waveform" if waveform.isChecked() else "spectrogram")
