from __future__ import annotations

from pathlib import Path

import pytest

from app.view_models.why import why
from engine.hits import ClauseMatch, Hit
from tests.app.shown_files import file_row, hit


def found(*clauses: ClauseMatch, margin: float | None = None, weak: bool = False, words: tuple[str, ...] = ()) -> Hit:
    return Hit(1, Path("/sounds/dog.wav"), 0.6, 0.0, 9.0, clauses, words, 9.0, margin, weak)


def test_each_clause_says_where_and_how_clearly_it_was_heard() -> None:
    told = why(hit(("dog barks", 42.1, 43.2, 0.93), ("car passes", 45.0, 47.0, 0.55)), file_row())
    assert [(heard.colour, heard.text, heard.moment, heard.how) for heard in told.heard] == [
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


def test_what_should_not_be_heard_has_no_colour_and_takes_none_from_the_others() -> None:
    clauses = (ClauseMatch("dog", 1, 3, 0.9), ClauseMatch("rain", 0, 2, 0.1, True), ClauseMatch("like this", 4, 6, 0.8))
    told = why(found(*clauses), file_row())
    assert [(heard.colour, heard.text, heard.how) for heard in told.heard] == [
        (0, "dog", "clearly heard"),
        (None, "rain", "not heard"),
        (1, "like this", "clearly heard"),
    ]


@pytest.mark.parametrize(("score", "how"), [(0.2, "not heard"), (0.3, "faintly heard"), (0.8, "clearly heard")])
def test_what_should_not_be_heard_may_be_all_the_same(score: float, how: str) -> None:
    (heard,) = why(found(ClauseMatch("rain", 0, 2, score, negated=True)), file_row()).heard
    assert heard.how == how


def test_only_written_is_said_of_the_sounds_that_should_be_heard() -> None:
    clauses = (ClauseMatch("dog", 1, 3, 0.1), ClauseMatch("rain", 0, 2, 0.9, negated=True))
    told = why(found(*clauses, words=("dog",)), file_row())
    assert [heard.text for heard in told.heard] == ["rain"]
    assert told.said == ("In its name: dog", "It was not heard: only what is written says so.")


def test_the_order_is_a_sentence_and_so_is_chance() -> None:
    clauses = (ClauseMatch("dog", 1, 3, 0.9), ClauseMatch("car", 4, 6, 0.8))
    told = why(found(*clauses, margin=1.8, weak=True), file_row())
    assert told.said == (
        "Heard in the order you asked for; the other way round it would fit clearly worse.",
        "This may be chance.",
    )


def test_before_anything_was_listened_for_nothing_is_said_of_sound() -> None:
    assert why(found(words=("dog",)), file_row()).said == ("In its name: dog",)
