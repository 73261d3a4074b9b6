from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.small_corpora import SMALL_RECIPE, make_clip, make_small_corpus
from trainer.config import Recipe
from trainer.corpus import Corpus, drawing_shares, load_corpus, split_positions
from trainer.errors import TrainerError


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    """Source c is held out; of source a, the low tone is refused."""
    data = replace(SMALL_RECIPE.data, held_out_sources=("c",), refused_recordings=("train/a/low tone.wav",), mixtures=6)
    return replace(SMALL_RECIPE, data=data)


def test_training_and_held_out_clips_are_apart_and_refused_recordings_in_neither() -> None:
    data = replace(SMALL_RECIPE.data, held_out_sources=("zoo",), refused_recordings=("farm-1", "zoo-2"))
    clips = [make_clip(source, f"{source}-{number}") for source in ("farm", "zoo") for number in range(3)]
    assert split_positions(clips, data) == ([0, 2], [3, 4])


def test_a_corpus_computes_the_features_it_lacks_and_names_its_parts(
    recipe: Recipe, small_shared: Path, tmp_path: Path
) -> None:
    corpus = load_corpus(recipe, small_shared, tmp_path / "run" / "features", workers=1)
    assert [clip.source for clip in corpus.clips] == ["a"] * 3 + ["b"] * 3 + ["c"] * 3
    assert corpus.held_out == [6, 7, 8]
    assert corpus.training == [1, 2, 3, 4, 5]
    assert [clip.recording for clip in corpus.training_clips][:2] == [
        "train/a/middle tone.wav",
        "train/a/high tone.wav",
    ]
    assert len(corpus.features.clip_scores) == 9 + 6
    assert corpus.tag_names[0] == "Band 0"
    once_more = load_corpus(recipe, small_shared, tmp_path / "run" / "features", workers=1)
    np.testing.assert_array_equal(once_more.features.levels, corpus.features.levels)


def test_refusing_more_recordings_takes_their_mixtures_along_and_leaves_the_cache_valid(
    recipe: Recipe, small_shared: Path, tmp_path: Path
) -> None:
    every_tone_of_a = tuple(f"train/a/{height} tone.wav" for height in ("low", "middle", "high"))
    refusing = {
        refused: replace(recipe, data=replace(recipe.data, refused_recordings=refused))
        for refused in ((), every_tone_of_a)
    }
    before = load_corpus(refusing[()], small_shared, tmp_path, workers=1)
    assert before.mixtures == [9, 10, 11, 12, 13, 14]
    after = load_corpus(refusing[every_tone_of_a], small_shared, tmp_path, workers=1)
    assert after.mixtures == []  # each has a clip of a, since it needs two sources and c is held out
    assert after.training == [3, 4, 5]


def test_a_folder_without_sounds_is_named(recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"There is no manifest .*train\.csv"):
        load_corpus(recipe, tmp_path, tmp_path / "features")


def test_long_clips_are_drawn_more_often_and_common_captions_less() -> None:
    corpus = make_small_corpus(mixtures=0)
    clips = [
        make_clip("zoo", "a", "dog", seconds=4.0),
        make_clip("zoo", "b", "rain", seconds=4.0),
        make_clip("zoo", "c", "rain", seconds=0.1),  # counts as half a second
        make_clip("zoo", "d", "unknown", seconds=60.0),  # no caption; counts as 15 s
        make_clip("zoo", "e", "unknown", seconds=1.0),
    ]
    items, shares = drawing_shares(replace(corpus, clips=clips, training=[0, 1, 2, 3, 4]), 0.2)
    assert items == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(shares, np.sqrt([4.0, 4.0 / 2, 0.5 / 2, 15.0, 1.0]))


@pytest.mark.parametrize("mixture_share", [0.0, 0.15, 0.5])
def test_mixtures_get_their_share_of_all_draws(small_corpus: Corpus, mixture_share: float) -> None:
    items, shares = drawing_shares(small_corpus, mixture_share)
    assert items == [*small_corpus.training, *small_corpus.mixtures]
    assert shares[-2:].sum() / shares.sum() == pytest.approx(mixture_share)
    assert shares[-1] == shares[-2]
