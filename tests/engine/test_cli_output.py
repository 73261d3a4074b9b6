from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from engine.cli_output import ProgressLine, clock, count, moment, show_facts, show_hits
from engine.hits import ClauseMatch, Hit
from engine.library_rows import Root
from engine.progress import Progress

ROOTS = [Root(1, Path("/sounds"), "ok")]


def make_hit(path: str = "/sounds/dog.wav", score: float = 0.9, start_s: float = 42.3, end_s: float = 43.9) -> Hit:
    clause = ClauseMatch("dog", start_s, end_s, score)
    return Hit(1, Path(path), score, start_s, end_s, (clause,), ("dog",), 120.0)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (42.4, "0:42"), (60, "1:00"), (3599.7, "1:00:00"), (3607, "1:00:07")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_moment_names_every_second_that_a_span_touches() -> None:
    assert moment(make_hit(start_s=42.3, end_s=43.9)) == "0:42–0:44"
    assert moment(make_hit(start_s=0.0, end_s=0.05)) == "0:00–0:01"
    assert moment(make_hit(start_s=0.0, end_s=5.001)) == "0:00–0:05"  # a file of five seconds has no sixth


def test_hits_are_shown_below_their_root(capsys: pytest.CaptureFixture[str]) -> None:
    show_hits("dog", [make_hit("/sounds/a/dog\n.wav")], ROOTS, as_json=False, titled=False)
    assert capsys.readouterr().out == "  1  0.90    0:42–0:44  a/dog\\n.wav  (says dog)\n"


def test_several_roots_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    roots = [*ROOTS, Root(2, Path("/other/disk"), "offline")]
    show_hits("dog", [make_hit(), make_hit("/other/disk/x.wav")], roots, as_json=False, titled=False)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[-2] for line in lines] == ["sounds/dog.wav", "disk/x.wav"]


def test_weak_hits_are_set_apart(capsys: pytest.CaptureFixture[str]) -> None:
    hits = [make_hit(score=score) for score in (0.8, 0.5, 0.49, 0.1)]
    show_hits("dog", hits, ROOTS, as_json=False, titled=False)
    lines = capsys.readouterr().out.splitlines()
    assert [line.strip() == "weaker:" for line in lines] == [False, False, True, False, False]


def test_json_is_one_line_of_ascii_that_keeps_every_byte_of_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    show_hits("é", [make_hit("/sounds/caf\udce9\n.wav", start_s=1 / 3)], ROOTS, as_json=True, titled=True)
    out = capsys.readouterr().out
    assert out.isascii()
    assert out.count("\n") == 1
    (hit,) = json.loads(out)["hits"]
    assert hit["path"] == "/sounds/caf\udce9\n.wav"
    assert hit["start_s"] == hit["clauses"][0]["start_s"] == 0.333


def test_facts_that_are_not_there_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    show_facts({"path": "a\nb", "note": "", "rating": None, "tags": ["x", "y"], "metadata": {"title": "Rain"}})
    assert capsys.readouterr().out == "path   a\\nb\ntags   x, y\ntitle  Rain\n"


def test_facts_of_nothing_are_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    show_facts({"metadata": {}})
    assert capsys.readouterr().out == ""


PROGRESS = [Progress(done, 100, done * 2.0, 12.3, 9.0 if done else None) for done in (0, 1, 2, 100)]


def test_progress_that_nobody_watches_is_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLine() as line:
        for progress in PROGRESS:
            line.show(progress)
    assert capsys.readouterr().err.splitlines() == [
        "0 of 100 files, 0:00 of sound, 12 times real time",
        "100 of 100 files, 3:20 of sound, 12 times real time, 0:09 left",
    ]


def test_progress_on_a_terminal_is_one_line_that_vanishes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with ProgressLine() as line:
        for progress in PROGRESS:
            line.show(progress)
    err = capsys.readouterr().err
    assert "\n" not in err
    assert err.count("of 100 files") == len(PROGRESS)
    assert err.endswith("\r\x1b[K")


def test_progress_of_nothing_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLine() as line:
        line.show(Progress(0, 0, 0.0, 0.0, None))
    assert capsys.readouterr().err == ""


def test_count_knows_one_and_many() -> None:
    assert [count(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
