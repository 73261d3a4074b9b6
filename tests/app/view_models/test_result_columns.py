from __future__ import annotations

from pathlib import Path

import pytest

from app.view_models.result_columns import (
    AS_FITS_PX,
    COLUMNS,
    NUMBER_OF,
    chosen_columns,
    fitting_widths,
    spoken,
    tooltip_of,
    usual_columns,
)
from app.view_models.results import ResultRow, Results
from engine.hits import ClauseMatch
from engine.library_rows import FileRow
from tests.app.listed_files import answer_of, file_row, hit


def texts(result: ResultRow, file: FileRow | None) -> dict[str, str]:
    return {column.id: column.text(result, file) for column in COLUMNS}


def tooltip(column_id: str, result: ResultRow, file: FileRow | None) -> str:
    return tooltip_of(COLUMNS[NUMBER_OF[column_id]], result, file)


def test_a_hit_in_a_known_file() -> None:
    found = Results.of_answer(answer_of([hit(7, 0.824)])).row(0)
    said = texts(found, file_row(7, tags=("dog", "rural"), stars=3))
    assert said == {
        "name": "sound_007.wav",
        "match": "82 %",
        "moment": "0:42.3–0:44.0",
        "duration": "3:10",
        "tags": "dog, rural",
        "format": "WAV 24/48",
        "folder": "sounds/field",
        "rating": "★★★",
        "modified": "2026-11-18",
        "waveform": "",
    }


def test_a_file_that_is_not_loaded_shows_what_is_known_of_it() -> None:
    said = texts(Results.of_answer(answer_of([hit(7, 0.824)])).row(0), None)
    assert {name: text for name, text in said.items() if text} == {
        "name": "…",
        "match": "82 %",
        "moment": "0:42.3–0:44.0",
    }


def test_before_the_network_answers_a_row_shows_the_words_it_says() -> None:
    assert texts(ResultRow(7, words=("dog", "barks")), None)["match"] == "“dog”, “barks”"


def test_a_file_that_was_never_readable_has_no_length_and_says_why() -> None:
    broken = file_row(7, state="unreadable", reason="it holds no sound", duration_s=None, container=None, encoding=None)
    assert texts(ResultRow(7), broken)["duration"] == ""
    assert tooltip("name", ResultRow(7), broken).endswith("Cannot be read: it holds no sound")
    missing = file_row(7, state="missing")
    assert tooltip("name", ResultRow(7), missing).endswith("Not where it was when Earmark last looked")


def test_tooltips_say_the_path_the_format_and_why_it_matched() -> None:
    assert tooltip("name", ResultRow(7), file_row(7)).splitlines() == [
        "/sounds/field/sound_007.wav",
        "3:10 · WAV 24-bit · 48 kHz · stereo · 55 MB",
    ]
    found = Results.of_answer(answer_of([hit(7, 0.824, words=("dog",))])).row(0)
    assert tooltip("match", found, None).splitlines() == [
        "82 % match",
        "dog barks: 82 % at 0:42.3–0:44.0",
        "Says “dog”",
    ]
    assert tooltip("duration", found, file_row(7)) == "3 minutes 10 seconds"
    assert tooltip("rating", found, file_row(7, stars=1)) == "1 star"


def test_hostile_names_are_shown_as_one_plain_line() -> None:
    hostile = file_row(7, path=Path("/sounds/a\n\u202eb.wav"), tags=("x\u202ey",))
    assert "\u202e" not in tooltip("name", ResultRow(7), hostile)
    assert texts(ResultRow(7), hostile)["tags"] == "x\\u202ey"
    assert "\n" not in texts(ResultRow(7, words=("do\ng",)), None)["match"]


def test_a_screen_reader_hears_the_row_as_a_sentence() -> None:
    found = Results.of_answer(answer_of([hit(7, 0.824, 42.3, 47.0)])).row(0)
    assert spoken(found, file_row(7)) == "sound_007.wav, match 82 percent, 0:42 to 0:47, 3 minutes 10 seconds"
    assert spoken(ResultRow(7, words=("dog",)), None) == "not loaded yet, says “dog”"
    assert spoken(ResultRow(7), file_row(7, stars=5)) == "sound_007.wav, 3 minutes 10 seconds, 5 stars"


def test_columns_grow_into_the_room_there_is() -> None:
    columns = [COLUMNS[NUMBER_OF[name]] for name in ("name", "match", "waveform")]
    assert fitting_widths(columns, 100) == {"name": 200, "match": 72, "waveform": 96}
    assert fitting_widths(columns, 368 + 80) == {"name": 240, "match": 72, "waveform": 136}


@pytest.mark.parametrize(
    ("stored", "chosen"),
    [
        ((), usual_columns()),
        ((("nonsense", 90),), usual_columns()),
        ((("folder", 120), ("name", 300)), (("folder", 120), ("name", 300))),
        ((("folder", 120), ("nonsense", 9)), (("name", AS_FITS_PX), ("folder", 120))),
        ((("name", -4),), (("name", AS_FITS_PX),)),
    ],
)
def test_what_was_stored_is_taken_as_far_as_it_makes_sense(
    stored: tuple[tuple[str, int], ...], chosen: tuple[tuple[str, int], ...]
) -> None:
    assert chosen_columns(stored) == chosen


def test_what_should_not_be_heard_is_named_so_and_the_order_is_told() -> None:
    clauses = (
        ClauseMatch("dog", 1, 3, 0.9),
        ClauseMatch("car", 4, 6, 0.8),
        ClauseMatch("rain", 0, 2, 0.1, negated=True),
    )
    assert tooltip("match", ResultRow(7, 0.4, 1, 6, clauses, weak=True, order_margin=-0.5), None).splitlines() == [
        "40 % match, may be chance",
        "dog: 90 % at 0:01–0:03",
        "car: 80 % at 0:04–0:06",
        "not rain: 10 % at 0:00–0:02",
        "All of it is heard, but rather the other way round.",
    ]


def test_a_screen_reader_hears_of_order_chance_and_what_a_person_said() -> None:
    row = ResultRow(7, 0.4, weak=True, order_margin=0.5)
    assert spoken(row, file_row(7), "liked") == (
        "sound_007.wav, liked, match 40 percent, may be chance, in order, 3 minutes 10 seconds"
    )
