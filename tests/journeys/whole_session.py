"""A program for test_no_connections: the sounds that come with Earmark are indexed, searched and played."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

from app.windows.main_window import MainWindow
from engine.paths import demo_sounds_folder
from tests.driven_programs import Condition, drive
from tests.recording_devices import RecordingDevices

devices = RecordingDevices()


def steps(window: MainWindow) -> Iterator[Condition]:
    finished: list[object] = []
    window.services.finished.connect(finished.append)
    window.folders.add([demo_sounds_folder()])
    yield partial(bool, finished)
    window.searching.ask_for("an owl hoots")
    yield lambda: len(window.finding.results) and window.finding.results.row(0).score is not None
    window.table.select_next()
    yield sounded
    yield lambda: window.sound_pane.view.path
    window.dialogs.open_about()
    window.dialogs.open_settings()
    window.comparing.find_similar()
    yield lambda: window.finding.question.examples and not window.finding.is_waiting
    sys.stdout.write("played\n")
    sys.stdout.flush()
    window.close()


def sounded() -> bool:
    if not devices.opened:
        return False
    devices.device.pull()
    return len(devices.device.sound()) > 0


if __name__ == "__main__":
    sys.exit(drive(steps, lambda: devices))
