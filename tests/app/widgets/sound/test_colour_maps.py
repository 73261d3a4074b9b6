"""Colours of the spectrogram."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from app.settings import ColourMap
from app.widgets.sound.colour_maps import COLOUR_MAPS, colour_table


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_colours_grow_lighter_from_the_bottom_of_the_range_to_full_scale(name: ColourMap) -> None:
    lightness = [QColor(colour).lightnessF() for colour in colour_table(name, 80.0)]
    luma = [QColor.fromRgb(colour).red() + 2 * QColor.fromRgb(colour).green() for colour in colour_table(name, 80.0)]
    assert len(lightness) == 256
    assert len(set(colour_table(name, 80.0)[: 255 - 160])) == 1  # 0.5 dB each
    assert luma[255 - 160 :: 20] == sorted(luma[255 - 160 :: 20])


def test_known_colours() -> None:
    assert QColor(colour_table("grey", 40.0)[255]).name() == "#ffffff"
    assert QColor(colour_table("grey", 40.0)[255 - 40]).name() == "#808080"
    assert QColor(colour_table("magma", 80.0)[0]).name() == "#000004"
    assert QColor(colour_table("viridis", 80.0)[255]).name() == "#fde725"
