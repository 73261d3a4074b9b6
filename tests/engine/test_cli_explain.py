from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine import cli
from engine.cli_explain import Moment, band_of, moments_of
from engine.explanation import HeatMap, Relevance
from engine.paths import demo_sounds_folder

OWL = demo_sounds_folder() / "campsite.ogg"


def curve_of(*values: float) -> Relevance:
    return Relevance("rain", 10.0, 0.5, np.array(values, np.float32))


def test_moments_keep_half_of_the_best() -> None:
    moments = moments_of(curve_of(0.1, 0.9, 0.5, 0.3, 0.6, 0.2))
    assert [(one.start_s, one.end_s) for one in moments] == [(10.5, 11.5), (12.0, 12.5)]
    assert [one.score for one in moments] == pytest.approx([0.9, 0.6])


def test_what_is_hardly_heard_has_no_moment() -> None:
    assert moments_of(curve_of(0.1, 0.24, 0.2)) == []


def test_band_is_where_a_moment_is_half_as_warm_as_at_best() -> None:
    heat = np.zeros((4, 6), np.float32)
    heat[:, 1] = [0.1, 0.5, 0.8, 0.3]
    heat[3, 4] = 1.0
    heat_map = HeatMap("rain", 10.0, 13.0, np.array([50.0, 100.0, 200.0, 400.0, 800.0]), heat)
    assert band_of(heat_map, Moment(10.5, 11.5, 0.9)) == (100.0, 400.0)
    assert band_of(heat_map, Moment(12.0, 12.5, 0.6)) == (400.0, 800.0)


def test_moments_are_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", str(OWL), "an owl, then a car horn"]) == 0
    owl, *moments, horn = capsys.readouterr().out.splitlines()
    assert owl == "an owl:"
    assert 1 <= len(moments) <= 2
    assert all("Hz" in moment and " s " in moment for moment in moments)
    assert horn == "a car horn: hardly heard"


def test_moments_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", str(OWL), "an owl", "--from", "7", "--to", "10", "--json"]) == 0
    (told,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (told["path"], told["text"], told["start_s"]) == (str(OWL), "an owl", 7.0)
    assert len(told["values"]) == 19
    assert told["moments"][0]["score"] > 0.75
    assert len(told["heat"]["rows"]) == len(told["heat"]["edges_hz"]) - 1
    assert len(told["heat"]["rows"][0]) == 19


def test_picture_is_drawn_and_replaces_an_older_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    png = tmp_path / "owl.png"
    png.write_bytes(b"older")
    assert cli.main(["explain", str(OWL), "an owl", "--from", "7", "--to", "10", "--png", str(png)]) == 0
    assert png.read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "-1"],
        ["--from", "nan"],
        ["--from", "3", "--to", "2"],
        ["--png", "owl.wav"],
    ],
)
def test_what_makes_no_sense_is_wrong_usage(arguments: list[str]) -> None:
    assert cli.main(["explain", str(OWL), "an owl", *arguments]) == 2


def test_sentence_must_name_a_sound() -> None:
    assert cli.main(["explain", str(OWL), "duration:<2s"]) == 2


def test_part_that_the_file_does_not_have_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", str(OWL), "an owl", "--from", "60"]) == 1
    assert "ends after 12.0 s" in capsys.readouterr().err


def test_file_that_is_not_there_is_said_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", str(tmp_path / "none.wav"), "an owl"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
