from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.cli_output import Asked, ProgressLine, clock, count, show_answer, show_facts, span
from engine.hits import Answer, ClauseMatch, Hit, Strictness
from engine.library_rows import Root
from engine.progress import Progress
from engine.question import Example, Question

ROOTS = [Root(1, Path("/sounds"), "ok")]


def make_hit(path: str = "/sounds/dog.wav", score: float = 0.9, start_s: float = 42.3, end_s: float = 43.9) -> Hit:
    clause = ClauseMatch("dog", start_s, end_s, score)
    return Hit(1, Path(path), score, start_s, end_s, (clause,), ("dog",), 120.0)


def make_answer(*hits: Hit) -> Answer:
    return Answer(hits, sum(not hit.weak for hit in hits), "The reason.", 0.5)


def asked(
    text: str = "dog",
    strictness: Strictness = "normal",
    examples: tuple[Example, ...] = (),
    liked: tuple[Example, ...] = (),
    disliked: tuple[Example, ...] = (),
) -> Asked:
    question = Question(text, examples=examples, liked=liked, disliked=disliked, strictness=strictness)
    return Asked(text, question, question.parsed)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (42.4, "0:42"), (60, "1:00"), (3599.7, "1:00:00"), (3607, "1:00:07")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_span_names_every_second_that_it_touches() -> None:
    assert span(42.3, 43.9) == "0:42–0:44"
    assert span(0.0, 0.05) == "0:00–0:01"
    assert span(0.0, 5.001) == "0:00–0:05"  # a file of five seconds has no sixth


def test_hits_are_shown_below_their_root_and_after_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(asked(), make_answer(make_hit("/sounds/a/dog\n.wav")), ROOTS, as_json=False)
    assert capsys.readouterr().out == "The reason.\n  1  0.90    0:42–0:44  a/dog\\n.wav  (says dog)\n"


def test_several_roots_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    roots = [*ROOTS, Root(2, Path("/other/disk"), "offline")]
    show_answer(asked(), make_answer(make_hit(), make_hit("/other/disk/x.wav")), roots, as_json=False)
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split("  ")[-2] for line in lines] == ["sounds/dog.wav", "disk/x.wav"]


WEAKER = [replace(make_hit(score=score), weak=score < 0.5) for score in (0.8, 0.5, 0.49, 0.1)]


def test_weak_hits_are_set_apart(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(asked(), make_answer(*WEAKER), ROOTS, as_json=False)
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.strip() == "weaker:" for line in lines] == [False, False, True, False, False]


@pytest.mark.parametrize(("hits", "reason"), [(WEAKER, "All of these stand out"), (WEAKER[2:], "The reason.")])
def test_to_be_strict_is_to_see_no_weak_hits(hits: list[Hit], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = make_answer(*hits)
    show_answer(asked(strictness="strict"), answer, ROOTS, as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert [hit["score"] for hit in shown["hits"]] == [hit.score for hit in answer.hits[: answer.cut]]
    assert shown["reason"].startswith(reason)


def test_explained_is_how_the_question_was_understood_and_why_each_file_was_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clauses = (
        ClauseMatch("a dog barks", 1.0, 2.0, 0.9),
        ClauseMatch("zzz", 4.0, 5.0, 0.8),
        ClauseMatch("voices", 8.0, 9.0, 0.1, negated=True),
    )
    hit = Hit(1, Path("/sounds/dog.wav"), 0.4, 1.0, 5.0, clauses, (), 120.0, order_margin=-0.3, weak=True)
    question = asked(
        'a dog barks then zzz, no voices, format:wav, "take 2"',
        examples=(Example(Path("a.wav")), Example(Path("b.wav"), 1.5, 2.0)),
        disliked=(Example(Path("c\n.wav"), 3.0),),
    )
    show_answer(question, make_answer(hit), ROOTS, as_json=False, explain=True)
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "Understood as:"
    assert lines[1].startswith("a dog barks  (other words: a ")
    assert lines[2:10] == [
        "then zzz",
        "without voices  (other words: speech, talking, someone speaking, spoken words)",
        "like a.wav",
        "like b.wav, 1.5–2 s",
        "less like c\\n.wav, 3 s to the end",
        'says "take 2"',
        "is format:wav",
        "",
    ]
    assert lines[10:] == [
        "The reason.",
        "1  0.40    0:01–0:05  dog.wav",
        "0.90    0:01–0:02  a dog barks",
        "0.80    0:04–0:05  zzz",
        "0.10    0:08–0:09  without voices",
        "the order does not fit better than any other: by -0.3",
        "weak: any file may reach less than 0.50 by chance",
    ]


def test_json_is_one_line_of_ascii_that_keeps_every_byte_of_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    answer = make_answer(make_hit("/sounds/caf\udce9\n.wav", start_s=1 / 3))
    show_answer(asked("é"), answer, ROOTS, as_json=True, titled=True, explain=True)
    out = capsys.readouterr().out
    assert out.isascii()
    assert out.count("\n") == 1
    (hit,) = json.loads(out)["hits"]
    assert hit["path"] == "/sounds/caf\udce9\n.wav"
    assert hit["start_s"] == hit["clauses"][0]["start_s"] == 0.333


def test_json_says_how_the_question_was_understood(capsys: pytest.CaptureFixture[str]) -> None:
    question = asked("zzz while rain, no wind, rating:>3", "loose", liked=(Example(Path("a.wav"), 1.0),))
    show_answer(question, make_answer(), ROOTS, as_json=True)
    shown = json.loads(capsys.readouterr().out)
    understood = shown["understood"]
    clauses = [(one["text"], one["negated"], one["group"], one["together"]) for one in understood.pop("clauses")]
    assert clauses == [("zzz", False, 0, False), ("rain", False, 0, True), ("wind", True, 0, False)]
    assert understood == {
        "filters": ["rating:>3"],
        "says": [],
        "like": [],
        "more_like": [{"path": "a.wav", "start_s": 1.0, "end_s": None}],
        "less_like": [],
        "strictness": "loose",
    }
    assert (shown["reason"], shown["least_score"], shown["hits"]) == ("The reason.", 0.5, [])


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
