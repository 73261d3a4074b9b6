from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import candidates
from engine.candidates import find_candidates
from engine.library import Library
from engine.stored_embeddings import FileEmbeddings
from engine.target import Sound, Target
from engine.vector_index import VectorIndex
from tests.indexed_files import CHECKPOINT, DIM, store

AXES = np.eye(DIM, dtype=np.float32)
DOG, CAR, RAIN = (Sound(text, AXES[axis]) for axis, text in enumerate(("dog", "car", "rain")))
WHOLE = np.asarray((AXES[0] + AXES[1]) / 2**0.5, np.float32)


def file_of(*axes: int) -> FileEmbeddings:
    """Segments that are each one axis, and a clip that is like the first of them alone."""
    return FileEmbeddings(AXES[list(axes)], AXES[axes[0]])


@pytest.fixture
def few(library: Library, sounds: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[VectorIndex, dict[str, int]]:
    """Files that are all rain on the whole; room for one candidate of each kind."""
    root = library.add_root(sounds)
    ids = {
        "rain": store(library, root, "rain.wav", embeddings=file_of(2, 2, 2)),
        "a dog in it": store(library, root, "dog.wav", embeddings=file_of(2, 2, 0)),
        "a car in it": store(library, root, "car.wav", embeddings=file_of(2, 1, 2)),
    }
    for name in ("CANDIDATE_FILES", "NEAREST_SEGMENTS", "NEAREST_OF_SEVERAL", "TOGETHER_FILES"):
        monkeypatch.setattr(candidates, name, 1)
    return VectorIndex(library.index_db, CHECKPOINT), ids


def test_a_moment_of_any_sound_that_is_asked_for_makes_a_candidate(
    few: tuple[VectorIndex, dict[str, int]],
) -> None:
    index, ids = few
    found = find_candidates(index, Target((DOG, CAR), WHOLE, {}), limit=1)
    assert {ids["a dog in it"], ids["a car in it"]} <= found.file_ids
    assert found.clips == 3


def test_a_file_that_has_a_little_of_every_sound_makes_a_candidate(
    few: tuple[VectorIndex, dict[str, int]], library: Library
) -> None:
    root = next(iter(library.roots()))
    dog, car = (store(library, root, f"{name}.wav", embeddings=file_of(axis)) for axis, name in enumerate("ab"))
    mixed = FileEmbeddings(AXES[[3]], np.asarray((AXES[0] + AXES[1]) / 2**0.5, np.float32))
    both = store(library, root, "c.wav", embeddings=mixed)
    target = Target((DOG, CAR), AXES[2], {})  # a sentence that says nothing of it
    found = find_candidates(VectorIndex(library.index_db, CHECKPOINT), target, limit=1)
    assert {dog, car, both} <= found.file_ids


def test_of_one_sound_the_nearest_are_known_by_their_likeness(few: tuple[VectorIndex, dict[str, int]]) -> None:
    index, ids = few
    found = find_candidates(index, Target((DOG,), DOG.vector, {}), limit=1)
    assert found.nearest == {ids["a dog in it"]: 1.0}


def test_files_that_say_it_are_candidates_and_the_example_is_not(few: tuple[VectorIndex, dict[str, int]]) -> None:
    index, ids = few
    said = {ids["rain"]: ("dog",)}
    target = Target((DOG,), DOG.vector, said, 1, without=frozenset({ids["a dog in it"]}))
    found = find_candidates(index, target, limit=1)
    assert ids["rain"] in found.file_ids
    assert ids["a dog in it"] not in found.file_ids


def test_only_a_part_of_the_library_answers(
    few: tuple[VectorIndex, dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    index, ids = few
    part = np.array([ids["rain"], ids["a car in it"]])
    target = Target((DOG, CAR), WHOLE, {}, part=part)
    assert find_candidates(index, target, limit=1).file_ids == set(part.tolist())  # so small that all is judged
    monkeypatch.setattr(candidates, "SCOPE_FILES", 1)
    assert find_candidates(index, target, limit=1).file_ids <= set(part.tolist())


def test_an_empty_library_has_no_candidates(library: Library) -> None:
    index = VectorIndex(library.index_db, CHECKPOINT)
    found = find_candidates(index, Target((DOG, CAR), WHOLE, {}), limit=5)
    assert (found.file_ids, found.clips) == (set(), 0)


def test_what_a_person_judged_is_among_them_if_it_may_answer(few: tuple[VectorIndex, dict[str, int]]) -> None:
    index, ids = few
    car, rain = ids["a car in it"], ids["rain"]
    target = Target((DOG,), DOG.vector, {}, right=frozenset({car}), wrong=frozenset({rain}))
    assert {car, rain} <= find_candidates(index, target, limit=1).file_ids
    part = np.array([ids["a dog in it"], rain])
    assert find_candidates(index, replace(target, part=part), limit=1).file_ids == set(part.tolist())
