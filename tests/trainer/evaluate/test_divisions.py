from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trainer.errors import TrainerError
from trainer.evaluate.divisions import divide, fold_of, part_of, to_measure
from trainer.manifest import Clip


def clip(split: str = "", recording: str = "r", source: str = "s") -> Clip:
    return Clip(Path("x"), source, recording, "a", "", 1.0, "CC0", split=split)


def test_folds_and_parts_are_the_published_ones() -> None:
    assert fold_of(clip("fold10")) == "10"
    assert fold_of(clip(recording="esc10/001 - Dog bark/4-117-A.ogg")) == "4"
    assert fold_of(clip("test", recording="4-117-A.ogg")) == ""
    assert fold_of(clip(recording="7061-6-0-0.wav")) == ""
    assert [part_of(clip(split)) for split in ("train", "val", "eval", "Testing", "fold1", "")] == [
        "training",
        "validation",
        "test",
        "test",
        "",
        "",
    ]


def test_of_a_set_with_a_test_part_that_part_is_measured() -> None:
    clips = [clip("train"), clip("test"), clip("fold1", source="b"), clip("train", source="c")]
    assert to_measure(clips) == clips[1:]


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("folds", [False, True])
def test_every_recording_is_tested_once_and_is_on_one_side(folds: bool, several: bool) -> None:
    random = np.random.default_rng(0)
    recordings = [f"r{number // 3}" for number in range(60)]
    truth = np.eye(3, dtype=bool)[random.integers(0, 3, 60)]
    truth |= several & (random.random(truth.shape) < 0.3)
    published = [str(number // 3 % 4) for number in range(60)] if folds else []
    divisions = list(divide(truth, recordings, published))
    assert len(divisions) == (4 if folds else 5)
    assert sorted(np.concatenate([each.test for each in divisions])) == list(range(60))
    for each in divisions:
        parts = [{recordings[i] for i in part} for part in (each.training, each.validation, each.test)]
        assert all(parts)
        assert sum(map(len, parts)) == len(set.union(*parts)) == 20


def test_published_parts_are_kept_but_for_recordings_on_two_sides() -> None:
    parts = ["training"] * 4 + ["validation"] * 2 + ["test"] * 2
    recordings = ["a", "b", "c", "t", "a", "v", "t", "u"]
    (division,) = divide(np.ones((8, 1), dtype=bool), recordings, parts=parts)
    assert division.test.tolist() == [6, 7]
    assert division.validation.tolist() == [4, 5]
    assert division.training.tolist() == [1, 2]  # the first is of a validation recording, the fourth of a test one


def test_few_recordings_are_not_divided() -> None:
    with pytest.raises(TrainerError, match="recordings"):
        list(divide(np.ones((6, 1), dtype=bool), ["a", "b"] * 3))
