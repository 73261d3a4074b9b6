from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.widgets.inspector.star_rating import STEP_PX, StarRating


@pytest.fixture
def stars(qtbot: QtBot) -> StarRating:
    stars = StarRating()
    qtbot.addWidget(stars)
    stars.show()
    return stars


def click_star(qtbot: QtBot, stars: StarRating, number: int) -> list[object]:
    with qtbot.waitSignal(stars.rated) as rated:
        qtbot.mouseClick(stars, Qt.MouseButton.LeftButton, pos=QPoint(round((number - 0.5) * STEP_PX), 12))
    return rated.args


def press(qtbot: QtBot, stars: StarRating, key: Qt.Key) -> object:
    with qtbot.waitSignal(stars.rated) as rated:
        qtbot.keyClick(stars, key)
    return rated.args[0]


def test_a_star_is_clicked(stars: StarRating, qtbot: QtBot) -> None:
    assert click_star(qtbot, stars, 4) == [4]
    assert stars.accessibleName() == "Rating: 4 stars"


def test_the_same_star_again_takes_the_rating_away(stars: StarRating, qtbot: QtBot) -> None:
    stars.show_stars(2)
    assert click_star(qtbot, stars, 5) == [5]
    assert click_star(qtbot, stars, 5) == [None]
    assert stars.accessibleName() == "No rating"


def test_keys_rate(stars: StarRating, qtbot: QtBot) -> None:
    keys = [Qt.Key.Key_3, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_0, Qt.Key.Key_Right, Qt.Key.Key_Left]
    assert [press(qtbot, stars, key) for key in keys] == [3, 4, 3, None, 1, None]


def test_five_is_the_most(stars: StarRating, qtbot: QtBot) -> None:
    stars.show_stars(5)
    assert press(qtbot, stars, Qt.Key.Key_Right) == 5


def test_showing_is_not_rating(stars: StarRating, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(stars.rated):
        stars.show_stars(3)


def test_given_stars_are_filled(qtbot: QtBot) -> None:
    stars = StarRating()
    qtbot.addWidget(stars)
    empty = stars.grab().toImage()
    stars.show_stars(5)
    assert stars.grab().toImage() != empty
