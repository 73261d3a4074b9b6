from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.view_models.empty_answer import EmptyAnswer
from app.widgets.results.empty_results import EmptyResults


def shown(qtbot: QtBot, answer: EmptyAnswer) -> EmptyResults:
    widget = EmptyResults()
    qtbot.addWidget(widget)
    widget.show_answer(answer)
    widget.show()
    return widget


def buttons(widget: EmptyResults) -> dict[str, QPushButton]:
    return {button.text(): button for button in widget.findChildren(QPushButton) if button.isVisible()}


def labels(widget: EmptyResults) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def test_says_one_sentence_and_offers_nothing_that_would_change_nothing(qtbot: QtBot) -> None:
    widget = shown(qtbot, EmptyAnswer("There is no sound here."))
    assert labels(widget) == ["There is no sound here."]
    assert buttons(widget) == {}


def test_offers_the_doors_out(qtbot: QtBot) -> None:
    answer = EmptyAnswer("Nothing.", "Try fewer words.", "Search everywhere", "Show 3 weaker matches")
    widget = shown(qtbot, answer)
    assert labels(widget) == ["Nothing.", "Try fewer words."]
    offered = buttons(widget)
    with qtbot.waitSignal(widget.clear_scope_requested):
        qtbot.mouseClick(offered["Search everywhere"], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(widget.show_weak_requested):
        qtbot.keyClick(offered["Show 3 weaker matches"], Qt.Key.Key_Space)


def test_another_answer_takes_the_place_of_the_first(qtbot: QtBot) -> None:
    widget = shown(qtbot, EmptyAnswer("Nothing.", "Try fewer words.", "Search everywhere"))
    widget.show_answer(EmptyAnswer("Nothing yet."))
    assert labels(widget) == ["Nothing yet."]
    assert buttons(widget) == {}


def test_text_is_plain(qtbot: QtBot) -> None:
    widget = shown(qtbot, EmptyAnswer("<b>Nothing</b>"))
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in widget.findChildren(QLabel))
