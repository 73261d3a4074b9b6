from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from tests.small_corpora import SMALL_RECIPE, make_small_corpus
from trainer.config import SceneConfig
from trainer.corpus import Corpus
from trainer.features import Features
from trainer.scenes import FLOOR_DB, Excerpt, Row, Rows, SceneMaker

COLUMNS = 4
MELS, TAGS, FRAMES = 4, 3, 2  # of the features by hand


def by_hand(*columns: int) -> Features:
    """Items of so many columns: item i is -10 i dB in every band, and its column c has the score (i + c / 10) / 10."""
    scores = [np.full(TAGS, (item + column / 10) / 10) for item, n in enumerate(columns) for column in range(n)]
    return Features(
        levels=np.repeat(-10.0 * np.arange(len(columns)), FRAMES * np.array(columns))[:, None]
        .repeat(MELS, axis=1)
        .astype(np.float16),
        starts=np.concatenate([[0], np.cumsum(FRAMES * np.array(columns))]),
        column_scores=np.array(scores, dtype=np.float16),
        column_starts=np.concatenate([[0], np.cumsum(columns)]),
        clip_scores=np.zeros((len(columns), TAGS), dtype=np.float16),
        embeddings=np.zeros((len(columns), 2), dtype=np.float16),
    )


def excerpt(item: int, columns: int, *, level_db: float, score: float) -> Excerpt:
    levels = np.full((columns * FRAMES, MELS), level_db, dtype=np.float32)
    return Excerpt(item, levels, np.full((columns, TAGS), score, dtype=np.float32))


@pytest.fixture
def row() -> Row:
    return Row(by_hand(1), columns=COLUMNS, events=2)


@pytest.fixture
def maker(small_corpus: Corpus) -> SceneMaker:
    return make_maker(small_corpus, SMALL_RECIPE.scenes)


def make_maker(corpus: Corpus, scenes: SceneConfig) -> SceneMaker:
    return SceneMaker(corpus.features, corpus.training, np.ones(len(corpus.training)), scenes, columns=COLUMNS)


def rows_of(maker: SceneMaker, seed: int = 0, rows: int = 200) -> Rows:
    return maker.batch(rows, np.random.default_rng(seed))


def test_a_row_is_silent_at_first(row: Row) -> None:
    assert np.all(row.levels == FLOOR_DB)
    assert not row.scores.any()
    assert not row.spans.any()
    assert row.items.tolist() == [-1, -1]


def test_an_event_is_heard_and_labelled_where_its_span_says(row: Row) -> None:
    row.put(0, 1, excerpt(7, 2, level_db=-20.0, score=0.5))
    assert row.spans.tolist() == [[0, 1, 1, 0], [0, 0, 0, 0]]
    assert row.items.tolist() == [7, -1]
    np.testing.assert_array_equal(row.scores[:, 0], [0, 0.5, 0.5, 0])
    np.testing.assert_array_equal(row.levels[:, 0], [-100, -100, -20, -20, -20, -20, -100, -100])


def test_a_sound_over_another_adds_its_power_and_its_tags(row: Row) -> None:
    row.put(0, 0, excerpt(7, 3, level_db=-20.0, score=0.5))
    row.cover(1, 2, excerpt(8, 2, level_db=-20.0, score=0.9), gain_db=0.0)
    assert row.spans.tolist() == [[1, 1, 1, 0], [0, 0, 1, 1]]
    np.testing.assert_allclose(row.scores[:, 0], [0.5, 0.5, 0.9, 0.9])
    np.testing.assert_allclose(row.levels[::FRAMES, 0], [-20, -20, -20 + 10 * np.log10(2), -20], atol=1e-3)


def test_a_sound_far_below_another_is_labelled_less_surely(row: Row) -> None:
    row.put(0, 0, excerpt(7, 4, level_db=-20.0, score=0.01))
    row.cover(1, 0, excerpt(8, 4, level_db=-20.0, score=0.8), gain_db=-20.0)
    np.testing.assert_allclose(row.scores, 0.08)
    np.testing.assert_allclose(row.levels, -20 + 10 * np.log10(1.01), atol=1e-3)


@pytest.mark.parametrize(
    ("gain_db", "below_is_alone", "above_is_alone"), [(2.0, False, True), (-2.0, False, False), (-10.0, True, False)]
)
def test_only_what_nothing_louder_covers_is_alone(
    row: Row, gain_db: float, below_is_alone: bool, above_is_alone: bool
) -> None:
    row.put(0, 0, excerpt(7, 2, level_db=-20.0, score=0.5))
    row.cover(1, 1, excerpt(8, 2, level_db=-20.0, score=0.5), gain_db=gain_db)
    assert row.alone.tolist() == [below_is_alone, above_is_alone]


