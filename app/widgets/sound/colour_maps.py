"""The colours of a spectrogram."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PySide6.QtGui import qRgb

from app.pictures import spectrogram
from app.settings import ColourMap

COLOUR_MAPS: tuple[ColourMap, ...] = ("magma", "viridis", "grey")


@cache
def colour_table(name: ColourMap, range_db: float) -> tuple[int, ...]:
    """256 colours, one for each value of a picture: the darkest at `range_db` below full scale and less."""
    heights = np.clip(1 + spectrogram.decibels(np.arange(256)) / range_db, 0, 1)
    colours = _colours(name)
    wanted = heights * (len(colours) - 1)
    mixed = np.stack([np.interp(wanted, np.arange(len(colours)), colours[:, each]) for each in range(3)], axis=1)
    return tuple(qRgb(*(int(part) for part in colour)) for colour in np.rint(mixed * 255))


@cache
def _colours(name: ColourMap) -> np.ndarray:
    """(colours, 3), 0 to 1, from dark to bright."""
    if name == "grey":
        return np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    # pyqtgraph's own tables, but without importing it: that would hold the first picture up by a second
    package = find_spec("pyqtgraph")
    assert package is not None
    assert package.origin is not None
    table = Path(package.origin).parent / "colors" / "maps" / f"{name}.csv"
    return np.loadtxt(table, delimiter=",", comments=";")
