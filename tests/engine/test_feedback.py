from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feedback
from engine.evidence import Backgrounds, Judge
from engine.examples import HeardExample
from engine.feedback import refined
from engine.library import Library
from engine.stored_embeddings import FileEmbeddings
from engine.target import Sound, Target
from engine.vector_index import VectorIndex
from tests.indexed_files import CHECKPOINT, store

DIM = 8
AXES = np.eye(DIM, dtype=np.float32)
DOG, CAR, WIND, BELL, QUIET = range(5)


@pytest.fixture
def index(library: Library, sounds: Path) -> VectorIndex:
    """A library of files that have nothing to do with it."""
    root = library.add_root(sounds)
    for number in range(20):
        axes = np.random.default_rng(number).integers(QUIET, DIM, 6)
        store(library, root, f"{number}.wav", embeddings=FileEmbeddings(AXES[axes], AXES[axes[0]]))
    return VectorIndex(library.index_db, CHECKPOINT)


def heard(*axes: int, file_id: int | None = None) -> HeardExample:
    """A file whose segments are these axes."""
    mean = AXES[list(axes)].mean(axis=0)
    return HeardExample(
        np.asarray(mean / np.linalg.norm(mean), np.float32), AXES[list(axes)], float(len(axes)), file_id
    )


def moved(index: VectorIndex, target: Target, liked: list[HeardExample], disliked: list[HeardExample]) -> Target:
    return refined(target, Judge(index, Backgrounds(index), target, 0.5), liked, disliked)


def one_sound(axis: int = DOG) -> Target:
    return Target((Sound("dog", AXES[axis]),), AXES[axis], {})


def test_one_sound_moves_towards_its_moment_in_what_was_liked(index: VectorIndex) -> None:
    moment = np.asarray((AXES[DOG] + AXES[BELL]) / 2**0.5, np.float32)  # a bark with a bell, in a long wind
    long = HeardExample(AXES[WIND], np.stack([AXES[WIND]] * 20 + [moment] + [AXES[WIND]] * 20), 20.5, 7)
    target = moved(index, one_sound(), [long], [])
    (sound,) = target.sounds
    assert sound.vector @ AXES[BELL] > 0.3
    assert sound.vector @ AXES[WIND] == pytest.approx(0.0, abs=1e-6)
    assert np.linalg.norm(sound.vector) == pytest.approx(1.0)
    assert sound.recorded
    assert target.whole is sound.vector
    assert (target.right, target.wrong) == ({7}, frozenset())


def test_each_of_several_sounds_moves_to_where_it_was_heard(index: VectorIndex) -> None:
    dog, car = AXES[DOG], AXES[CAR]
    bark = np.asarray((dog + AXES[BELL]) / 2**0.5, np.float32)
    passing = np.asarray((car + AXES[WIND]) / 2**0.5, np.float32)
    liked = HeardExample(AXES[BELL], np.stack([bark, AXES[QUIET], AXES[QUIET], AXES[QUIET], passing]), 2.5, None)
    whole = np.asarray((dog + car) / 2**0.5, np.float32)
    target = moved(index, Target((Sound("dog", dog), Sound("car", car, group=1)), whole, {}), [liked], [])
    first, second = (sound.vector for sound in target.sounds)
    assert first[BELL] > 0.3 > 0.01 > abs(first[WIND])
    assert second[WIND] > 0.3 > 0.01 > abs(second[BELL])
    assert target.whole @ liked.vector > whole @ liked.vector


def test_what_must_not_be_heard_stays(index: VectorIndex) -> None:
    no_car = Sound("car", AXES[CAR], negated=True)
    target = moved(index, Target((Sound("dog", AXES[DOG]), no_car), AXES[DOG], {}), [heard(BELL)], [])
    assert target.unwanted == (no_car,)
    nothing = Target((no_car,), -AXES[CAR], {})
    only = moved(index, nothing, [], [heard(CAR, file_id=3)])
    assert (only.sounds, only.wrong) == (nothing.sounds, {3})


def test_a_dislike_alone_moves_less_than_beside_what_is_liked(index: VectorIndex) -> None:
    alone = moved(index, one_sound(), [], [heard(BELL)]).whole
    beside = moved(index, one_sound(), [heard(DOG)], [heard(BELL)]).whole
    neither = moved(index, one_sound(), [heard(DOG)], []).whole
    assert 0 > alone[BELL] > beside[BELL]
    assert neither[BELL] == 0
    assert not moved(index, one_sound(), [], [heard(BELL)]).sounds[0].recorded


def test_sound_of_which_nothing_would_remain_stays(index: VectorIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "DISLIKED_ALONE", 1.0)
    assert moved(index, one_sound(), [], [heard(DOG)]).whole.tolist() == AXES[DOG].tolist()


@given(st.integers(0, 10**6))
def test_likeness_grows_with_what_is_liked_and_shrinks_with_what_is_not(seed: int) -> None:
    query, liked, disliked = np.random.default_rng(seed).normal(size=(3, DIM))
    query, liked, disliked = (one / np.linalg.norm(one) for one in (query, liked, disliked))
    towards = feedback._moved(np.asarray(query, np.float32), [liked], [])
    away = feedback._moved(np.asarray(query, np.float32), [], [disliked])
    assert towards @ liked >= query @ liked - 1e-6
    assert away @ disliked <= query @ disliked + 1e-6
