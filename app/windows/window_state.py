"""How the window was left: its place on the screen and the sizes of its parts."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Mapping

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter

GEOMETRY = "geometry"


def saved(window: QMainWindow, splitters: Mapping[str, QSplitter]) -> dict[str, str]:
    """As text that settings can hold."""
    state = {GEOMETRY: window.saveGeometry()} | {name: splitter.saveState() for name, splitter in splitters.items()}
    return {name: b64encode(value.data()).decode("ascii") for name, value in state.items()}


def restore(window: QMainWindow, splitters: Mapping[str, QSplitter], state: Mapping[str, str]) -> None:
    """What cannot be understood is left as it is."""
    for name, text in state.items():
        try:
            value = QByteArray(b64decode(text, validate=True))
        except (NoBase64, ValueError):
            continue
        if name == GEOMETRY:
            window.restoreGeometry(value)
        elif name in splitters:
            splitters[name].restoreState(value)
