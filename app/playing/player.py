"""The player: any moment of any file at once, streamed from disk, on a device that may come and go.

One thread does all that may take time: it opens files and devices, decodes, and watches. Methods only say what is
wanted, newest wins, and return at once. The device's own thread takes samples from a small buffer and never waits.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

import numpy as np

from app.playing.audio_devices import NO_DEVICE, NoSound, OutputDevices, PortAudioDevices
from app.playing.audio_stream import AudioStream, Passage, Region
from app.playing.gain import Gain
from app.playing.level_matching import LevelMatching
from app.playing.output_choice import OutputChoice
from app.playing.varispeed import FASTEST, SLOWEST
from engine.errors import display_path

__all__ = ["News", "NewsKind", "Player", "Region"]

_TICK_S = 0.02  # how often the buffer is filled up while something plays
_REST_AFTER_S = 2.0  # how long a silent device is kept running
_LOOK_AGAIN_S = 5.0  # how often a missed device is looked for, in silence
_CLOSE_WITHIN_S = 2.0


class NewsKind(Enum):
    ENDED = auto()  # the file or the region was heard to its end
    FAILED = auto()  # it cannot be played, or no further
    DEVICE = auto()  # sound goes somewhere else, or nowhere, from now on


@dataclass(frozen=True)
class News:
    """What happened, in one sentence for the user; `path` is the file, if it is about one."""

    kind: NewsKind
    sentence: str
    path: Path | None = None


class Player:
    """Plays one passage at a time.

    on_news : called in the player's thread; it must not wait
    find_devices : called in the player's thread; raises NoSound if nothing can ever be heard
    """

    def __init__(
        self, on_news: Callable[[News], None], find_devices: Callable[[], OutputDevices] = PortAudioDevices
    ) -> None:
        self._on_news = on_news
        self._find_devices = find_devices
        self._changed = threading.Condition()
        # what is wanted; written under the condition's lock
        self._passage: Passage | None = None
        self._order: Passage | None = None  # a passage that does not play yet
        self._go_on = False  # the order goes on where the stream is
        self._paused = False
        self._closing = False
        self._device_order: Callable[[OutputChoice], None] | None = None
        self._speed = 1.0
        self._gain = Gain()
        self._is_matching = False
        # what is
        self._stream: AudioStream | None = None
        self._output: OutputChoice | None = None
        self._now_s: Callable[[], float] = time.monotonic
        self._resting_at_s = 0.0
        self._matching: tuple[Path, LevelMatching] | None = None
        self._reason_for_silence = ""
        self._device_names: list[str] = []
        self._opened: AudioStream | None = None
        self._quiet_since_s = time.monotonic()
        self._lost_at_s = -math.inf
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)
        self._thread.start()

    # --- what is wanted: any thread, returns at once ------------------------------------------------------------------

    def play(self, path: Path, start_s: float = 0.0, region: Region | None = None, *, loop: bool = False) -> None:
        """Play from `start_s` to the end of the file or of the region, or round and round in the region.

        What played before falls silent. A start at or after the end of the region begins with the region.
        """
        passage = Passage(path, start_s, region, loop)
        with self._changed:
            self._stream = None
            self._paused = False
            self._want(passage)

    def pause(self) -> None:
        """Fall silent and keep the position."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Go on with the very next sample."""
        with self._changed:
            self._paused = False
            self._changed.notify()

    def stop(self) -> None:
        """Fall silent; the position returns to where it began."""
        with self._changed:
            self._resting_at_s = self._passage.begins_s if self._passage else self._resting_at_s
            self._passage = self._order = self._stream = None
            self._paused = False
            self._changed.notify()

    def seek(self, moment_s: float) -> None:
        """Go on from another moment, playing or paused as before; nothing if nothing plays."""
        with self._changed:
            if self._passage is not None:
                self._want(replace(self._passage, start_s=max(0.0, moment_s)))

    def set_region(self, region: Region | None, *, loop: bool = False) -> None:
        """From now on end with this region or stay in it, or with None play on to the end of the file."""
        with self._changed:
            if self._passage is not None:
                self._want(replace(self._passage, region=region, loop=loop), go_on=self._order is None or self._go_on)

    def set_gain_db(self, gain_db: float) -> None:
        """0 plays samples as they are in the file; -inf is silence."""
        self._gain.set_db(gain_db)

    def set_speed(self, speed: float) -> None:
        """0.25 to 2 times as fast, the pitch follows; heard after what is buffered, 0.4 s."""
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"{speed=} must be {SLOWEST} to {FASTEST}")
        self._speed = speed

    def set_level_matching(self, wanted: bool) -> None:
        """Play loud sounds as quiet as -23 LUFS, see `level_matching`; quiet ones stay as they are."""
        with self._changed:
            if wanted != self._is_matching and self._passage is not None:
                self._want(replace(self._passage), go_on=self._order is None or self._go_on)
            self._is_matching = wanted

    def choose_device(self, name: str | None) -> None:
        """Play on the device of this name from now on, None for the system's own."""
        self._order_of_devices(lambda output: output.choose(name))

    def refresh_devices(self) -> None:
        """Read anew which devices there are; what plays is interrupted for a moment."""
        self._order_of_devices(OutputChoice.look_again)

    def close(self) -> None:
        """Fall silent and end the thread; waits for it, but not for a disk or device that hangs."""
        with self._changed:
            self._closing = True
            self._stream = None
            self._changed.notify()
        self._thread.join(_CLOSE_WITHIN_S)

    def _want(self, passage: Passage, *, go_on: bool = False) -> None:
        self._passage = self._order = passage
        self._go_on = go_on
        self._changed.notify()

    def _order_of_devices(self, order: Callable[[OutputChoice], None]) -> None:
        with self._changed:
            self._device_order = order
            self._changed.notify()

    # --- what is ------------------------------------------------------------------------------------------------------

    @property
    def available(self) -> bool:
        """False once it is known that nothing can be heard; `reason_for_silence` says why in one sentence."""
        return not self._reason_for_silence

    @property
    def reason_for_silence(self) -> str:
        return self._reason_for_silence

    @property
    def device_names(self) -> list[str]:
        """The devices known when the list was last read."""
        return self._device_names

    @property
    def path(self) -> Path | None:
        """The file that plays, is paused, or is about to play."""
        passage = self._passage
        return passage.path if passage else None

    @property
    def is_playing(self) -> bool:
        return self._passage is not None and not self._paused

    @property
    def position_s(self) -> float:
        """The moment of the file that is heard now, or where it stopped."""
        with self._changed:
            if self._order is not None and not self._go_on:
                return self._order.begins_s
            stream = self._stream
            return self._resting_at_s if stream is None else stream.position_s(self._now_s())

    # --- the device's thread ------------------------------------------------------------------------------------------

    def _render(self, out: np.ndarray, heard_at_s: float) -> None:
        stream = self._stream
        if stream is None or self._paused:
            out.fill(0.0)
            self._gain.settle()
            return
        stream.take(out, heard_at_s)
        self._gain.apply(out)

    # --- the player's thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._output = OutputChoice(self._find_devices(), self._render, self._tell_of_device)
            self._read_names()
        except NoSound as error:
            self._fall_silent(str(error))
        while self._wait():
            self._follow_device_order()
            self._follow_order()
            self._keep_playing()
            self._look_after_device()
        self._close_opened()
        if self._output is not None:
            self._output.close()

    def _wait(self) -> bool:
        """Until there is something to do; False if that is to end."""
        with self._changed:
            if not (self._closing or self._order or self._device_order):
                self._changed.wait(self._patience_s())
            return not self._closing

    def _patience_s(self) -> float | None:
        if self._stream is not None and not self._paused:
            return _TICK_S
        if self._output is None:
            return None
        if self._output.is_running:
            return _REST_AFTER_S
        return _LOOK_AGAIN_S if self._output.is_missed else None

    def _follow_device_order(self) -> None:
        with self._changed:
            order, self._device_order = self._device_order, None
        if order is None:
            return
        if self._output is None:
            self._fall_silent(self._reason_for_silence)
            return
        self._use_devices(self._output, order)

    def _follow_order(self) -> None:
        with self._changed:
            order, before = self._order, self._stream if self._go_on else None
        if order is None:
            return
        passage = order if before is None else replace(order, start_s=before.next_s())
        try:
            stream = self._begun(passage)
        except NoSound as error:
            self._reason_for_silence = str(error)
            self._end(News(NewsKind.FAILED, str(error), order.path), passage.begins_s, order=order)
            return
        self._close_opened()
        self._opened = stream
        with self._changed:
            if self._order is order:
                self._stream, self._order = stream, None

    def _close_opened(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened = None

    def _begun(self, passage: Passage) -> AudioStream:
        """The passage with its first block decoded, for the device as it is now."""
        if self._output is None:
            raise NoSound(self._reason_for_silence)
        device = self._output.ready()
        if not self._output.is_running:
            self._gain.settle()  # the device's thread cannot while it rests
        self._reason_for_silence = ""
        self._now_s = device.now_s
        matching = self._matching_of(passage.path) if self._is_matching else None
        stream = AudioStream(passage, device.rate_hz, device.channels, lambda: self._speed, matching)
        stream.pump()
        return stream

    def _matching_of(self, path: Path) -> LevelMatching:
        if self._matching is None or self._matching[0] != path:
            self._matching = (path, LevelMatching())
        return self._matching[1]

    def _keep_playing(self) -> None:
        stream = self._stream
        if self._opened is not stream:
            self._close_opened()
        if stream is None or self._output is None:
            return
        if not self._paused:
            try:
                self._output.start()
            except NoSound:
                self._lose(self._output)
                return
        while stream is self._stream and self._order is None and stream.pump():
            pass
        if stream.is_over(self._now_s()):
            self._end_stream(stream, _last_news_of(stream))

    def _end_stream(self, stream: AudioStream, news: News) -> None:
        if stream is self._stream:
            self._end(news, stream.position_s(self._now_s()), order=None)

    def _end(self, news: News, resting_at_s: float, *, order: Passage | None) -> None:
        """Nothing plays any more, unless something else was ordered meanwhile."""
        with self._changed:
            if self._order is not order:
                return
            self._passage = self._order = self._stream = None
            self._resting_at_s = resting_at_s
        self._on_news(news)

    # --- the device comes and goes ------------------------------------------------------------------------------------

    def _look_after_device(self) -> None:
        output, now_s = self._output, time.monotonic()
        if output is None:
            return
        if self._stream is not None and not self._paused:
            self._quiet_since_s = now_s
            if output.is_dead():
                self._lose(output)
        elif output.is_running:
            if now_s - self._quiet_since_s >= _REST_AFTER_S:
                output.rest()
        elif output.is_missed and now_s - self._quiet_since_s >= _LOOK_AGAIN_S:
            self._quiet_since_s = now_s
            self._use_devices(output, OutputChoice.look_again)

    def _lose(self, output: OutputChoice) -> None:
        """The device was unplugged, or hangs: go on elsewhere, but not for ever."""
        now_s, stream = time.monotonic(), self._stream
        if stream is not None and now_s - self._lost_at_s < _LOOK_AGAIN_S:
            sentence = "The sound device stopped by itself again; choose another one."
            self._end_stream(stream, News(NewsKind.FAILED, sentence, stream.passage.path))
        self._lost_at_s = now_s
        self._use_devices(output, OutputChoice.look_again)

    def _use_devices(self, output: OutputChoice, order: Callable[[OutputChoice], None]) -> None:
        """Do something that closes the device, and go on with the one that is there then."""
        try:
            order(output)
            self._read_names()
            output.ready()
        except NoSound as error:
            self._fall_silent(str(error))
        with self._changed:
            if self._stream is not None and self._order is None and self._passage is not None:
                self._want(replace(self._passage), go_on=True)

    def _read_names(self) -> None:
        self._device_names = self._output.names() if self._output is not None else []
        if self._device_names:
            self._reason_for_silence = ""
        else:
            self._fall_silent(NO_DEVICE)

    def _fall_silent(self, sentence: str) -> None:
        self._reason_for_silence = sentence
        self._tell_of_device(sentence)

    def _tell_of_device(self, sentence: str) -> None:
        self._on_news(News(NewsKind.DEVICE, sentence))


def _last_news_of(stream: AudioStream) -> News:
    path = stream.passage.path
    if stream.error is not None:
        return News(NewsKind.FAILED, str(stream.error), path)
    return News(NewsKind.ENDED, f"{display_path(path.name)} was played to its end.", path)
