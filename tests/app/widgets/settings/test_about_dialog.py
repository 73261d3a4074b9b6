from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QPixmap, QTextDocument
from PySide6.QtWidgets import QLabel, QTabWidget, QTextBrowser, QTreeWidget
from pytestqt.qtbot import QtBot

from app.widgets.settings.about_dialog import AboutDialog, without_html
from engine.paths import default_network_folder, resources_folder

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LICENCES = [("numpy", "2.4", "BSD-3-Clause"), ("<b>odd</b>", "1", "MIT\nor not")]


def make(qtbot: QtBot, card: str = "# Card", sources: str = "# Sources") -> AboutDialog:
    dialog = AboutDialog("0.1.0", card, sources, LICENCES)
    qtbot.addWidget(dialog)
    return dialog


def pages(dialog: AboutDialog) -> dict[str, QTextBrowser]:
    return {browser.accessibleName(): browser for browser in dialog.findChildren(QTextBrowser)}


def test_it_has_four_pages_and_says_the_version(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    tabs = dialog.findChild(QTabWidget)
    titles = [tabs.tabText(index) for index in range(tabs.count())]
    assert titles == ["About", "Network card", "Sounds and sources", "Licences"]
    assert "Earmark 0.1.0" in [label.text() for label in dialog.findChildren(QLabel)]
    assert not dialog.isModal()


def test_the_card_and_the_sources_that_ship_are_shown_whole(qtbot: QtBot) -> None:
    card = (default_network_folder() / "CARD.md").read_text()
    sources = (resources_folder() / "SOURCES.md").read_text()
    dialog = make(qtbot, card, sources)
    shown = pages(dialog)
    assert "How well it hears" in shown["Network card"].toPlainText()
    text = shown["Sounds and sources"].toPlainText()
    assert "Massachusetts Institute of Technology" in text  # a column after the first line break in a cell
    assert "<br>" not in text
    assert "<!--" not in text


def test_pages_begin_at_their_top(qtbot: QtBot) -> None:
    dialog = make(qtbot, card="# Card\n\n" + "paragraph\n\n" * 200)
    dialog.show()
    assert pages(dialog)["Network card"].verticalScrollBar().value() == 0


def test_nothing_that_a_page_names_is_loaded(qtbot: QtBot, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    QPixmap(4, 4).save(str(picture))
    address = QUrl.fromLocalFile(str(picture))
    dialog = make(qtbot, card=f"![picture]({address.toString()}) and text")
    browser = pages(dialog)["Network card"]
    browser.grab()
    loaded = browser.document().resource(QTextDocument.ResourceType.ImageResource, address)
    assert (loaded.width(), loaded.height()) == (1, 1)
    assert loaded.toImage().pixelColor(0, 0).alpha() == 0


def test_a_link_leads_nowhere(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    dialog = make(qtbot, card="[a link as long as this line of text](https://example.org)")
    dialog.findChild(QTabWidget).setCurrentIndex(1)
    dialog.show()
    browser = pages(dialog)["Network card"]
    spot = browser.cursorRect().center() + QPoint(20, 0)
    assert browser.anchorAt(spot) == "https://example.org"
    with qtbot.waitSignal(browser.anchorClicked):
        qtbot.mouseClick(browser.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert opened == []
    assert "a link" in browser.toPlainText()


def test_licences_are_a_table_of_plain_text(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    table = dialog.findChild(QTreeWidget)
    rows = [[table.topLevelItem(row).text(column) for column in range(3)] for row in range(2)]
    assert rows == [["numpy", "2.4", "BSD-3-Clause"], ["<b>odd</b>", "1", "MIT\\nor not"]]


def test_the_html_of_our_own_pages_becomes_text() -> None:
    assert without_html("a<br>b <!-- two\nlines --> c") == "a; b  c"
