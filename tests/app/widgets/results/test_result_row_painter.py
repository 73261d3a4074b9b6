from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.look import theme
from app.look.theme import CLAUSE_COLOURS
from app.look.tokens import DARK, LIGHT, Tokens
from app.view_models.result_columns import COLUMNS, NUMBER_OF
from app.view_models.results import ResultRow, Results
from app.widgets.results.result_row_painter import LINE_PX, STRIP_ROW_PX, Cell, ResultRowPainter, ShownRow
from engine.hits import ClauseMatch
from tests.app.listed_files import OUTLINE, answer_of, file_row, hit

WIDTH_PX = 400


def draw(column: str, row: ShownRow, tokens: Tokens = DARK, height_px: int = LINE_PX) -> QImage:
    """One cell, 400 pixels wide."""
    image = QImage(WIDTH_PX, height_px, QImage.Format.Format_ARGB32)
    image.fill(QColor(tokens.surface))
    painter = QPainter(image)
    rows = ResultRowPainter(QApplication.font(), theme.palette(tokens), 1.0)
    cell = Cell(COLUMNS[NUMBER_OF[column]], 0, WIDTH_PX)
    rows.draw(painter, QRect(0, 0, WIDTH_PX, height_px), [cell], row)
    painter.end()
    return image


def extent(image: QImage, colour: str | QColor, height_px: int = LINE_PX) -> tuple[int, int] | None:
    """The first and the last column of pixels in which a colour is."""
    wanted = QColor(colour).rgb()
    found = [x for x in range(image.width()) if any(image.pixel(x, y) == wanted for y in range(image.height()))]
    return (found[0], found[-1]) if found else None


def shown(score: float = 0.5, **state: Any) -> ShownRow:
    return ShownRow(Results.of_answer(answer_of([hit(7, score)])).row(0), file_row(7), OUTLINE, **state)


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
@pytest.mark.parametrize("score", [0.5, 0.75, 1.0])
def test_the_bar_is_as_long_as_the_match_is_good(qtbot: QtBot, tokens: Tokens, score: float) -> None:
    bar = extent(draw("match", shown(score), tokens), tokens.accent)
    assert bar is not None
    assert bar[0] == 8
    assert bar[1] == pytest.approx(8 + score * (WIDTH_PX - 16), abs=1)


def test_a_weak_match_has_a_bar_without_emphasis(qtbot: QtBot) -> None:
    image = draw("match", shown(0.4))
    assert extent(image, DARK.accent) is None
    assert extent(image, DARK.secondary) is not None


def test_before_anything_was_listened_for_there_is_no_bar(qtbot: QtBot) -> None:
    image = draw("match", ShownRow(ResultRow(7), file_row(7), None))
    assert image == draw("moment", ShownRow(ResultRow(7), file_row(7), None))


