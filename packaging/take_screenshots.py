"""Take the pictures of the window that the documents show: the real window on the demo sounds, on a screen nobody sees.

    python packaging/take_screenshots.py FOLDER [WIDTHxHEIGHT ...]

Without sizes, 1440x900. Every state is taken in every size, light and dark: NAME-WIDTHxHEIGHT-THEME.png.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.look import theme
from app.services.messages import Described, Explained
from app.settings import Settings
from app.widgets.tags.personal_tag_dialog import PersonalTagDialog
from app.windows.main_window import MainWindow
from engine.paths import demo_sounds_folder
from tests.recording_devices import HearingMicrophones, RecordingDevices

LOOK_MS = 30
SETTLED_LOOKS = 25  # so many looks after the last thing that was waited for, the picture is complete
PLAYED_S = 1.6


class Tour(QObject):
    """Goes through the states of a window one by one: `steps` yields what to wait for next."""

    def __init__(self, folder: Path, size: tuple[int, int], look: str, library: Path) -> None:
        super().__init__()
        self._folder, self._size, self._look = folder, size, look
        self.devices = RecordingDevices()
        settings = replace(Settings(), theme=look)
        self.window = MainWindow(
            library, settings, library.with_suffix(".json"), lambda: self.devices, HearingMicrophones
        )
        self.window.resize(*size)
        self.window.show()
        self._explained: list[Explained] = []
        self._described: list[Described] = []
        self.window.services.explained.connect(self._explained.append)
        self.window.services.described.connect(self._described.append)
        self._steps = self.steps()
        self._condition = next(self._steps)
        self._holds_for = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look_on)
        self._timer.start(LOOK_MS)
        QTimer.singleShot(0, self.window.begin)

    def steps(self) -> Iterator[object]:
        window = self.window
        yield lambda: window.pages.currentWidget() is window.welcome
        self.take("first-start")
        window.folders.add([demo_sounds_folder()])
        yield lambda: window.folders.state.run == "indexing" or window.folders.state.heard
        self.take("indexing")  # on a fast machine it is over by then
        yield lambda: window.folders.state.run == "idle" and window.folders.state.heard
        yield from self._listen("a dog barks", 1)
        self.take("results")
        yield from self._listen("a dog barks then a car passes without music", 0)
        self.take("order")
        window.commands.action("heat-map").trigger()
        yield lambda: any(answer.explanation.heat_maps for answer in self._explained)
        self.take("heat")
        window.commands.action("heat-map").trigger()
        window.table.set_waveforms(True)
        yield from self._listen("people applaud", 1)
        self.take("waveforms")
        window.table.set_waveforms(False)
        yield lambda: bool(self._described) and self._described[-1].left == 0
        window.annotating.add_tags([1, 2, 5], ["hall", "to check"])
        window.annotating.create_collection("Doors", [3, 4])
        window.annotating.save_search("Rain", "rain falls")
        yield from self._listen("footsteps on gravel", 0)
        self.take("tags")
        window.table.selectAll()
        yield lambda: True
        self.take("bulk")
        yield from self._listen("a dog barks", 0)
        window.commands.action("personal-tag").trigger()
        (dialog,) = window.findChildren(PersonalTagDialog)
        dialog.name.setText("my dog")
        dialog.name.editingFinished.emit()
        yield lambda: dialog.found.model().rowCount() > 0
        self.take("personal-tag", dialog)
        dialog.close()
        window.commands.action("palette").trigger()
        yield lambda: True
        self.take("palette")
        window.commands.action("palette").trigger()
        window.commands.action("keys").trigger()
        yield lambda: True
        self.take("keys")
        window.commands.action("keys").trigger()
        window.commands.action("settings").trigger()
        yield lambda: True
        self.take("settings", QApplication.activeWindow())
        window.dialogs.close()
        self.devices.plugged_in.clear()
        window.playback.refresh_devices()
        window.searching.ask_for("zzz")
        yield lambda: window.playback.reason_for_silence and not window.finding.is_waiting
        self.take("no-sound")

    def _listen(self, text: str, row: int) -> Iterator[object]:
        window = self.window
        window.searching.ask_for(text)
        yield lambda: len(window.finding.results) > row and window.finding.results.row(0).score is not None
        window.table.selectRow(row)
        window.table.row_selected.emit(window.table.current_id(), True)
        began_s = window.finding.results.row(row).start_s
        yield lambda: window.playback.position_s > began_s + PLAYED_S or not window.playback.is_playing
        window.audition.toggle()

    def take(self, name: str, widget: QWidget | None = None) -> None:
        width, height = self._size
        (widget or self.window).grab().save(str(self._folder / f"{name}-{width}x{height}-{self._look}.png"))

    def _look_on(self) -> None:
        if self.devices.opened and self.window.playback.is_playing:
            for _ in range(3):
                self.devices.device.pull()
        self._holds_for = self._holds_for + 1 if self._condition() else 0  # type: ignore[operator]
        if self._holds_for >= SETTLED_LOOKS or (self._holds_for and self.window.folders.state.run == "indexing"):
            self._holds_for = 0
            self._condition = next(self._steps, None)
            if self._condition is None:
                self._timer.stop()
                self.window.close()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    for text in sys.argv[2:] or ["1440x900"]:
        width, height = map(int, text.split("x"))
        for look in ("light", "dark"):
            theme.apply(application, look)
            with tempfile.TemporaryDirectory() as scratch:
                tour = Tour(folder, (width, height), look, Path(scratch) / "library")
                application.exec()
                tour.window.finish()


if __name__ == "__main__":
    main()
