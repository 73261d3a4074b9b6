from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from app.look import theme
from app.look.icons import application_icon, icon
from app.look.tokens import DARK, LIGHT
from engine.paths import resources_folder

FOLDER = resources_folder() / "icons"
IN_USE = """
    search play pause stop loop folder folder-offline folder-paused collection saved-search tag star star-filled note
    close plus minus settings info keyboard warning back forward volume speed waveform spectrogram sidebar inspector
    drop copy reveal export refresh chevron-right chevron-down headphones similar more delete edit check zoom-in
    zoom-out zoom-fit level save library moment pin microphone heat
"""
NAMES = IN_USE.split()


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> Iterator[QApplication]:
    qapp.setPalette(theme.palette(LIGHT))
    yield qapp
    qapp.setPalette(QPalette())


def image(drawn: QIcon, side_px: int = 32, mode: QIcon.Mode = QIcon.Mode.Normal, on: bool = False) -> QImage:
    return drawn.pixmap(QSize(side_px, side_px), mode, QIcon.State.On if on else QIcon.State.Off).toImage()


def ink(picture: QImage) -> QColor:
    """The one colour of what is drawn, apart from how opaque it is."""
    pixels = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
    opaque = Counter(pixel.name() for pixel in pixels if pixel.alpha() == 255)
    colour = QColor(opaque.most_common(1)[0][0])
    for name in opaque:  # where edges overlap, Qt rounds
        other = QColor(name)
        assert abs(other.red() - colour.red()) <= 2
        assert abs(other.green() - colour.green()) <= 2
        assert abs(other.blue() - colour.blue()) <= 2
    return colour


def test_the_folder_holds_the_icons_that_are_used_and_no_other() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == {*NAMES, "earmark"}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_drawn_in_the_colour_of_text(name: str) -> None:
    assert ink(image(icon(name))) == QColor(LIGHT.text)


def test_no_two_icons_look_the_same() -> None:
    seen = {bytes(image(icon(name), 16).constBits()) for name in NAMES}
    assert len(seen) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_one_hand_and_no_colours_of_its_own(name: str) -> None:
    text = (FOLDER / f"{name}.svg").read_text()
    assert QSvgRenderer(text.encode()).isValid()
    assert 'viewBox="0 0 16 16"' in text
    assert 'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"' in text
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', text)) <= {"none", "currentColor"}
    assert "style" not in text


def test_nothing_is_cut_off_at_the_edge() -> None:
    for name in NAMES:
        picture = image(icon(name), 160)
        edge = [(at, side) for at in range(160) for side in (0, 159)]
        assert all(picture.pixelColor(x, y).alpha() == 0 for pair in edge for x, y in (pair, pair[::-1])), name


def test_states_have_colours_of_their_own() -> None:
    assert ink(image(icon("loop"), on=True)) == QColor(LIGHT.accent)
    assert ink(image(icon("loop"), mode=QIcon.Mode.Disabled)) == QColor(LIGHT.secondary)
    assert ink(image(icon("loop"), mode=QIcon.Mode.Disabled, on=True)) == QColor(LIGHT.secondary)
    assert ink(image(icon("loop"), mode=QIcon.Mode.Selected)) == QColor(LIGHT.on_accent)


def test_an_icon_made_before_the_theme_changes_follows_it(light: QApplication) -> None:
    made_before = icon("star-filled")
    assert ink(image(made_before)) == QColor(LIGHT.text)
    light.setPalette(theme.palette(DARK))
    assert ink(image(made_before)) == QColor(DARK.text)


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
def test_an_icon_has_all_the_pixels_of_the_screen(scale: float) -> None:
    pixmap = icon("waveform").pixmap(QSize(16, 16), scale)
    assert pixmap.size() == QSize(16, 16) * scale
    assert pixmap.devicePixelRatio() == scale


def test_a_picture_that_is_not_square_holds_the_icon_unstretched() -> None:
    wide = icon("stop").pixmap(QSize(64, 16)).toImage()
    assert wide.pixelColor(32, 8).alpha() == 255
    assert wide.pixelColor(20, 8).alpha() == 0


def test_copies_outlive_the_original() -> None:
    copy = QIcon(icon("play"))
    copy.addPixmap(QPixmap(1, 1))  # Qt clones what draws it
    gc.collect()
    assert ink(image(copy)) == QColor(LIGHT.text)


@pytest.mark.parametrize("name", ["trombone", "", "../SOURCES", "controls"])
def test_an_unknown_name_is_told(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(name))):
        icon(name)


def test_earmark_has_an_icon_in_colour() -> None:
    picture = image(application_icon(), 64)
    assert picture.size() == QSize(64, 64)
    assert len({picture.pixelColor(x, 24).name() for x in range(8, 56)}) > 3
