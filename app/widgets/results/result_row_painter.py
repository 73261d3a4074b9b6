"""How one row of the list of results is drawn: all its cells at once, so that a full screen takes few calls."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPixmap

from app.look import theme
from app.view_models import order_texts
from app.view_models.clause_spans import ClauseSpan, longest_first, spans_of
from app.view_models.result_columns import COLUMNS, NOT_LOADED, NUMBER_OF, ResultColumn, shown_tags
from app.view_models.results import ResultRow
from app.view_models.verdicts import Verdict
from app.widgets.results.waveform_thumbnail import Span, waveform_thumbnail
from engine.library_rows import FileRow

LINE_PX = 28
STRIP_ROW_PX = 44
DIVIDER_PX = LINE_PX
LEAST_DIVIDER_LINES_PX = 80
PADDING_PX = 8
GUTTER_PX = 20  # left of the name, for the mark of the playing row
BAR_PX = 6
CAPSULE_PX = 18
MARK_PX = 14
LEAST_NAME_PX = 72  # a badge must leave so much for the name
STRIP_TOP_PX, STRIP_PX = 25, 15
THUMBNAIL_PX = 20
WEAKER_MATCHES = "weaker matches"

KEPT_PICTURES = 256
KEPT_TEXTS = 8192


class Cell(NamedTuple):
    column: ResultColumn
    x_px: int
    width_px: int


@dataclass(frozen=True)
class ShownRow:
    """All that is drawn of a row."""

    result: ResultRow
    file: FileRow | None
    peaks: np.ndarray | None
    selected: bool = False
    focused: bool = False
    hovered: bool = False
    playing: bool = False
    verdict: Verdict | None = None


class ResultRowPainter:
    """Draws with the fonts and colours of one moment; when they change, another takes its place."""

    def __init__(self, font: QFont, palette: QPalette, pixel_ratio: float) -> None:
        role = QPalette.ColorRole
        self._text, self._secondary = palette.color(role.Text), theme.secondary(palette)
        self._accent, self._hairline = palette.color(role.Accent), theme.hairline(palette)
        self._surface, self._raised = palette.color(role.Base), palette.color(role.AlternateBase)
        self._on_accent = palette.color(role.HighlightedText)
        self._palette = palette
        self._wave = _between(self._secondary, self._hairline)
        self._chosen = QColor(self._accent)
        self._chosen.setAlphaF(0.22)
        self._pixel_ratio = pixel_ratio
        heavier = QFont(font)
        heavier.setWeight(QFont.Weight.DemiBold)
        self._plain = _Type(font)
        self._bold = _Type(heavier)
        self._small = _Type(theme.small_font(font))
        self._figures = _Type(theme.figures(font))
        self._pictures: OrderedDict[tuple[object, ...], tuple[np.ndarray, QPixmap]] = OrderedDict()
        self._draw: dict[str, Callable[[QPainter, QRect, ShownRow], None]] = {
            "name": self._draw_name,
            "match": self._draw_match,
            "tags": self._draw_tags,
            "rating": self._draw_rating,
            "waveform": self._draw_thumbnail,
        }

    def draw(self, painter: QPainter, area: QRect, cells: Sequence[Cell], row: ShownRow) -> None:
        """area : the row without the divider above it; with room for a strip if it is higher than a line"""
        self._draw_background(painter, area, row)
        for cell in cells:
            place = QRect(cell.x_px, area.y(), cell.width_px, LINE_PX)
            special = self._draw.get(cell.column.id)
            if special is None:
                self._draw_text(painter, place, cell.column, row)
            else:
                special(painter, place, row)
        if area.height() > LINE_PX:
            left_px = GUTTER_PX + PADDING_PX
            room_px = area.width() - left_px - PADDING_PX
            self._draw_waveform(painter, QRect(left_px, area.y() + STRIP_TOP_PX, room_px, STRIP_PX), row)

    def draw_divider(self, painter: QPainter, area: QRect, reason: str) -> None:
        """A hairline on both sides of the words that say why what is below it is there; of few where room is short."""
        room_px = area.width() - LEAST_DIVIDER_LINES_PX
        text = self._small.fitted(reason or WEAKER_MATCHES, area.width())
        if text.width_px > room_px:
            text = self._small.fitted(WEAKER_MATCHES, area.width())
        middle_px = area.y() + area.height() // 2
        left_px = (area.width() - text.width_px) // 2
        right_px = left_px + text.width_px + PADDING_PX
        painter.fillRect(PADDING_PX, middle_px, left_px - 2 * PADDING_PX, 1, self._hairline)
        painter.fillRect(right_px, middle_px, area.width() - right_px - PADDING_PX, 1, self._hairline)
        self._small.draw(painter, text, left_px, area, self._secondary)

    def _draw_background(self, painter: QPainter, area: QRect, row: ShownRow) -> None:
        if row.selected:
            painter.fillRect(area, self._chosen if row.focused else self._raised)
            painter.fillRect(0, area.y(), 2, area.height(), self._accent if row.focused else self._secondary)
        elif row.hovered:
            painter.fillRect(area, self._raised)

    def _draw_text(self, painter: QPainter, place: QRect, column: ResultColumn, row: ShownRow) -> None:
        words = column.text(row.result, row.file)
        if not words:
            return
        secondary = column.id in ("folder", "format", "modified")
        kind = self._figures if column.numeric else self._small if secondary else self._plain
        text = kind.fitted(words, place.width() - 2 * PADDING_PX)
        right_px = place.x() + place.width() - PADDING_PX
        left_px = right_px - text.width_px if column.numeric else place.x() + PADDING_PX
        kind.draw(painter, text, left_px, place, self._secondary if secondary else self._text)

    def _draw_name(self, painter: QPainter, place: QRect, row: ShownRow) -> None:
        if row.playing:
            self._draw_playing_mark(painter, place)
        kind = self._bold if row.selected else self._plain
        room_px = place.width() - GUTTER_PX - 2 * PADDING_PX - self._draw_marks(painter, place, row)
        text = kind.fitted(row.file.name if row.file else NOT_LOADED, room_px, Qt.TextElideMode.ElideMiddle)
        audible = row.file is not None and row.file.state == "ok"
        colour = self._text if audible else self._secondary
        kind.draw(painter, text, place.x() + GUTTER_PX + PADDING_PX, place, colour)

    def _draw_marks(self, painter: QPainter, place: QRect, row: ShownRow) -> int:
        """Right of the name: what a person said of this answer, and whether the order fits. Returns the room taken."""
        right_px = place.x() + place.width() - PADDING_PX
        least_px = place.x() + GUTTER_PX + PADDING_PX + LEAST_NAME_PX
        left_px = right_px
        if row.verdict is not None and left_px - MARK_PX >= least_px:
            left_px -= MARK_PX
            self._draw_verdict(painter, QRect(left_px, place.y(), MARK_PX, place.height()), row.verdict)
            left_px -= 4
        margin = row.result.order_margin
        badge = self._small.fitted(order_texts.badge(margin), LINE_PX * 8)
        if margin is not None and left_px - badge.width_px - 12 >= least_px:
            left_px -= badge.width_px + 12
            colour = self._accent if margin > 0 else self._secondary
            self._draw_badge(painter, place, left_px, badge, colour)
            left_px -= 4
        return right_px - left_px

    def _draw_badge(self, painter: QPainter, place: QRect, left_px: int, text: _Text, colour: QColor) -> None:
        top_px = place.y() + (LINE_PX - CAPSULE_PX) // 2
        edge = QColor(colour)
        edge.setAlphaF(0.5)
        painter.setPen(edge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        shape = QRectF(left_px + 0.5, top_px + 0.5, text.width_px + 11, CAPSULE_PX - 1)
        painter.drawRoundedRect(shape, 4, 4)
        self._small.draw(painter, text, left_px + 6, place, colour)

    def _draw_verdict(self, painter: QPainter, place: QRect, verdict: Verdict) -> None:
        """A plus in a disc, or a minus."""
        disc = QRectF(place.x(), place.y() + (LINE_PX - MARK_PX) / 2, MARK_PX, MARK_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._accent if verdict == "liked" else self._secondary)
        painter.drawEllipse(disc)
        ink = self._on_accent if verdict == "liked" else self._surface
        middle = disc.center()
        painter.fillRect(QRectF(middle.x() - 3.5, middle.y() - 0.75, 7, 1.5), ink)
        if verdict == "liked":
            painter.fillRect(QRectF(middle.x() - 0.75, middle.y() - 3.5, 1.5, 7), ink)

    def _draw_playing_mark(self, painter: QPainter, place: QRect) -> None:
        left_px, bottom_px = place.x() + PADDING_PX + 2, place.y() + LINE_PX // 2 + 6
        for number, height_px in enumerate((7, 12, 9)):
            painter.fillRect(left_px + 5 * number, bottom_px - height_px, 3, height_px, self._accent)

    def _draw_match(self, painter: QPainter, place: QRect, row: ShownRow) -> None:
        score = row.result.score
        if score is None:
            words = COLUMNS[NUMBER_OF["match"]].text(row.result, row.file)
            text = self._small.fitted(words, place.width() - 2 * PADDING_PX)
            self._small.draw(painter, text, place.x() + PADDING_PX, place, self._secondary)
            return
        room_px = place.width() - 2 * PADDING_PX
        left_px, top_px = place.x() + PADDING_PX, place.y() + (LINE_PX - BAR_PX) // 2
        painter.fillRect(left_px, top_px, room_px, BAR_PX, self._hairline)
        reached = QRectF(left_px, top_px, room_px * min(1.0, score), BAR_PX)
        painter.fillRect(reached, self._secondary if row.result.weak else self._accent)

    def _draw_tags(self, painter: QPainter, place: QRect, row: ShownRow) -> None:
        tags = shown_tags(row.file) if row.file else []
        left_px, end_px = place.x() + PADDING_PX, place.x() + place.width() - PADDING_PX
        for number, tag in enumerate(tags):
            rest = f"+{len(tags) - number - 1}" if number + 1 < len(tags) else ""
            reserved_px = self._small.fitted(rest, 64).width_px + 4 if rest else 0
            room_px = end_px - left_px - reserved_px - 12
            whole_px = self._small.fitted(tag, 4096).width_px
            if room_px < min(whole_px, 24 if number == 0 else whole_px):
                text = self._small.fitted(f"+{len(tags) - number}", max(0, end_px - left_px))
                self._small.draw(painter, text, left_px, place, self._secondary)
                return
            left_px = self._draw_capsule(painter, place, left_px, self._small.fitted(tag, room_px), row) + 4

    def _draw_capsule(self, painter: QPainter, place: QRect, left_px: int, text: _Text, row: ShownRow) -> int:
        """Returns where it ends."""
        top_px = place.y() + (LINE_PX - CAPSULE_PX) // 2
        shape = QRectF(left_px + 0.5, top_px + 0.5, text.width_px + 11, CAPSULE_PX - 1)
        painter.setPen(self._hairline)
        painter.setBrush(self._surface if row.selected or row.hovered else self._raised)
        painter.drawRoundedRect(shape, CAPSULE_PX / 2, CAPSULE_PX / 2)
        self._small.draw(painter, text, left_px + 6, place, self._text)
        return left_px + text.width_px + 12

    def _draw_rating(self, painter: QPainter, place: QRect, row: ShownRow) -> None:
        stars = row.file.stars if row.file else None
        if stars:
            text = self._plain.fitted("★" * stars, place.width() - PADDING_PX)
            self._plain.draw(painter, text, place.x() + PADDING_PX, place, self._accent)

    # --- waveforms ----------------------------------------------------------------------------------------------------

    def _draw_thumbnail(self, painter: QPainter, place: QRect, row: ShownRow) -> None:
        gap_px = (LINE_PX - THUMBNAIL_PX) // 2
        self._draw_waveform(painter, place.adjusted(PADDING_PX, gap_px, -PADDING_PX, -gap_px), row)

    def _draw_waveform(self, painter: QPainter, place: QRect, row: ShownRow) -> None:
        if place.width() < 4:
            return
        if row.peaks is None or not len(row.peaks):
            painter.fillRect(place.x(), place.y() + place.height() // 2, place.width(), 1, self._hairline)
            return
        painter.drawPixmap(place.topLeft(), self._picture(row.peaks, place.size(), row))

    def _picture(self, peaks: np.ndarray, size: QSize, row: ShownRow) -> QPixmap:
        result, duration_s = row.result, row.file.duration_s if row.file else None
        moments = result.clauses or ((result.start_s, result.end_s) if result.end_s is not None else ())
        key = (result.file_id, size.width(), size.height(), moments, duration_s)
        kept = self._pictures.get(key)
        if kept is not None and kept[0] is peaks:
            self._pictures.move_to_end(key)
            return kept[1]
        spans = [self._span(span, duration_s) for span in _spans(result)] if duration_s else []
        image = waveform_thumbnail(peaks, size, self._pixel_ratio, self._wave, spans)
        self._pictures[key] = (peaks, QPixmap.fromImage(image))
        if len(self._pictures) > KEPT_PICTURES:
            self._pictures.popitem(last=False)
        return self._pictures[key][1]

    def _span(self, span: ClauseSpan, duration_s: float) -> Span:
        colour = theme.clause_colour(span.colour, self._palette)
        return Span(span.start_s / duration_s, span.end_s / duration_s, colour, span.is_faint)


def _between(one: QColor, other: QColor) -> QColor:
    return QColor((one.red() + other.red()) // 2, (one.green() + other.green()) // 2, (one.blue() + other.blue()) // 2)


def _spans(result: ResultRow) -> list[ClauseSpan]:
    """Of the clauses; where none is known the moment that matched."""
    if not result.clauses and result.end_s is not None:
        return [ClauseSpan("", result.start_s, result.end_s, 0)]
    return longest_first(spans_of(result.clauses))


class _Text(NamedTuple):
    shown: str
    width_px: int


class _Type:
    """A font, and how long texts are in it: measuring one takes longer than drawing it."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetrics(font)
        self._drop_px = (self._metrics.ascent() - self._metrics.descent()) // 2  # of the baseline below the middle
        self._fitted: dict[tuple[str, int, Qt.TextElideMode], _Text] = {}

    def fitted(self, words: str, room_px: int, elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> _Text:
        key = (words, room_px, elide)
        text = self._fitted.get(key)
        if text is None:
            shown = self._metrics.elidedText(words, elide, max(0, room_px))
            text = _Text(shown, self._metrics.horizontalAdvance(shown))
            if len(self._fitted) >= KEPT_TEXTS:
                self._fitted.clear()
            self._fitted[key] = text
        return text

    def draw(self, painter: QPainter, text: _Text, left_px: int, place: QRect, colour: QColor) -> None:
        """Vertically in the middle of `place`."""
        painter.setFont(self._font)
        painter.setPen(colour)
        painter.drawText(left_px, place.y() + place.height() // 2 + self._drop_px, text.shown)
