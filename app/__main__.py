"""The command `earmark`: without arguments it is to open the window, with arguments it is the command line."""

from __future__ import annotations

import sys

NO_WINDOW = (
    "Earmark has no window yet: index a folder with `earmark index FOLDER`, then ask with `earmark search QUERY`."
)


def main() -> int:
    """Run Earmark and return its exit code; without arguments that is 1 and a sentence, as there is no window yet."""
    if len(sys.argv) < 2:
        sys.exit(NO_WINDOW)
    from engine import cli  # not above: what opens the window must not wait for a network to be imported

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
