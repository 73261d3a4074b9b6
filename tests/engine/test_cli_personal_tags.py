"""`earmark tags`, with the tiny network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import cli
from engine.library import Library
from engine.tag_examples import TagExample

Run = Callable[..., Any]


class Outcome:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def earmark(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Outcome]:
    """Run a command with a library in `tmp_path / "library"`, or in `tmp_path / library`."""

    def run(*command: object, library: str = "library") -> Outcome:
        code = cli.main([*map(str, command), "--library", str(tmp_path / library)])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def indexed(earmark: Run, sounds: Path, write_sound: Callable[..., Path], network: Path) -> Path:
    """A folder with a.wav, b.wav, c.wav and noise.wav."""
    for name, hz in (("a.wav", 400), ("b.wav", 420), ("c.wav", 2500), ("noise.wav", None)):
        write_sound(sounds / name, hz=hz, seconds=2)
    assert earmark("index", sounds, "--no-tags", "--network", network).code == 0
    return sounds


def test_learning_keeps_the_examples_and_says_how_well_it_goes(
    earmark: Run, indexed: Path, network: Path, tmp_path: Path
):
    learned = earmark(
        *("tags", "learn", "hum", "--like", f"{indexed / 'a.wav'}@0.5-1.5", "--like", indexed / "b.wav"),
        *("--unlike", indexed / "c.wav", "--network", network),
    )
    assert learned.code == 0
    assert " of your 2 examples, each of them left out in turn." in learned.out
    assert "the one that you do not mean." in learned.out
    with Library(tmp_path / "library", read_only=True) as library:
        ids = {file.path.name: file.id for file in library.files(library.listing().tolist()).values()}
        examples = library.tag_examples.of("hum")
        assert set(examples.likes) == {TagExample(ids["a.wav"], 0.5, 1.5), TagExample(ids["b.wav"])}
        assert examples.unlikes == (TagExample(ids["c.wav"]),)
        assert library.tags_of(ids["a.wav"]) == library.tags_of(ids["b.wav"]) == ["hum"]
        assert library.tags_of(ids["c.wav"]) == []

    (again,) = earmark("tags", "learn", "hum", "--network", network, "--limit", 1, "--json").rows
    assert (again["name"], again["method"], again["likes"], again["unlikes"], again["unheard"]) == (
        *("hum", "cache", 2, 1, 0),
    )
    assert len(again["suggestions"]) <= 1


def test_what_is_not_in_the_library_teaches_nothing(earmark: Run, indexed: Path, network: Path, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere.wav"
    refused = earmark("tags", "learn", "hum", "--like", indexed / "a.wav", "--like", elsewhere, "--network", network)
    assert refused.code == 1
    assert refused.err.splitlines()[-1].startswith(f"{elsewhere} is not in the library, so that nothing was stored")
    late = earmark("tags", "learn", "hum", "--like", f"{indexed / 'a.wav'}@90-95", "--network", network)
    assert late.code == 1
    assert "ends before 90 s" in late.err
    assert earmark("tags", "list").out == ""


def test_a_tag_needs_a_name(earmark: Run, indexed: Path):
    assert earmark("tags", "learn", "  ").code == 2


def test_tags_are_listed_and_forgotten_but_files_keep_them(earmark: Run, indexed: Path, network: Path, tmp_path: Path):
    earmark("tags", "learn", "hum", "--like", indexed / "a.wav", "--network", network)
    assert earmark("tags", "list").out == "hum: 1 sound like it, 0 unlike it\n"
    assert earmark("tags", "list", "--json").rows == [{"name": "hum", "likes": 1, "unlikes": 0}]
    assert earmark("tags", "forget", "HUM").out.startswith("hum is forgotten")
    assert earmark("tags", "list").out == ""
    unknown = earmark("tags", "forget", "hum")
    assert (unknown.code, unknown.err) == (
        *(1, "The library has no personal tag hum; `earmark tags list` shows all.\n"),
    )
    with Library(tmp_path / "library", read_only=True) as library:
        assert [name.name for name in library.tag_counts()] == ["hum"]


def test_tags_travel_in_a_file(earmark: Run, indexed: Path, network: Path, tmp_path: Path):
    earmark("tags", "learn", "hum", "--like", indexed / "a.wav", "--unlike", indexed / "c.wav", "--network", network)
    file = tmp_path / "tags.json"
    assert earmark("tags", "export", file, "--network", network).out == f"{file} holds 1 personal tag.\n"
    (tag,) = json.loads(file.read_text())["tags"]
    assert (tag["name"], tag["learned"]["kind"]) == ("hum", "cache")
    assert earmark("tags", "export", file, "whoosh", "--network", network).code == 1

    earmark("index", indexed, "--no-tags", "--network", network, library="other")
    taken = earmark("tags", "import", file, library="other")
    assert taken.out == "hum: 2 of 2 examples are in the library; what it learned elsewhere is kept.\n"
    assert earmark("tags", "list", "--json", library="other").rows == [{"name": "hum", "likes": 1, "unlikes": 1}]


@pytest.mark.parametrize("content", [b"{}", b"\xff\xfe", b'["no", "tags"]'])
def test_what_is_no_set_of_tags_is_refused(earmark: Run, indexed: Path, tmp_path: Path, content: bytes):
    file = tmp_path / "tags.json"
    file.write_bytes(content)
    refused = earmark("tags", "import", file)
    assert refused.code == 1
    assert refused.err.startswith(f"{file} holds no tags that can be taken over: ")
