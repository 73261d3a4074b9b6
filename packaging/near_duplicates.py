"""Refuse gathered sounds that were heard before: cut, re-coded or louder copies of sounds in other manifests.

    python packaging/near_duplicates.py GATHERED --held-out sounds/dev.csv --train sounds/train.csv

Sounds are compared by how the energy in twelve bands changes within 80 ms. That stays the same when a recording is
coded anew or played louder, and differs between two recordings of the same thing, even of noise. The held-out sounds
are searched at every shift; the sounds for training only at their beginnings, where copies of a file agree. Sounds
under a second are let through: they look like too many others. What is refused leaves the tables and the folder, and
is listed in near_duplicates.csv.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from gather_sounds import Row, join_tables, read_rows, write_rows
from sound_clips import AUDIBLE_DB

FRAME_S = 0.04
WINDOW_FRAMES = 4
BANDS_HZ = np.geomspace(100, 6_000, 13)  # above, codecs make the noise up
FLOOR_DB = -70.0  # re the loudest band and frame: below, energy says nothing
SEARCHED_FRAMES = 250  # of a gathered sound, to be found anywhere in a held-out one
LEAST_FRAMES = 20  # shorter sounds look like others by chance
SAME = 0.7  # correlation from which on two sounds are taken for one recording; by chance short ones reach 0.8, rarely
SAME_BEGINNING = 0.9
BEGINNING_FRAMES = 50
BEGINNING_S = 3.0  # read, as there may be silence first
SHIFTS = range(-2, 3)


def changes(samples: np.ndarray, rate_hz: int) -> np.ndarray:
    """Mono samples -> (frames, bands) float32: the change of level in dB within the last two frames.

    Windows are four frames long, so that a copy cut in the middle of a frame still looks the same.
    """
    hop = round(FRAME_S * rate_hz)
    window = WINDOW_FRAMES * hop
    padded = np.zeros(max(len(samples), window + 3 * hop), dtype=np.float32)
    padded[: len(samples)] = samples
    framed = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    power = np.abs(np.fft.rfft(framed * np.hanning(window).astype(np.float32))) ** 2
    edges = np.searchsorted(np.fft.rfftfreq(window, 1 / rate_hz), BANDS_HZ)
    bands = np.add.reduceat(power, edges[:-1], axis=1)
    level_db = 10 * np.log10(np.maximum(bands, bands.max() * 10 ** (FLOOR_DB / 10) + 1e-12))
    return np.asarray(level_db[2:] - level_db[:-2], dtype=np.float32)


def changes_in(path: Path, at_most_s: float = 60.0) -> np.ndarray:
    """The changes in a mono file, from where it is first heard."""
    with soundfile.SoundFile(path) as file:
        samples, rate_hz = file.read(round(at_most_s * file.samplerate), dtype="float32"), file.samplerate
    heard = np.abs(samples) > np.abs(samples).max(initial=0.0) * 10 ** (AUDIBLE_DB / 20)
    return changes(samples[int(heard.argmax()) if len(heard) else 0 :], int(rate_hz))


@dataclass(frozen=True)
class Match:
    """How like a known sound a gathered one is: a correlation, 1 for the same recording."""

    correlation: float
    known: str


class HeldOut:
    """All held-out sounds one after another, to find a sound in them at any shift."""

    def __init__(self, names: Sequence[str], sounds: Sequence[np.ndarray]) -> None:
        self._names = names
        self._ends = np.cumsum([len(sound) for sound in sounds])
        joined = np.concatenate([*sounds, np.zeros((SEARCHED_FRAMES, sounds[0].shape[1]), dtype=np.float32)])
        self._length = 1 << (len(joined) - 1).bit_length()
        self._spectrum = np.conj(np.fft.rfft(joined.T, self._length))
        self._energy = np.concatenate([[0.0], np.cumsum((joined.astype(np.float64) ** 2).sum(axis=1))])

    def best(self, sound: np.ndarray) -> Match:
        """Where the middle of a sound, at most SEARCHED_FRAMES of it, fits best."""
        start = max(0, (len(sound) - SEARCHED_FRAMES) // 2)
        part = sound[start : start + SEARCHED_FRAMES]
        spectrum = np.fft.rfft(part.T, self._length)
        products = np.fft.irfft((np.conj(spectrum * self._spectrum)).sum(axis=0), self._length)
        shifts = len(self._energy) - len(part)
        energy = self._energy[len(part) :][:shifts] - self._energy[:shifts]
        own = float((part**2).sum())
        # where there is hardly any change, a small likeness must not count as a perfect one
        fits = products[:shifts] / np.sqrt(own * np.maximum(energy, own * 0.1) + 1e-9)
        at = int(fits.argmax())
        return Match(
            float(fits[at]), self._names[min(len(self._names) - 1, int(np.searchsorted(self._ends, at, side="right")))]
        )


class Beginnings:
    """The first BEGINNING_FRAMES of many sounds."""

    def __init__(self, names: Sequence[str], sounds: Sequence[np.ndarray]) -> None:
        self._names = names
        self._lengths = np.array([len(sound) for sound in sounds])
        self._vectors = np.stack([_beginning(sound, 0) for sound in sounds])

    def best(self, sound: np.ndarray) -> Match:
        """The sound with the most similar beginning, of those about as long or both longer than a beginning."""
        vectors = np.stack([_beginning(sound, shift) for shift in SHIFTS])
        alike = (self._vectors @ vectors.T).max(axis=1)
        same_length = np.abs(np.minimum(self._lengths, BEGINNING_FRAMES) - min(len(sound), BEGINNING_FRAMES)) <= 3
        alike = np.where(same_length, alike, -1.0)
        at = int(alike.argmax())
        return Match(float(alike[at]), self._names[at])


def _beginning(sound: np.ndarray, shift: int) -> np.ndarray:
    """(BEGINNING_FRAMES * bands,), of length 1: the first frames, later or earlier by `shift`."""
    frames = np.zeros((BEGINNING_FRAMES, sound.shape[1]), dtype=np.float32)
    taken = sound[max(0, shift) :][: BEGINNING_FRAMES + min(0, shift)]
    frames[max(0, -shift) :][: len(taken)] = taken
    return frames.ravel() / max(1e-6, float(np.linalg.norm(frames)))


def known_sounds(manifest: Path, at_most_s: float) -> tuple[list[str], list[np.ndarray]]:
    """The paths in a manifest, and the changes in each of its sounds."""
    names = [row["path"] for row in read_rows(manifest)]
    return names, [changes_in(manifest.parent / name, at_most_s) for name in names]


def near_duplicates(rows: Sequence[Row], sounds: Path, held_out: HeldOut, train: Beginnings) -> Iterator[Row]:
    """A row of near_duplicates.csv for each gathered sound that was heard before."""
    for row in rows:
        sound = changes_in(sounds / row["path"])
        if len(sound) < LEAST_FRAMES:
            continue
        for match, least in ((held_out.best(sound), SAME), (train.best(sound), SAME_BEGINNING)):
            if match.correlation >= least:
                yield {"path": row["path"], "known": match.known, "correlation": f"{match.correlation:.3f}"}


def forget(gathered: Path, refused: set[str]) -> None:
    """Take sounds out of the tables and the folder."""
    for table in (gathered / "packages").glob("*.csv"):
        rows = read_rows(table)
        if rows and any(row.get("path") in refused for row in rows):
            write_rows(table, tuple(rows[0]), [row for row in rows if row["path"] not in refused])
    join_tables(gathered)
    for path in refused:
        (gathered / "sounds" / path).unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Refuse gathered sounds that were heard before.")
    parser.add_argument("gathered", type=Path)
    parser.add_argument("--held-out", type=Path, required=True, help="manifest of sounds for evaluation")
    parser.add_argument("--train", type=Path, required=True, help="manifest of sounds for training")
    arguments = parser.parse_args()
    rows = read_rows(arguments.gathered / "sounds" / "gathered.csv")
    held_out = HeldOut(*known_sounds(arguments.held_out, 60.0))
    train = Beginnings(*known_sounds(arguments.train, BEGINNING_S))
    refused = list(near_duplicates(rows, arguments.gathered / "sounds", held_out, train))
    write_rows(arguments.gathered / "near_duplicates.csv", ("path", "known", "correlation"), refused)
    forget(arguments.gathered, {row["path"] for row in refused})
    print(f"{len(refused)} refused")


if __name__ == "__main__":
    main()
