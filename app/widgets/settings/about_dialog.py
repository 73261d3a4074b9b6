"""What Earmark is, what its network was trained on, where its sounds come from, and whose work it stands on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QPixmap, QTextBlockFormat, QTextCursor, QTextDocument, QTextTable
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTabWidget,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.look.icons import application_icon
from app.view_models.plain_text import one_line, tooltip
from app.widgets.settings.settings_page import small_print

_WHAT = "Find sounds by saying what you hear."
_PROMISE = (
    "Everything happens on this machine: Earmark opens no network connection, sends nothing anywhere, and only ever "
    "reads your sounds."
)
_LICENCE = "Earmark is free software under the Apache License, version 2.0."
_ICON_PX = 64


class AboutDialog(QDialog):
    """Four pages of text."""

    def __init__(
        self,
        version: str,
        network_card_markdown: str,
        sources_markdown: str,
        licences: Sequence[tuple[str, str, str]],
        parent: QWidget | None = None,
    ) -> None:
        """licences: name, version and licence of each package that Earmark stands on."""
        super().__init__(parent)
        self.setWindowTitle("About Earmark")
        self.resize(880, 600)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(_about(version), "About")
        tabs.addTab(_Pages(network_card_markdown, "Network card"), "Network card")
        tabs.addTab(_Pages(sources_markdown, "Sounds and sources"), "Sounds and sources")
        tabs.addTab(_licence_table(licences), "Licences")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        buttons.setContentsMargins(12, 0, 12, 12)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(tabs)
        layout.addWidget(buttons)


class _Pages(QTextBrowser):
    """Markdown that can be read and copied: its links lead nowhere, and nothing that it names is loaded."""

    def __init__(self, markdown: str, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        document = self.document()
        document.setDocumentMargin(16)
        features = QTextDocument.MarkdownFeature
        # with its HTML, Qt loses the rest of a table
        document.setMarkdown(without_html(markdown), features.MarkdownDialectGitHub | features.MarkdownNoHTML)
        _space_out(document)
        self.setTextCursor(QTextCursor(document))  # at the top

    def loadResource(self, kind: int, name: QUrl | str) -> QPixmap:
        # given nothing at all, Qt would open the file of a picture by itself
        nothing = QPixmap(1, 1)
        nothing.fill(Qt.GlobalColor.transparent)
        return nothing


def without_html(markdown: str) -> str:
    """The little HTML that our own pages hold, as plain text."""
    return re.sub(r"<!--.*?-->", "", markdown, flags=re.DOTALL).replace("<br>", "; ")


def _space_out(document: QTextDocument) -> None:
    """Air between paragraphs and in tables, which need no lines then; lines of code stay together."""
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        cursor.setPosition(block.position())
        table: QTextTable | None = cursor.currentTable()
        if table is not None:
            airy = table.format()
            airy.setBorder(0)
            airy.setCellPadding(4)
            table.setFormat(airy)
            block = table.lastCursorPosition().block()
        elif not block.blockFormat().nonBreakableLines():
            spaced = QTextBlockFormat()
            spaced.setTopMargin(16 if block.blockFormat().headingLevel() else 8)
            cursor.mergeBlockFormat(spaced)
        block = block.next()


def _about(version: str) -> QWidget:
    picture = QLabel()
    picture.setPixmap(application_icon().pixmap(QSize(_ICON_PX, _ICON_PX)))
    name = QLabel(f"Earmark {version}")
    larger = name.font()
    larger.setPixelSize(20)
    name.setFont(larger)
    name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    words = QVBoxLayout()
    words.setSpacing(4)
    words.addWidget(name)
    words.addWidget(QLabel(_WHAT))
    head = QHBoxLayout()
    head.setSpacing(16)
    head.addWidget(picture)
    head.addLayout(words, 1)
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(24, 24, 24, 24)
    layout.setSpacing(16)
    layout.addLayout(head)
    for text in (_PROMISE, _LICENCE):
        paragraph = QLabel(text)
        paragraph.setWordWrap(True)
        layout.addWidget(paragraph)
    layout.addStretch()
    return page


def _licence_table(licences: Sequence[tuple[str, str, str]]) -> QWidget:
    table = QTreeWidget()
    table.setAccessibleName("Packages and their licences")
    table.setHeaderLabels(["Package", "Version", "Licence"])
    table.setRootIsDecorated(False)
    for package in licences:
        item = QTreeWidgetItem(table, [one_line(text) for text in package])
        item.setToolTip(2, tooltip(package[2]))
    for column in (0, 1):
        table.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(24, 20, 24, 20)
    layout.setSpacing(12)
    layout.addWidget(small_print("Earmark stands on these packages, each under its own licence."))
    layout.addWidget(table)
    return page
