"""A tag learned from examples in a world whose sounds are axes: what it finds, refuses, and says of itself."""

from __future__ import annotations

import time

import numpy as np
import pytest

from engine.personal_tags import (
    HEAD_FROM,
    LEAST_TAKEN,
    MOST_KEYS,
    MOST_TAKEN,
    TAKEN_SHARE,
    Kind,
    PersonalTag,
    Sounds,
    file_scores,
    learn,
    scores,
)
from engine.stored_embeddings import FileEmbeddings

DIM = 128
CREAK, DOOR, HORN, NAME = np.eye(DIM, dtype=np.float32)[:4]


def unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


def like(sound: np.ndarray, files: int, seed: int = 0, noise: float = 0.05) -> list[FileEmbeddings]:
    """Files of three segments that are near a sound."""
    rows = unit(sound + noise * np.random.default_rng(seed).standard_normal((files, 4, DIM)))
    return [FileEmbeddings(segments=row[1:], clip=row[0]) for row in rows]


def anything(files: int, seed: int = 9) -> list[FileEmbeddings]:
    return like(np.zeros(DIM), files, seed)


@pytest.fixture(scope="module")
def library() -> list[FileEmbeddings]:
    return anything(400)


def share_taken(tag: PersonalTag, files: list[FileEmbeddings]) -> float:
    return float((scores(tag, Sounds.of(files, DIM)) >= tag.threshold).mean())


@pytest.mark.parametrize("examples", [1, 2, 4, 5, 12, 40])
class TestAnyNumberOfExamples:
    def test_it_finds_more_of_their_kind(self, library: list[FileEmbeddings], examples: int):
        tag = learn(NAME, like(CREAK, examples), [], library)
        assert tag.kind == ("cache" if examples < HEAD_FROM else "head")
        assert share_taken(tag, like(CREAK, 50, seed=1)) > 0.9
        assert share_taken(tag, like(HORN, 50, seed=1)) < 0.05
        assert share_taken(tag, anything(1000, seed=2)) < 3 * TAKEN_SHARE

    def test_it_says_how_many_it_finds_that_it_did_not_learn_from(self, library: list[FileEmbeddings], examples: int):
        # by its name it could not know: what is found was learned from the other examples
        quality = learn(NAME, like(CREAK, examples), [], library).quality
        assert (quality.likes, quality.unlikes, quality.strangers) == (examples, 0, 400)
        assert (quality.found == 0) if examples == 1 else (quality.found >= 0.9 * examples)
        assert quality.taken <= 0.02 * quality.strangers

    def test_it_is_the_same_every_time(self, library: list[FileEmbeddings], examples: int):
        first, second = (learn(NAME, like(CREAK, examples), like(DOOR, 2), library) for _ in range(2))
        assert np.array_equal(first.scorer.directions, second.scorer.directions)
        assert (first.scorer.bias, first.threshold, first.quality) == (
            second.scorer.bias,
            second.threshold,
            second.quality,
        )


class TestQuality:
    def test_examples_that_have_nothing_in_common_are_not_found(self, library: list[FileEmbeddings]):
        for examples in (3, 8):
            assert learn(NAME, anything(examples, seed=3), [], library).quality.found <= 1

    def test_one_example_is_found_by_the_name_alone_if_at_all(self, library: list[FileEmbeddings]):
        assert learn(CREAK, like(CREAK, 1), [], library).quality.found == 1
        assert learn(HORN, like(CREAK, 1), [], library).quality.found == 0

    def test_a_stray_example_is_counted_as_lost(self, library: list[FileEmbeddings]):
        quality = learn(NAME, like(CREAK, 9) + like(HORN, 1), [], library).quality
        assert (quality.found, quality.likes) == (9, 10)

    def test_what_is_not_meant_but_taken_is_counted(self, library: list[FileEmbeddings]):
        quality = learn(NAME, like(CREAK, 8), like(CREAK, 1, seed=5) + like(HORN, 2), library).quality
        assert (quality.mistaken, quality.unlikes) == (1, 3)


