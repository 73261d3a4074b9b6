"""The row under the search field while something is recorded, and after."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.recording.level import Level
from app.recording.trimming import SILENT
from app.widgets.search.level_meter import LevelMeter
from app.widgets.search.recording_panel import RecordingPanel


class Window(QWidget):
    """A field with the focus, the panel, and keys that the window uses otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.field, self.panel = QLineEdit(), RecordingPanel()
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self.panel)
        self.used: list[str] = []
        for key in ("Space", "Escape", "Return"):
            action = QAction(self)
            action.setShortcut(key)
            action.triggered.connect(lambda _checked, key=key: self.used.append(key))
            self.addAction(action)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    window = Window()
    qtbot.addWidget(window)
    window.resize(900, 120)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.field.setFocus()
    return window


@pytest.fixture
def panel(window: Window) -> RecordingPanel:
    return window.panel


def shown_texts(panel: RecordingPanel) -> list[str]:
    """Of labels and buttons, from left to right."""
    found: list[QLabel | QAbstractButton] = [*panel.findChildren(QLabel), *panel.findChildren(QAbstractButton)]
    seen = sorted((each for each in found if each.isVisible()), key=lambda each: each.x())
    return [text for each in seen if (text := each.text())]


def button(panel: RecordingPanel, text: str) -> QAbstractButton:
    return next(each for each in panel.findChildren(QAbstractButton) if text in (each.text(), each.accessibleName()))


def focused() -> QObject | None:
    return QApplication.focusWidget()


def test_it_is_not_there_before_it_is_needed(panel: RecordingPanel) -> None:
    assert not panel.isVisible()


def test_while_it_records_it_says_so_with_level_and_time(panel: RecordingPanel) -> None:
    panel.show_recording("Built-in")
    panel.show_level(Level(-10.0, -20.0), 2.34, 30.0)
    assert shown_texts(panel) == ["Recording from Built-in", "0:02.3 of 0:30", "Stop and search"]
    assert panel.findChild(LevelMeter).isVisible()
    assert panel.findChild(LevelMeter).held_db == -10.0


def test_what_is_too_loud_is_said_once_and_for_all(panel: RecordingPanel) -> None:
    panel.show_recording("Built-in")
    panel.show_level(Level(0.0, -8.0), 1.0, 30.0)
    panel.show_level(Level(-30.0, -40.0), 1.1, 30.0)
    assert shown_texts(panel)[0] == "Recording from Built-in, which is too loud"
    panel.show_recording("Built-in")
    assert shown_texts(panel)[0] == "Recording from Built-in"


def test_afterwards_it_offers_to_listen_to_repeat_and_to_keep(panel: RecordingPanel, qtbot: QtBot) -> None:
    panel.show_searching(2.34, None)
    assert shown_texts(panel) == [
        "Searching for what sounds like your recording (2.3 s)",
        "Listen",
        "Again",
        "Keep…",
    ]
    assert not panel.findChild(LevelMeter).isVisible()
    for text, signal in (
        ("Listen", panel.listen_requested),
        ("Again", panel.again_requested),
        ("Keep…", panel.keep_requested),
        ("Close", panel.closed),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button(panel, text), Qt.MouseButton.LeftButton)


def test_a_failure_is_said_and_can_be_repeated(panel: RecordingPanel) -> None:
    panel.show_failure(SILENT)
    assert shown_texts(panel) == [SILENT, "Again"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_space_and_enter_stop_and_the_window_does_not_get_them(
    window: Window, panel: RecordingPanel, qtbot: QtBot, key: Qt.Key
) -> None:
    panel.show_opening()
    panel.show_recording("Built-in")
    with qtbot.waitSignal(panel.stop_requested):
        qtbot.keyClick(focused(), key)
    assert window.used == []


@pytest.mark.parametrize("is_stopped", [False, True])
def test_escape_closes(window: Window, panel: RecordingPanel, qtbot: QtBot, is_stopped: bool) -> None:
    panel.show_recording("Built-in")
    if is_stopped:
        panel.show_searching(1.0, None)
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(focused(), Qt.Key.Key_Escape)
    assert window.used == []


def test_while_the_microphone_is_being_opened_space_does_nothing(
    window: Window, panel: RecordingPanel, qtbot: QtBot
) -> None:
    panel.show_opening()
    with qtbot.assertNotEmitted(panel.stop_requested):
        qtbot.keyClick(focused(), Qt.Key.Key_Space)
    assert window.used == []


def test_elsewhere_the_keys_are_the_windows(window: Window, panel: RecordingPanel, qtbot: QtBot) -> None:
    panel.show_recording("Built-in")
    window.field.setFocus()
    with qtbot.assertNotEmitted(panel.closed):
        qtbot.keyClick(window.field, Qt.Key.Key_Escape)
    assert window.used == ["Escape"]


def test_the_focus_goes_from_step_to_step_and_back_to_where_it_was(window: Window, panel: RecordingPanel) -> None:
    panel.show_opening()
    assert focused() is panel
    panel.show_recording("Built-in")
    assert focused() is button(panel, "Stop and search")
    panel.show_searching(1.0, None)
    assert focused() is button(panel, "Listen")
    panel.put_away()
    assert not panel.isVisible()
    assert focused() is window.field


def test_the_focus_is_not_taken_from_where_a_person_put_it(window: Window, panel: RecordingPanel) -> None:
    panel.show_recording("Built-in")
    window.field.setFocus()
    panel.show_searching(1.0, None)
    assert focused() is window.field
    panel.put_away()
    assert focused() is window.field


def test_it_gives_the_focus_back_to_nothing_that_is_gone(window: Window, panel: RecordingPanel) -> None:
    gone = QLineEdit(window)
    gone.show()
    gone.setFocus()
    panel.show_recording("Built-in")
    gone.setParent(None)
    gone.deleteLater()
    QApplication.sendPostedEvents(gone)
    panel.put_away()
    assert not panel.isVisible()


def test_several_microphones_are_a_choice(panel: RecordingPanel, qtbot: QtBot) -> None:
    panel.show_recording("Built-in")
    chooser = button(panel, "Choose the microphone")
    panel.set_devices(["Built-in"], None)
    assert not chooser.isVisible()
    panel.set_devices(["Built-in", "R&D <b>"], "R&D <b>")
    assert chooser.isVisible()
    assert isinstance(chooser, QToolButton)
    menu = chooser.menu()
    assert isinstance(menu, QMenu)
    assert [each.text() for each in menu.actions()] == ["System default", "Built-in", "R&&D <b>"]
    assert [each.isChecked() for each in menu.actions()] == [False, False, True]
    assert "R&amp;D &lt;b&gt;" in chooser.toolTip()
    for action, name in zip(menu.actions(), (None, "Built-in", "R&D <b>"), strict=True):
        with qtbot.waitSignal(panel.device_chosen) as chosen:
            action.trigger()
        assert chosen.args == [name]


def test_names_are_shown_as_they_are(panel: RecordingPanel) -> None:
    panel.show_recording("<b>mic</b>\u202e")
    label = next(each for each in panel.findChildren(QLabel) if "mic" in each.text())
    assert label.text() == "Recording from <b>mic</b>\\u202e"
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_every_control_can_be_named_and_reached(panel: RecordingPanel) -> None:
    panel.set_devices(["Built-in", "USB"], None)
    panel.show_recording("Built-in")
    for each in panel.findChildren(QAbstractButton):
        assert each.accessibleName() or each.text()
        assert each.toolTip()
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus
