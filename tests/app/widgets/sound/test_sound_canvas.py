"""The painted sound: where the play head is, and what is painted anew when it moves."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QColor, QPaintEvent, QPalette
from pytestqt.qtbot import QtBot

from app.look.theme import CLAUSE_COLOURS
from app.playing.player import Region
from app.view_models.clause_spans import ClauseSpan
from app.widgets.sound.sound_canvas import SoundCanvas
from app.widgets.sound.sound_layout import GUTTER_PX
from tests.app.explained_sounds import reasons
from tests.app.shown_sounds import shown


class Painted(QObject):
    """Notes how many pixels were painted anew."""

    def __init__(self, canvas: SoundCanvas) -> None:
        super().__init__(canvas)
        self.areas: list[int] = []
        canvas.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.areas.append(sum(rect.width() * rect.height() for rect in event.region()))  # type: ignore[attr-defined]
        return False


@pytest.fixture
def canvas(qtbot: QtBot) -> SoundCanvas:
    canvas = SoundCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(1000 + GUTTER_PX, 184)
    canvas.show_sound(shown())
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


def colour(canvas: SoundCanvas, x: float, y: float) -> QColor:
    return canvas.grab().toImage().pixelColor(round(x), round(y))


def test_the_play_head_is_over_waveform_and_spectrogram_at_its_moment(canvas: SoundCanvas) -> None:
    canvas.set_position(3.0)
    accent = canvas.palette().color(QPalette.ColorRole.Accent)
    layout = canvas.layout_now
    for part in (layout.waveform, layout.spectrogram):
        assert colour(canvas, GUTTER_PX + 300, part.center().y()) == accent
        assert colour(canvas, GUTTER_PX + 310, part.center().y()) != accent
    canvas.set_position(None)
    assert colour(canvas, GUTTER_PX + 300, layout.waveform.center().y()) != accent


def test_when_the_play_head_moves_only_two_strips_are_painted(qtbot: QtBot, canvas: SoundCanvas) -> None:
    canvas.set_position(3.0)
    painted = Painted(canvas)
    canvas.set_position(3.5)
    qtbot.waitUntil(lambda: bool(painted.areas))
    assert painted.areas == [pytest.approx(2 * 5 * canvas.height(), rel=0.5)]


def test_spans_colour_the_waveform(canvas: SoundCanvas) -> None:
    sound = shown()
    sound.spans = (ClauseSpan("dog", 2.0, 4.0, 1),)
    canvas.show_sound(sound)
    waveform = canvas.layout_now.waveform
    y = waveform.center().y() - 5
    assert colour(canvas, GUTTER_PX + 300, y) == CLAUSE_COLOURS[1]
    assert colour(canvas, GUTTER_PX + 500, y) != CLAUSE_COLOURS[1]


def test_moments_and_pixels(canvas: SoundCanvas) -> None:
    assert canvas.moment_s(GUTTER_PX + 420) == pytest.approx(4.2)
    assert canvas.x_of(4.2) == pytest.approx(GUTTER_PX + 420)
    assert canvas.moment_s(-50) == 0.0
    assert canvas.width_px == round(1000 * canvas.devicePixelRatioF())


def test_a_sentence_stands_where_a_spectrogram_cannot(canvas: SoundCanvas) -> None:
    dark = colour(canvas, 500, canvas.layout_now.spectrogram.bottom())
    canvas.say("a.wav cannot be read: <b>it</b> is no longer there.")
    surface = canvas.palette().color(QPalette.ColorRole.Base)
    assert colour(canvas, 500, canvas.layout_now.spectrogram.bottom()) == surface
    assert dark != surface


def test_colours_follow_the_palette(canvas: SoundCanvas) -> None:
    for name in ("#123456", "#fedcba"):
        palette = canvas.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(name))
        canvas.setPalette(palette)
        assert colour(canvas, 500, canvas.layout_now.waveform.top() + 1).name() == name


def test_region_and_crosshair_are_painted_over_it(canvas: SoundCanvas) -> None:
    before = canvas.grab().toImage()
    canvas.set_region(Region(1.0, 2.0))
    with_region = canvas.grab().toImage()
    canvas.set_pointer(QPointF(GUTTER_PX + 500, 120))
    assert before != with_region != canvas.grab().toImage()
    canvas.set_region(None)
    canvas.set_pointer(None)
    assert canvas.grab().toImage() == before


def test_nothing_is_shown_without_a_sound(canvas: SoundCanvas) -> None:
    canvas.show_sound(None)
    canvas.set_position(1.0)
    canvas.set_region(Region(1.0, 2.0))
    canvas.set_pointer(QPointF(500, 50))
    window = canvas.palette().color(QPalette.ColorRole.Window)
    assert {colour(canvas, x, y).rgb() for x in (5, 500, 1000) for y in (5, 100, 180)} == {window.rgb()}
    assert canvas.moment_s(500) == 0.0


def test_what_was_hardly_heard_leaves_the_waveform_its_colour(canvas: SoundCanvas) -> None:
    sound = shown()
    sound.spans = (ClauseSpan("dog", 2.0, 4.0, 1, is_faint=True),)
    canvas.show_sound(sound)
    y = canvas.layout_now.waveform.center().y() - 5
    assert colour(canvas, GUTTER_PX + 300, y) == colour(canvas, GUTTER_PX + 500, y)


def test_a_short_sound_is_seen_within_a_long_one(canvas: SoundCanvas) -> None:
    sound = shown()
    sound.spans = (ClauseSpan("dog", 2.0, 4.0, 1), ClauseSpan("rain", 0.0, 9.0, 0))
    canvas.show_sound(sound)
    y = canvas.layout_now.waveform.center().y() - 5
    assert colour(canvas, GUTTER_PX + 300, y) == CLAUSE_COLOURS[1]
    assert colour(canvas, GUTTER_PX + 500, y) == CLAUSE_COLOURS[0]


def test_curves_have_their_place_below_the_waveform(canvas: SoundCanvas) -> None:
    plain = canvas.layout_now
    sound = shown()
    sound.reasons = reasons("dog", "car")
    canvas.show_sound(sound)
    lanes = canvas.layout_now.curves
    assert lanes.height() > 0
    assert canvas.layout_now.waveform.height() < plain.waveform.height()
    picture = canvas.grab().toImage()
    column = {picture.pixelColor(GUTTER_PX + 250, y).rgb() for y in range(lanes.top(), lanes.bottom())}
    assert {CLAUSE_COLOURS[0].rgb(), CLAUSE_COLOURS[1].rgb()} <= column


def test_under_a_heat_map_the_spectrogram_has_no_colour_of_its_own(canvas: SoundCanvas) -> None:
    sound = shown()
    canvas.show_sound(sound)
    y = canvas.layout_now.spectrogram.bottom() - 3
    assert colour(canvas, GUTTER_PX + 500, y).lightness() < 10
    sound.reasons = reasons("dog", has_heat=True)
    canvas.redraw()
    y = canvas.layout_now.spectrogram.center().y() + 15
    hot, cold = colour(canvas, GUTTER_PX + 500, y), colour(canvas, GUTTER_PX + 900, y)
    assert hot.saturation() > 50
    assert cold.saturation() == 0


def test_the_play_head_leaves_curves_and_heat_as_they_were_painted(qtbot: QtBot, canvas: SoundCanvas) -> None:
    sound = shown()
    sound.reasons = reasons("dog", "car", has_heat=True)
    painted = Painted(canvas)
    canvas.show_sound(sound)
    canvas.set_position(3.0)
    qtbot.waitUntil(lambda: bool(painted.areas))
    canvas.set_position(3.5)
    qtbot.waitUntil(lambda: len(painted.areas) == 2)
    assert painted.areas[1] == pytest.approx(2 * 5 * canvas.height(), rel=0.5)
