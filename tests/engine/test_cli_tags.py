"""`earmark tag` and `earmark caption`, with the tiny network, which is sure of nothing, and with what it might say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import cli
from engine.library import Library
from engine.library_rows import Suggestion
from engine.suggestions import Description, MadeOf

Run = Callable[..., Any]


class Outcome:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def earmark(capsys: pytest.CaptureFixture[str], network: Path, tmp_path: Path) -> Callable[..., Outcome]:
    """Run a command with the tiny network and a library in `tmp_path / "library"`."""

    def run(command: str, *arguments: object) -> Outcome:
        where = ["--library", tmp_path / "library", "--network", network]
        code = cli.main([command, *map(str, arguments), *map(str, where)])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def indexed(earmark: Run, sounds: Path, write_sound: Callable[..., Path]) -> Path:
    """A folder with a.wav, b.wav and c.wav, listened to but not described."""
    for name, hz in (("a.wav", 400), ("b.wav", 2500), ("c.wav", None)):
        write_sound(sounds / name, hz=hz, seconds=2)
    assert earmark("index", sounds, "--no-tags").code == 0
    return sounds


@pytest.fixture
def kennel(earmark: Run, indexed: Path, tmp_path: Path) -> Path:
    """a.wav, described as if the network had heard a dog and rain in it."""
    assert earmark("tag").code == 0
    spans = ((0.0, 0.64), (1.28, 2.0))
    tags = (
        Suggestion("dog", "very likely", 0.9, spans, "/m/0bt9lr"),
        Suggestion("animal", "very likely", 0.9, spans, "/m/0jbk", implied=True),
        Suggestion("rain", "maybe", 0.3, ((0.0, 2.0),), "/m/06mb1"),
    )
    with Library(tmp_path / "library") as library:
        file = library.file_at(indexed / "a.wav")
        assert file is not None
        ((basis_id,),) = library.index_db.rows("SELECT DISTINCT basis_id FROM description")
        library.store_descriptions([(file, Description(tags, "a dog barks"))], MadeOf(basis_id, ""))
    return indexed / "a.wav"


def test_without_files_all_that_lacks_tags_is_described_once(earmark: Run, indexed: Path, tmp_path: Path):
    first = earmark("tag", "--json")
    assert first.rows == [{"described": 3, "seconds": first.rows[0]["seconds"]}]
    assert "3 of 3 files have tags and captions suggested" in first.err
    assert earmark("caption").out.startswith("Described 0 files in ")
    with Library(tmp_path / "library", read_only=True) as library:
        assert all(library.caption_is_suggested(file_id) for file_id in library.listing().tolist())


def test_index_suggests_tags_unless_it_is_not_to(earmark: Run, indexed: Path, write_sound: Callable[..., Path]):
    assert earmark("index", indexed, "--no-tags", "--json").rows[-1]["described"] == 0
    assert earmark("index", indexed, "--json").rows[-1]["described"] == 3
    assert "Suggested tags" not in earmark("index", indexed).out
    for number in range(3):
        write_sound(indexed / f"{number}.wav", hz=700 + number * 300)
    assert "Suggested tags for 6 files in " in earmark("index", indexed).out  # the library has doubled


def test_a_file_is_shown_with_its_tags_and_spans(earmark: Run, kennel: Path):
    assert earmark("tag", kennel).out.splitlines() == [
        f"{kennel}: a dog barks",
        "  very likely  dog  0:00–0:01, 0:01–0:02",
        "  maybe        rain  0:00–0:02",
        "  so also      animal",
    ]
    (row,) = earmark("tag", kennel, "--json").rows
    assert (row["path"], row["indexed"], row["tags"], row["caption_by"]) == (str(kennel), True, [], "network")
    assert row["suggested"][0] == {
        "name": "dog",
        "strength": "very likely",
        "score": 0.9,
        "spans": [[0.0, 0.64], [1.28, 2.0]],
        "kind": "/m/0bt9lr",
        "implied": False,
    }


def test_all_files_can_be_shown(earmark: Run, indexed: Path):
    rows = earmark("tag", "--all", "--json").rows
    assert {row["path"] for row in rows} == {str(indexed / name) for name in ("a.wav", "b.wav", "c.wav")}
    assert all(row["caption"] for row in rows)


def test_info_shows_suggested_tags(earmark: Run, kennel: Path):
    assert earmark("info", kennel, "--json").rows[0]["suggested_tags"] == ["dog", "animal", "rain"]
    assert "dog, animal, rain" in earmark("info", kennel).out


def test_a_tag_is_accepted_and_another_rejected_for_good(earmark: Run, kennel: Path):
    assert earmark("tag", "--all", "--accept", "dog", "--json").rows == [{"accepted": {"dog": 1}, "rejected": {}}]
    assert earmark("tag", kennel, "--reject", "Rain").out == '"Rain" is never suggested again for 1 file.\n'
    assert earmark("tag", kennel).out.splitlines()[1:] == ["  tags         dog", "  so also      animal"]
    (row,) = earmark("tag", kennel, "--json").rows
    assert (row["tags"], [tag["name"] for tag in row["suggested"]]) == (["dog"], ["animal"])


def test_a_filter_finds_what_is_suggested(earmark: Run, kennel: Path):
    (row,) = earmark("search", "suggested:dog", "--json").rows
    assert [hit["path"] for hit in row["hits"]] == [str(kennel)]
    assert row["understood"]["filters"] == ["suggested:dog"]


def test_a_tag_that_is_not_suggested_is_given_to_nobody(earmark: Run, indexed: Path):
    earmark("tag")
    assert earmark("tag", indexed / "a.wav", "--accept", "my own").out == '"my own" is a tag of 0 files more now.\n'


def test_a_sound_outside_the_library_is_listened_to_on_the_spot(
    earmark: Run, indexed: Path, tmp_path: Path, write_sound: Callable[..., Path]
):
    stranger = write_sound(tmp_path / "stranger.wav", hz=2500, seconds=2)
    known = earmark("tag", indexed / "b.wav", "--json").rows[0]
    (row,) = earmark("tag", stranger, "--json").rows
    assert (row["path"], row["indexed"]) == (str(stranger), False)
    assert [tag["name"] for tag in row["suggested"]] == [tag["name"] for tag in known["suggested"]]
    assert earmark("info", "--json").rows[0]["files"] == 3


def test_no_library_is_needed_for_a_sound(earmark: Run, tmp_path: Path, write_sound: Callable[..., Path]):
    (row,) = earmark("caption", write_sound(tmp_path / "stranger.wav"), "--json").rows
    assert set(row) == {"path", "indexed", "caption", "caption_by"}
    assert row["caption"]


def test_a_bad_file_leaves_the_others_their_turn(earmark: Run, indexed: Path, tmp_path: Path):
    (tmp_path / "bad.wav").write_text("not sound")
    outcome = earmark("tag", tmp_path / "bad.wav", indexed / "a.wav")
    assert outcome.code == 1
    assert outcome.out.startswith(f"{indexed / 'a.wav'}: ")
    assert "1 file could not be done" in outcome.out
    assert "bad.wav" in outcome.out.splitlines()[-1]


def test_what_a_person_writes_stays_until_it_is_taken_back(earmark: Run, indexed: Path):
    path = indexed / "a.wav"
    suggested = earmark("caption", path, "--json").rows[0]
    assert suggested["caption_by"] == "network"
    said = earmark("caption", path, "--set", "Rex at the gate", "--json").rows[0]
    assert (said["caption"], said["caption_by"]) == ("Rex at the gate", "person")
    earmark("tag")
    assert earmark("caption", path).out == f"{path}: Rex at the gate\n"
    assert earmark("search", '"Rex"', "--json").rows[0]["hits"][0]["path"] == str(path)
    assert earmark("caption", path, "--set", "", "--json").rows[0] == suggested


@pytest.mark.parametrize(
    "arguments", [("tag", "--accept", "dog"), ("tag", "a.wav", "--all"), ("caption", "--set", "a dog")]
)
def test_what_means_nothing_is_refused(earmark: Run, arguments: tuple[str, ...]):
    assert earmark(*arguments).code == 2


def test_nothing_is_changed_where_a_file_is_not_known(earmark: Run, indexed: Path, tmp_path: Path):
    outcome = earmark("caption", indexed / "a.wav", tmp_path / "nowhere.wav", "--set", "a dog")
    assert outcome.code == 1
    assert "nowhere.wav is not in the library; nothing was changed" in outcome.err
    assert earmark("caption", indexed / "a.wav", "--json").rows[0]["caption"] != "a dog"