class TestExamplesOfWhatIsNotMeant:
    @pytest.mark.parametrize("examples", [2, 10])
    def test_they_keep_away_what_is_like_them(self, library: list[FileEmbeddings], examples: int):
        creak, slam = unit(CREAK + DOOR), unit(HORN + DOOR)
        slams = Sounds.of(like(slam, 50, seed=1), DIM)
        without = learn(DOOR, like(creak, examples), [], library)
        with_them = learn(DOOR, like(creak, examples), like(slam, examples), library)
        assert scores(with_them, slams).mean() < scores(without, slams).mean() - 1.0
        assert share_taken(with_them, like(creak, 50, seed=1)) > 0.9

    def test_alone_they_leave_what_the_name_finds_elsewhere(self, library: list[FileEmbeddings]):
        tag = learn(CREAK, [], like(unit(CREAK + HORN), 2), library)
        assert share_taken(tag, like(CREAK, 50, seed=1)) > 0.9


class TestTheLibraryAround:
    def test_a_name_alone_finds_what_it_names(self, library: list[FileEmbeddings]):
        tag = learn(CREAK, [], [], library)
        assert (tag.kind, tag.quality.likes) == ("name", 0)
        assert share_taken(tag, like(CREAK, 50)) > 0.9

    def test_an_empty_library_teaches_too(self):
        for examples in (0, 1, 6):
            tag = learn(CREAK, like(CREAK, examples), [], [])
            assert share_taken(tag, like(CREAK, 20, seed=1)) > 0.9
            assert share_taken(tag, like(HORN, 20, seed=1)) <= 0.05
            assert tag.quality.strangers == 0

    @pytest.mark.parametrize("examples", [3, 10])
    def test_a_library_full_of_what_is_meant_does_not_hide_it(self, library: list[FileEmbeddings], examples: int):
        full = library[:320] + like(CREAK, 80, seed=7)
        tag = learn(NAME, like(CREAK, examples), [], full)
        assert LEAST_TAKEN <= tag.threshold <= MOST_TAKEN
        assert share_taken(tag, like(CREAK, 50, seed=1)) > 0.8

    def test_one_moment_of_a_long_file_counts_half(self, library: list[FileEmbeddings]):
        tag = learn(NAME, like(CREAK, 3), [], library)
        (creak,), (long,) = like(CREAK, 1, seed=1), like(HORN, 1, seed=1)
        moment = FileEmbeddings(np.vstack([long.segments, creak.segments[:1], long.segments]), long.clip)
        without, with_it, whole = scores(tag, Sounds.of([long, moment, creak], DIM))
        assert without < with_it < whole

    def test_an_index_scores_by_products_alone(self, library: list[FileEmbeddings]):
        tag = learn(NAME, like(CREAK, 3), like(HORN, 1), library)
        (file,) = like(CREAK, 1, seed=1)
        clip = tag.scorer.scores(tag.scorer.directions @ file.clip)
        best = tag.scorer.scores(tag.scorer.directions @ file.segments.T).max()
        assert file_scores(clip, best) == pytest.approx(scores(tag, Sounds.of([file], DIM))[0], rel=1e-5)


@pytest.mark.parametrize("kind", ["cache", "head"])
def test_one_may_say_how_it_is_learned(library: list[FileEmbeddings], kind: Kind):
    tag = learn(NAME, like(CREAK, 3), [], library, kind=kind)
    assert tag.kind == kind
    assert share_taken(tag, like(CREAK, 50, seed=1)) > 0.9


def test_a_head_remembers_single_examples_while_they_are_few(library: list[FileEmbeddings]):
    few, many = (learn(NAME, like(CREAK, examples), [], library) for examples in (MOST_KEYS - 1, MOST_KEYS))
    assert len(few.scorer.keys) == MOST_KEYS - 1
    assert len(many.scorer.keys) == 0


def test_learning_with_the_size_of_the_real_network_takes_less_than_a_second():
    dim = 512
    rng = np.random.default_rng(0)
    rows = unit(rng.standard_normal((1038, 9, dim)))
    files = [FileEmbeddings(row[1:], row[0]) for row in rows]
    start = time.process_time()
    learn(rows[0, 0], files[:19], files[19:38], files[38:])
    assert time.process_time() - start < 3.0  # 0.4 s on an idle processor
