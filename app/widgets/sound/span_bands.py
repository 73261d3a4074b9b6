"""The spans in which clauses matched: a band over the waveform, and above it a line with the clause's text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette

from app.look.theme import clause_colour
from app.view_models.clause_spans import ClauseSpan, lanes, longest_first
from app.view_models.time_view import TimeView
from app.widgets.sound.sound_layout import LANE_PX, SoundLayout

MOST_LANES = 3
_LINE_PX = 2
_BAND_OPACITY = 0.16
_NARROWEST_PX = 3.0


def lanes_needed(spans: Sequence[ClauseSpan]) -> int:
    return max(lanes(spans, MOST_LANES), default=-1) + 1


def band_rect(span: ClauseSpan, view: TimeView, rect: QRect) -> QRectF:
    """Where the span lies, within `rect`, and never too narrow to be seen; empty if it is out of view."""
    left = rect.left() + view.x_px(span.start_s, rect.width())
    width = max(_NARROWEST_PX, view.x_px(span.end_s, rect.width()) - view.x_px(span.start_s, rect.width()))
    return QRectF(left, rect.top(), width, rect.height()).intersected(QRectF(rect))


def paint_bands(
    painter: QPainter, layout: SoundLayout, view: TimeView, spans: Sequence[ClauseSpan], palette: QPalette
) -> None:
    for span in longest_first(spans):
        colour = clause_colour(span.colour, palette)
        colour.setAlphaF(_BAND_OPACITY)
        painter.fillRect(band_rect(span, view, layout.waveform), colour)


def paint_strip(
    painter: QPainter, layout: SoundLayout, view: TimeView, spans: Sequence[ClauseSpan], palette: QPalette
) -> None:
    """A text may be longer than its span, until the next one in its lane begins; that of a sound which should not be
    heard is struck through.
    """
    font = painter.font()
    painter.save()
    metrics = QFontMetrics(painter.font())
    found = lanes(spans, MOST_LANES)
    ends: dict[int, float] = {}
    for index in sorted(range(len(spans)), key=lambda index: -spans[index].start_s):
        span, lane = spans[index], found[index]
        band = band_rect(span, view, layout.strip)
        if band.isEmpty():
            continue
        bottom = layout.strip.top() + (lane + 1) * LANE_PX
        line = QRectF(band.left(), bottom - _LINE_PX, band.width(), _LINE_PX)
        painter.fillRect(line, clause_colour(span.colour, palette))
        room = ends.get(lane, float(layout.strip.right())) - band.left() - 6
        text = metrics.elidedText(span.text, Qt.TextElideMode.ElideRight, int(room))
        if room > metrics.averageCharWidth() * 3:
            painter.setFont(_struck(font) if span.colour is None else font)
            is_secondary = span.colour is None or span.is_faint
            role = QPalette.ColorRole.PlaceholderText if is_secondary else QPalette.ColorRole.WindowText
            painter.setPen(palette.color(role))
            place = QRectF(band.left(), bottom - LANE_PX, room, LANE_PX - _LINE_PX)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), text)
        ends[lane] = band.left()
    painter.restore()


def _struck(font: QFont) -> QFont:
    struck = QFont(font)
    struck.setStrikeOut(True)
    return struck
