"""`earmark-train`: the commands that make a network and measure it.

Answers go to standard output; progress and errors go to standard error. Exit codes are those of `earmark`: 0 done,
1 it could not be done and one sentence says why, 2 wrong usage.

What needs a network is imported by the command that needs it, because PyTorch takes seconds to load, and so that a
missing package can be named. The commands are in `cli_*.py`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import typer

from engine.cli_output import FAILED, answer, say
from trainer import (
    cli_data,
    cli_distilling,
    cli_evaluation,
    cli_networks,
    cli_personal,
    cli_recipes,
    cli_runs,
    cli_small,
)
from trainer.errors import TrainerError

TRAINING_PACKAGES = {
    "matplotlib",
    "nltk",
    "onnx",
    "pyarrow",
    "scipy",
    "sklearn",
    "tensorboard",
    "textblob",
    "webdataset",
    "yaml",
}  # the extra `train` in pyproject.toml

app = typer.Typer(
    name="earmark-train",
    help="Make the networks that Earmark hears with, and measure them.",
    epilog="Exit codes: 0 done; 1 it could not be done, one sentence says why; 2 wrong usage.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for room in (cli_runs, cli_recipes, cli_small, cli_distilling, cli_evaluation, cli_data, cli_networks, cli_personal):
    room.add_commands(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default that of the process; returns its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    try:
        return answer(app, "earmark-train", arguments)
    except TrainerError as error:
        say(str(error))
    except ModuleNotFoundError as error:
        if error.name not in TRAINING_PACKAGES:
            raise
        say(f"The package {error.name} is missing: pip install 'earmark[train]' brings what training needs.")
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
