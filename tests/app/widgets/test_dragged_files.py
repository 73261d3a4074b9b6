from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.file_mime import local_paths
from app.widgets.dragged_files import take_if_files


def files(*urls: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromEncoded(url.encode()) for url in urls])
    return mime


def entering(mime: QMimeData) -> QDragEnterEvent:
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    button, no_keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    return QDragEnterEvent(QPoint(5, 5), actions, mime, button, no_keys)


def test_local_files_are_told_from_addresses() -> None:
    mime = files("file:///sounds/a%20b.wav", "https://example.org/c.wav", "file:///sounds/field/")
    assert local_paths(mime) == [Path("/sounds/a b.wav"), Path("/sounds/field")]
    assert local_paths(QMimeData()) == []


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_names_that_are_not_text_keep_their_bytes() -> None:
    (path,) = local_paths(files("file:///sounds/caf%E9%0A.wav"))
    assert os.fsencode(path) == b"/sounds/caf\xe9\n.wav"


def test_files_are_accepted_to_be_copied_and_nothing_else_is(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    mime, text = files("file:///sounds/a.wav"), QMimeData()
    text.setText("file:///sounds/a.wav")
    wanted, unwanted = entering(mime), entering(text)
    take_if_files(wanted, widget)
    take_if_files(unwanted, widget)
    assert wanted.isAccepted()
    assert wanted.dropAction() == Qt.DropAction.CopyAction
    assert not unwanted.isAccepted()
