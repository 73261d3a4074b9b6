"""The player in Qt's manners: news as signals on the GUI thread, and a position to follow."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.playing.audio_devices import OutputDevices, PortAudioDevices
from app.playing.audio_stream import Passage
from app.playing.player import News, NewsKind, Player, Region
from app.view_models.player_wording import QUIETEST_DB
from app.workers.throttle import Throttle

_LEAST_INTERVAL_MS = 120  # between two files while an arrow key is held down: enough of each to recognise it
_POSITION_INTERVAL_MS = 33


class Playback(QObject):
    """Plays one sound at a time. Methods return at once.

    started : the path of what begins to play, goes on after a pause, or is asked for
    paused, stopped : a person fell silent on purpose
    ended : the path of what was heard to its end
    failed : one sentence: it cannot be played, or no further
    device_changed : one sentence: sound goes somewhere else, or nowhere, from now on
    position_changed : the moment that is heard, in seconds; while something plays and `set_followed` says so
    """

    started = Signal(object)
    paused = Signal()
    stopped = Signal()
    ended = Signal(object)
    failed = Signal(str)
    device_changed = Signal(str)
    position_changed = Signal(float)
    _told = Signal(object)

    def __init__(
        self, find_devices: Callable[[], OutputDevices] = PortAudioDevices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)  # the player tells from its own thread
        self._player = Player(self._told.emit, find_devices)
        self._throttle = Throttle(_LEAST_INTERVAL_MS, self)
        self._waiting: Passage | None = None  # asked for, but not yet handed to the player
        self._is_followed = True
        self._clock = QTimer(self)
        self._clock.setInterval(_POSITION_INTERVAL_MS)
        self._clock.timeout.connect(self._emit_position)

    # --- what is wanted -----------------------------------------------------------------------------------------------

    def play(self, path: Path, start_s: float = 0.0, region: Region | None = None, loop: bool = False) -> None:
        """From `start_s` to the end of the file or of the region, or round and round in the region."""
        self._waiting = Passage(path, start_s, region, loop)
        self._throttle.call(self._hand_over)
        self.started.emit(path)

    def toggle(self) -> bool:
        """Pause, or go on; False if there is nothing to go on with."""
        if self.path is None:
            return False
        if self.is_playing:
            self._hand_over()
            self._player.pause()
            self.paused.emit()
        else:
            self._player.resume()
            self.started.emit(self.path)
        self._follow()
        return True

    def stop(self) -> None:
        """The position returns to where it began."""
        was_there = self.path is not None
        self._drop_waiting()
        self._player.stop()
        self._follow()
        if was_there:
            self.stopped.emit()
        self._emit_position()

    def seek(self, moment_s: float) -> None:
        """Nothing if nothing plays or is paused."""
        if self._waiting:
            self._waiting = replace(self._waiting, start_s=max(0.0, moment_s))
        else:
            self._player.seek(moment_s)
        self._emit_position()

    def set_region(self, region: Region | None, loop: bool = False) -> None:
        """From now on end with this region or stay in it; with None play on to the end of the file."""
        if self._waiting:
            self._waiting = replace(self._waiting, region=region, loop=loop)
        else:
            self._player.set_region(region, loop=loop)

    def set_gain_db(self, gain_db: float) -> None:
        """-60 and less is silence."""
        self._player.set_gain_db(gain_db if gain_db > QUIETEST_DB else -math.inf)

    def set_speed(self, speed: float) -> None:
        """0.25 to 2."""
        self._player.set_speed(speed)

    def set_level_matching(self, wanted: bool) -> None:
        self._player.set_level_matching(wanted)

    def choose_device(self, name: str | None) -> None:
        """None for the system's own."""
        self._player.choose_device(name)

    def refresh_devices(self) -> None:
        self._player.refresh_devices()

    def set_followed(self, is_followed: bool) -> None:
        """Whether anybody looks at the position."""
        self._is_followed = is_followed
        self._follow()

    def close(self) -> None:
        """Fall silent for good."""
        self._drop_waiting()
        self._clock.stop()
        self._player.close()

    # --- what is ------------------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path | None:
        """What plays, is paused, or is about to play."""
        return self._waiting.path if self._waiting else self._player.path

    @property
    def is_playing(self) -> bool:
        return self._waiting is not None or self._player.is_playing

    @property
    def position_s(self) -> float:
        return self._waiting.begins_s if self._waiting else self._player.position_s

    @property
    def device_names(self) -> list[str]:
        return self._player.device_names

    @property
    def reason_for_silence(self) -> str:
        """One sentence if nothing can be heard, else empty."""
        return self._player.reason_for_silence

    # ------------------------------------------------------------------------------------------------------------------

    def _hand_over(self) -> None:
        if self._waiting is None:
            return
        passage = self._waiting
        self._drop_waiting()
        self._player.play(passage.path, passage.start_s, passage.region, loop=passage.loop)
        self._follow()

    def _drop_waiting(self) -> None:
        self._throttle.cancel()
        self._waiting = None

    def _follow(self) -> None:
        if self.is_playing and self._is_followed:
            self._clock.start()
        else:
            self._clock.stop()

    @Slot()
    def _emit_position(self) -> None:
        self.position_changed.emit(self.position_s)

    @Slot(object)
    def _tell(self, news: News) -> None:
        if news.kind is NewsKind.DEVICE:
            self.device_changed.emit(news.sentence)
            return
        if self.path is not None:
            return  # something else was asked for before this arrived
        self._follow()
        self._emit_position()
        if news.kind is NewsKind.ENDED:
            self.ended.emit(news.path)
        else:
            self.failed.emit(news.sentence)
