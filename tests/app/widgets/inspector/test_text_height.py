from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument

from app.widgets.inspector.text_height import height_for_width


@pytest.mark.usefixtures("qapp")
def test_a_text_is_higher_the_narrower_it_is_and_is_left_as_it_is() -> None:
    document = QTextDocument("word " * 40)
    document.setTextWidth(123)
    heights = [height_for_width(document, width_px) for width_px in (10_000, 300, 100)]
    assert heights == sorted(set(heights))
    assert document.textWidth() == 123


@pytest.mark.usefixtures("qapp")
def test_no_room_at_all_is_no_error() -> None:
    assert height_for_width(QTextDocument("word"), 0) > 0
