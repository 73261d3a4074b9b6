"""What a picture shows of why a sound was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.view_models.reasons import clauses_of, value_at, values_in, with_heat, with_relevance
from app.view_models.time_view import TimeView
from engine.question import Example, Question
from tests.app.explained_sounds import explanation, reasons, relevance


def test_clauses_are_the_sounds_of_a_question_in_the_colours_of_their_chips() -> None:
    clauses = clauses_of(Question('dog barks then rain without voices duration:<2s "take 12"'))
    assert [(clause.text, clause.colour) for clause in clauses] == [("dog barks", 0), ("rain", 1), ("voices", None)]


def test_a_sound_that_is_named_twice_is_one_clause() -> None:
    clauses = clauses_of(Question("dog barks then rain then dog barks"))
    assert [(clause.text, clause.colour) for clause in clauses] == [("dog barks", 0), ("rain", 1)]


def test_what_the_file_is_on_the_whole_counts_for_a_sound_alone_and_for_what_should_not_be_heard() -> None:
    def overall(question: Question) -> list[bool]:
        return [clause.is_overall for clause in clauses_of(question)]

    assert overall(Question("dog")) == [True]
    assert overall(Question("dog then car")) == [False, False]
    assert overall(Question("dog without rain")) == [False, True]
    assert overall(Question("dog", examples=(Example(Path("a.wav")),))) == [False]


def test_where_no_sound_is_named_there_is_nothing_to_explain() -> None:
    assert clauses_of(Question()) == ()
    assert clauses_of(Question("duration:<2s")) == ()
    assert clauses_of(Question("longer", examples=(Example(Path("a.wav")),))) == ()


def test_what_is_found_out_goes_to_the_clause_of_that_text() -> None:
    clauses = clauses_of(Question("dog then car"))
    (dog, car) = with_relevance(clauses, explanation(Path("a.wav"), "car"))
    assert dog.relevance is None
    assert car.relevance is not None
    (dog, car) = with_heat((dog, car), explanation(Path("a.wav"), "dog", "car", with_heat=True))
    assert dog.heat_map is not None
    assert car.relevance is not None


def test_one_alone_lets_the_others_step_back_and_shows_its_heat_in_any_case() -> None:
    alone = reasons("dog", "car", alone="car")
    assert [alone.steps_back(clause) for clause in alone.clauses] == [True, False]
    assert [clause.text for clause in alone.heated] == ["car"]
    assert alone.wants_heat


@pytest.mark.parametrize("alone", [None, "folder: Field"])
def test_what_is_no_clause_leaves_all_as_they_are(alone: str | None) -> None:
    shown = reasons("dog", "car", alone=alone, has_heat=True)
    assert not any(map(shown.steps_back, shown.clauses))
    assert [clause.text for clause in shown.heated] == ["dog", "car"]
    assert reasons("dog", alone=alone).heated == ()
    assert not reasons("dog", alone=alone).wants_heat


def test_where_heat_maps_are_wanted_the_spectrogram_need_not_change_when_they_come() -> None:
    assert reasons("dog", has_heat=True).of_another_sound().covers_spectrogram
    assert reasons("dog", alone="dog").covers_spectrogram
    assert not reasons("dog", alone="dog").of_another_sound().covers_spectrogram
    assert not reasons(has_heat=True).covers_spectrogram  # nothing is asked


def test_of_another_sound_nothing_is_known() -> None:
    known = reasons("dog", "car", has_heat=True)
    unknown = known.of_another_sound()
    assert unknown.names(known.clauses)
    assert all(clause.relevance is None and clause.heat_map is None for clause in unknown.clauses)
    assert unknown.has_heat


def test_a_step_lasts_until_the_next_one() -> None:
    curve = relevance("dog", 0.1, 0.9, 0.3)
    assert values_in(curve, TimeView.whole(3.0), 6).tolist() == pytest.approx([0.1, 0.1, 0.9, 0.9, 0.3, 0.3])


def test_where_a_pixel_holds_several_steps_the_clearest_counts() -> None:
    curve = relevance("dog", *[0.1] * 50, 0.9, *[0.1] * 49)
    values = values_in(curve, TimeView.whole(100.0), 10)
    assert values.tolist() == pytest.approx([0.1] * 5 + [0.9] + [0.1] * 4)


def test_of_a_stretch_only_its_part_is_seen() -> None:
    curve = relevance("dog", 0.1, 0.9, 0.3)
    assert values_in(curve, TimeView(3.0, 1.0, 2.0), 4).tolist() == pytest.approx([0.9] * 4)


def test_where_nothing_is_known_there_is_nothing() -> None:
    curve = relevance("dog", 0.5, 0.5, start_s=1.0)
    assert values_in(curve, TimeView.whole(5.0), 5).tolist() == pytest.approx([0.0, 0.5, 0.5, 0.0, 0.0])
    assert values_in(relevance("dog"), TimeView.whole(5.0), 5).tolist() == [0.0] * 5
    assert [value_at(curve, moment_s) for moment_s in (0.5, 1.0, 2.9, 3.0)] == [None, 0.5, 0.5, None]
