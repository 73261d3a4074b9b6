"""A process that indexes until it is killed; started by test_kill_while_indexing.py.

It imports everything once and then forks a child for every line of its input, a JSON object

    {"library": folder, "sounds": folder, "group_files": files in a transaction, "hasty": acknowledge before the commit}

On its output: "PID <pid>" of the child, "ACK <relative path as JSON>" for every file that is stored, "DONE <embedded>"
if the child came to the end, and "EXIT <status of waitpid>" when it is over.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from engine import indexing
from engine.library import Library
from engine.library_rows import IndexedFile
from tests.tones import make_tone_embedder


class AcknowledgingLibrary(Library):
    def store_indexed(self, batch: Sequence[IndexedFile]) -> None:
        super().store_indexed(batch)
        acknowledge(batch)


class HastyLibrary(Library):
    """The mistake that the test must be able to see."""

    def store_indexed(self, batch: Sequence[IndexedFile]) -> None:
        acknowledge(batch)
        super().store_indexed(batch)


def acknowledge(batch: Sequence[IndexedFile]) -> None:
    say("".join(f"ACK {json.dumps(str(file.relative_path))}\n" for file in batch))


def say(lines: str) -> None:
    os.write(1, lines.encode())  # at once: nothing may wait in a buffer of a process that is killed


def index(task: dict[str, Any]) -> None:
    indexing.GROUP_FILES = task["group_files"]  # small groups have many boundaries to be killed at
    kind = HastyLibrary if task["hasty"] else AcknowledgingLibrary
    with kind(Path(task["library"])) as library:
        report = indexing.index_folders(library, make_tone_embedder(), [Path(task["sounds"])])
    say(f"DONE {report.embedded}\n")


def index_and_exit(task: dict[str, Any]) -> NoReturn:
    """The life of a child: it must not come back to its parent's loop, whatever happens."""
    say(f"PID {os.getpid()}\n")
    try:
        index(task)
    except BaseException:  # noqa: BLE001 - told to the test by the exit status
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    for line in sys.stdin:
        task = json.loads(line)
        child = os.fork()
        if child == 0:
            index_and_exit(task)
        _, status = os.waitpid(child, 0)
        say(f"EXIT {status}\n")
    os._exit(0)  # taking torch down properly would take seconds


if __name__ == "__main__":
    main()
