"""Curves that say how clearly each clause is heard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.look.theme import CLAUSE_COLOURS, palette
from app.look.tokens import LIGHT
from app.view_models.reasons import Reasons
from app.view_models.time_view import TimeView
from app.widgets.sound.relevance_lanes import lane_rect, paint_lanes, paint_values
from tests.app.explained_sounds import reasons

RECT = QRect(0, 0, 1000, 40)
VIEW = TimeView.whole(10.0)
PALETTE = palette(LIGHT)

pytestmark = pytest.mark.usefixtures("qapp")


def painted(shown: Reasons, moment_s: float | None = None) -> QImage:
    image = QImage(RECT.size(), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setFont(QApplication.font())
    paint_lanes(painter, RECT, VIEW, shown, PALETTE, 1.0)
    if moment_s is not None:
        paint_values(painter, RECT, moment_s, VIEW.x_px(moment_s, RECT.width()), shown, PALETTE)
    painter.end()
    return image


def has_colour(image: QImage, colour: QColor, lane: QRect, x: int) -> bool:
    return any(image.pixelColor(x, y).rgb() == colour.rgb() for y in range(lane.top(), lane.bottom()))


def strength(image: QImage, lane: QRect, x: int) -> int:
    """How much of the lane is not white there."""
    return sum(255 - image.pixelColor(x, y).lightness() for y in range(lane.top(), lane.bottom()))


def test_lanes_share_the_room() -> None:
    lanes = [lane_rect(QRect(5, 10, 100, 41), lane, 3) for lane in range(3)]
    assert lanes[0].top() == 10
    assert lanes[2].bottom() == 50
    assert all(13 <= lane.height() <= 14 for lane in lanes)


def test_where_lanes_would_be_too_low_all_curves_share_one() -> None:
    rect = QRect(5, 10, 100, 41)
    assert {lane_rect(rect, lane, 5).getRect() for lane in range(5)} == {rect.getRect()}
    image = painted(reasons("dog", "car", "rain", "wind", "bell"))
    assert has_colour(image, CLAUSE_COLOURS[4], RECT, 250)


def test_each_clause_has_a_curve_of_its_colour_in_its_lane() -> None:
    image = painted(reasons("dog", "car"))
    for number in range(2):
        lane = lane_rect(RECT, number, 2)
        assert has_colour(image, CLAUSE_COLOURS[number], lane, 250)
        assert strength(image, lane, 250) > 3 * strength(image, lane, 750)


def test_a_lane_is_empty_until_something_is_known() -> None:
    image = painted(reasons("dog").of_another_sound())
    assert strength(image, RECT, 250) == strength(image, RECT, 750)


def test_others_step_back() -> None:
    both, alone = painted(reasons("dog", "car")), painted(reasons("dog", "car", alone="car"))
    dog, car = (lane_rect(RECT, number, 2) for number in range(2))
    assert strength(alone, dog, 250) < strength(both, dog, 250) / 2
    assert strength(alone, car, 250) == strength(both, car, 250)


def test_the_crosshair_reads_each_curve() -> None:
    shown = reasons("dog", "car")
    before, after = painted(shown), painted(shown, 5.5)
    for number in range(2):
        lane = lane_rect(RECT, number, 2)
        value = QRect(lane.left() + 555, lane.top(), 60, lane.height())  # whatever its font, it stands beside the line
        assert before.copy(value) != after.copy(value)
    assert painted(shown.of_another_sound(), 5.5) == painted(shown.of_another_sound())


def test_at_the_right_edge_the_values_stand_left_of_it() -> None:
    shown = reasons("dog")
    before, after = painted(shown), painted(shown, 9.95)
    left, right = QRect(940, 0, 40, 40), QRect(999, 0, 1, 20)
    assert before.copy(left) != after.copy(left)
    assert before.copy(right) == after.copy(right)
