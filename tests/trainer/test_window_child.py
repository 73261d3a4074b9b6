"""A command beside a window gives way, and ends when the window does, however that ends."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import os, time
from trainer.window_child import serve_window
gone = serve_window()
print(os.nice(0), flush=True)
while not gone():
    time.sleep(.01)
"""


def test_it_gives_way_and_ends_with_the_window() -> None:
    program = (
        "import os, time; from trainer.own_run import serve_window; gone = serve_window(); print(os.nice(0), flush"
    )
    program += "=True)\nwhile not gone(): time.sleep(.01)"
    child = subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    assert int(child.stdout.readline()) >= 10
    assert child.poll() is None
    child.stdin.close()
    assert child.wait(60) == 0
    child.stdout.close()
