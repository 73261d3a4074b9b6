"""The player's controls: what they say, and that setting them says nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.sound.player_bar import PlayerBar


@pytest.fixture
def bar(qtbot: QtBot) -> PlayerBar:
    bar = PlayerBar()
    qtbot.addWidget(bar)
    bar.resize(1000, 36)
    bar.show()
    return bar


def button(bar: PlayerBar, start_of_name: str) -> QAbstractButton:
    return next(each for each in bar.findChildren(QToolButton) if each.accessibleName().startswith(start_of_name))


def label(bar: PlayerBar, name: str) -> QLabel:
    return next(each for each in bar.findChildren(QLabel) if each.accessibleName() == name)


def gain(bar: PlayerBar) -> QSlider:
    return next(each for each in bar.findChildren(QSlider) if each.accessibleName() == "Level in decibels")


@pytest.mark.parametrize(
    ("start_of_name", "signal", "args"),
    [
        ("Play", "play_toggled", []),
        ("Stop", "stop_requested", []),
        ("Play the selected region", "loop_toggled", [True]),
        ("Play loud sounds", "level_matching_toggled", [True]),
        ("Play what is selected", "play_on_select_toggled", [True]),
        ("Play from the moment", "play_from_moment_toggled", [True]),
        ("Show where in the spectrogram", "heat_map_toggled", [True]),
        ("Hide or show", "collapse_toggled", [True]),
    ],
)
def test_each_button_says_what_it_is_for(
    qtbot: QtBot, bar: PlayerBar, start_of_name: str, signal: str, args: list[bool]
) -> None:
    with qtbot.waitSignal(getattr(bar, signal)) as said:
        qtbot.mouseClick(button(bar, start_of_name), Qt.MouseButton.LeftButton)
    assert said.args == args


def test_the_level_is_in_decibels(bar: PlayerBar) -> None:
    said: list[float] = []
    bar.gain_changed.connect(said.append)
    gain(bar).setValue(-12)
    gain(bar).setValue(gain(bar).minimum())
    gain(bar).setValue(gain(bar).maximum())
    assert said == [-12.0, -60.0, 6.0]


def test_of_waveform_and_spectrogram_one_is_always_shown(qtbot: QtBot, bar: PlayerBar) -> None:
    said: list[str] = []
    bar.view_changed.connect(said.append)
    waveform, spectrogram = button(bar, "Show the waveform"), button(bar, "Show the spectrogram")
    for each in (waveform, spectrogram, spectrogram, waveform):
        qtbot.mouseClick(each, Qt.MouseButton.LeftButton)
    assert said == ["spectrogram", "waveform", "both", "spectrogram"]


def test_setting_anything_says_nothing(bar: PlayerBar) -> None:
    said: list[object] = []
    for name in (
        *("play_toggled", "loop_toggled", "speed_changed", "gain_changed", "level_matching_toggled", "view_changed"),
        *("play_on_select_toggled", "play_from_moment_toggled", "colour_map_changed", "collapse_toggled"),
        "heat_map_toggled",
    ):
        getattr(bar, name).connect(lambda *args: said.append(args))
    setters: list[tuple[Callable[..., None], tuple[object, ...]]] = [
        *((each, (True,)) for each in (bar.set_playing, bar.set_loop, bar.set_level_matching, bar.set_play_on_select)),
        (bar.set_play_from_moment, (True,)),
        (bar.set_heat_map, (True,)),
        (bar.set_collapsed, (True,)),
        (bar.set_speed, (0.5,)),
        (bar.set_gain_db, (-6.0,)),
        (bar.set_view, ("waveform",)),
        (bar.set_colour_map, ("grey", 60.0)),
    ]
    for setter, args in setters:
        setter(*args)
    assert said == []
    assert gain(bar).value() == -6
    assert button(bar, "Pause").isEnabled()


def test_name_and_position_are_plain_text_that_can_be_copied(bar: PlayerBar) -> None:
    bar.set_sound("<b>street</b>\n07.wav", 190.0)
    bar.set_position(42.34)
    assert label(bar, "Sound").text() == r"<b>street</b>\n07.wav"
    assert label(bar, "Sound").textFormat() == Qt.TextFormat.PlainText
    position = label(bar, "Position and length")
    assert position.text() == "0:42.3 / 3:10"
    position.setSelection(0, 6)
    bar.set_position(43.0)
    assert position.selectedText() == "0:42.3"  # until it is copied
    bar.set_sound("", None)
    position.setSelection(0, 0)
    bar.set_position(None)
    assert position.text() == ""


def test_without_a_sound_device_one_sentence_says_so(bar: PlayerBar) -> None:
    sentence = "No sound can be played because no sound device was found; everything else works."
    bar.set_silent(sentence)
    assert label(bar, "Why nothing can be heard").text() == sentence
    assert label(bar, "Why nothing can be heard").isVisible()
    assert not button(bar, "Play").isEnabled()
    assert not gain(bar).isVisible()
    assert button(bar, "Show the waveform").isEnabled()
    bar.set_silent("")
    assert button(bar, "Play").isEnabled()
    assert not label(bar, "Why nothing can be heard").isVisible()


def test_tooltips_name_the_keys_of_now(bar: PlayerBar) -> None:
    assert button(bar, "Stop").toolTip() == "<qt>Stop (Esc)</qt>"
    bar.set_playing(True)
    bar.set_keys({"play": "P", "stop": ""})
    assert button(bar, "Pause").toolTip() == "<qt>Pause (P)</qt>"
    assert button(bar, "Stop").toolTip() == "<qt>Stop</qt>"


def test_every_control_is_named_and_reached_by_tab(bar: PlayerBar) -> None:
    controls: list[QWidget] = [*bar.findChildren(QToolButton), gain(bar)]
    assert len(controls) >= 12
    for control in controls:
        assert control.accessibleName()
        assert control.toolTip()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
