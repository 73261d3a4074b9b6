from __future__ import annotations

import pytest

from app.view_models.why import why
from tests.app.shown_files import file_row, hit


def test_each_clause_says_where_and_how_clearly_it_was_heard() -> None:
    told = why(hit(("dog barks", 42.1, 43.2, 0.93), ("car passes", 45.0, 47.0, 0.55)), file_row())
    assert [(heard.number, heard.text, heard.moment, heard.how) for heard in told.heard] == [
        (0, "dog barks", "0:42.1–0:43.2", "clearly heard"),
        (1, "car passes", "0:45–0:47", "probably heard"),
    ]
    assert told.said == ()


@pytest.mark.parametrize(
    ("score", "how"), [(0.75, "clearly heard"), (0.5, "probably heard"), (0.25, "faintly heard"), (0.2, "hardly heard")]
)
def test_a_score_is_said_in_words(score: float, how: str) -> None:
    (heard,) = why(hit(("dog", 0.0, 1.0, score)), file_row()).heard
    assert (heard.how, heard.strength) == (how, score)


def test_words_are_found_where_a_person_would_look_first() -> None:
    row = file_row(name="DogYard02.wav", tags=("Métro", "dog"), folder="Field/Streets")
    told = why(hit(("x", 0.0, 1.0, 0.9), words=("yard", "metro", "street", "rain")), row)
    assert told.said == (
        "In its name: yard",
        "In its tags: metro",
        "In its folder: street",
        "In what is written about it: rain",
    )


def test_what_was_not_heard_is_only_written() -> None:
    told = why(hit(("dog", 0.0, 190.3, 0.05), words=("dog",)), file_row())
    assert told.heard == ()
    assert told.said == ("In its name: dog", "It was not heard: only what is written says so.")


def test_a_weak_hit_without_words_still_shows_its_moment() -> None:
    told = why(hit(("dog", 3.0, 4.0, 0.05)), file_row())
    assert [heard.how for heard in told.heard] == ["hardly heard"]
