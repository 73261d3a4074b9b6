"""The look: colours, type and the style sheet, in a dark and a light variant.

Colours reach widgets through the palette: Window (the window), Base (surfaces: lists, fields), AlternateBase and
Button (raised), WindowText, Text and ButtonText, PlaceholderText (secondary text), Mid (hairlines), Highlight, Link
and Accent, HighlightedText (text on the accent). Only the colours of clauses are the same everywhere.
"""

from __future__ import annotations

from PySide6.QtCore import QDir, QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from app.look.style_sheet import style_sheet
from app.look.tokens import DARK, LIGHT, Tokens
from app.settings import ThemeChoice
from engine.paths import resources_folder

TEXT_PX = 13
SMALL_TEXT_PX = 11

CLAUSE_COLOURS: tuple[QColor, ...] = (
    QColor("#56B4E9"),  # blue
    QColor("#E69F00"),  # orange
    QColor("#009E73"),  # green
    QColor("#D55E00"),  # vermilion
    QColor("#CC79A7"),  # purple
)


def palette(tokens: Tokens) -> QPalette:
    """The palette of one variant; disabled controls speak in the secondary colour."""
    role = QPalette.ColorRole
    made = QPalette()
    for colour, roles in (
        (tokens.window, (role.Window,)),
        (tokens.surface, (role.Base,)),
        (tokens.raised, (role.AlternateBase, role.Button, role.ToolTipBase, role.Light, role.Midlight)),
        (tokens.text, (role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText)),
        (tokens.secondary, (role.PlaceholderText,)),
        (tokens.hairline, (role.Mid, role.Dark, role.Shadow)),
        (tokens.accent, (role.Highlight, role.Accent, role.Link, role.LinkVisited)),
        (tokens.on_accent, (role.HighlightedText,)),
    ):
        for each in roles:
            made.setColor(QPalette.ColorGroup.All, each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, each, QColor(tokens.secondary))
    for each in (role.Highlight, role.Accent):
        made.setColor(QPalette.ColorGroup.Disabled, each, QColor(tokens.hairline))
    made.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, QColor(tokens.secondary))
    return made


def secondary(shown: QPalette) -> QColor:
    return shown.color(QPalette.ColorRole.PlaceholderText)


def clause_colour(number: int | None, shown: QPalette) -> QColor:
    """Of a sound that should be heard, by its number; the secondary colour for one that should not."""
    return secondary(shown) if number is None else QColor(CLAUSE_COLOURS[number % len(CLAUSE_COLOURS)])


def hairline(shown: QPalette) -> QColor:
    return shown.color(QPalette.ColorRole.Mid)


def small_font(font: QFont) -> QFont:
    """The same face in the size of secondary text."""
    smaller = QFont(font)
    smaller.setPixelSize(SMALL_TEXT_PX)
    return smaller


def figures(font: QFont) -> QFont:
    """The same face with digits of equal width, so that running times and columns of numbers stand still."""
    tabular = QFont(font)
    tabular.setFeature(QFont.Tag("tnum"), 1)
    return tabular


def apply(application: QApplication, choice: ThemeChoice) -> None:
    """Dress the application, now and, for "system", whenever the desktop changes between dark and light."""
    wardrobe = application.findChild(_Wardrobe) or _Wardrobe(application)
    wardrobe.choose(choice)


class _Wardrobe(QObject):
    """Wears what was chosen; lives as long as the application."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._hints = application.styleHints()
        self._choice: ThemeChoice = "system"
        self._worn: Tokens | None = None
        QDir.setSearchPaths("controls", [str(resources_folder() / "icons" / "controls")])
        application.setStyle("Fusion")
        font = application.font()
        font.setPixelSize(TEXT_PX)
        application.setFont(font)
        self._hints.colorSchemeChanged.connect(self._wear)

    def choose(self, choice: ThemeChoice) -> None:
        self._choice = choice
        # title bars and file choosers, which the desktop draws, follow where it lets them
        match choice:
            case "dark":
                self._hints.setColorScheme(Qt.ColorScheme.Dark)
            case "light":
                self._hints.setColorScheme(Qt.ColorScheme.Light)
            case "system":
                self._hints.unsetColorScheme()
        self._wear(self._hints.colorScheme())

    @Slot(Qt.ColorScheme)
    def _wear(self, scheme: Qt.ColorScheme) -> None:
        dark = self._choice == "dark" or (self._choice == "system" and scheme == Qt.ColorScheme.Dark)
        tokens = DARK if dark else LIGHT
        if tokens is not self._worn:
            self._worn = tokens
            self._application.setPalette(palette(tokens))
            self._application.setStyleSheet(style_sheet(tokens))
