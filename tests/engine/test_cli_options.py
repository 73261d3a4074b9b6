"""What all commands share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from engine.cli_options import existing_library, interruption, path_argument
from engine.errors import EngineError
from engine.library import INDEX_FILE, Library


def test_an_empty_path_is_not_the_current_folder() -> None:
    with pytest.raises(typer.BadParameter, match="empty"):
        path_argument("")
    assert path_argument("sounds") == Path("sounds")


def test_a_library_that_is_not_there_or_lacks_half_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no complete library"):
        existing_library(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
    Library(tmp_path).close()
    with existing_library(tmp_path) as library:
        assert not library.roots()
    (tmp_path / INDEX_FILE).unlink()
    with pytest.raises(EngineError, match="completes it"):
        existing_library(tmp_path)


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """As a terminal starts a process; one that runs tests may be deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_the_first_interruption_is_remembered_and_the_second_interrupts() -> None:
    with pytest.raises(KeyboardInterrupt), interruption() as is_interrupted:
        assert not is_interrupted()
        signal.raise_signal(signal.SIGINT)
        assert is_interrupted()
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
