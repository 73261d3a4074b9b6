from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

from app.widgets.results.waveform_thumbnail import SPAN_OPACITY, Span, waveform_thumbnail

GREY, BLUE, ORANGE = QColor("#808080"), QColor("#56B4E9"), QColor("#E69F00")


def draw(peaks: np.ndarray, *spans: Span, width: int = 64, pixel_ratio: float = 1.0) -> QImage:
    return waveform_thumbnail(peaks, QSize(width, 20), pixel_ratio, GREY, spans)


def outline(*heights: int) -> np.ndarray:
    return np.array([[-height, height] for height in heights], np.int8)


def ink_heights(image: QImage) -> list[int]:
    """How many pixels of each column are covered altogether."""
    return [sum(image.pixelColor(x, y).alpha() == 255 for y in range(image.height())) for x in range(image.width())]


def test_full_scale_fills_the_height_and_silence_is_a_line() -> None:
    heights = ink_heights(draw(outline(*[127] * 32, *[0] * 32)))
    assert heights[:32] == [20] * 32
    assert all(height <= 2 for height in heights[32:])


def test_no_peak_is_lost_between_pixels() -> None:
    peaks = outline(*[2] * 4096)
    peaks[2000] = (-127, 127)
    assert max(ink_heights(draw(peaks))) == 20


def test_few_points_are_joined_over_many_pixels() -> None:
    heights = ink_heights(draw(outline(127, 0, 127), width=192))
    assert heights[0] == heights[-1] == 20
    assert heights[96] <= 2
    assert 8 <= heights[64] <= 12  # half-way down


def test_quiet_sounds_are_drawn_up_to_four_times_as_high() -> None:
    assert max(ink_heights(draw(outline(*[32] * 64)))) == 20
    assert max(ink_heights(draw(outline(*[8] * 64)))) < 10


def test_a_moment_has_the_colour_of_its_clause_and_the_rest_has_not() -> None:
    image = draw(outline(*[100] * 64), Span(0.25, 0.5, BLUE), Span(0.75, 1.0, ORANGE))
    assert [image.pixelColor(x, 10).name() for x in (8, 24, 40, 60)] == [
        GREY.name(),
        BLUE.name(),
        GREY.name(),
        ORANGE.name(),
    ]


def test_a_moment_is_tinted_above_and_below_the_outline() -> None:
    image = draw(outline(*[0] * 64), Span(0.5, 1.0, BLUE))
    assert image.pixelColor(8, 2).alpha() == 0
    assert 40 < image.pixelColor(48, 2).alpha() < 80


def test_a_short_moment_of_a_long_sound_can_still_be_seen() -> None:
    for span in (Span(0.5, 0.50001, BLUE), Span(0.99999, 1.0, BLUE), Span(1.2, 1.3, BLUE)):
        image = draw(outline(*[100] * 64), span)
        assert sum(image.pixelColor(x, 10) == BLUE for x in range(64)) >= 2


def test_pictures_are_as_sharp_as_the_screen() -> None:
    image = draw(outline(*[100] * 64), pixel_ratio=2.0)
    assert (image.width(), image.height(), image.devicePixelRatio()) == (128, 40, 2.0)


def test_an_outline_without_a_single_point_is_no_trouble() -> None:
    assert draw(outline(0)).width() == 64


def test_where_a_clause_was_hardly_heard_the_outline_keeps_its_colour() -> None:
    image = draw(outline(*[127] * 32, *[64] * 32), Span(0.5, 1.0, BLUE, is_faint=True))
    assert image.pixelColor(48, 10).name() == GREY.name()
    paper = image.pixelColor(48, 1)
    assert paper.alphaF() == pytest.approx(SPAN_OPACITY, abs=0.01)
    assert paper.blue() > paper.red()
