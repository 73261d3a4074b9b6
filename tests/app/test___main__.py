"""The command `earmark`: with a window, or on the command line."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from engine.library import LIBRARY_FILE
from tests.driven_programs import ROOT, Program

SPEAKING_WINDOW = Path(__file__).with_name("speaking_window.py")


def run(*arguments: str) -> str:
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_with_arguments_it_is_the_command_line():
    assert "search" in run("--help")


def test_the_window_has_help_of_its_own():
    shown = run("gui", "--help")
    assert "--library DIR" in shown
    assert "search" not in shown


def test_without_arguments_it_is_a_window_on_a_persons_own_library(tmp_path: Path):
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    program = Program(SPEAKING_WINDOW, "raised", settings=tmp_path / "settings.json", environment=homes)
    try:
        program.await_line("minimised")
        program.signal(signal.SIGTERM)
        assert program.end() == 0
    finally:
        program.kill()
    assert len(list(tmp_path.rglob(LIBRARY_FILE))) == 1


def test_a_library_can_be_named(tmp_path: Path):
    program = Program(
        *(SPEAKING_WINDOW, "raised", "gui", "--library", tmp_path / "mine"), settings=tmp_path / "settings.json"
    )
    try:
        program.await_line("minimised")
        program.signal(signal.SIGTERM)
        assert program.end() == 0
    finally:
        program.kill()
    assert (tmp_path / "mine" / LIBRARY_FILE).is_file()
