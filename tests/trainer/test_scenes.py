from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from trainer.config import SceneConfig
from trainer.features import Features, decode_scores
from trainer.scenes import FLOOR_DB, Events, Rows, SceneMaker, compose

COLUMNS, EVENTS = 12, 3
MELS, TAGS, FRAMES = 4, 3, 8  # of the features by hand
LEVELS_DB = (-10.0, -20.0, -30.0, -40.0, -50.0, -60.0)  # of their items


def by_hand(*columns: int, device: str = "cpu") -> Features:
    """Items of so many columns: item i is LEVELS_DB[i] in every band; column c of it is scored (200, i, c) / 255."""
    lengths = torch.tensor(columns)
    starts = torch.cat([torch.zeros(1, dtype=torch.int64), lengths.cumsum(0)])
    items = torch.arange(len(columns)).repeat_interleave(lengths)
    places = torch.arange(len(items)) - starts[items]
    stored = (2 * (torch.tensor(LEVELS_DB)[items] + 100)).to(torch.uint8)
    return Features(
        levels=stored.repeat_interleave(FRAMES).unsqueeze(1).repeat(1, MELS).to(device),
        starts=(starts * FRAMES).to(device),
        column_scores=torch.stack([torch.full_like(items, 200), items, places], dim=1).to(torch.uint8).to(device),
        column_starts=starts.to(device),
        clip_scores=torch.zeros(len(columns), TAGS, device=device),
        embeddings=torch.zeros(len(columns), 2, dtype=torch.float16, device=device),
    )


def one_row(*events: dict[str, Any], covered: bool = False) -> Events:
    """Events by what is not usual about them; the usual one is an unchanged item, from its beginning on."""
    usual = {"item": 0, "first": 0, "step": 1.0, "start": 0, "length": 1, "gain_db": 0.0, "fade_in": 0, "fade_out": 0}
    names = ("items", "firsts", "steps", "starts", "lengths", "gains_db", "fades_in", "fades_out")
    parts = [torch.tensor([[{**usual, **event}[name] for event in events]]) for name in usual]
    last_db = parts[names.index("gains_db")][:, -1]  # the items of these tests are equally loud
    return Events(**dict(zip(names, parts, strict=True)), covered=torch.tensor([covered]), over_db=last_db)


def column_levels(rows: Rows) -> Tensor:
    """The level of each column (R, C); all frames and bands of a column must agree."""
    levels = rows.levels.unflatten(1, (-1, FRAMES)).flatten(2)
    torch.testing.assert_close(levels.amin(2), levels.amax(2), atol=1e-3, rtol=0)
    return levels[:, :, 0]


def stored_scores(rows: Rows) -> Tensor:
    """Scores as they are stored, (R, C, tags)."""
    return (rows.scores.sqrt() * 255).round().int()


def make_maker(
    features: Features, *, events: int = EVENTS, overlay_share: float = 0.3, columns: int = COLUMNS
) -> SceneMaker:
    items = range(len(features.clip_scores))
    return SceneMaker(
        features, items, np.ones(len(items)), SceneConfig(24, events, overlay_share, 0.0), columns=columns
    )


def seeded(seed: int = 0, device: str = "cpu") -> torch.Generator:
    return torch.Generator(device).manual_seed(seed)


@pytest.fixture
def maker() -> SceneMaker:
    return make_maker(by_hand(1, 2, 5, 9, 15, 30))


def test_a_row_without_events_is_silent() -> None:
    rows = compose(by_hand(1), one_row({"length": 0}, {"length": 0}), columns=4)
    assert (rows.levels == FLOOR_DB).all()
    assert not rows.scores.any()
    assert not rows.spans.any()
    assert rows.items.tolist() == [[-1, -1]]


def test_an_event_is_heard_and_labelled_where_its_span_says() -> None:
    events = one_row({"item": 1, "first": 2, "start": 1, "length": 2, "gain_db": -3.0}, {"item": 0, "start": 3})
    rows = compose(by_hand(2, 5), events, columns=5)
    assert rows.spans.tolist() == [[[0, 1, 1, 0, 0], [0, 0, 0, 1, 0]]]
    assert rows.items.tolist() == [[1, 0]]
    assert rows.alone.tolist() == [[True, True]]
    torch.testing.assert_close(column_levels(rows), torch.tensor([[-100.0, -23.0, -23.0, -10.0, -100.0]]))
    assert stored_scores(rows).tolist() == [[[0, 0, 0], [200, 1, 2], [200, 1, 3], [200, 0, 0], [0, 0, 0]]]


def test_scores_are_those_that_are_stored() -> None:
    features = by_hand(5)
    rows = compose(features, one_row({"length": 5}), columns=5)
    assert torch.equal(rows.scores[0], decode_scores(features.column_scores))