def test_sounds_that_do_not_meet_are_alone_however_soft(row: Row) -> None:
    row.put(0, 0, excerpt(7, 2, level_db=-20.0, score=0.5))
    row.cover(1, 2, excerpt(8, 2, level_db=-20.0, score=0.5), gain_db=-10.0)
    assert row.alone.tolist() == [True, True]


def test_equal_generators_give_equal_rows(maker: SceneMaker) -> None:
    one, again, other = rows_of(maker, 1), rows_of(maker, 1), rows_of(maker, 2)
    for part in fields(Rows):
        np.testing.assert_array_equal(getattr(one, part.name), getattr(again, part.name))
    assert not np.array_equal(one.levels, other.levels)


def test_a_batch_has_the_shapes_it_promises(maker: SceneMaker) -> None:
    rows = rows_of(maker, rows=5)
    events, tags = SMALL_RECIPE.scenes.events, len(make_small_corpus().tag_names)
    assert rows.levels.shape == (5, 32 * COLUMNS, 16)
    assert rows.scores.shape == (5, COLUMNS, tags)
    assert rows.spans.shape == (5, events, COLUMNS)
    assert rows.items.shape == rows.alone.shape == (5, events)
    assert (rows.levels.dtype, rows.scores.dtype, rows.spans.dtype) == (np.float32, np.float32, np.float32)
    assert np.all(np.isfinite(rows.levels))
    assert rows.levels.min() >= FLOOR_DB


def test_items_of_held_out_sources_never_appear(maker: SceneMaker, small_corpus: Corpus) -> None:
    heard = set(rows_of(maker).items.flatten().tolist()) - {-1}
    assert heard == set(small_corpus.training)


def test_every_event_has_a_span_and_what_is_not_there_has_none(maker: SceneMaker) -> None:
    rows = rows_of(maker)
    np.testing.assert_array_equal(rows.spans.any(axis=2), rows.items >= 0)
    assert (rows.items >= 0).any(axis=1).all()
    for span in rows.spans[rows.items >= 0]:
        assert np.abs(np.diff(span)).sum() <= 2  # one stretch


def test_spans_lie_where_the_sound_of_their_item_is_loud(small_corpus: Corpus) -> None:
    # every kind of the small corpus is 50 dB above the noise in four bands of its own; augmentation blurs that a little
    scenes = replace(SMALL_RECIPE.scenes, overlay_share=0.0)
    rows = rows_of(make_maker(small_corpus, scenes))
    kinds = small_corpus.features.clip_scores.argmax(axis=1)
    contrasts_db = []
    for levels_db, spans, items in zip(rows.levels, rows.spans, rows.items, strict=True):
        by_column_db = levels_db.reshape(COLUMNS, 32, 4, 4).mean(axis=(1, 3))  # (columns, kinds)
        for kind in {kinds[item] for item in items if item >= 0}:
            of_kind = spans[(kinds[items] == kind) & (items >= 0)].any(axis=0)
            if not of_kind.all():
                contrasts_db.append(by_column_db[of_kind, kind].mean() - by_column_db[~of_kind, kind].mean())
    assert len(contrasts_db) > 100
    assert np.mean(np.array(contrasts_db) > 10.0) > 0.9


def test_labels_are_placed_with_their_sound(small_corpus: Corpus) -> None:
    scenes = replace(SMALL_RECIPE.scenes, overlay_share=0.0)
    rows = rows_of(make_maker(small_corpus, scenes))
    scores = small_corpus.features.clip_scores.astype(np.float32)
    for row, event in np.argwhere(rows.items >= 0):
        inside = rows.spans[row, event] > 0
        expected = np.broadcast_to(scores[rows.items[row, event]], (inside.sum(), scores.shape[1]))
        np.testing.assert_array_equal(rows.scores[row, inside], expected)
    silent = ~rows.spans.any(axis=1)
    assert silent.any()
    assert not rows.scores[silent].any()


def test_a_long_item_is_heard_from_any_column_on_with_the_labels_of_that_place() -> None:
    maker = SceneMaker(by_hand(10), [0], np.ones(1), SceneConfig(8, 1, 0.0, 0.0), columns=COLUMNS)
    random = np.random.default_rng(0)
    starts = set()
    for _ in range(100):
        found = maker._excerpt(random, room=COLUMNS)
        columns = np.round(100 * found.scores[:, 0].astype(np.float64)).astype(int)
        assert columns.tolist() == list(range(columns[0], columns[0] + COLUMNS))
        assert found.levels.shape == (COLUMNS * FRAMES, MELS)
        starts.add(int(columns[0]))
    assert starts == set(range(7))


def test_items_are_drawn_as_often_as_their_shares_say() -> None:
    maker = SceneMaker(by_hand(1, 1, 1), [0, 2], np.array([3.0, 1.0]), SceneConfig(8, 1, 0.0, 0.0), columns=1)
    items = rows_of(maker, rows=2000).items.flatten()
    assert 1 not in items
    assert np.mean(items[items >= 0] == 0) == pytest.approx(0.75, abs=0.03)
