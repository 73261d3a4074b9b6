"""Bar and picture together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.widgets.sound.player_bar import HEIGHT_PX
from app.widgets.sound.sound_canvas import SoundCanvas
from app.widgets.sound.sound_pane import USUAL_HEIGHT_PX, SoundPane
from tests.app.shown_sounds import write_tone
from tests.sound_files import RATE_HZ


@pytest.fixture
def pane(qtbot: QtBot, tmp_path: Path) -> Iterator[SoundPane]:
    pane = SoundPane(region_folder=tmp_path / "regions")
    qtbot.addWidget(pane)
    pane.resize(1000, USUAL_HEIGHT_PX)
    with qtbot.waitExposed(pane):
        pane.show()
    yield pane
    pane.shut_down()


def test_a_sound_is_named_and_drawn_and_followed(pane: SoundPane, tmp_path: Path) -> None:
    pane.show_sound(write_tone(tmp_path / "tone.wav", 2.0), 2.0, RATE_HZ)
    pane.set_position(1.25)
    texts = [label.text() for label in pane.bar.findChildren(QLabel)]
    assert "tone.wav" in texts
    assert "0:01.2 / 0:02.0" in texts
    canvas = pane.view.findChild(SoundCanvas)
    assert canvas.shown.position_s == 1.25
    pane.clear()
    assert canvas.shown is None


def test_the_spectrogram_joins_the_waveform_where_that_was_shown_alone(pane: SoundPane) -> None:
    canvas = pane.view.findChild(SoundCanvas)
    pane.bar.set_view("waveform")
    pane.bar.view_changed.emit("waveform")
    pane.show_spectrogram()
    assert (canvas.mode, pane.view.has_spectrogram) == ("both", True)
    assert all(pane.bar._buttons[name].isChecked() for name in ("waveform", "spectrogram"))
    pane.bar.view_changed.emit("spectrogram")
    pane.show_spectrogram()
    assert canvas.mode == "spectrogram"


def test_what_the_bar_says_of_the_picture_is_done(pane: SoundPane, tmp_path: Path) -> None:
    pane.show_sound(write_tone(tmp_path / "tone.wav", 2.0), 2.0, RATE_HZ)
    canvas = pane.view.findChild(SoundCanvas)
    pane.bar.view_changed.emit("waveform")
    assert canvas.layout_now.spectrogram.height() == 0
    pane.bar.view_changed.emit("both")
    before = canvas.grab().toImage()
    pane.set_colour_map("viridis", 60.0)
    pane.bar.colour_map_changed.emit("grey", 60.0)
    assert canvas.grab().toImage() != before


def test_the_picture_folds_away_and_the_bar_stays(qtbot: QtBot, pane: SoundPane) -> None:
    assert pane.sizeHint().height() == USUAL_HEIGHT_PX
    with qtbot.waitSignal(pane.collapsed_changed) as changed:
        pane.bar.collapse_toggled.emit(True)
    assert changed.args == [True]
    assert pane.is_collapsed()
    assert pane.maximumHeight() == pane.sizeHint().height() == HEIGHT_PX
    with qtbot.assertNotEmitted(pane.collapsed_changed):
        pane.set_collapsed(True)
    pane.set_collapsed(False)
    assert pane.view.isVisible()
