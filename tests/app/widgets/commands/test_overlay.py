"""A panel over the window, and what sends it away."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.commands.overlay import MARGIN_PX, Overlay


@pytest.fixture
def behind() -> QPushButton:
    """What has the focus before the overlay comes."""
    return QPushButton("Behind")


@pytest.fixture
def window(qtbot: QtBot, behind: QPushButton) -> QWidget:
    window = QWidget()
    window.resize(800, 600)
    QVBoxLayout(window).addWidget(behind)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    behind.setFocus()
    return window


@pytest.fixture
def fields() -> tuple[QLineEdit, QLineEdit]:
    return QLineEdit(), QLineEdit()


@pytest.fixture
def overlay(window: QWidget, fields: tuple[QLineEdit, QLineEdit]) -> Overlay:
    overlay = Overlay(window)
    layout = QVBoxLayout(overlay.panel)
    for field in fields:
        field.setFixedSize(400, 40)
        layout.addWidget(field)
    return overlay


def test_it_is_hidden_until_it_is_opened(overlay: Overlay, fields: tuple[QLineEdit, QLineEdit]) -> None:
    assert not overlay.isVisible()
    overlay.open(fields[0])
    assert overlay.isVisible()
    assert fields[0].hasFocus()


def test_it_covers_the_window_with_the_panel_in_the_middle(
    window: QWidget, overlay: Overlay, fields: tuple[QLineEdit, QLineEdit]
) -> None:
    overlay.open(fields[0])
    assert overlay.geometry() == window.rect()
    assert abs(overlay.panel.geometry().center().x() - window.rect().center().x()) <= 1
    window.resize(1000, 700)
    assert overlay.geometry() == window.rect()
    assert abs(overlay.panel.geometry().center().x() - window.rect().center().x()) <= 1


def test_a_small_window_still_shows_its_edges(
    window: QWidget, overlay: Overlay, fields: tuple[QLineEdit, QLineEdit]
) -> None:
    window.resize(300, 100)
    overlay.open(fields[0])
    assert overlay.panel.width() == window.width() - 2 * MARGIN_PX


def test_esc_closes_it_and_gives_the_focus_back(
    qtbot: QtBot, behind: QPushButton, overlay: Overlay, fields: tuple[QLineEdit, QLineEdit]
) -> None:
    overlay.open(fields[0])
    qtbot.keyClick(fields[0], Qt.Key.Key_Escape)
    assert not overlay.isVisible()
    assert behind.hasFocus()


def test_a_click_beside_the_panel_closes_it_and_one_in_it_does_not(
    qtbot: QtBot, overlay: Overlay, fields: tuple[QLineEdit, QLineEdit]
) -> None:
    overlay.open(fields[0])
    qtbot.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=overlay.panel.geometry().topLeft() + QPoint(2, 2))
    assert overlay.isVisible()
    qtbot.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert not overlay.isVisible()


def test_it_goes_when_the_focus_goes_elsewhere(
    behind: QPushButton, overlay: Overlay, fields: tuple[QLineEdit, QLineEdit]
) -> None:
    overlay.open(fields[0])
    behind.setFocus()
    assert not overlay.isVisible()
    assert behind.hasFocus()


def test_tab_goes_round_in_the_panel(qtbot: QtBot, overlay: Overlay, fields: tuple[QLineEdit, QLineEdit]) -> None:
    overlay.open(fields[0])
    qtbot.keyClick(fields[0], Qt.Key.Key_Tab)
    assert fields[1].hasFocus()
    qtbot.keyClick(fields[1], Qt.Key.Key_Tab)
    assert fields[0].hasFocus()
    qtbot.keyClick(fields[0], Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert fields[1].hasFocus()
    assert overlay.isVisible()


def test_single_keys_do_not_reach_the_commands_behind(
    qtbot: QtBot, window: QWidget, overlay: Overlay, fields: tuple[QLineEdit, QLineEdit]
) -> None:
    ran: list[str] = []
    for key in ("Esc", "Down", "F5", "Ctrl+K"):
        action = QAction(key, window)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _checked, key=key: ran.append(key))
        window.addAction(action)
    overlay.open(fields[0])
    for pressed in (Qt.Key.Key_Down, Qt.Key.Key_F5, Qt.Key.Key_Escape):
        qtbot.keyClick(fields[0], pressed)
    assert ran == []
    overlay.open(fields[0])
    qtbot.keyClick(fields[0], Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert ran == ["Ctrl+K"]


def test_what_had_the_focus_may_be_gone_by_then(
    qtbot: QtBot, window: QWidget, behind: QPushButton, overlay: Overlay, fields: tuple[QLineEdit, QLineEdit]
) -> None:
    overlay.open(fields[0])
    with qtbot.waitSignal(behind.destroyed):
        behind.deleteLater()
    overlay.dismiss()
    assert not overlay.isVisible()
