from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.stored_embeddings import FileEmbeddings
from trainer.evaluate.figures import Table
from trainer.evaluate.linguistic import bat_pool, found_within, linguistic_table, told_apart
from trainer.evaluate.mixtures import Mixtures, draw_sets
from trainer.evaluate.order import OrderTest
from trainer.evaluate.sentences import names_word
from trainer.evaluate.systems import NetworkSystem, Sounds


@pytest.fixture(scope="module")
def mixtures(long_sounds: Sounds) -> Mixtures:
    return Mixtures(long_sounds, draw_sets(long_sounds.clips, 7, 3))


@pytest.fixture(scope="module")
def asked(tone_system: NetworkSystem, long_sounds: Sounds) -> OrderTest:
    return OrderTest(tone_system, long_sounds.heard_by(tone_system))


@pytest.fixture(scope="module")
def table(asked: OrderTest, mixtures: Mixtures) -> Table:
    return linguistic_table(asked, mixtures)


def value(table: Table, row: str, column: str) -> float:
    found = table.figure(row, column)
    assert found is not None
    return found.value


def test_bat_has_as_many_sentences_with_before_as_with_after(asked: OrderTest, mixtures: Mixtures) -> None:
    pool = bat_pool(asked, mixtures)
    assert len(pool.sentences) == 12  # of six pairs: with the seventh there would be more of one word
    assert sum(names_word(sentence, "before") for sentence in pool.sentences) == 6
    assert sum(names_word(sentence, "before") for sentence in pool.transformed) == 6
    for sentence, transformed in zip(pool.sentences, pool.transformed, strict=True):
        assert sentence.replace("before", "after") == transformed.replace("before", "after")
        assert sentence != transformed


def test_only_what_heeds_order_tells_before_from_after(table: Table) -> None:
    assert value(table, "ordered search", "BAT") == 1.0
    assert value(table, "clip embedding", "BAT") == 0.5


def test_only_what_heeds_order_finds_less_with_swapped_clauses(asked: OrderTest, long_sounds: Sounds) -> None:
    # both orders of the same sounds are in the pool
    both = Mixtures(long_sounds, [(0, 4, 1), (4, 0, 1), (2, 6, 1), (6, 2, 1)])
    table = linguistic_table(asked, both)
    assert value(table, "ordered search", "PTe R@1") == 1.0
    assert value(table, "ordered search", "PTe swapped R@1") == 0.0
    assert value(table, "clip embedding", "PTe R@1") == value(table, "clip embedding", "PTe swapped R@1")


def test_small_pools_are_found_within_ten(table: Table) -> None:
    columns = ("then R@10", "then > as R@10", "as R@10", "as > then R@10")
    assert {value(table, row.name, column) for row in table.rows for column in columns} == {1.0}


def test_a_system_that_is_wrong_about_everything_is_found_out(asked: OrderTest, mixtures: Mixtures) -> None:
    pool = bat_pool(asked, mixtures)

    class Contrary:
        name = "contrary"

        def scores(self, sentences: Sequence[str], sounds: Sequence[FileEmbeddings]) -> np.ndarray:
            return -asked.search.scores(sentences, sounds)

    assert told_apart(Contrary(), pool).value == 0.0
    assert next(found_within(Contrary(), pool, 1)).value == 0.0
