"""What a person chose, kept."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.settings import Settings, load
from app.windows.choices import Choices


def test_a_change_is_told_with_what_was_before(qtbot: QtBot, tmp_path: Path):
    choices = Choices(Settings(), tmp_path / "settings.json")
    with qtbot.waitSignal(choices.changed) as told:
        choices.change(loop=True)
    assert [settings.loop for settings in told.args or []] == [True, False]


def test_what_is_the_same_is_not_told(qtbot: QtBot, tmp_path: Path):
    choices = Choices(Settings(), tmp_path / "settings.json")
    with qtbot.assertNotEmitted(choices.changed):
        choices.change(loop=False)


def test_it_is_written_a_moment_later(qtbot: QtBot, tmp_path: Path):
    choices = Choices(Settings(), tmp_path / "settings.json")
    choices.change(gain_db=-6.0)
    choices.change(gain_db=-7.0)
    qtbot.waitUntil((tmp_path / "settings.json").exists)
    assert load(tmp_path / "settings.json").gain_db == -7.0


def test_a_place_that_cannot_be_written_is_told_of(qtbot: QtBot, tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    choices = Choices(Settings(), tmp_path / "file" / "settings.json")
    with qtbot.waitSignal(choices.failed) as told:
        choices.change(loop=True)
        choices.write()
    assert "settings.json" in (told.args or [""])[0]