def test_the_moment_is_marked_in_the_waveform_where_it_is(qtbot: QtBot) -> None:
    row = replace(shown(), result=Results.of_answer(answer_of([hit(7, 0.9, 95.0, 142.5)])).row(0))  # of 190 s
    marked = extent(draw("waveform", row), CLAUSE_COLOURS[0])
    assert marked == (8 + (WIDTH_PX - 16) // 2, 8 + (WIDTH_PX - 16) * 3 // 4 - 1)


def test_a_browsed_file_has_a_waveform_without_a_mark(qtbot: QtBot) -> None:
    image = draw("waveform", ShownRow(ResultRow(7), file_row(7), OUTLINE))
    assert extent(image, CLAUSE_COLOURS[0]) is None
    assert image != draw("waveform", ShownRow(ResultRow(7), file_row(7), None))


def test_a_higher_row_has_its_waveform_in_a_strip_below_the_line(qtbot: QtBot) -> None:
    image = draw("moment", shown(), height_px=STRIP_ROW_PX)
    marked = [y for y in range(STRIP_ROW_PX) if any(image.pixel(x, y) == CLAUSE_COLOURS[0].rgb() for x in range(400))]
    assert marked
    assert min(marked) > LINE_PX - 4


def test_the_playing_row_has_a_mark_left_of_its_name(qtbot: QtBot) -> None:
    mark = extent(draw("name", shown(playing=True)), DARK.accent)
    assert mark is not None
    assert mark[1] < 28
    assert extent(draw("name", shown()), DARK.accent) is None


def test_selected_hovered_and_other_rows_differ(qtbot: QtBot) -> None:
    states = ({}, {"hovered": True}, {"selected": True}, {"selected": True, "focused": True})
    pictures = [draw("name", shown(**state)) for state in states]
    assert all(one != other for number, one in enumerate(pictures) for other in pictures[:number])


def test_the_selected_name_is_heavier(qtbot: QtBot) -> None:
    def ink(image: QImage) -> float:
        return sum(QColor(image.pixel(x, y)).lightnessF() for x in range(28, 200) for y in range(LINE_PX))

    raised = draw("name", shown(hovered=True))
    assert ink(draw("name", shown(selected=True))) > ink(raised)  # on the same ground


def test_tags_that_have_no_room_are_counted(qtbot: QtBot) -> None:
    few = draw("tags", replace(shown(), file=file_row(7, tags=("dog", "rural"))))
    many = draw("tags", replace(shown(), file=file_row(7, tags=tuple(f"a tag number {n}" for n in range(20)))))
    border = extent(few, DARK.raised)
    assert border is not None
    assert border[1] < WIDTH_PX / 2
    beyond = extent(many, DARK.raised)
    assert beyond is not None
    assert beyond[1] < WIDTH_PX - 8


@pytest.mark.parametrize("width_px", [0, 3, 20, 40])
def test_no_column_is_too_narrow(qtbot: QtBot, width_px: int) -> None:
    image = QImage(200, STRIP_ROW_PX, QImage.Format.Format_ARGB32)
    image.fill(QColor(DARK.surface))
    painter = QPainter(image)
    rows = ResultRowPainter(QApplication.font(), theme.palette(DARK), 1.5)
    row = replace(shown(), file=file_row(7, tags=("a long tag", "another"), stars=5))
    for column in COLUMNS:
        rows.draw(painter, QRect(0, 0, width_px, STRIP_ROW_PX), [Cell(column, 0, width_px)], row)
    painter.end()


def with_margin(margin: float | None, **state: Any) -> ShownRow:
    return replace(shown(), result=replace(shown().result, order_margin=margin), **state)


def test_a_badge_tells_of_the_order_only_where_one_was_asked_for(qtbot: QtBot) -> None:
    plain, fits, other = (draw("name", with_margin(margin)) for margin in (None, 1.8, -0.4))
    assert extent(plain, DARK.accent) is None
    badge = extent(fits, DARK.accent)
    assert badge is not None
    assert badge[0] > WIDTH_PX / 2
    assert other not in (plain, fits)


def test_what_was_liked_or_disliked_has_a_mark(qtbot: QtBot) -> None:
    plain, liked, disliked = (
        draw("name", with_margin(None, verdict=verdict)) for verdict in (None, "liked", "disliked")
    )
    mark = extent(liked, DARK.accent)
    assert mark is not None
    assert mark[0] > WIDTH_PX - 30
    assert disliked not in (plain, liked)


def test_marks_leave_room_for_the_name(qtbot: QtBot) -> None:
    def name_cell(row: ShownRow, width_px: int) -> QImage:
        image = QImage(WIDTH_PX, LINE_PX, QImage.Format.Format_ARGB32)
        image.fill(QColor(DARK.surface))
        painter = QPainter(image)
        rows = ResultRowPainter(QApplication.font(), theme.palette(DARK), 1.0)
        rows.draw(painter, QRect(0, 0, WIDTH_PX, LINE_PX), [Cell(COLUMNS[NUMBER_OF["name"]], 0, width_px)], row)
        painter.end()
        return image

    assert name_cell(with_margin(1.8, verdict="liked"), 100) == name_cell(with_margin(None), 100)


def test_each_clause_is_marked_in_the_colour_of_its_chip(qtbot: QtBot) -> None:
    clauses = (
        ClauseMatch("dog", 0.0, 47.5, 0.9),
        ClauseMatch("rain", 47.5, 95.0, 0.9, negated=True),
        ClauseMatch("like this", 142.5, 190.0, 0.9),
    )
    image = draw("waveform", replace(shown(), result=replace(shown().result, clauses=clauses)))
    first, second = extent(image, CLAUSE_COLOURS[0]), extent(image, CLAUSE_COLOURS[1])
    unwanted = extent(image, DARK.secondary)
    assert first is not None
    assert second is not None
    assert unwanted is not None
    assert first[1] < unwanted[0] <= unwanted[1] < second[0]


def test_the_divider_says_the_reason_where_it_fits(qtbot: QtBot) -> None:
    def divider(reason: str, width_px: int) -> QImage:
        image = QImage(width_px, LINE_PX, QImage.Format.Format_ARGB32)
        image.fill(QColor(DARK.surface))
        painter = QPainter(image)
        ResultRowPainter(QApplication.font(), theme.palette(DARK), 1.0).draw_divider(painter, image.rect(), reason)
        painter.end()
        return image

    reason = "The first one stands out from the rest of the library; what follows may be chance."
    assert divider(reason, 900) != divider("", 900)
    assert divider(reason, 200) == divider("", 200) == divider("weaker matches", 200)
