"""The picture of a sound with real files: tiles come, views change, regions become files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.file_mime import mime_of
from app.playing.player import Region
from app.view_models.clause_spans import ClauseSpan
from app.widgets.busy_line import BusyLine
from app.widgets.sound.sound_canvas import SoundCanvas
from app.widgets.sound.sound_layout import GUTTER_PX
from app.widgets.sound.sound_view import SoundView
from app.workers.region_files import RegionFiles
from tests.app.explained_sounds import reasons
from tests.app.shown_sounds import peaks_of, write_tone
from tests.sound_files import RATE_HZ

SPANS = (ClauseSpan("dog", 2.0, 3.0, 0), ClauseSpan("car", 7.0, 8.0, 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "tone.wav")


@pytest.fixture
def view(qtbot: QtBot, tmp_path: Path) -> Iterator[SoundView]:
    view = SoundView(region_folder=tmp_path / "regions")
    qtbot.addWidget(view)
    view.resize(1000 + GUTTER_PX, 184)
    with qtbot.waitExposed(view):
        view.show()
    yield view
    view.shut_down()


def canvas_of(view: SoundView) -> SoundCanvas:
    canvas = view.findChild(SoundCanvas)
    assert isinstance(canvas, SoundCanvas)
    return canvas


def bright_rows(view: SoundView) -> list[int]:
    """Rows of the spectrogram in its middle that are bright."""
    rect = canvas_of(view).layout_now.spectrogram
    image: QImage = view.grab().toImage()
    return [y for y in range(rect.top(), rect.bottom()) if image.pixelColor(rect.center().x(), y).lightness() > 120]


def stretch(view: SoundView) -> tuple[float, float]:
    shown = canvas_of(view).shown
    assert shown is not None
    return shown.view.start_s, shown.view.end_s


def show(qtbot: QtBot, view: SoundView, path: Path, spans: Sequence[ClauseSpan] = ()) -> None:
    view.show_sound(path, 10.0, RATE_HZ, spans=spans)
    qtbot.waitUntil(lambda: bool(bright_rows(view)))


def test_a_tone_appears_at_its_frequency(qtbot: QtBot, view: SoundView, path: Path) -> None:
    show(qtbot, view, path)
    canvas = canvas_of(view)
    rect = canvas.layout_now.spectrogram
    assert canvas.shown is not None
    y = rect.bottom() + 1 - float(canvas.shown.scale.height(1000.0)) * rect.height()
    assert min(bright_rows(view)) - 2 <= y <= max(bright_rows(view)) + 2
    view.set_frequency_scale("mel")
    y_in_mel = rect.bottom() + 1 - float(canvas.shown.scale.height(1000.0)) * rect.height()
    assert y_in_mel > y + 10
    qtbot.waitUntil(lambda: bool(bright_rows(view)) and min(bright_rows(view)) - 2 <= y_in_mel)


def test_the_outline_of_stored_peaks_is_there_at_once(view: SoundView, tmp_path: Path) -> None:
    view.show_sound(tmp_path / "offline.wav", 10.0, RATE_HZ, peaks_of(np.tile([0.9, -0.9], 5 * RATE_HZ)))
    empty = view.grab().toImage()
    view.show_sound(tmp_path / "offline.wav", 10.0, RATE_HZ)
    assert view.grab().toImage() != empty


def test_what_the_library_does_not_know_is_read_from_the_file(qtbot: QtBot, view: SoundView, path: Path) -> None:
    view.show_sound(path, 0.0, 0)
    qtbot.waitUntil(lambda: canvas_of(view).shown is not None)
    assert stretch(view) == (0.0, 10.0)


def test_a_length_that_is_wrong_is_put_right(qtbot: QtBot, view: SoundView, path: Path) -> None:
    view.show_sound(path, 20.0, RATE_HZ, spans=SPANS)
    qtbot.waitUntil(lambda: stretch(view) == (0.0, 10.0))
    assert canvas_of(view).shown.spans == SPANS


def test_a_file_that_cannot_be_read_is_one_calm_sentence(qtbot: QtBot, view: SoundView, tmp_path: Path) -> None:
    with qtbot.waitSignal(view.failed) as failed:
        view.show_sound(tmp_path / "gone.wav", 10.0, RATE_HZ, peaks_of(np.tile([0.9, -0.9], 5 * RATE_HZ)))
    assert failed.args == [f"{tmp_path / 'gone.wav'} cannot be read: it is no longer there."]


def test_zooming_and_fitting(qtbot: QtBot, view: SoundView, path: Path) -> None:
    show(qtbot, view, path)
    view.zoom_in()
    assert stretch(view) == (2.5, 7.5)
    view.set_position(3.5)
    view.zoom_in()  # about the play head
    assert stretch(view) == (3.0, 5.5)
    view.zoom_out()
    view.zoom_out()
    assert stretch(view) == (0.0, 10.0)
    view.zoom_in()
    view.fit()
    assert stretch(view) == (0.0, 10.0)


def test_a_view_follows_the_play_head_only_if_it_was_in_view(qtbot: QtBot, view: SoundView, path: Path) -> None:
    show(qtbot, view, path)
    view.set_position(1.0)
    for _ in range(3):
        view.zoom_in()
    assert stretch(view) == (pytest.approx(0.875), pytest.approx(2.125))
    view.set_position(2.1)
    assert stretch(view)[0] == pytest.approx(0.875)
    view.set_position(2.2)
    assert stretch(view)[0] == pytest.approx(2.075)
    view.set_position(0.5)  # a loop begins anew
    assert stretch(view)[0] == pytest.approx(0.375)


def test_a_view_that_was_panned_away_stays(qtbot: QtBot, view: SoundView, path: Path) -> None:
    show(qtbot, view, path)
    view.set_position(None)
    view.zoom_in()
    view.zoom_in()
    before = stretch(view)
    view.set_position(0.5)
    view.set_position(0.6)
    assert stretch(view) == before


def test_keys_seek(qtbot: QtBot, view: SoundView, path: Path) -> None:
    show(qtbot, view, path, spans=SPANS)
    view.set_position(5.0)
    sought: list[float] = []
    view.seek_requested.connect(sought.append)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    view.next_span()
    view.previous_span()
    view.set_position(9.5)
    view.seek_by(1.0)
    view.next_span()
    assert sought == [6.0, 4.0, 7.0, 2.0, 10.0]


def test_a_click_seeks(qtbot: QtBot, view: SoundView, path: Path) -> None:
    show(qtbot, view, path)
    with qtbot.waitSignal(view.seek_requested) as sought:
        qtbot.mouseClick(canvas_of(view), Qt.MouseButton.LeftButton, pos=QPoint(GUTTER_PX + 420, 20))
    assert sought.args == [pytest.approx(4.2)]


def test_a_region_begins_and_ends_at_the_play_head_and_escape_clears_it(
    qtbot: QtBot, view: SoundView, path: Path
) -> None:
    show(qtbot, view, path)
    changes: list[Region | None] = []
    view.region_changed.connect(changes.append)
    view.set_position(2.0)
    view.start_region_here()
    view.set_position(3.0)
    view.end_region_here()
    assert view.region() == Region(2.0, 3.0)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert changes == [Region(2.0, 10.0), Region(2.0, 3.0), None]


def test_a_region_becomes_a_file_as_soon_as_it_is_selected(
    qtbot: QtBot, view: SoundView, path: Path, tmp_path: Path
) -> None:
    show(qtbot, view, path)
    view.set_region(Region(2.0, 3.5))
    files = view.findChild(RegionFiles)
    qtbot.waitUntil(lambda: files.file_for(path, Region(2.0, 3.5)) is not None)
    file = files.file_for(path, Region(2.0, 3.5))
    assert file == tmp_path / "regions" / "tone 0m2.0s-0m3.5s.wav"
    assert soundfile.info(file).duration == pytest.approx(1.5)
    assert mime_of([file]).urls()[0].toLocalFile() == str(file)
    assert mime_of([file]).hasFormat("text/uri-list")


def test_a_drag_before_the_file_is_ready_says_so(qtbot: QtBot, view: SoundView, tmp_path: Path) -> None:
    path = write_tone(tmp_path / "long.wav", 70.0)
    view.show_sound(path, 70.0, RATE_HZ)
    view.set_region(Region(0.0, 65.0))  # too long to be written unasked
    canvas = canvas_of(view)
    handle = QPoint(GUTTER_PX + 300, canvas.layout_now.handles.center().y())
    with qtbot.waitSignal(view.failed) as said:
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=handle)
        view._drag_region()
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=handle)
    assert "still being written" in said.args[0]
    files = view.findChild(RegionFiles)
    qtbot.waitUntil(lambda: files.file_for(path, Region(0.0, 65.0)) is not None)


def test_another_sound_begins_without_the_last_ones_region(qtbot: QtBot, view: SoundView, path: Path) -> None:
    show(qtbot, view, path)
    view.set_region(Region(2.0, 3.5))
    view.zoom_in()
    with qtbot.waitSignal(view.region_changed) as changed:
        show(qtbot, view, path)
    assert changed.args == [None]
    assert stretch(view) == (0.0, 10.0)
    view.clear()
    assert view.path is None


def test_views_and_colours(qtbot: QtBot, view: SoundView, path: Path) -> None:
    show(qtbot, view, path)
    view.set_view("waveform")
    assert canvas_of(view).layout_now.spectrogram.height() == 0
    view.set_view("spectrogram")
    assert canvas_of(view).layout_now.waveform.height() == 0
    before = view.grab().toImage()
    view.set_colour_map("viridis", 60.0)
    assert view.grab().toImage() != before


def test_a_hidden_view_loads_nothing_until_it_is_seen(qtbot: QtBot, view: SoundView, path: Path) -> None:
    view.hide()
    view.show_sound(path, 10.0, RATE_HZ)
    qtbot.waitUntil(lambda: view._file is not None)
    assert not bright_rows(view)
    view.show()
    qtbot.waitUntil(lambda: bool(bright_rows(view)))


def test_a_wrong_rate_and_an_unknown_length_keep_the_play_head(qtbot: QtBot, view: SoundView, path: Path) -> None:
    view.show_sound(path, 20.0, 8_000)
    view.set_position(3.0)
    view.set_region(Region(1.0, 2.0))
    qtbot.waitUntil(lambda: stretch(view) == (0.0, 10.0))
    shown = canvas_of(view).shown
    assert (shown.scale.max_hz, shown.position_s, shown.region) == (24_000.0, 3.0, Region(1.0, 2.0))


def test_pictures_seen_before_can_be_forgotten(qtbot: QtBot, view: SoundView, path: Path) -> None:
    show(qtbot, view, path)
    assert view.cached_bytes > 0
    view.clear_cache()
    assert view.cached_bytes == 0
    assert bright_rows(view)


def test_it_is_reached_and_named(view: SoundView) -> None:
    view.clearFocus()
    plain = view.grab().toImage()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.grab().toImage() != plain  # a ring
    view.clearFocus()
    assert view.grab().toImage() == plain
    assert view.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert view.accessibleName() == "Waveform and spectrogram"


def test_why_a_sound_was_found_is_not_shown_of_another_one(view: SoundView, tmp_path: Path) -> None:
    view.show_sound(tmp_path / "dog.wav", 10.0, RATE_HZ)
    view.set_reasons(reasons("dog"))
    shown = canvas_of(view).shown
    assert shown is not None
    assert shown.reasons.clauses[0].relevance is not None
    view.show_sound(tmp_path / "car.wav", 10.0, RATE_HZ)
    shown = canvas_of(view).shown
    assert shown is not None
    assert [(clause.text, clause.relevance) for clause in shown.reasons.clauses] == [("dog", None)]


def test_it_tells_when_something_else_is_on_show(qtbot: QtBot, view: SoundView, path: Path) -> None:
    before = view.stretch
    with qtbot.waitSignal(view.stretch_changed):
        view.show_sound(path, 10.0, RATE_HZ)
    shown = view.stretch
    assert before is None
    assert shown is not None
    assert shown.is_whole
    with qtbot.waitSignal(view.stretch_changed):
        view.zoom_in()
    assert stretch(view) == (view.stretch.start_s, view.stretch.end_s) == (2.5, 7.5)
    with qtbot.waitSignal(view.stretch_changed):
        view.clear()
    assert view.stretch is None


def test_a_line_at_the_bottom_says_that_something_is_found_out(qtbot: QtBot, view: SoundView, path: Path) -> None:
    line = view.findChild(BusyLine)
    assert isinstance(line, BusyLine)
    view.set_explaining(True)
    qtbot.waitUntil(line.isVisible)
    assert view.rect().contains(line.geometry())
    view.set_explaining(False)
    assert not line.isVisible()
