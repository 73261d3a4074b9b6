from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import cli
from engine.library import Library

ROOT = Path(__file__).resolve().parents[2]
WriteSound = Callable[..., Path]


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process."""

    def run_command(*arguments: object) -> Outcome:
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run_command


@pytest.fixture
def earmark(run: Run, network: Path, tmp_path: Path) -> Run:
    """Run a command with the tiny network and a library in `tmp_path / "library"`."""

    def run_command(command: str, *arguments: object) -> Outcome:
        where: list[object] = ["--library", tmp_path / "library"]
        return run(command, *arguments, *where, *([] if command == "roots" else ["--network", network]))

    return run_command


@pytest.fixture
def indexed(earmark: Run, sounds: Path, write_sound: WriteSound) -> Path:
    """A folder that has been indexed: dog bark.wav (2 s), rain/car.flac (3 s), and a text named broken.wav."""
    write_sound(sounds / "dog bark.wav", hz=[400, 900], seconds=1)
    write_sound(sounds / "rain" / "car.flac", hz=None, seconds=3)
    (sounds / "broken.wav").write_text("not sound")
    assert earmark("index", sounds).code == 0
    return sounds


def one_sentence(outcome: Outcome) -> str:
    """What was said on standard error, if it was one line and no traceback."""
    (line,) = outcome.err.splitlines()
    return line


# --- index ------------------------------------------------------------------------------------------------------------


def test_index_ends_with_the_summary_as_json(earmark: Run, sounds: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "a.wav", seconds=2)
    write_sound(sounds / "b.wav", hz=900, seconds=1)
    (sounds / "broken.wav").write_text("not sound")
    outcome = earmark("index", sounds, "--json")
    summary = outcome.rows[-1]
    assert outcome.code == 0
    assert set(summary) == {"files", "segments", "audio_seconds", "unreadable", "described", "seconds"}
    assert (summary["files"], summary["audio_seconds"], summary["described"]) == (2, 3.0, 2)
    assert summary["segments"] == 4 + 2  # of 0.64 s
    ((path, reason),) = [(failed["path"], failed["reason"]) for failed in summary["unreadable"]]
    assert path == str(sounds / "broken.wav")
    assert reason
    assert "3 of 3 files" in outcome.err


def test_index_for_people(earmark: Run, sounds: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "a.wav", seconds=2)
    (sounds / "broken.wav").write_text("not sound")
    first = earmark("index", sounds).out.splitlines()
    assert first[0] == "1 file can be searched: 0:02 of sound in 4 segments."
    assert first[1].startswith("Listened to 1 file in ")
    assert first[2].startswith("Suggested tags for 1 file in ")
    assert first[3] == "1 file could not be read:"
    assert first[4].startswith(f"  {sounds / 'broken.wav'}: ")
    again = earmark("index", sounds).out.splitlines()
    assert again[0] == first[0]
    assert again[1].startswith("Listened to 0 files in ")


def test_index_remembers_several_roots(earmark: Run, tmp_path: Path, write_sound: WriteSound) -> None:
    write_sound(tmp_path / "one" / "a.wav")
    write_sound(tmp_path / "two" / "b.wav", hz=900)
    assert earmark("index", tmp_path / "one", tmp_path / "two", "--json").rows[-1]["files"] == 2
    assert [row["path"] for row in earmark("roots", "--json").rows] == [str(tmp_path / "one"), str(tmp_path / "two")]


def test_index_refuses_what_is_no_folder_before_it_does_anything(
    earmark: Run, sounds: Path, tmp_path: Path, write_sound: WriteSound
) -> None:
    file = write_sound(sounds / "a.wav")
    outcome = earmark("index", sounds, file)
    assert outcome.code == 1
    assert one_sentence(outcome) == f"{file} is a file: name the folder that holds it, to watch all of it."
    outcome = earmark("index", sounds, tmp_path / "nowhere")
    assert outcome.code == 1
    assert one_sentence(outcome) == f"There is no folder {tmp_path / 'nowhere'}."
    assert earmark("roots").out == ""


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a graphics card")
def test_index_says_which_device_is_not_there(earmark: Run, sounds: Path) -> None:
    outcome = earmark("index", sounds, "--device", "cuda")
    assert outcome.code == 2
    assert "this machine has no cuda" in outcome.err


def test_root_that_is_out_of_reach_is_offline_and_nothing_is_lost(earmark: Run, indexed: Path) -> None:
    indexed.rename(indexed.with_name("unplugged"))
    outcome = earmark("index", indexed)
    assert outcome.code == 1
    assert one_sentence(outcome).startswith(f"{indexed} cannot be reached")
    assert earmark("roots").out == f"offline  {indexed}\n"
    assert len(earmark("search", "dog bark", "--json").rows[0]["hits"]) == 2


class PressesCtrlC(io.StringIO):
    """A screen whose reader presses Ctrl-C as soon as the progress says how far it is."""

    def write(self, text: str) -> int:
        if " of 60 files" in text and " of 60 files" not in self.getvalue():
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


def test_interrupted_indexing_stops_cleanly_and_goes_on_later(
    earmark: Run, sounds: Path, monkeypatch: pytest.MonkeyPatch, write_sound: WriteSound
) -> None:
    for number in range(60):
        write_sound(sounds / f"{number}.wav", hz=300 + number, seconds=1)
    usual = signal.getsignal(signal.SIGINT)
    screen = PressesCtrlC()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", screen)
        outcome = earmark("index", sounds, "--json")
    assert outcome.code == 130
    assert outcome.rows[-1]["files"] < 60
    last_line = screen.getvalue().splitlines()[-1]
    assert last_line == "Interrupted: what was done is kept, and the same command goes on from there."
    assert signal.getsignal(signal.SIGINT) is usual
    assert earmark("index", sounds, "--json").rows[-1]["files"] == 60


# --- search -----------------------------------------------------------------------------------------------------------


def test_hit_as_json(earmark: Run, indexed: Path) -> None:
    outcome = earmark("search", "dog bark", "--json")
    (answer,) = outcome.rows
    assert (outcome.code, outcome.err) == (0, "")
    assert list(answer) == ["query", "understood", "reason", "least_score", "hits"]
    assert answer["query"] == "dog bark"
    hit = next(hit for hit in answer["hits"] if hit["path"] == str(indexed / "dog bark.wav"))
    assert list(hit) == [
        "path", "score", "start_s", "end_s", "clauses", "words", "duration_s", "order_margin", "weak"
    ]  # fmt: skip
    assert hit["words"] == ["dog", "bark"]
    assert hit["duration_s"] == 2.0
    assert 0 <= hit["start_s"] < hit["end_s"] <= 2.0
    assert 0 <= hit["score"] <= 1
    (clause,) = hit["clauses"]
    assert list(clause) == ["text", "start_s", "end_s", "score", "negated"]
    assert clause["text"] == "dog bark"


def test_hits_for_people(earmark: Run, indexed: Path) -> None:
    outcome = earmark("search", "dog", "bark", "--limit", "1")
    reason, line = outcome.out.splitlines()
    assert outcome.code == 0
    assert reason.endswith(".")
    assert line.startswith("  1  ")
    assert line.endswith("  dog bark.wav  (says dog, bark)")
    assert "0:00–0:0" in line


def test_every_line_of_a_file_is_a_query_and_answers_keep_their_order(
    earmark: Run, indexed: Path, tmp_path: Path
) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_bytes("\ufeffdog barks\r\n\nrain on the roof\n  caf\u00e9 \ndog barks".encode())
    rows = earmark("search", "--queries", queries, "--json").rows
    assert [row["query"] for row in rows] == ["dog barks", "rain on the roof", "caf\u00e9", "dog barks"]
    assert rows[0] == rows[3]
    assert all(len(row["hits"]) == 2 for row in rows)
    text = earmark("search", "--queries", queries).out
    titles = [line for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == ["dog barks:", "rain on the roof:", "caf\u00e9:", "dog barks:"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "holds no query: write one per line."),
        (b"\n \n", "holds no query: write one per line."),
        (b"caf\xe9\n", "is not UTF-8 text: save it as such, one query per line."),
        (None, "No such file or directory"),
    ],
)
def test_unusable_query_files_are_refused(
    content: bytes | None, sentence: str, earmark: Run, indexed: Path, tmp_path: Path
) -> None:
    path = tmp_path / "queries.txt"
    if content is not None:
        path.write_bytes(content)
    outcome = earmark("search", "--queries", path)
    assert outcome.code == 1
    assert sentence in one_sentence(outcome)
    assert str(path) in one_sentence(outcome)


def test_search_changes_nothing_and_works_while_another_process_writes(
    earmark: Run, indexed: Path, tmp_path: Path
) -> None:
    with Library(tmp_path / "library") as writing, writing.library_db.atomic(), writing.index_db.atomic():
        writing.index_db.execute("DELETE FROM embedding")  # not committed: nobody else sees it
        before = {path.name: path.read_bytes() for path in (tmp_path / "library").glob("*.db*")}
        outcome = earmark("search", "dog bark", "--json")
        after = {path.name: path.read_bytes() for path in (tmp_path / "library").glob("*.db*")}
    assert (outcome.code, outcome.err) == (0, "")
    assert len(outcome.rows[0]["hits"]) == 2
    assert {name for name in before if before[name] != after[name]} <= {"library.db-shm", "index.db-shm"}  # locks


def test_empty_library_is_said_in_one_sentence(earmark: Run, sounds: Path) -> None:
    earmark("index", sounds)
    outcome = earmark("search", "dog", "--json")
    assert outcome.code == 0
    assert [(row["query"], row["reason"], row["hits"]) for row in outcome.rows] == [("dog", "Nothing was found.", [])]
    assert one_sentence(outcome) == "The library holds no sounds yet: `earmark index FOLDER` adds them."


def test_library_of_another_network_is_said_in_one_sentence(run: Run, indexed: Path, tmp_path: Path) -> None:
    from tests.small_networks import write_small_network

    write_small_network(tmp_path / "network", seed=1)
    outcome = run("search", "zebra", "--library", tmp_path / "library", "--network", tmp_path / "network", "--json")
    assert [(row["query"], row["hits"]) for row in outcome.rows] == [("zebra", [])]
    assert one_sentence(outcome) == "No file was listened to with the network small yet: `earmark index` does so."


@pytest.mark.parametrize("command", [["search", "dog"], ["similar", "a.wav"], ["info"], ["roots"]])
def test_library_that_is_not_there_is_said_in_one_sentence(command: list[str], earmark: Run, tmp_path: Path) -> None:
    outcome = earmark(*command)
    assert outcome.code == 1
    assert one_sentence(outcome).startswith(f"There is no complete library in {tmp_path / 'library'}")
    assert not (tmp_path / "library").exists()


def test_damaged_library_is_said_in_one_sentence(earmark: Run, indexed: Path, tmp_path: Path) -> None:
    database = tmp_path / "library" / "library.db"
    database.write_bytes(b"not a database at all" * 1000)
    for command in (["search", "dog"], ["index", indexed], ["roots"], ["info"]):
        outcome = earmark(*command)
        assert outcome.code == 1
        assert str(database) in one_sentence(outcome)


def test_damaged_network_is_said_in_one_sentence(run: Run, indexed: Path, network: Path, tmp_path: Path) -> None:
    weights = (network / "audio.safetensors").read_bytes()
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for path in network.iterdir():
        (damaged / path.name).write_bytes(path.read_bytes())
    (damaged / "audio.safetensors").write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    for folder in (damaged, tmp_path / "nowhere"):
        for command in (["search", "dog"], ["index", indexed]):
            outcome = run(*command, "--library", tmp_path / "library", "--network", folder)
            assert outcome.code == 1
            assert str(folder) in one_sentence(outcome)


# --- search by example ------------------------------------------------------------------------------------------------


def test_like_alone_is_similar(earmark: Run, indexed: Path) -> None:
    example = indexed / "dog bark.wav"
    like = earmark("search", "--like", f"{example}@0.5-1.5", "--json").rows[0]
    similar = earmark("similar", example, "--from", "0.5", "--to", "1.5", "--json").rows[0]
    assert like == similar


def test_words_beside_an_example_and_what_it_is_compared_with(earmark: Run, indexed: Path) -> None:
    example = indexed / "dog bark.wav"
    outcome = earmark("search", "--like", example, "like this, but longer, without rain", "--json")
    (row,) = outcome.rows
    assert (outcome.code, row["query"]) == (0, "like this, but longer, without rain")
    assert row["understood"]["filters"] == ["duration:>2s"]
    assert row["understood"]["like"] == [{"path": str(example), "start_s": 0.0, "end_s": None}]
    assert [hit["path"] for hit in row["hits"]] == [str(indexed / "rain" / "car.flac")]
    assert [(one["text"], one["negated"]) for one in row["hits"][0]["clauses"]] == [
        ("like dog bark.wav", False),
        ("rain", True),
    ]
    assert earmark("search", "--like", example, "shorter", "--json").rows[0]["hits"] == []


def test_what_it_should_not_be_like_comes_last(earmark: Run, indexed: Path) -> None:
    rows = earmark("search", "dog bark", "--not-like", indexed / "dog bark.wav", "--json").rows
    last = rows[0]["hits"][-1]
    assert (last["path"], last["score"], last["weak"]) == (str(indexed / "dog bark.wav"), 0.0, True)


def test_strict_shows_good_matches_only(earmark: Run, indexed: Path) -> None:
    for level in ("--loose", "--strict"):
        (row,) = earmark("search", "dog bark", level, "--json").rows
        assert row["understood"]["strictness"] == level[2:]
        if level == "--strict":
            assert not any(hit["weak"] for hit in row["hits"])


def test_explained(earmark: Run, indexed: Path) -> None:
    outcome = earmark("search", "dog bark then rain", "--explain")
    assert outcome.code == 0
    assert outcome.out.startswith("Understood as:\n     dog bark")
    assert "     then rain" in outcome.out


def test_filters_and_quoted_words_alone_list_files(earmark: Run, indexed: Path) -> None:
    (row,) = earmark("search", "format:wav", "--json").rows
    assert [(hit["path"], hit["clauses"]) for hit in row["hits"]] == [(str(indexed / "dog bark.wav"), [])]
    assert earmark("search", "format:mp3", "--json").rows[0]["reason"] == "Nothing was found."


# --- similar, info, roots ---------------------------------------------------------------------------------------------


def test_similar_leaves_out_the_example(earmark: Run, indexed: Path) -> None:
    outcome = earmark("similar", indexed / "dog bark.wav", "--from", "0.5", "--to", "1.5", "--json")
    (answer,) = outcome.rows
    assert answer["query"] == str(indexed / "dog bark.wav")
    assert [hit["path"] for hit in answer["hits"]] == [str(indexed / "rain" / "car.flac")]
    assert 0 <= answer["hits"][0]["start_s"] < answer["hits"][0]["end_s"] <= 3.0


def test_similar_takes_a_file_that_the_library_does_not_know(
    earmark: Run, indexed: Path, tmp_path: Path, write_sound: WriteSound
) -> None:
    lines = earmark("similar", write_sound(tmp_path / "new.ogg", seconds=1)).out.splitlines()
    assert sum(line.endswith((".wav", ".flac")) for line in lines) == 2


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--from", "5"], 1),
        (["--from", "1e300"], 1),
        (["--from", "-1"], 2),
        (["--from", "nan"], 2),
        (["--to", "0"], 2),
        (["--from", "1", "--to", "1"], 2),
        (["--to", "inf"], 2),
        (["--from", "soon"], 2),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_bad_times_are_refused(
    options: list[str], code: int, known: bool, earmark: Run, indexed: Path, tmp_path: Path, write_sound: WriteSound
) -> None:
    example = indexed / "dog bark.wav" if known else write_sound(tmp_path / "new.wav")
    outcome = earmark("similar", example, *options)
    assert outcome.code == code
    assert outcome.out == ""
    assert "Traceback" not in outcome.err


def test_similar_to_what_is_no_sound_is_refused(earmark: Run, indexed: Path, tmp_path: Path) -> None:
    for path in (indexed / "broken.wav", tmp_path / "nowhere.wav", indexed):
        outcome = earmark("similar", path)
        assert outcome.code == 1
        assert one_sentence(outcome).startswith(f"{path} cannot be read: ")


def test_info_of_the_library(earmark: Run, indexed: Path, tmp_path: Path) -> None:
    (facts,) = earmark("info", "--json").rows
    assert facts == {
        "library": str(tmp_path / "library"),
        "files": 2,
        "segments": 4 + 5,
        "audio_seconds": 5.0,
        "unreadable": 1,
        "roots": 1,
        "network": "small",
    }
    assert "audio seconds  5\n" in earmark("info").out


def test_info_of_a_file_in_the_library(earmark: Run, indexed: Path, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        file = library.file_at(indexed / "dog bark.wav")
        assert file is not None
        library.add_tag([file.id], "garden")
        library.set_rating([file.id], 4)
    (facts,) = earmark("info", indexed / "dog bark.wav", "--json").rows
    assert facts["indexed"] is True
    assert (facts["container"], facts["sample_rate_hz"], facts["channels"]) == ("WAV", 16000, 1)
    assert (facts["duration_s"], facts["tags"], facts["rating"]) == (2.0, ["garden"], 4)
    assert "tags            garden\n" in earmark("info", indexed / "dog bark.wav").out


def test_info_of_an_unreadable_file_gives_the_reason(earmark: Run, indexed: Path) -> None:
    (facts,) = earmark("info", indexed / "broken.wav", "--json").rows
    assert (facts["indexed"], facts["state"]) == (False, "unreadable")
    assert facts["reason"]


def test_info_of_a_file_needs_no_library(earmark: Run, tmp_path: Path, write_sound: WriteSound) -> None:
    path = write_sound(tmp_path / "new.flac", seconds=2, channels=2)
    (facts,) = earmark("info", path, "--json").rows
    assert (facts["indexed"], facts["duration_s"], facts["channels"]) == (False, 2.0, 2)
    outcome = earmark("info", tmp_path / "nowhere.wav")
    assert outcome.code == 1
    assert one_sentence(outcome).startswith(f"{tmp_path / 'nowhere.wav'} cannot be read: ")


def test_root_can_be_removed_and_its_sounds_stay(earmark: Run, indexed: Path, tmp_path: Path) -> None:
    assert earmark("roots").out == f"ok       {indexed}\n"
    assert earmark("roots", "--remove", indexed).out == ""
    assert earmark("roots", "--json").rows == []
    assert (indexed / "dog bark.wav").exists()
    assert earmark("search", "dog", "--json").rows[0]["hits"] == []
    outcome = earmark("roots", "--remove", tmp_path)
    assert outcome.code == 1
    assert one_sentence(outcome) == f"{tmp_path} is no root: `earmark roots` lists them."


# --- names, usage, start ----------------------------------------------------------------------------------------------


def test_any_name_comes_back_whole_in_json_and_harmless_in_text(
    earmark: Run, sounds: Path, write_sound: WriteSound
) -> None:
    bad_names = [b"caf\xe9.wav", b"two\nlines.wav", b"\x1b[31mred.wav", "\u202egnp.wav".encode(), b"<b>bold.wav"]
    for number, name in enumerate(bad_names):
        write_sound(sounds / os.fsdecode(name), hz=300 + 200 * number)
    (sounds / os.fsdecode(b"broken\xff\n.wav")).write_text("not sound")
    summary = earmark("index", sounds, "--json").rows[-1]
    assert [os.fsencode(failed["path"]) for failed in summary["unreadable"]] == [
        os.fsencode(sounds) + b"/broken\xff\n.wav"
    ]
    (answer,) = earmark("search", "bold", "--json").rows
    assert {os.path.basename(os.fsencode(hit["path"])) for hit in answer["hits"]} == set(bad_names)
    text = earmark("search", "bold").out
    assert len(text.splitlines()) == 1 + len(bad_names) + ("     weaker:" in text.splitlines())
    assert all(character.isprintable() for line in text.splitlines() for character in line)


@pytest.mark.parametrize(
    "arguments",
    [
        ["search"],
        ["search", ""],
        ["search", "dog", "--queries", "file"],
        ["search", "dog", "--strict", "--loose"],
        ["search", "--not-like", "dog.wav"],
        ["search", "--like", ""],
        ["search", "--explain"],
        ["search", "dog", "--limit", "0"],
        ["search", "dog", "--limit", "many"],
        ["index"],
        ["index", ""],  # a variable that was never set
        ["roots", "--library", ""],
        ["similar"],
        ["sing"],
        ["search", "dog", "--loud"],
        [],
    ],
)
def test_wrong_usage_is_told_apart(arguments: list[str], run: Run) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert "Usage: earmark" in outcome.err + outcome.out
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("command", ["index", "search", "similar", "info", "roots"])
def test_every_command_explains_itself_with_an_example(command: str, run: Run) -> None:
    outcome = run(command, "--help")
    assert outcome.code == 0
    assert f"Example: earmark {command}" in " ".join(outcome.out.split())
    assert "--library" in outcome.out
    assert command in run("--help").out
    assert "Exit codes:" in run("--help").out


def test_reader_that_goes_away_is_no_error(indexed: Path, network: Path, tmp_path: Path) -> None:
    command = f"{sys.executable} -m app info --library {tmp_path / 'library'} --json | true"
    child = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert child.stderr == ""


def test_commands_that_need_no_network_load_none(indexed: Path, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from engine import cli\n"
        f"library = ['--library', {str(tmp_path / 'library')!r}]\n"
        f"known = {str(indexed / 'dog bark.wav')!r}\n"
        "for command in (['--help'], ['roots', *library], ['info', *library], ['info', known, *library]):\n"
        "    assert cli.main(command) == 0\n"
        "print(*{'torch', 'transformers', 'hnswlib'}.intersection(sys.modules), file=sys.stderr)\n"
    )
    child = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert child.stderr.split() == []
