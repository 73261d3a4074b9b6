from __future__ import annotations

from pathlib import Path

import pytest
import typer

from engine.cli_search import checked_query, example_at
from engine.question import Example


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("door.wav", "rain@1-2", "rain", "a@b.wav", "@.wav"):
        (tmp_path / name).touch()


@pytest.mark.parametrize(
    ("argument", "example"),
    [
        ("door.wav", Example(Path("door.wav"))),
        ("door.wav@2-3.5", Example(Path("door.wav"), 2.0, 3.5)),
        ("door.wav@0:02-1:03.5", Example(Path("door.wav"), 2.0, 63.5)),
        ("door.wav@1:00:00-1:00:02", Example(Path("door.wav"), 3600.0, 3602.0)),
        ("door.wav@2-", Example(Path("door.wav"), 2.0)),
        ("door.wav@-.5", Example(Path("door.wav"), 0.0, 0.5)),
        ("rain@1-2", Example(Path("rain@1-2"))),  # the longest name that there is
        ("rain@1-2@3-4", Example(Path("rain@1-2"), 3.0, 4.0)),
        ("rain@1-3", Example(Path("rain"), 1.0, 3.0)),
        ("a@b.wav", Example(Path("a@b.wav"))),
        ("a@b.wav@1-2", Example(Path("a@b.wav"), 1.0, 2.0)),
        ("@.wav@1-2", Example(Path("@.wav"), 1.0, 2.0)),
        ("/unplugged/x@y.wav", Example(Path("/unplugged/x@y.wav"))),
        ("/unplugged/x@y.wav@1-2", Example(Path("/unplugged/x@y.wav"), 1.0, 2.0)),
    ],
)
def test_example_is_a_file_or_its_part(argument: str, example: Example) -> None:
    assert example_at(argument) == example


@pytest.mark.parametrize(
    "argument", ["", "door.wav@", "door.wav@-", "door.wav@2", "door.wav@soon-later", "door.wav@3-2", "door.wav@2-2"]
)
def test_other_parts_are_refused(argument: str) -> None:
    with pytest.raises(typer.BadParameter):
        example_at(argument)


def test_query_asks_something_in_one_line() -> None:
    assert checked_query(" dog\n barks ") == "dog barks"
    with pytest.raises(typer.BadParameter, match="Nothing was asked"):
        checked_query(" ")
