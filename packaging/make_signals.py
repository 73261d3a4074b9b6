"""Make the plain signals that no recording teaches: silence, noise of several colours, hum, tones and sweeps.

    python packaging/make_signals.py FOLDER

writes FOLDER/signals.csv, a manifest for `earmark-train run --more`, and its sounds. They are ours (CC0).
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from trainer.manifest import COLUMNS

RATE_HZ = 32_000
NOISES = {"white": 0.0, "pink": -1.0, "brown": -2.0, "blue": 1.0}  # the slope of the power over frequency


def signals(random: np.random.Generator) -> Iterator[tuple[str, str, np.ndarray]]:
    """(label, caption, waveform) of every signal."""
    for level_db in (-120.0, -100.0, -90.0, -80.0, -75.0):
        for seconds in (1.0, 4.0, 12.0):
            yield "silence", "silence", _coloured(random, 0.0, seconds) * 10.0 ** (level_db / 20.0)
    for colour, slope in NOISES.items():
        for level_db in (-50.0, -35.0, -25.0, -15.0):
            for seconds in (0.5, 3.0, 9.0):
                noise = _coloured(random, slope, seconds) * 10.0 ** (level_db / 20.0)
                yield f"{colour} noise", f"steady {colour} noise", noise
    for mains_hz in (50.0, 60.0):
        for partials in (1, 3, 12):
            hum = sum(_tone(mains_hz * n, 6.0) / n for n in range(1, partials + 1))
            yield "mains hum", "electrical hum of the mains", 0.1 * hum
    for hz in (60.0, 220.0, 440.0, 1000.0, 3000.0, 9000.0):
        yield "sine wave", "a steady sine tone", 0.2 * _tone(hz, 4.0)
    for low_hz, high_hz in ((50.0, 12_000.0), (8000.0, 100.0), (300.0, 3000.0)):
        yield "sine sweep", "a sine tone sweeping through frequencies", 0.2 * _sweep(low_hz, high_hz, 6.0)


def _coloured(random: np.random.Generator, slope: float, seconds: float) -> np.ndarray:
    """Noise whose power goes with frequency to the power of `slope`; root mean square 1."""
    spectrum = np.fft.rfft(random.standard_normal(round(seconds * RATE_HZ)))
    hz = np.maximum(np.fft.rfftfreq(round(seconds * RATE_HZ), 1.0 / RATE_HZ), 20.0)
    noise = np.fft.irfft(spectrum * hz ** (slope / 2.0))
    return np.asarray(noise / np.sqrt(np.mean(np.square(noise))))


def _tone(hz: float, seconds: float) -> np.ndarray:
    return np.sin(2.0 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


def _sweep(from_hz: float, to_hz: float, seconds: float) -> np.ndarray:
    hz = np.geomspace(from_hz, to_hz, round(seconds * RATE_HZ))
    return np.asarray(np.sin(2.0 * np.pi * np.cumsum(hz) / RATE_HZ))


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (label, caption, y) in enumerate(signals(np.random.default_rng(1))):
        name = f"{label.replace(' ', '-')}-{number}.flac"
        soundfile.write(folder / name, np.clip(y, -1.0, 1.0), RATE_HZ, subtype="PCM_24")
        rows.append((name, "earmark-signals", name, label, caption, round(len(y) / RATE_HZ, 3), "CC0"))
    with (folder / "signals.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
