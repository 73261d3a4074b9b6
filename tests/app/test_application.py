"""The program with a window, as its process looks from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.application import NO_SCREEN
from tests.driven_programs import Program

SPEAKING_WINDOW = Path(__file__).with_name("speaking_window.py")
STOPPED_S = 15.0  # under 3 s on a quiet machine: see benchmarks/exits.py

Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start(*arguments)`: a Python program, at the end of the test gone with all that it started."""
    started: list[Program] = []

    def start(*arguments: str | Path) -> Program:
        started.append(Program(*arguments, settings=tmp_path / "settings.json"))
        return started[-1]

    yield start
    for program in started:
        program.kill()


def test_a_second_start_raises_the_first_window_and_ends(start: Start, tmp_path: Path):
    library = ("gui", "--library", tmp_path / "library")
    first = start(SPEAKING_WINDOW, "raised", *library)
    first.await_line("minimised")
    second = start("-m", "app", *library)
    assert second.end() == 0
    assert second.complaints() == []
    first.await_line("raised")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window(number: signal.Signals, start: Start, tmp_path: Path):
    program = start(SPEAKING_WINDOW, "raised", "gui", "--library", tmp_path / "library")
    program.await_line("minimised")
    program.signal(number)
    assert program.end(STOPPED_S + 2) == 0
    assert program.left_after(STOPPED_S) == []
    assert program.complaints() == []
    assert (tmp_path / "settings.json").is_file(), "what the window was like is kept"


def test_a_crash_is_told_in_the_window_which_stays(start: Start, tmp_path: Path):
    program = start(SPEAKING_WINDOW, "crashed", "gui", "--library", tmp_path / "library")
    assert program.await_line("") == "told"
    program.signal(signal.SIGTERM)
    assert program.end() == 0
    assert "ZeroDivisionError: division by zero" in program.complaints(), "for whoever started it from a terminal"


def test_a_folder_that_can_hold_no_library_is_one_sentence(start: Start, tmp_path: Path):
    (tmp_path / "taken").write_text("a file")
    program = start("-m", "app", "gui", "--library", tmp_path / "taken")
    assert program.end() == 1
    (sentence,) = program.complaints()
    assert sentence == f"{tmp_path / 'taken'} cannot hold a library: file exists."


def test_a_damaged_library_is_one_sentence(start: Start, tmp_path: Path):
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "library.db").write_bytes(b"no database at all" * 1000)
    program = start(SPEAKING_WINDOW, "damaged", "gui", "--library", tmp_path / "library")
    assert program.await_line("") == (
        f"The library cannot use {tmp_path / 'library' / 'library.db'}: it is damaged; restore it from a backup."
    )
    assert program.end() == 0
    assert program.complaints() == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
def test_without_a_screen_it_is_one_sentence(tmp_path: Path):
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-m", "app", "gui", "--library", str(tmp_path / "library")]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [NO_SCREEN]
