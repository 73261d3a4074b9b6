"""Pixels of waveforms and spectrograms."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, qRgba


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
    return _indexed((np.clip(covered, 0, 1) * 255).astype(np.uint8))


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
        image = _indexed(np.maximum.reduceat(levels, firsts, axis=0))
    else:
        image = _indexed(levels)
    image.setColorTable(list(colours))
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    if height_px > rows:
        ignoring, smoothly = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        image = image.scaled(width, height_px, ignoring, smoothly)
    return image


def _indexed(pixels: np.ndarray) -> QImage:
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8).copy()  # Qt does not keep `pixels`