def test_a_cross_fade_keeps_the_power_of_two_sounds_that_are_equally_loud() -> None:
    events = one_row({"length": 4, "fade_out": 2}, {"start": 2, "length": 4, "fade_in": 2})
    rows = compose(by_hand(8), events, columns=6)
    torch.testing.assert_close(column_levels(rows), torch.full((1, 6), -10.0), atol=1e-3, rtol=0)
    assert rows.alone.all()


def test_a_cross_fade_sums_the_powers_of_a_falling_and_a_rising_sound() -> None:
    events = one_row({"item": 0, "length": 4, "fade_out": 2}, {"item": 2, "start": 2, "length": 4, "fade_in": 2})
    rows = compose(by_hand(8, 8, 8), events, columns=6)
    share = (torch.arange(2 * FRAMES) + 0.5) / (2 * FRAMES)
    expected_db = 10 * torch.log10((1 - share) * 10.0**-1 + share * 10.0**-3)
    torch.testing.assert_close(rows.levels[0, 2 * FRAMES : 4 * FRAMES, 0], expected_db, atol=1e-3, rtol=0)
    assert stored_scores(rows)[0, 2:4].tolist() == [[200, 2, 2], [200, 2, 3]]  # the higher of both


def test_an_event_over_another_is_added_and_labelled_less_surely_where_it_covers_it() -> None:
    events = one_row({"item": 0, "length": 2}, {"item": 1, "start": 1, "length": 2, "gain_db": -10.0}, covered=True)
    rows = compose(by_hand(2, 2), events, columns=3)
    both_db = 10 * math.log10(10.0**-1 + 10.0**-3)
    torch.testing.assert_close(column_levels(rows), torch.tensor([[-10.0, both_db, -30.0]]), atol=1e-3, rtol=0)
    own = decode_scores(torch.tensor([1], dtype=torch.uint8))
    torch.testing.assert_close(rows.scores[0, :, 1], torch.cat([0 * own, own * 10.0**-0.5, own]))


@pytest.mark.parametrize(
    ("gain_db", "start", "alone"),
    [
        (-10.0, 1, [True, False]),
        (-1.0, 1, [False, False]),
        (5.0, 1, [False, True]),
        (-10.0, 5, [True, True]),
        (5.0, 5, [True, True]),
    ],
)
def test_an_event_is_not_alone_where_something_louder_covers_most_of_it(
    gain_db: float, start: int, alone: list[bool]
) -> None:
    events = one_row({"length": 4}, {"item": 1, "start": start, "length": 4, "gain_db": gain_db}, covered=True)
    assert compose(by_hand(4, 4), events, columns=10).alone.tolist() == [alone]


