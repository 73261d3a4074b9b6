"""What the commands share that work on many sounds."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
import typer

from engine.cli_files import leave, named_files, tell, work
from engine.errors import Failure, NotInLibrary
from engine.library import Library
from tests.indexed_files import store

BAD = Failure(Path("/sounds/bad\n.wav"), "it is damaged")


def test_files_and_folders_each_once(library: Library, sounds: Path):
    (sounds / "wet").mkdir()
    root = library.add_root(sounds)
    dog, rain = store(library, root, "dog.wav"), store(library, root, "wet/rain.wav")
    ids, unknown = named_files(library, [sounds / "wet", sounds / "dog.wav", sounds, sounds / "no.wav"])
    assert ids == [rain, dog]
    assert unknown == [Failure(sounds / "no.wav", "the library does not know it")]


def test_a_folder_that_is_not_watched(library: Library, sounds: Path, tmp_path: Path):
    library.add_root(sounds)
    with pytest.raises(NotInLibrary, match="lies in no folder that Earmark watches"):
        named_files(library, [tmp_path])


def test_the_first_interruption_ends_it_between_two_files():
    with work() as go_on:
        assert go_on(0, 3)
        signal.raise_signal(signal.SIGINT)
        assert not go_on(1, 3)


def test_failures_are_told_safely(capsys: pytest.CaptureFixture[str]):
    tell("1 file written.", {"files": 1}, False, [BAD])
    assert capsys.readouterr().out.splitlines() == [
        "1 file written.",
        "1 file could not be done, and stays as it is:",
        "  /sounds/bad\\n.wav: it is damaged",
    ]
    tell("1 file written.", {"files": 1}, True, [BAD])
    assert capsys.readouterr().out == '{"files": 1}\n'


@pytest.mark.parametrize(("failures", "stopped", "code"), [([BAD], False, 1), ([], True, 130), ([BAD], True, 130)])
def test_exit_codes(failures: list[Failure], stopped: bool, code: int):
    with pytest.raises(typer.Exit) as end:
        leave(failures, stopped)
    assert end.value.exit_code == code
    leave([], False)
