"""How high a text is in a given width."""

from __future__ import annotations

import math

from PySide6.QtGui import QTextDocument


def height_for_width(document: QTextDocument, width_px: int) -> int:
    """Of all its lines, with its margins; the document itself is left as it is."""
    measured = document.clone()
    measured.setTextWidth(max(width_px, 1))
    return math.ceil(measured.size().height())
