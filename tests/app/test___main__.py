"""The command `earmark`: with a window, or on the command line."""

from __future__ import annotations

import subprocess
import sys

from tests.driven_programs import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )


def test_with_arguments_it_is_the_command_line():
    assert "search" in run("--help").stdout


def test_the_window_has_help_of_its_own():
    shown = run("gui", "--help").stdout
    assert "--library DIR" in shown
    assert "search" not in shown
