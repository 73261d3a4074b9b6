from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.embedding import Embedder
from engine.query import parse
from engine.stored_embeddings import FileEmbeddings
from trainer.evaluate.figures import Figure, Table
from trainer.evaluate.mixtures import MEETINGS, Mixtures, draw_sets
from trainer.evaluate.order import (
    OrderTest,
    Question,
    both_orders,
    connectives_table,
    controls_table,
    in_turn,
    order_table,
    preferred,
)
from trainer.evaluate.sentences import CONNECTIVES
from trainer.evaluate.systems import NetworkSystem, Sounds

SETS = 6


@pytest.fixture(scope="module")
def mixtures(long_sounds: Sounds) -> Mixtures:
    return Mixtures(long_sounds, draw_sets(long_sounds.clips, SETS, 3))


@pytest.fixture(scope="module")
def test_of_tones(tone_system: NetworkSystem, long_sounds: Sounds) -> OrderTest:
    return OrderTest(tone_system, long_sounds.heard_by(tone_system))


@pytest.fixture(scope="module")
def order(test_of_tones: OrderTest, mixtures: Mixtures) -> Table:
    return order_table(test_of_tones, mixtures, unseen=mixtures)


@pytest.fixture(scope="module")
def controls(test_of_tones: OrderTest, mixtures: Mixtures) -> Table:
    return controls_table(test_of_tones, mixtures)


def value(table: Table, row: str, column: str) -> float:
    found = table.figure(row, column)
    assert found is not None
    return found.value


def test_a_network_that_hears_tells_the_order_by_sentence_and_by_file(order: Table) -> None:
    assert [row.name for row in order.rows] == [
        *(meeting.name for meeting in MEETINGS),
        "1-s cross-fade, unseen labels",
    ]
    for column in ("given clauses", "end to end", "given clauses: file", "end to end: file"):
        assert value(order, "1-s cross-fade", column) == 1.0
        assert value(order, "gap of 0.5 to 3 s", column) == 1.0


def test_one_vector_for_the_sound_and_one_for_the_sentence_do_not_tell_the_order(order: Table) -> None:
    assert {value(order, row.name, "clip embedding") for row in order.rows} == {0.5}


def test_the_notes_say_on_how_much_it_was_measured(order: Table) -> None:
    assert (
        order.notes[0] == "order: 6 pairs in both orders from 8 recordings with 8 captions; 10 ways to say it in turn"
    )
    assert order.notes[-1].startswith("unseen labels: 6 pairs")


class HearsBackwards(NetworkSystem):
    def hear(self, waveforms: Sequence[np.ndarray]) -> list[FileEmbeddings]:
        return [FileEmbeddings(heard.segments[::-1], heard.clip) for heard in super().hear(waveforms)]


def test_a_network_that_hears_backwards_is_always_wrong(
    tone_embedder: Embedder, long_sounds: Sounds, mixtures: Mixtures
) -> None:
    backwards = HearsBackwards(tone_embedder)
    table = order_table(OrderTest(backwards, Sounds(long_sounds.clips, 8000).heard_by(backwards)), mixtures)
    assert value(table, "1-s cross-fade", "given clauses") == 0.0
    assert value(table, "1-s cross-fade", "end to end: file") == 0.0


class SaysThen:
    """Knows nothing but that it likes one word."""

    name = "says then"

    def scores(self, sentences: Sequence[str], sounds: Sequence[FileEmbeddings]) -> np.ndarray:
        return np.array([[float(" then " in sentence)] * len(sounds) for sentence in sentences])


def test_liking_a_connective_does_not_help(tone_system: NetworkSystem, long_sounds: Sounds, mixtures: Mixtures) -> None:
    test = OrderTest(tone_system, long_sounds.heard_by(tone_system), [SaysThen()])
    assert test.columns == ("given clauses", "end to end", "clip embedding", "says then")
    table = connectives_table(test, mixtures)
    assert {value(table, name, "says then") for name in CONNECTIVES} == {0.5}


def test_every_way_to_say_it_is_understood(test_of_tones: OrderTest, mixtures: Mixtures) -> None:
    table = connectives_table(test_of_tones, mixtures)
    assert [row.name for row in table.rows] == list(CONNECTIVES)
    assert {value(table, name, "end to end") for name in CONNECTIVES} == {1.0}


def test_where_both_orders_are_true_neither_is_preferred(controls: Table) -> None:
    assert 0.2 <= value(controls, "A-B-A says A then B", "given clauses") <= 0.8


def test_in_noise_there_is_no_order(controls: Table) -> None:
    noise = controls.figure("noise says A then B", "given clauses")
    assert isinstance(noise, Figure)
    assert noise.low <= 0.5 <= noise.high


def test_of_three_sounds_the_right_one_of_six_orders_is_found(controls: Table) -> None:
    assert value(controls, "three sounds: the right order of six", "given clauses") == 1.0
    assert value(controls, "three sounds: the right order of six", "end to end") == 1.0
    # all six sentences are one vector: none is better
    assert value(controls, "three sounds: the right order of six", "clip embedding") == pytest.approx(1 / 6)


def test_a_single_sound_is_searched_for_as_ever(controls: Table) -> None:
    assert value(controls, "one sound: as without order", "end to end") == 1.0
    assert controls.figure("one sound: as without order", "given clauses") is None


def test_both_orders_of_a_pair_are_asked_for_in_the_same_words(mixtures: Mixtures) -> None:
    questions = in_turn(mixtures, both_orders(SETS))
    for one, other in zip(questions[::2], questions[1::2], strict=True):
        assert one.clauses == other.clauses[::-1]
        assert len(one.sentence.split()) == len(other.sentence.split())
    assert len({question.sentence for question in questions}) == 2 * SETS


def test_given_clauses_are_what_the_sentence_says() -> None:
    question = Question.of(("a dog barking", "rain"), CONNECTIVES["after"])
    assert question.sentence == "rain after a dog barking"
    assert question.given.clauses == parse(question.sentence).clauses


def test_of_equal_scores_neither_is_preferred() -> None:
    assert preferred(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])).tolist() == [0.0, 0.5, 1.0]
