"""Whole files compared with queries."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.clip_rows import ClipRows

X, Y = np.eye(2, dtype=np.float32)


@pytest.fixture
def clips() -> ClipRows:
    clips = ClipRows(2)
    for file_id, clip in ((7, X), (5, Y), (9, -X)):
        clips.put(file_id, clip)
    return clips


def scores(clips: ClipRows, file_ids: list[int] | None = None) -> dict[int, list[float]]:
    ids, found = clips.scores(np.stack([X, Y]), file_ids)
    return dict(zip(ids.tolist(), found.T.tolist(), strict=True))


def test_every_file_is_compared_with_every_query(clips: ClipRows):
    assert scores(clips) == {7: [1, 0], 5: [0, 1], 9: [-1, 0]}


def test_or_only_the_files_that_are_named_and_there(clips: ClipRows):
    assert scores(clips, [9, 99, 5]) == {9: [-1, 0], 5: [0, 1]}
    assert scores(clips, []) == {}


def test_a_new_clip_replaces_the_old_one(clips: ClipRows):
    clips.put(7, Y)
    assert scores(clips) == {7: [0, 1], 5: [0, 1], 9: [-1, 0]}


@pytest.mark.parametrize("removed", [7, 5, 9])
def test_the_others_stay_when_one_is_removed(clips: ClipRows, removed: int):
    before = scores(clips)
    clips.remove(removed)
    assert scores(clips) == {file_id: row for file_id, row in before.items() if file_id != removed}


def test_any_order_of_changes_gives_what_a_dictionary_would():
    clips, truth, chance = ClipRows(2), {}, random.Random(0)
    for step in range(2000):
        file_id = chance.randrange(150)
        if file_id in truth and chance.random() < 0.4:
            clips.remove(file_id)
            del truth[file_id]
        else:
            truth[file_id] = [float(step), 0.0]
            clips.put(file_id, step * X)
    assert scores(clips) == truth


def test_nothing_is_known_of_no_files():
    assert scores(ClipRows(2)) == {}
