"""A line of plain text that fits."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.widgets.elided_label import ElidedLabel


def test_markup_is_plain_text_and_the_tooltip_says_all_of_it(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.say("<b>street</b> & more.wav")
    assert label.text() == "<b>street</b> & more.wav"
    assert label.toolTip() == "<qt>&lt;b&gt;street&lt;/b&gt; &amp; more.wav</qt>"


def test_a_long_text_gives_way(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.say("x" * 500)
    assert label.minimumSizeHint().width() < 100 < label.sizeHint().width()
    label.resize(60, 20)
    narrow = label.grab().toImage()
    label.say("x" * 400)
    assert label.grab().toImage() == narrow  # both are cut in the middle
