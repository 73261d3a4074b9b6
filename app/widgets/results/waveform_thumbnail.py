"""A waveform as a small picture, with the moments that matched in their colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

LEAST_FULL_SCALE = 32  # of 127: quiet sounds are drawn up to four times as high as they are
SPAN_OPACITY = 0.22
LEAST_SPAN_PX = 2.0


class Span(NamedTuple):
    """A part of the sound, from 0 at its beginning to 1 at its end. Behind a faint one the outline keeps its colour."""

    start: float
    end: float
    colour: QColor
    is_faint: bool = False


def waveform_thumbnail(
    peaks: np.ndarray, size: QSize, pixel_ratio: float, colour: QColor, spans: Sequence[Span]
) -> QImage:
    """Draw an outline, (points, 2) int8, without a background.

    size : in device-independent pixels; the picture has `pixel_ratio` times as many of the device's
    """
    width, height = round(size.width() * pixel_ratio), round(size.height() * pixel_ratio)
    ink = _ink(*_columns(peaks, width), height)
    inks, papers = np.tile(_rgb(colour), (width, 1)), np.zeros((width, 3))
    shades = np.zeros(width)  # of the paper
    for span in spans:
        first, last = _pixels(span, width, LEAST_SPAN_PX * pixel_ratio)
        papers[first:last] = _rgb(span.colour)
        inks[first:last] = _rgb(colour if span.is_faint else span.colour)
        shades[first:last] = SPAN_OPACITY
    paper = (1 - ink) * shades  # (height, width)
    opacity = ink + paper
    picture = np.empty((height, width, 4), np.uint8)
    picture[..., :3] = np.round(inks * ink[..., None] + papers * paper[..., None])
    picture[..., 3] = np.round(255 * opacity)
    image = QImage(picture.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied).copy()
    image.setDevicePixelRatio(pixel_ratio)
    return image


def _columns(peaks: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest of each column of pixels, (width,) in -1..1."""
    scaled = peaks.astype(np.float32) / max(LEAST_FULL_SCALE, int(np.abs(peaks.astype(np.int16)).max(initial=0)))
    low, high = scaled[:, 0], scaled[:, 1]
    points = len(peaks)
    if points >= width:
        starts = np.arange(width) * points // width
        return np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
    at, given = (np.arange(width) + 0.5) * points / width, np.arange(points) + 0.5
    return np.interp(at, given, low), np.interp(at, given, high)


def _ink(low: np.ndarray, high: np.ndarray, height: int) -> np.ndarray:
    """How much of each pixel the outline covers, (height, width) in 0..1; everywhere at least a line."""
    middle = height / 2
    top = np.minimum(middle * (1 - high), middle - 0.5)
    bottom = np.maximum(middle * (1 - low), middle + 0.5)
    row = np.arange(height)[:, None]
    covered: np.ndarray = np.clip(np.minimum(bottom, row + 1) - np.maximum(top, row), 0, 1)
    return covered


def _pixels(span: Span, width: int, least: float) -> tuple[int, int]:
    start, end = min(max(span.start, 0.0), 1.0) * width, min(max(span.end, 0.0), 1.0) * width
    first = int(min(start, width - least))
    return max(0, first), int(np.ceil(max(end, first + least)))


def _rgb(colour: QColor) -> np.ndarray:
    return np.array([colour.red(), colour.green(), colour.blue()], np.float64)
