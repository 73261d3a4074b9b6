"""A library of tones, in which one can compute what is usual: see `tests.tones`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.background import score_of
from engine.embedding import Embedder
from engine.indexing import index_folders
from engine.known_sounds import KnownSounds, segments_between
from engine.library import Library
from engine.question import Question
from engine.search import Searcher
from engine.vector_index import VectorIndex
from tests.tones import make_tone_embedder, write_sound


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return make_tone_embedder()


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    for hz in range(200, 3800, 200):
        write_sound(tmp_path / "sounds" / f"{hz}.wav", hz=hz, seconds=2)
    with Library(tmp_path / "library") as library:
        index_folders(library, embedder, [tmp_path / "sounds"])
        yield library


@pytest.fixture
def index(library: Library, embedder: Embedder) -> VectorIndex:
    return VectorIndex(library.index_db, embedder.checkpoint_id)


def score_in_list(library: Library, index: VectorIndex, embedder: Embedder, text: str, name: str) -> list[float]:
    """Of each sound of a question."""
    hits = Searcher(library, index, embedder).find(Question(text)).hits
    (hit,) = (hit for hit in hits if hit.path.name == name)
    return [clause.score for clause in hit.clauses]


@pytest.mark.parametrize("name", ["400.wav", "1000.wav"])
def test_a_sound_asked_for_alone_is_as_clear_as_its_score(
    library: Library, index: VectorIndex, embedder: Embedder, tmp_path: Path, name: str
) -> None:
    known = KnownSounds(library, index).at(tmp_path / "sounds" / name, embedder.embed_text(["400 Hz"]), [True])
    assert known is not None
    z = known.part_z(0, 4)
    assert z.shape == (1, 4)
    assert [score_of(z.max())] == pytest.approx(score_in_list(library, index, embedder, "400 Hz", name), abs=1e-3)


def test_each_of_several_sounds_is_as_clear_as_its_score(
    library: Library, index: VectorIndex, embedder: Embedder, tmp_path: Path
) -> None:
    wanted = embedder.embed_text(["400 Hz", "1000 Hz"])
    known = KnownSounds(library, index).at(tmp_path / "sounds" / "400.wav", wanted, [False, False])
    assert known is not None
    scores = [score_of(z) for z in known.part_z(0, 4).max(axis=1)]
    assert scores == pytest.approx(score_in_list(library, index, embedder, "400 Hz then 1000 Hz", "400.wav"), abs=1e-3)


def test_moments_keep_their_shape_and_the_best_is_as_clear_as_the_best_segment_there(
    library: Library, index: VectorIndex, embedder: Embedder, tmp_path: Path
) -> None:
    known = KnownSounds(library, index).at(tmp_path / "sounds" / "400.wav", embedder.embed_text(["400 Hz"]), [True])
    assert known is not None
    similarities = np.array([[0.1, 0.5, 0.3]])
    z = known.fine_z(similarities, 1, 3)
    assert z.max() == pytest.approx(known.part_z(1, 3).max())
    assert np.corrcoef(z[0], similarities[0])[0, 1] == pytest.approx(1.0)


def test_behind_the_end_of_what_is_stored_the_last_segment_stands_in(
    library: Library, index: VectorIndex, embedder: Embedder, tmp_path: Path
) -> None:
    """A file that has grown since."""
    known = KnownSounds(library, index).at(tmp_path / "sounds" / "400.wav", embedder.embed_text(["400 Hz"]), [True])
    assert known is not None
    assert known.fine_z(np.array([[0.1, 0.5]]), 8, 10).max() == pytest.approx(known.part_z(3, 4).max())


def test_what_was_not_listened_to_is_not_known(
    library: Library, index: VectorIndex, embedder: Embedder, tmp_path: Path
) -> None:
    wanted = embedder.embed_text(["400 Hz"])
    later = write_sound(tmp_path / "sounds" / "later.wav", hz=400, seconds=2)
    assert KnownSounds(library, index).at(later, wanted, [True]) is None
    assert KnownSounds(library, index).at(tmp_path / "elsewhere.wav", wanted, [True]) is None
    other_network = VectorIndex(library.index_db, "another")
    assert KnownSounds(library, other_network).at(tmp_path / "sounds" / "400.wav", wanted, [True]) is None


@pytest.mark.parametrize(
    ("stretch", "segments"),
    [((0.0, 1.0), (0, 2)), ((0.6, 0.9), (1, 2)), ((0.5, 1.01), (1, 3)), ((1.0, 1.0), (2, 3))],
)
def test_segments_lie_in_a_stretch_at_least_in_part(stretch: tuple[float, float], segments: tuple[int, int]) -> None:
    assert segments_between(*stretch, segment_s=0.5) == segments
