"""Which files stand for a library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.library import Library
from engine.random_files import MOST_SEGMENTS, RandomFiles
from engine.stored_embeddings import FileEmbeddings
from tests.heard_sounds import CHECKPOINT, near, store_heard


def noises(first: int, count: int) -> dict[str, FileEmbeddings]:
    return {f"{number}.wav": near("noise", "noise", seed=number) for number in range(first, first + count)}


@pytest.fixture
def stored(library: Library, sounds: Path) -> dict[str, int]:
    return store_heard(library, library.add_root(sounds), noises(0, 40))


def clips(random_files: RandomFiles, **without: object) -> set[bytes]:
    return {heard.clip.tobytes() for heard in random_files.heard(**without)}  # type: ignore[arg-type]


def test_of_a_small_library_all_are_taken_but_those_that_are_not_to_be(library: Library, stored: dict[str, int]):
    random_files = RandomFiles(library, CHECKPOINT, 100)
    assert len(random_files.heard()) == 40
    assert len(random_files.heard(without=[stored["3.wav"], stored["7.wav"]])) == 38
    assert RandomFiles(library, "another network", 100).heard() == []


def test_of_a_large_one_the_same_each_time(library: Library, stored: dict[str, int]):
    first = clips(RandomFiles(library, CHECKPOINT, 10))
    assert len(first) == 10
    assert clips(RandomFiles(library, CHECKPOINT, 10)) == first


def test_new_files_are_among_them_soon_and_most_of_the_others_stay(library: Library, stored: dict[str, int]):
    random_files = RandomFiles(library, CHECKPOINT, 20)
    before = clips(random_files)
    (root,) = library.roots()
    store_heard(library, root, noises(100, 20))
    after = clips(random_files)
    assert len(after) == 20
    assert 10 <= len(before & after) < 20


def test_files_that_went_are_no_longer_among_them(library: Library, stored: dict[str, int]):
    random_files = RandomFiles(library, CHECKPOINT, 100)
    random_files.heard()
    (root,) = library.roots()
    library.remove_root(root.id)
    assert random_files.heard() == []


def test_of_a_long_file_only_some_segments_are_held(library: Library, sounds: Path):
    long = near(*["noise"] * (3 * MOST_SEGMENTS + 1), seed=1)
    store_heard(library, library.add_root(sounds), {"long.wav": long})
    (heard,) = RandomFiles(library, CHECKPOINT, 10).heard()
    assert 0.5 * MOST_SEGMENTS < len(heard.segments) <= MOST_SEGMENTS
    np.testing.assert_allclose(heard.segments[1], long.segments[4], atol=1e-3)
    np.testing.assert_allclose(heard.clip, long.clip, atol=1e-3)
