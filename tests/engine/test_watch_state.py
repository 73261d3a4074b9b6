"""The state of a watched root travels to the window: it must be light, and survive the journey."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

from engine.watch_state import WatchState


def test_it_survives_a_pickle_whatever_the_name_of_the_folder():
    state = WatchState(1, Path("/sounds/caf\udce9"), "polling", "Changes are not announced.")
    assert pickle.loads(pickle.dumps(state)) == state


def test_reading_it_loads_no_decoder_and_no_observer():
    script = "import sys, engine.watch_state; print(*{'soundfile', 'av', 'watchdog'}.intersection(sys.modules))"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert child.stdout.split() == []
