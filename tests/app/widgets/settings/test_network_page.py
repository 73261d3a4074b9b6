from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from app.settings import Settings
from app.widgets.settings.network_page import NetworkPage

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def page(qtbot: QtBot) -> NetworkPage:
    made = NetworkPage("a <b>network</b>")
    qtbot.addWidget(made)
    made.show_settings(Settings())
    return made


def button(page: NetworkPage, text: str) -> QPushButton:
    return next(found for found in page.findChildren(QPushButton) if found.text() == text)


def test_the_network_in_use_is_told_as_plain_text(page: NetworkPage) -> None:
    label = next(label for label in page.findChildren(QLabel) if label.text() == "a <b>network</b>")
    assert label.textFormat() == Qt.TextFormat.PlainText
    page.set_network_text("another")
    assert label.text() == "another"


def test_another_folder_is_chosen_without_stopping_the_window(
    page: NetworkPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "open", lambda chooser: chooser.fileSelected.emit(str(tmp_path)))
    with qtbot.waitSignal(page.chosen) as chosen:
        button(page, "Choose another…").click()
    assert chosen.args == ["network_folder", tmp_path]


def test_the_way_back_to_earmarks_own_is_offered_only_from_elsewhere(page: NetworkPage, qtbot: QtBot) -> None:
    back = button(page, "Use Earmark’s own")
    assert not back.isEnabled()
    page.show_settings(Settings(network_folder=Path("/networks/other")))
    with qtbot.waitSignal(page.chosen) as chosen:
        back.click()
    assert chosen.args == ["network_folder", None]


def test_the_network_before_is_offered_while_its_folder_is_there(
    page: NetworkPage, qtbot: QtBot, tmp_path: Path
) -> None:
    page.show_settings(Settings(network_folder=Path("/networks/other"), former_networks=(None, tmp_path / "gone")))
    assert not [each for each in page.findChildren(QPushButton) if "Back" in each.text() and not each.isHidden()]
    page.show_settings(Settings(former_networks=(tmp_path / "gone", tmp_path)))
    with qtbot.waitSignal(page.chosen) as chosen:
        button(page, f"Back to {tmp_path.name}").click()
    assert chosen.args == ["network_folder", tmp_path]


def test_where_it_computes_can_be_chosen(page: NetworkPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.chosen) as chosen:
        qtbot.keyClick(page.findChild(QComboBox), Qt.Key.Key_Down)
    assert chosen.args == ["compute", "cpu"]
    page.show_settings(Settings(compute="mps"))
    assert page.findChild(QComboBox).currentText() == "Graphics card (Apple)"


def test_no_number_of_threads_means_all_cores(page: NetworkPage, qtbot: QtBot) -> None:
    threads = page.findChild(QSpinBox)
    assert threads.text() == "As many as there are cores"
    with qtbot.waitSignal(page.chosen) as chosen:
        threads.stepUp()
    assert chosen.args == ["workers", 1]
    with qtbot.waitSignal(page.chosen) as chosen:
        threads.stepDown()
    assert chosen.args == ["workers", None]
