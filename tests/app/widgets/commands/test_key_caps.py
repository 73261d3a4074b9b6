"""Keys as small caps."""

from __future__ import annotations

from PySide6.QtGui import QFont
from pytestqt.qtbot import QtBot

from app.widgets.commands.key_caps import CAP_HEIGHT_PX, KeyCaps, key_caps_width


def test_no_keys_take_no_place(qtbot: QtBot) -> None:
    assert key_caps_width([], QFont()) == 0


def test_a_cap_is_at_least_square_and_as_wide_as_its_key(qtbot: QtBot) -> None:
    assert key_caps_width(["L"], QFont()) == CAP_HEIGHT_PX
    assert key_caps_width(["Ctrl+Shift+F12"], QFont()) > 3 * CAP_HEIGHT_PX
    assert key_caps_width(["L", "M"], QFont()) > 2 * CAP_HEIGHT_PX


def test_every_key_is_painted(qtbot: QtBot) -> None:
    def picture(*keys: str) -> object:
        caps = KeyCaps(keys)
        qtbot.addWidget(caps)
        caps.resize(200, CAP_HEIGHT_PX)
        return caps.grab().toImage()

    assert picture("L") != picture()
    assert picture("L") != picture("M")
    assert picture("L", "M") != picture("M")
    assert picture("L") == picture("L")
