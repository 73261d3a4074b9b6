"""Whether the program always ends as it should: closed at any moment, in any state, with nothing left of it.

    python benchmarks/exits.py [--exits N] [--seed N] [--only STATE ...]

Each exit is a process of its own, with its services, its network and a library of sounds, on a screen that nobody sees:
it is brought into a state, closed by its window, its key or a signal, and looked at. It must end with code 0, say
nothing on stderr, leave no process behind, and be gone within 3 s of being closed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings, save
from benchmarks.window_parts.leaving import STATES, prepared
from engine.paths import demo_sounds_folder
from tests.driven_programs import Program

SCRIPT = Path(__file__).with_name("window_parts") / "leaving.py"
WITHIN_S = 3.0
COPIES = 8  # of each of the sounds that are being indexed


@dataclass(frozen=True)
class Exit:
    """How one process ended.

    took_s : from the beginning of its close to the end of its last process
    left : processes that were still there after `WITHIN_S`
    """

    state: str
    seed: int
    code: int
    took_s: float
    left: list[int]
    complaints: list[str]

    @property
    def is_clean(self) -> bool:
        """However long it took."""
        return self.code == 0 and not self.left and not self.complaints

    def __str__(self) -> str:
        faults = [f"code {self.code}"] * (self.code != 0) + [f"left {self.left}"] * bool(self.left) + self.complaints
        return f"{self.state:22}{self.seed:>6}{self.took_s:>8.2f} s  {'clean' if self.is_clean else ' | '.join(faults)}"


def main() -> int:
    options = _parse_arguments()
    states = [options.only[number % len(options.only)] for number in range(options.exits)]
    exits = []
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder))
        for number, state in enumerate(states, start=options.seed):
            exits.append(room.leave(state, number))
            print(f"  {exits[-1]}", flush=True)
    took_s = [each.took_s for each in exits]
    clean = sum(each.is_clean and each.took_s < WITHIN_S for each in exits)
    print(
        f"\n{clean} of {len(exits)} exits were clean and in time; from close to end"
        f" {statistics.median(took_s):.2f} s in the median, {max(took_s):.2f} s at most (target: {WITHIN_S:g} s)"
    )
    return 0 if clean == len(exits) else 1


class Room:
    """Where exits happen: a library that is like new for each, and sounds that it does not know yet."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self._folder = folder
        self._settings = settings or Settings()
        self._sounds = folder / "more sounds"
        self._sounds.mkdir()
        for sound in demo_sounds_folder().glob("*.*"):
            for number in range(COPIES):
                shutil.copy(sound, self._sounds / f"{number} {sound.name}")
        self._prepared = folder / "prepared"
        first = self._run(prepared.__name__, 0, self._prepared)
        if not first.is_clean:
            sys.exit(f"no library could be made: {first}")

    def leave(self, state: str, seed: int) -> Exit:
        library = self._folder / f"{state}-{seed}"
        shutil.copytree(self._prepared, library)
        return self._run(state, seed, library)

    def _run(self, state: str, seed: int, library: Path) -> Exit:
        settings_path = self._folder / f"settings-{seed}.json"
        save(self._settings, settings_path)
        program = Program(
            *(SCRIPT, state, str(seed), "gui", "--library", library),
            settings=settings_path,
            environment={"EARMARK_MORE_SOUNDS": os.fspath(self._sounds)},
        )
        try:
            closing_at = float(program.await_line("closing").split()[1])
            code = program.end(10 * WITHIN_S)
            left = program.left_after(closing_at + WITHIN_S - time.monotonic())
            return Exit(state, seed, code, time.monotonic() - closing_at, left, program.complaints())
        finally:
            program.kill()


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exits", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1, help="of the first; each state is another one each time (1)")
    parser.add_argument(
        "--only", nargs="+", choices=STATES, default=list(STATES), metavar="STATE", help="|".join(STATES)
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
