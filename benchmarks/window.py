"""How soon the window is there, and whether it ever keeps anybody waiting, beside what was promised.

    python benchmarks/window.py [--starts N] [--files N] [--many N] [--sounds N] [--cache FOLDER] [--only PART ...]

The window is the real one, with its services, its network and its library, on a screen that nobody sees; each part runs
in a process of its own, as somebody starts it. Libraries are made of names alone, once, and stay in the cache folder:
half a million files take some minutes. Sounds to be indexed are variations of those that come with Earmark. The device
is one that asks for samples every 5 ms, like a sound card, and notes when it first gets some.

Times of a start are from the start of the process, with all files in the system's cache, beside those of a bare window
that PySide6 shows, measured in turn with them. A gap is the time between two ticks of a timer of 5 ms in the thread of
the window; on a machine with few cores part of it is other processes', so what that thread itself was busy for stands
beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.window_parts.synthetic_library import synthetic_library
from engine.paths import demo_sounds_folder

PARTS_FOLDER = Path(__file__).with_name("window_parts")
ROOT = PARTS_FOLDER.parent.parent
HEAVY = {"torch", "transformers", "hnswlib"}
AT_MOST_S = 1800  # for one process


def main() -> None:
    options = _parse_arguments()
    print(f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}", end=", ")
    print(", ".join(f"{name} {version(name)}" for name in ("PySide6_Essentials", "numpy", "torch", "earmark")))
    missed = 0
    for name in options.only:
        print(f"\n{name}: {PARTS[name].__doc__}", flush=True)
        print(f"  {'':46}{'median':>9}{'95 %':>9}{'most':>9}{'of':>7}   target")
        missed += sum(not row.show() for row in PARTS[name](options))
    print(f"\n{missed} targets missed" if missed else "\nevery target was met")


class Row:
    """One line of the table: many values of one kind, whose median, 95th percentile or most is limited."""

    def __init__(self, name: str, values: Sequence[float] | np.ndarray, unit: str = "ms", **targets: float) -> None:
        """targets : the most that `median`, `p95` or `most` may be"""
        self._name = name
        self._values = values
        self._unit = unit
        self._targets = targets

    def show(self) -> bool:
        """Whether every target was met."""
        values = np.asarray(self._values)
        found = {"median": np.median(values), "p95": np.percentile(values, 95), "most": values.max()}
        missed = [what for what, most in self._targets.items() if found[what] >= most]
        target = ", ".join(f"{what} < {most:g} {self._unit}" for what, most in self._targets.items())
        print(f"  {self._name:46}" + "".join(f"{value:>9.{_digits(value)}f}" for value in found.values()), end="")
        print(f"{len(values):>7}   {target}{'  MISSED' if missed else ''}", flush=True)
        return not missed


def _digits(value: float) -> int:
    return 3 if value < 1 else 2 if value < 10 else 1 if value < 1000 else 0


# --- parts ------------------------------------------------------------------------------------------------------------


def measure_start(options: argparse.Namespace) -> list[Row]:
    """from the start of the process to its window, and to the rows that say a word typed at once; in seconds"""
    library = synthetic_library(options.cache, options.files)
    paints, answers, bare = [], [], []
    for number in range(options.starts + 1):
        started, (bare_at,) = time.monotonic(), run_part("bare_window.py")
        bare_s = bare_at - started
        started = time.monotonic()
        (seen,) = run_part("first_paint.py", "gui", "--library", library)
        if number:  # the first one warms the caches
            bare.append(bare_s)
            paints.append(seen["paint"] - started)
            answers.append(seen["answer"] - started)
    files = f"{options.files:,} files"
    return [
        Row("a bare window of PySide6", bare, "s"),
        Row(f"first paint, {files}", paints, "s", median=1.0),
        Row("the same, times that of a bare window", [a / b for a, b in zip(paints, bare, strict=True)], "times"),
        Row(f"first rows that say the word, {files}", answers, "s", median=1.2),
        Row("the same, times a bare window", [a / b for a, b in zip(answers, bare, strict=True)], "times"),
    ]


def measure_session(options: argparse.Namespace) -> list[Row]:
    """a folder is indexed, searched and listened to; in milliseconds"""
    with tempfile.TemporaryDirectory() as folder:
        sounds = write_variations(Path(folder) / "sounds", options.sounds)
        library = Path(folder) / "library"
        (said,) = run_part("working_session.py", sounds, "gui", "--library", library)
    gaps = np.asarray(said["indexing_gaps_ms"])
    loaded = HEAVY.intersection(said["modules"])
    print(f"  {options.sounds} sounds indexed in {gaps[:, 0].sum() / 1000:.0f} s")
    print(
        f"  {len(said['modules'])} modules in the window's process; of {', '.join(sorted(HEAVY))}: {loaded or 'none'}"
    )
    return [
        Row("gaps of the event loop while indexing runs", gaps[:, 0], most=100.0),
        Row("of which its thread was busy", gaps[:, 1]),
        Row("from a selection to its first block of sound", said["selection_to_sound_ms"], p95=60.0),
        Row("heavy modules in the window's process", [float(len(loaded))], "", most=1),
    ]


def measure_big_library(options: argparse.Namespace) -> list[Row]:
    """scrolling through everything, and rows for what was typed; in milliseconds"""
    library = synthetic_library(options.cache, options.many)
    (said,) = run_part("big_library.py", "gui", "--library", library)
    rows = [Row(f"from a query to its rows, {said['files']:,} files", said["answers_ms"], p95=50.0)]
    for way in ("paging", "dragging"):
        frames = said[way]
        rows.append(Row(f"to paint a frame while {way}", frames["ms"], p95=1000 / 60))
        unfinished = frames["unfinished"] / len(frames["ms"])
        print(f"  {way}: {unfinished:.0%} of the paints showed rows that were not loaded yet")
    return rows


PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "start": measure_start,
    "session": measure_session,
    "big-library": measure_big_library,
}


# --- what they need ---------------------------------------------------------------------------------------------------


def run_part(script: str, *arguments: str | Path) -> list[Any]:
    """Run one of the children, with settings of its own; returns what it said, each line as the JSON that it is."""
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.run(
            [sys.executable, PARTS_FOLDER / script, *arguments],
            cwd=ROOT,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "EARMARK_SETTINGS": f"{folder}/settings.json"},
            capture_output=True,
            text=True,
            timeout=AT_MOST_S,
        )
    if child.returncode != 0 or not child.stdout:
        sys.exit(f"{script} ended with {child.returncode}:\n{child.stderr}")
    return [json.loads(line) for line in child.stdout.splitlines()]


def write_variations(folder: Path, count: int) -> Path:
    """Sounds that differ: those that come with Earmark, again and again at other levels, and never silent."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    sources = sorted(path for path in demo_sounds_folder().iterdir() if path.suffix in {".flac", ".wav", ".ogg"})
    for number in range(count):
        take, source = number // len(sources) + 1, sources[number % len(sources)]
        sound, rate_hz = soundfile.read(source, dtype="float32")
        noisy = sound * 0.95**take + rng.uniform(-1e-3, 1e-3, sound.shape)
        soundfile.write(folder / f"{source.stem} take {take}.flac", noisy, rate_hz)
    return folder


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--files", type=int, default=100_000, help="in the library that is started with (100000)")
    parser.add_argument(
        "--many", type=int, default=500_000, help="in the library that is scrolled and searched (500000)"
    )
    parser.add_argument("--sounds", type=int, default=300, help="that are indexed (300)")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "window_benchmark")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help="|".join(PARTS))
    return parser.parse_args()


if __name__ == "__main__":
    main()
