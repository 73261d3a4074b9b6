"""Pixels of waveforms and spectrograms."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, qRgba

_FILLED, _FILLED_WELL = 0.2, 0.5  # how much shows below a curve


def waveform_image(outline: np.ndarray, height_px: int) -> QImage:
    """Of (width, 2) lowest and highest samples, as the share of each pixel that is covered; 1 is full scale.

    `tinted` gives it a colour. Silence is a line of one pixel.
    """
    middle = height_px / 2
    reach = middle - 0.5
    tops = middle - np.clip(outline[:, 1], -1, 1) * reach - 0.5
    bottoms = middle - np.clip(outline[:, 0], -1, 1) * reach + 0.5
    # neighbours touch, however steep the sound is
    tops[1:], bottoms[1:] = np.minimum(tops[1:], bottoms[:-1] - 1), np.maximum(bottoms[1:], tops[:-1] + 1)
    rows = np.arange(height_px, dtype=np.float32)[:, None]
    covered = np.minimum(rows + 1, bottoms.astype(np.float32)) - np.maximum(rows, tops.astype(np.float32))
    return indexed((np.clip(covered, 0, 1) * 255).astype(np.uint8))


def curve_image(values: np.ndarray, height_px: int, line_px: int, good: float) -> QImage:
    """Of (width,) values in 0..1, as the share of each pixel that is covered: a line, lightly filled below, and less
    lightly where the value is at least `good`. `tinted` gives it a colour.
    """
    tops = (1 - np.clip(values, 0, 1)) * (height_px - line_px)
    bottoms = tops + line_px
    lows = bottoms.copy()
    # neighbours touch, however steep the curve is
    lows[1:] = np.maximum(lows[1:], tops[:-1])
    lows[:-1] = np.maximum(lows[:-1], tops[1:])
    rows = np.arange(height_px, dtype=np.float32)[:, None]
    line = np.minimum(rows + 1, lows.astype(np.float32)) - np.maximum(rows, tops.astype(np.float32))
    below = np.clip(rows + 1 - bottoms.astype(np.float32), 0, 1) * np.where(values >= good, _FILLED_WELL, _FILLED)
    return indexed((np.maximum(np.clip(line, 0, 1), below) * 255).astype(np.uint8))


def tinted(covered: QImage, colour: QColor) -> QImage:
    """The same pixels in this colour, as transparent as they are little covered."""
    image = covered.copy()
    red, green, blue = colour.red(), colour.green(), colour.blue()
    image.setColorTable([qRgba(red, green, blue, alpha) for alpha in range(256)])
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def spectrogram_image(levels: np.ndarray, height_px: int, colours: tuple[int, ...]) -> QImage:
    """Of (rows, width) uint8 values, row 0 on top; where there are more rows than pixels, the loudest counts."""
    rows, width = levels.shape
    if height_px <= rows:
        firsts = np.arange(height_px) * rows // height_px
        image = indexed(np.maximum.reduceat(levels, firsts, axis=0))
    else:
        image = indexed(levels)
    image.setColorTable(list(colours))
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    if height_px > rows:
        ignoring, smoothly = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        image = image.scaled(width, height_px, ignoring, smoothly)
    return image


def indexed(pixels: np.ndarray) -> QImage:
    """Of (height, width) uint8 values, without colours."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8).copy()  # Qt does not keep `pixels`
