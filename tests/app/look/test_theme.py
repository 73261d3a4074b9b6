from __future__ import annotations

from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.look import theme
from app.look.tokens import DARK, LIGHT

ROLE = QPalette.ColorRole
GROUP = QPalette.ColorGroup

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform, when shown to nobody


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    """The one application, undressed again afterwards."""
    font, style = qapp.font(), qapp.style().name()
    yield qapp
    for wardrobe in qapp.findChildren(theme._Wardrobe):
        shiboken6.delete(wardrobe)
    qapp.styleHints().unsetColorScheme()
    qapp.setStyleSheet("")
    qapp.setPalette(QPalette())
    qapp.setFont(font)
    qapp.setStyle(style)


def test_light_and_dark_reach_widgets_through_the_palette(application: QApplication, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    theme.apply(application, "dark")
    assert widget.palette().color(ROLE.Window) == QColor(DARK.window)
    theme.apply(application, "light")
    assert widget.palette().color(ROLE.Window) == QColor(LIGHT.window)


def test_every_role_of_the_contract_is_set_for_every_state() -> None:
    made = theme.palette(DARK)
    for group in (GROUP.Active, GROUP.Inactive, GROUP.Disabled):
        assert made.color(group, ROLE.Base) == QColor(DARK.surface)
        assert made.color(group, ROLE.AlternateBase) == made.color(group, ROLE.Button) == QColor(DARK.raised)
        assert made.color(group, ROLE.Mid) == theme.hairline(made) == QColor(DARK.hairline)
        assert made.color(group, ROLE.PlaceholderText) == theme.secondary(made) == QColor(DARK.secondary)
    for group in (GROUP.Active, GROUP.Inactive):
        assert made.color(group, ROLE.Text) == made.color(group, ROLE.ButtonText) == QColor(DARK.text)
        assert made.color(group, ROLE.Highlight) == made.color(group, ROLE.Accent) == QColor(DARK.accent)
        assert made.color(group, ROLE.Link) == QColor(DARK.accent)
        assert made.color(group, ROLE.HighlightedText) == QColor(DARK.on_accent)
    assert made.color(GROUP.Disabled, ROLE.Text) == QColor(DARK.secondary)


def test_system_follows_the_desktop_and_a_choice_does_not(application: QApplication) -> None:
    desktop = application.styleHints().colorSchemeChanged
    theme.apply(application, "system")
    desktop.emit(Qt.ColorScheme.Dark)
    assert application.palette().color(ROLE.Window) == QColor(DARK.window)
    desktop.emit(Qt.ColorScheme.Light)
    assert application.palette().color(ROLE.Window) == QColor(LIGHT.window)
    theme.apply(application, "light")
    desktop.emit(Qt.ColorScheme.Dark)
    assert application.palette().color(ROLE.Window) == QColor(LIGHT.window)


def test_the_same_choice_again_costs_nothing(application: QApplication, qtbot: QtBot) -> None:
    theme.apply(application, "dark")
    with qtbot.assertNotEmitted(application.paletteChanged):
        theme.apply(application, "dark")
    assert len(application.findChildren(theme._Wardrobe)) == 1


def test_type_is_13_and_11_pixels_high(application: QApplication) -> None:
    theme.apply(application, "light")
    assert application.font().pixelSize() == 13
    assert theme.small_font(application.font()).pixelSize() == 11
    assert theme.small_font(application.font()).families() == application.font().families()


def test_figures_are_all_equally_wide(application: QApplication) -> None:
    inter = QFont("Inter")  # a face whose digits are not, unless it is asked
    inter.setPixelSize(48)
    metrics = QFontMetrics(theme.figures(inter))
    assert len({metrics.horizontalAdvance(digit * 4) for digit in "0123456789"}) == 1


def test_clause_colours_are_five_and_differ() -> None:
    assert len({colour.name() for colour in theme.CLAUSE_COLOURS}) == 5


def test_a_tool_button_that_has_the_keyboard_shows_it(application: QApplication, qtbot: QtBot) -> None:
    theme.apply(application, "dark")
    widget = QWidget()
    qtbot.addWidget(widget)
    layout = QVBoxLayout(widget)
    buttons = [QToolButton(), QToolButton()]
    for button in buttons:
        layout.addWidget(button)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.activateWindow()
    buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(buttons[0].hasFocus)
    assert _colours(buttons[0], QColor(DARK.accent)) > 0
    assert _colours(buttons[1], QColor(DARK.accent)) == 0


def test_a_ticked_box_has_its_tick(application: QApplication, qtbot: QtBot) -> None:
    theme.apply(application, "light")
    box = QCheckBox()
    qtbot.addWidget(box)
    assert _colours(box, QColor(LIGHT.accent)) == 0
    box.setChecked(True)
    assert _colours(box, QColor(LIGHT.accent)) > 50
    assert _colours(box, QColor(LIGHT.on_accent)) > 0  # from a file


def _colours(widget: QWidget, colour: QColor) -> int:
    """How many pixels have it."""
    image = widget.grab().toImage()
    return sum(image.pixelColor(x, y) == colour for x in range(image.width()) for y in range(image.height()))


def test_clauses_begin_anew_after_the_last_colour_and_what_should_not_be_heard_has_none() -> None:
    shown = theme.palette(DARK)
    assert theme.clause_colour(1, shown) == theme.CLAUSE_COLOURS[1]
    assert theme.clause_colour(len(theme.CLAUSE_COLOURS), shown) == theme.CLAUSE_COLOURS[0]
    assert theme.clause_colour(None, shown) == theme.secondary(shown)
    theme.clause_colour(1, shown).setAlphaF(0.1)
    assert theme.CLAUSE_COLOURS[1].alphaF() == 1.0