@pytest.mark.parametrize("step", [0.8, 1.25])
def test_a_stretched_event_is_read_with_its_labels(step: float) -> None:
    features = by_hand(10)
    for column in range(10):  # a level for every column
        features.levels[column * FRAMES : (column + 1) * FRAMES] = 2 * column
    length = round(10 / step)
    rows = compose(features, one_row({"step": step, "length": length}), columns=length)
    heard = (rows.levels[0, FRAMES // 2 :: FRAMES, 0] + 100.0).round().int()  # the middle of each column
    assert heard.tolist() == stored_scores(rows)[0, :, 2].tolist()
    assert heard.tolist() == [int((column + 0.5) * step) for column in range(length)]


def test_an_event_ends_where_its_item_does() -> None:
    rows = compose(by_hand(1, 1), one_row({"step": 1.25}), columns=1)
    sounding = (rows.levels[0, :, 0] > FLOOR_DB).tolist()
    assert sounding == [True] * 6 + [False] * 2
    assert rows.scores[0, 0].any()


def test_columns_whose_span_says_so_have_the_level_and_the_labels_of_their_event(maker: SceneMaker) -> None:
    events = maker.draw(500, seeded())
    rows = compose(maker.features, events, columns=COLUMNS)
    undisturbed = (rows.spans * (rows.spans.sum(1, keepdim=True) == 1)).bool()
    assert undisturbed.sum() > 2000
    row, event, column = undisturbed.nonzero(as_tuple=True)
    items = rows.items[row, event]
    assert torch.equal(stored_scores(rows)[row, column, 1].long(), items)
    # an item may end within its last column, but not in the first half of it
    expected_db = torch.tensor(LEVELS_DB)[items] + events.gains_db[row, event]
    torch.testing.assert_close(rows.levels[row, column * FRAMES, 0], expected_db, atol=1e-3, rtol=0)
    silent = ~rows.spans.any(dim=1)
    assert silent.any()
    assert not rows.scores[silent].any()
    assert (rows.levels.unflatten(1, (COLUMNS, FRAMES))[silent] == FLOOR_DB).all()


def test_every_event_has_one_stretch_and_what_is_not_there_has_none(maker: SceneMaker) -> None:
    rows = maker.batch(500, seeded())
    assert torch.equal(rows.spans.any(dim=2), rows.items >= 0)
    assert (rows.items >= 0).any(dim=1).all()
    assert (rows.spans.diff(dim=2).abs().sum(2) <= 2).all()


def test_a_batch_has_the_shapes_it_promises(maker: SceneMaker) -> None:
    rows = maker.batch(5, seeded())
    assert rows.levels.shape == (5, FRAMES * COLUMNS, MELS)
    assert rows.scores.shape == (5, COLUMNS, TAGS)
    assert rows.spans.shape == (5, EVENTS, COLUMNS)
    assert rows.items.shape == rows.alone.shape == (5, EVENTS)
    assert rows.levels.dtype == rows.scores.dtype == rows.spans.dtype == torch.float32
    assert (rows.items.dtype, rows.alone.dtype) == (torch.int64, torch.bool)
    assert rows.levels.isfinite().all()
    assert rows.levels.min() >= FLOOR_DB


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_same_generator_state_gives_the_same_rows(device: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    maker = make_maker(by_hand(1, 2, 5, 9, 15, 30, device=device))
    one, again, other = (maker.batch(20, seeded(seed, device)) for seed in (3, 3, 4))
    for part in fields(Rows):
        assert getattr(one, part.name).device.type == device
        assert torch.equal(getattr(one, part.name), getattr(again, part.name))
    assert not torch.equal(one.levels, other.levels)


def test_neighbours_are_joined_by_cuts_gaps_and_cross_fades() -> None:
    events = make_maker(by_hand(6, 7, 8), overlay_share=0.0, columns=24).draw(1000, seeded())
    both = events.lengths[:, 1] > 0
    between = (events.starts[:, 1] - events.starts[:, 0] - events.lengths[:, 0])[both]
    assert set(between.tolist()) == set(range(-3, 5))
    assert 0.2 < (between == 0).float().mean() < 0.5
    assert torch.equal(events.fades_out[both, 0], (-between).clamp_min(0))
    assert torch.equal(events.fades_in[both, 1], (-between).clamp_min(0))


def test_a_quarter_of_the_rows_are_one_long_excerpt() -> None:
    maker = make_maker(by_hand(30), overlay_share=0.5)
    rows = compose(maker.features, maker.draw(1000, seeded()), columns=COLUMNS)
    whole = rows.spans[:, 0].all(dim=1) & (rows.items[:, 1:] < 0).all(dim=1)
    assert 0.2 < whole.float().mean() < 0.3
    # and the others hold two or three sounds
    assert ((rows.items >= 0).sum(1)[~whole] >= 2).float().mean() > 0.95


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0.0), (0.4, 0.3), (1.0, 0.75)])
def test_the_share_of_covered_rows_is_that_of_the_recipe_but_for_rows_of_one_excerpt(
    share: float, expected: float
) -> None:
    events = make_maker(by_hand(30), overlay_share=share).draw(1000, seeded())
    assert events.covered.float().mean().item() == pytest.approx(expected, abs=0.04)
    assert (events.lengths[events.covered, -1] > 0).all()


def test_a_long_item_is_heard_from_any_column_on() -> None:
    events = make_maker(by_hand(20), events=1).draw(2000, seeded())
    usual = (events.lengths[:, 0] == COLUMNS) & (events.steps[:, 0] == 1.0)
    assert set(events.firsts[usual, 0].tolist()) == set(range(20 - COLUMNS + 1))


def test_an_excerpt_lies_within_its_item(maker: SceneMaker) -> None:
    events = maker.draw(2000, seeded())
    columns = maker.features.column_starts.diff()[events.items]
    there = events.lengths > 0
    beyond = events.firsts + events.lengths * events.steps - columns
    assert (events.firsts >= 0).all()
    assert beyond[there].max() <= 0.5 * 1.25  # the rest of a column that is mostly filled
    assert (events.starts + events.lengths)[there].max() <= COLUMNS
    stretched = events.steps[events.steps != 1.0]
    assert len(stretched) / events.steps.numel() == pytest.approx(0.3, abs=0.03)
    assert stretched.min() >= 0.8 - 1e-6
    assert stretched.max() <= 1.25 + 1e-6


def test_items_are_drawn_as_often_as_their_shares_say() -> None:
    maker = SceneMaker(by_hand(1, 1, 1), [0, 2], np.array([3.0, 1.0]), SceneConfig(8, 1, 0.0, 0.0), columns=1)
    items = maker.batch(2000, seeded()).items
    assert 1 not in items
    assert (items[items >= 0] == 0).float().mean().item() == pytest.approx(0.75, abs=0.03)
