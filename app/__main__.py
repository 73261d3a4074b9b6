"""The command `earmark`: without arguments it opens the window, with arguments it is the command line."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from pathlib import Path

from engine.paths import user_library_folder


def main() -> int:
    """Run Earmark and return its exit code."""
    multiprocessing.freeze_support()
    if len(sys.argv) < 2 or sys.argv[1] == "gui":
        return _open_window(sys.argv[2:])
    from engine import cli  # not above: a window must not wait for what only the command line needs

    return cli.main()


def _open_window(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="earmark gui", description="Open Earmark's window.")
    parser.add_argument(
        "--library", type=Path, default=user_library_folder(), metavar="DIR", help="the library to open"
    )
    library = parser.parse_args(arguments).library
    from app.application import run

    return run(library.absolute())


if __name__ == "__main__":
    sys.exit(main())
