from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QListWidget,
    QPushButton,
    QSlider,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.settings import Settings
from app.view_models.settings_texts import LibrarySpace
from app.widgets.settings.settings_dialog import SettingsDialog
from engine.library_rows import Root, RootCounts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

CHOSEN = Settings(theme="dark", gain_db=-6.4, workers=3, range_db=62.5, window={"geometry": "AAAA"})
ROOT = Root(4, Path("/sounds"), "ok")


@pytest.fixture
def dialog(qtbot: QtBot) -> SettingsDialog:
    made = SettingsDialog(CHOSEN, ["Built-in"], "earmark-small-2")
    qtbot.addWidget(made)
    made.set_roots([RootCounts(ROOT, 12, 0, 0)])
    return made


def press(dialog: SettingsDialog, text: str) -> None:
    next(button for button in dialog.findChildren(QAbstractButton) if button.text() == text).click()


def test_a_control_that_moves_changes_its_setting_and_no_other(dialog: SettingsDialog, qtbot: QtBot) -> None:
    switch = dialog.findChild(QCheckBox, "level_matching")
    with qtbot.waitSignal(dialog.changed) as changed:
        switch.click()
    expected = Settings(
        theme="dark", gain_db=-6.4, workers=3, range_db=62.5, window={"geometry": "AAAA"}, level_matching=True
    )
    assert changed.args == [expected]


def test_changes_add_up(dialog: SettingsDialog, qtbot: QtBot) -> None:
    dialog.findChild(QCheckBox, "level_matching").click()
    with qtbot.waitSignal(dialog.changed) as changed:
        dialog.findChild(QCheckBox, "play_on_select").click()
    assert changed.args[0].level_matching
    assert not changed.args[0].play_on_select


def test_showing_settings_is_no_change(dialog: SettingsDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.changed):
        dialog.show_settings(Settings(theme="light", gain_db=3.0, level_matching=True, output_device="gone"))
        dialog.set_devices(["HDMI"])
    assert dialog.findChild(QSlider).value() == 3
    with qtbot.waitSignal(dialog.changed) as changed:
        dialog.findChild(QCheckBox, "level_matching").click()
    assert changed.args == [Settings(theme="light", gain_db=3.0, output_device="gone")]


def test_the_list_turns_the_pages(dialog: SettingsDialog) -> None:
    pages = dialog.findChild(QListWidget)
    names = [pages.item(row).text() for row in range(pages.count())]
    assert names == ["Folders", "Sound", "Search and network", "Appearance", "Library", "Keys"]
    dialog.show()
    assert dialog.findChild(QTreeWidget).isVisible()
    pages.setCurrentRow(1)
    assert not dialog.findChild(QTreeWidget).isVisible()
    assert dialog.findChild(QSlider).isVisible()


def test_what_folders_and_library_ask_for_is_passed_on(dialog: SettingsDialog, qtbot: QtBot) -> None:
    (rows,) = dialog.findChildren(QTreeWidget)
    rows.setCurrentIndex(rows.model().index(0, 0))
    for text, signal, carried in (
        ("Add folder…", dialog.add_folder_requested, []),
        ("Rescan", dialog.rescan_requested, [ROOT]),
        ("Remove", dialog.remove_root_requested, [ROOT]),
        ("Show in file manager", dialog.reveal_library_requested, []),
        ("Clear cache…", dialog.clear_cache_requested, []),
    ):
        with qtbot.waitSignal(signal) as asked:
            press(dialog, text)
        assert asked.args == carried


def test_news_of_the_network_and_the_library_are_shown(dialog: SettingsDialog) -> None:
    dialog.set_network_text("another network")
    dialog.set_library_space(LibrarySpace(Path("/libraries/mine"), 5))
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"another network", "/libraries/mine", "5 bytes"} <= texts


def test_the_table_of_keys_has_the_last_page(dialog: SettingsDialog) -> None:
    table = QLabel("keys")
    dialog.set_keys_widget(table)
    dialog.show()
    dialog.findChild(QListWidget).setCurrentRow(5)
    assert table.isVisible()


def test_it_stands_in_nobodys_way_and_esc_closes_it(dialog: SettingsDialog, qtbot: QtBot) -> None:
    dialog.show()
    assert not dialog.isModal()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_every_control_can_be_reached_and_has_a_name(dialog: SettingsDialog) -> None:
    kinds = (QPushButton, QCheckBox, QComboBox, QAbstractSlider, QAbstractSpinBox, QListWidget, QTreeWidget)
    for control in dialog.findChildren(QWidget):
        if isinstance(control, kinds) and not _is_part_of_a_control(control):
            assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control
            assert control.accessibleName() or getattr(control, "text", str)(), control


def _is_part_of_a_control(widget: QWidget) -> bool:
    """Scroll bars, and the list inside a combo box."""
    return type(widget).__name__ == "QScrollBar" or widget.window().windowType() == Qt.WindowType.Popup
