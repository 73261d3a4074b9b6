from __future__ import annotations

from pathlib import Path

import pytest

from engine.query import parse
from trainer.errors import TrainerError
from trainer.evaluate.caption_text import caption_table, read_captions, times
from trainer.evaluate.systems import NetworkSystem

CAPTIONS = [
    "A dog barks before a bell rings",
    "Rain falls after a door slams",
    "A man talks then a car passes",
    "Music followed by applause",
    "A man talks as rain falls",
    "Birds sing",
    "A cat meows before dawn",  # says no order
]


def test_what_the_captions_say_and_what_the_transformed_ones_say(tone_system: NetworkSystem) -> None:
    table = caption_table(CAPTIONS, tone_system.read)
    for row, understood, both in (
        ("BAT: before <> after", 2 / 3, 2 / 3),
        ("PTe: clauses around before", 0.5, 0.5),
        ("PTe: clauses around after", 1.0, 1.0),
        ("PTe: clauses around followed by", 1.0, 1.0),
        ("then > as", 1.0, 1.0),
        ("as > then", 1.0, 1.0),
    ):
        figures = [table.figure(row, column) for column in table.columns]
        assert [figure.value for figure in figures if figure] == pytest.approx([understood, both, 1.0])
    assert table.notes[0].startswith("captions: of 7, BAT: before <> after 3, PTe: clauses around before 2")


def test_captions_that_say_nothing_of_time_cannot_be_used(tone_system: NetworkSystem) -> None:
    with pytest.raises(TrainerError, match="comes before another"):
        caption_table(["Birds sing"], tone_system.read)


def test_the_captions_of_both_sets_are_read_without_repetitions(tmp_path: Path) -> None:
    (tmp_path / "audiocaps_test.csv").write_text("audiocap_id,caption\n1,A dog barks\n2,A dog barks\n")
    with pytest.raises(TrainerError, match=r"clotho_evaluation\.csv are missing"):
        read_captions(tmp_path)
    (tmp_path / "clotho_evaluation.csv").write_text('fname,raw_text\na.wav,"Rain, falling"\nb.wav,\n')
    assert read_captions(tmp_path) == ["A dog barks", "Rain, falling"]


def test_times_tell_questions_apart() -> None:
    assert times(parse("rain")) is None
    assert times(parse("rain and wind")) is None
    assert times(parse("rain then wind")) == times(parse("wind after rain"))
    assert times(parse("rain then wind")) != times(parse("wind then rain"))
    assert times(parse("rain while wind howls")) is not None
