"""Pixels of waveforms and spectrograms."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from app.widgets.sound.colour_maps import colour_table
from app.widgets.sound.sound_images import curve_image, spectrogram_image, tinted, waveform_image


def coverage(image: QImage) -> np.ndarray:
    rows = [[image.pixelIndex(x, y) for x in range(image.width())] for y in range(image.height())]
    return np.array(rows) / 255


def test_silence_is_a_line_of_one_pixel() -> None:
    covered = coverage(waveform_image(np.zeros((5, 2), np.float32), 21))
    assert covered.sum(axis=0) == pytest.approx([1.0] * 5)
    assert covered[10].tolist() == [1.0] * 5


def test_full_scale_reaches_from_edge_to_edge() -> None:
    covered = coverage(waveform_image(np.tile(np.array([-1, 1], np.float32), (3, 1)), 20))
    assert (covered == 1.0).all()
    beyond = coverage(waveform_image(np.tile(np.array([-7, 7], np.float32), (3, 1)), 20))
    assert (beyond == 1.0).all()


def test_positive_samples_are_above_the_middle() -> None:
    covered = coverage(waveform_image(np.tile(np.array([0, 0.8], np.float32), (3, 1)), 20))
    assert covered[:10].sum() > 20
    assert covered[11:].sum() == 0


def test_neighbours_touch_however_steep_the_sound_is() -> None:
    outline = np.array([[0.9, 0.9], [-0.9, -0.9], [0.9, 0.9]], np.float32)
    covered = coverage(waveform_image(outline, 40))
    for left, right in ((0, 1), (1, 2)):
        assert (np.minimum(covered[:, left], covered[:, right])).max() > 0.4


def test_a_tint_is_as_transparent_as_a_pixel_is_little_covered() -> None:
    image = tinted(waveform_image(np.zeros((4, 2), np.float32), 11), QColor("#E69F00"))
    assert image.pixelColor(2, 5).name() == "#e69f00"
    assert image.pixelColor(2, 0).alpha() == 0


@pytest.mark.parametrize("height_px", [64, 100, 256, 400])
def test_a_row_of_a_spectrogram_is_at_its_height(height_px: int) -> None:
    levels = np.zeros((256, 7), np.uint8)
    levels[192, 3] = 255
    image = spectrogram_image(levels, height_px, colour_table("grey", 80.0))
    assert (image.width(), image.height()) == (7, height_px)
    column = [image.pixelColor(3, y).red() for y in range(height_px)]
    assert max(column) >= 200
    assert column.index(max(column)) == pytest.approx(192.5 / 256 * height_px, abs=1.5)
    assert max(image.pixelColor(1, y).red() for y in range(height_px)) < 30


def test_a_curve_is_a_line_filled_lightly_below_and_less_lightly_where_it_is_good() -> None:
    image = curve_image(np.array([0.25, 0.25, 0.75, 0.75]), 101, 1, 0.5)
    values = np.array(
        [[image.pixelIndex(x, y) for x in range(image.width())] for y in range(image.height())], np.float64
    )
    assert values.shape == (101, 4)
    assert values[75, 0] == values[25, 3] == 255
    assert (values[:75, 0] == 0).all()
    assert (values[:25, 3] == 0).all()
    assert 0 < values[90, 0] < values[90, 3] < 255
    assert (values[25:76, 1:3].max(axis=1) == 255).all()  # neighbours touch
