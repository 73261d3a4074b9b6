"""What a spectrogram looks like, by menu."""

from __future__ import annotations

from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from app.widgets.sound.picture_menu import PictureMenu


def action(menu: PictureMenu, text: str) -> QAction:
    return next(each for each in menu.actions() if each.text() == text)


def checked(menu: PictureMenu) -> list[str]:
    return [each.text() for each in menu.actions() if each.isChecked()]


def test_colours_and_range_are_told_together(qtbot: QtBot) -> None:
    menu = PictureMenu()
    qtbot.addWidget(menu)
    said: list[tuple[str, float]] = []
    menu.colour_map_changed.connect(lambda name, range_db: said.append((name, range_db)))
    action(menu, "Viridis").trigger()
    action(menu, "60 dB").trigger()
    assert said == [("viridis", 80.0), ("viridis", 60.0)]
    assert checked(menu)[:2] == ["Viridis", "60 dB"]


def test_the_frequency_axis_is_told(qtbot: QtBot) -> None:
    menu = PictureMenu()
    qtbot.addWidget(menu)
    with qtbot.waitSignal(menu.frequency_scale_changed) as changed:
        next(each for each in menu.actions() if "mel" in each.text()).trigger()
    assert changed.args == ["mel"]


def test_a_range_that_is_not_on_the_menu_is_kept_until_another_is_chosen(qtbot: QtBot) -> None:
    menu = PictureMenu()
    qtbot.addWidget(menu)
    with qtbot.assertNotEmitted(menu.colour_map_changed):
        menu.set_colour_map("grey", 72.0)
    assert checked(menu)[:1] == ["Grey"]
    with qtbot.waitSignal(menu.colour_map_changed) as changed:
        action(menu, "Magma").trigger()
    assert changed.args == ["magma", 72.0]
