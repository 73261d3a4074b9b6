from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.view_models.results import ResultRow, Results
from app.view_models.results_csv import write_csv
from engine.errors import EngineError
from engine.hits import ClauseMatch
from engine.library_rows import FileRow
from tests.app.listed_files import answer_of, file_row, hit


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_hit_is_a_line_with_everything_that_is_known(tmp_path: Path) -> None:
    found = Results.of_answer(answer_of([hit(7, 0.82449, words=("dog", "barks"))])).row(0)
    write_csv(tmp_path / "hits.csv", [(found, file_row(7, tags=("dog", "rural"), stars=4))])
    assert read(tmp_path / "hits.csv") == [
        {
            "file": "sound_007.wav",
            "folder": "/sounds/field",
            "score": "0.824",
            "weak": "no",
            "order_margin": "",
            "start_s": "42.3",
            "end_s": "44.0",
            "clauses": "dog barks 42.300–44.000 (0.824)",
            "words": "dog, barks",
            "duration_s": "190.0",
            "sample_rate_hz": "48000",
            "channels": "2",
            "format": "WAV 24",
            "tags": "dog, rural",
            "rating": "4",
        }
    ]


def test_what_is_not_known_stays_empty(tmp_path: Path) -> None:
    write_csv(tmp_path / "all.csv", [(ResultRow(7), file_row(7))])
    (line,) = read(tmp_path / "all.csv")
    assert {
        line[name]
        for name in ("score", "weak", "order_margin", "start_s", "end_s", "clauses", "words", "tags", "rating")
    } == {""}


@pytest.mark.parametrize("name", ["=1+1.wav", "+1.wav", "-6dB.wav", "@sum.wav"])
def test_no_name_is_taken_for_a_formula(tmp_path: Path, name: str) -> None:
    write_csv(tmp_path / "hits.csv", [(ResultRow(7), file_row(7, path=Path("/sounds") / name, tags=(name,)))])
    (line,) = read(tmp_path / "hits.csv")
    assert line["file"] == line["tags"] == f"'{name}"


def test_names_that_are_not_text_are_written_as_they_are_shown(tmp_path: Path) -> None:
    path = Path(os.fsdecode(b'/sounds/caf\xe9,\n"x".wav'))
    write_csv(tmp_path / "hits.csv", [(ResultRow(7), file_row(7, path=path))])
    (line,) = read(tmp_path / "hits.csv")
    assert line["file"] == 'caf\\xe9,\\n"x".wav'


def test_spreadsheets_are_told_the_character_set(tmp_path: Path) -> None:
    write_csv(tmp_path / "hits.csv", [])
    assert (tmp_path / "hits.csv").read_bytes().startswith(b"\xef\xbb\xbffile,folder,score,")


def test_an_earlier_table_stays_when_the_new_one_breaks_off(tmp_path: Path) -> None:
    def breaking_off() -> Iterator[tuple[ResultRow, FileRow]]:
        yield ResultRow(7), file_row(7)
        raise KeyboardInterrupt

    table = tmp_path / "hits.csv"
    table.write_text("earlier")
    with pytest.raises(KeyboardInterrupt):
        write_csv(table, breaking_off())
    assert table.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [table]


def test_where_nothing_can_be_written_a_sentence_says_so(tmp_path: Path) -> None:
    table = tmp_path / "gone" / "hits.csv"
    with pytest.raises(EngineError) as refusal:
        write_csv(table, [])
    assert str(refusal.value) == (
        f"The results could not be written to {table} (No such file or directory); "
        "nothing there has changed, and you can choose another place."
    )


def test_order_chance_and_what_should_not_be_heard_are_told(tmp_path: Path) -> None:
    clauses = (ClauseMatch("dog", 1.0, 3.0, 0.9), ClauseMatch("rain", 0.0, 2.0, 0.1, negated=True))
    write_csv(tmp_path / "hits.csv", [(ResultRow(7, 0.2, 1.0, 3.0, clauses, (), True, -1.23456), file_row(7))])
    (line,) = read(tmp_path / "hits.csv")
    assert (line["weak"], line["order_margin"]) == ("yes", "-1.235")
    assert line["clauses"] == "dog 1.000–3.000 (0.900); not rain 0.000–2.000 (0.100)"
