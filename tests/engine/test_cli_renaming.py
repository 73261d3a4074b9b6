"""`earmark rename`: new names are shown first, given when told to, and taken back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import cli
from engine.library import Library
from engine.library_rows import FileStat
from engine.scanning import find_changes
from tests.indexed_files import store

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run_command(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main(["rename", *map(str, arguments), "--library", str(tmp_path / "library")])
        return (code, *capsys.readouterr())

    return run_command


@pytest.fixture
def tapes(tmp_path: Path, sounds: Path) -> Path:
    """tape 1.wav with a tag that names a category, and tape 2.wav without."""
    with Library(tmp_path / "library") as library:
        root = library.add_root(sounds)
        for name in ("tape 1.wav", "tape 2.wav"):
            (sounds / name).write_bytes(name.encode())
            file_id = store(library, root, name, stat=FileStat.of(os.stat(sounds / name)))
        library.add_tag([file_id - 1], "rain metal")
    return sounds


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_without_yes_the_names_are_only_shown(run: Run, tapes: Path):
    code, out, err = run(tapes, "--creator", "EM")
    assert (code, err) == (0, "Nothing was renamed: with --yes it is.\n")
    assert out.splitlines() == [
        f"{tapes / 'tape 1.wav'} -> RAINMetl_tape 1_EM.wav",
        f"{tapes / 'tape 2.wav'} -> tape 2.wav  (no category)",
    ]
    assert run(tapes, "--dry-run")[2] == ""
    assert names(tapes) == ["tape 1.wav", "tape 2.wav"]


def test_given_and_taken_back(run: Run, tapes: Path, tmp_path: Path):
    code, out, _ = run(tapes, "--cat", "RAINMetl", "--yes")
    assert (code, out.splitlines()[-1]) == (0, "2 files renamed.")
    assert names(tapes) == ["RAINMetl_tape 1.wav", "RAINMetl_tape 2.wav"]
    with Library(tmp_path / "library") as library:
        assert find_changes(library, library.roots()[0]).unchanged == 2
    assert run("--undo")[:2] == (0, "2 files have their former names again.\n")
    assert names(tapes) == ["tape 1.wav", "tape 2.wav"]
    code, _, err = run("--undo")
    assert (code, err) == (1, "No names were given that could be taken back.\n")


def test_all_blocks_for_one_file(run: Run, tapes: Path):
    blocks = ("--cat", "RAINMetl", "--fx-name", "Tin roof", "--creator", "EM", "--source", "Alps")
    more = ("--user-category", "Night", "--vendor-category", "Close", "--user-data", "take 3")
    _, out, _ = run(tapes / "tape 1.wav", *blocks, *more, "--json")
    (told,) = map(json.loads, out.splitlines())
    assert told["new"] == str(tapes / "RAINMetl-Night_Close-Tin roof_EM_Alps_take 3.wav")


def test_files_that_the_library_does_not_know(run: Run, tapes: Path):
    (tapes / "new.wav").write_bytes(b"new")
    code, out, _ = run(tapes / "new.wav", tapes / "tape 1.wav", "--yes")
    assert code == 1
    assert f"{tapes / 'new.wav'}: the library does not know it" in out
    assert names(tapes) == ["RAINMetl_tape 1.wav", "new.wav", "tape 2.wav"]


@pytest.mark.parametrize(
    "wrong",
    [(), ("a.wav", "--undo"), ("--undo", "--dry-run"), ("a.wav", "--yes", "--dry-run"), ("a.wav", "--cat", "Rain")],
)
def test_wrong_usage(run: Run, tapes: Path, wrong: tuple[str, ...]):
    assert run(*wrong)[0] == 2
    assert names(tapes) == ["tape 1.wav", "tape 2.wav"]
