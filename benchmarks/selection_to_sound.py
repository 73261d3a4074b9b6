"""How long a selected moment takes until its first samples are handed to the sound device.

    python benchmarks/selection_to_sound.py [--seconds N] [--repeats N] [--ask-every-ms N]

Each kind of file is written once, long and without silence, and played from random moments of it. The device stands in
for hardware: like a sound card it asks for a block every few milliseconds, from a thread of its own, and what it gets
is timed. Its own period is therefore part of every figure. The target is a median under 60 ms.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from app.playing.audio_devices import Render
from app.playing.player import News, NewsKind, Player

RATE_HZ = 44_100
DEVICE_RATE_HZ = 48_000
KINDS = {"wav": "PCM_24", "flac": "PCM_24", "mp3": "MPEG_LAYER_III", "ogg": "VORBIS"}
PATIENCE_S = 60.0


def main() -> None:
    options = _parse_arguments()
    print(f"{options.seconds:,} s of sound in each file, {options.repeats} random moments, ms to the first block\n")
    print(f"{'':<22}{'median':>8}{'worst':>8}")
    with tempfile.TemporaryDirectory() as folder:
        paths = {kind: write_noise(Path(folder) / f"long.{kind}", options.seconds) for kind in KINDS}
        with playing_on(options.ask_every_ms / 1000) as (player, device):
            for name, path, speed in [*((kind, path, 1.0) for kind, path in paths.items()), ("wav", paths["wav"], 1.5)]:
                player.set_speed(speed)
                report(f"{name} at speed {speed}", measure(player, device, path, options))
            player.set_speed(1.0)
            player.set_level_matching(True)
            report("flac, level matched", measure(player, device, paths["flac"], options))


def report(name: str, took_ms: list[float]) -> None:
    print(f"{name:<22}{statistics.median(took_ms):>8.1f}{max(took_ms):>8.1f}", flush=True)


class AskingDevice:
    """Asks for a block at a steady pace and notes when it first got sound."""

    name, rate_hz, channels = "benchmark", DEVICE_RATE_HZ, 2

    def __init__(self, render: Render, every_s: float) -> None:
        self._render = render
        self._every_s = every_s
        self._block = np.empty((round(every_s * DEVICE_RATE_HZ), 2), np.float32)
        self._running, self._closed = threading.Event(), threading.Event()
        self.sounds = threading.Event()
        self.first_at_s = 0.0
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        while not self._closed.is_set():
            self._running.wait()
            self._render(self._block, time.monotonic())
            if self._block.any() and not self.sounds.is_set():
                self.first_at_s = time.monotonic()
                self.sounds.set()
            time.sleep(self._every_s)

    def start(self) -> None:
        self._running.set()

    def stop(self) -> None:
        self._running.clear()

    def close(self) -> None:
        self._closed.set()
        self._running.set()
        self._thread.join()

    def is_alive(self) -> bool:
        return True

    def now_s(self) -> float:
        return time.monotonic()


class OneDevice:
    """A machine with that device alone."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self.opened = threading.Event()
        self.device: AskingDevice

    def names(self) -> list[str]:
        return [AskingDevice.name]

    def open(self, _name: str | None, render: Render) -> AskingDevice:
        self.device = AskingDevice(render, self._every_s)
        self.opened.set()
        return self.device

    def refresh(self) -> None: ...


@contextmanager
def playing_on(every_s: float) -> Iterator[tuple[Player, AskingDevice]]:
    devices = OneDevice(every_s)
    player = Player(_complain, lambda: devices)
    try:
        player.choose_device(AskingDevice.name)
        devices.opened.wait()
        yield player, devices.device
    finally:
        player.close()


def _complain(news: News) -> None:
    if news.kind is NewsKind.FAILED:
        print(news.sentence)


def measure(player: Player, device: AskingDevice, path: Path, options: argparse.Namespace) -> list[float]:
    moments_s = np.random.default_rng(0).uniform(0, options.seconds - 60, options.repeats + 1)
    took_ms = [first_block_ms(player, device, path, float(moment_s)) for moment_s in moments_s]
    return took_ms[1:]  # the first one warms the file


def first_block_ms(player: Player, device: AskingDevice, path: Path, moment_s: float) -> float:
    player.stop()
    time.sleep(0.03)  # for a block that was on its way
    device.sounds.clear()
    asked_s = time.monotonic()
    player.play(path, moment_s)
    if not device.sounds.wait(PATIENCE_S):
        raise SystemExit(f"{path.name} gave no sound within {PATIENCE_S:.0f} s")
    return (device.first_at_s - asked_s) * 1000


def write_noise(path: Path, seconds: int) -> Path:
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, (10 * RATE_HZ, 2)).astype(np.float32)
    kind = path.suffix[1:].upper()
    # RF64: ten hours do not fit the sizes of an ordinary WAV
    container = {"WAV": "RF64"}.get(kind, kind)
    with soundfile.SoundFile(os.fspath(path), "w", RATE_HZ, 2, KINDS[path.suffix[1:]], format=container) as file:
        for second in range(0, seconds):
            start = second % 10 * RATE_HZ
            for begin in range(start, start + RATE_HZ, 4410):  # libsndfile's Vorbis encoder takes no large blocks
                file.write(noise[begin : begin + 4410])
    return path


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600, help="length of each file; 36000 are ten hours (600)")
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--ask-every-ms", type=float, default=5.0, help="the device's period (5)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
