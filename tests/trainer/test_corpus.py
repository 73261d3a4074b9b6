from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.small_corpora import SMALL_RECIPE, make_clip, make_small_corpus
from trainer.config import Recipe
from trainer.corpus import Corpus, Split, drawing_shares, load_corpus, read_clips, split_clips
from trainer.errors import TrainerError
from trainer.manifest import COLUMNS


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    """Source c is held out; the low tone of source a is refused; nothing is told of high tones."""
    data = replace(
        SMALL_RECIPE.data,
        held_out_sources=("c",),
        refused_recordings=("train/a/low tone.wav",),
        unseen_labels=("high tone",),
        mixtures=6,
    )
    return replace(SMALL_RECIPE, data=data)


def write_manifest(path: Path, *rows: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    return path


def test_clips_come_from_every_manifest_by_length_without_refused_licences(tmp_path: Path) -> None:
    write_manifest(tmp_path / "sounds" / "train.csv", "b.wav,zoo,b,,,3.0,CC0", "c.wav,zoo,c,,,1.0,not for sale")
    more = write_manifest(tmp_path / "more.csv", "a.wav,farm,a,,,2.0,CC0", "d.wav,farm,d,,,4.0,CC0")
    data = replace(SMALL_RECIPE.data, refused_licences=("not for sale",))
    assert [clip.recording for clip in read_clips(data, tmp_path)] == ["b"]
    assert [clip.recording for clip in read_clips(data, tmp_path, [more])] == ["a", "b", "d"]


def test_so_many_clips_are_read_beside_all_that_are_held_out(tmp_path: Path) -> None:
    rows = [f"{i}.wav,zoo,{i},,,1.0,CC0" for i in range(9)] + ["x.wav,farm,x,,,1.0,CC0", "y.wav,farm,y,,,1.0,CC0"]
    write_manifest(tmp_path / "sounds" / "train.csv", *rows)
    data = replace(SMALL_RECIPE.data, held_out_sources=("farm",), most_clips=4)
    read = read_clips(data, tmp_path)
    assert [clip.source for clip in read].count("zoo") == 4
    assert [clip.source for clip in read].count("farm") == 2
    assert read == read_clips(data, tmp_path)


def test_training_and_held_out_clips_are_apart_and_refused_recordings_in_neither() -> None:
    data = replace(SMALL_RECIPE.data, held_out_sources=("zoo",), refused_recordings=("farm-1", "zoo-2"))
    clips = [make_clip(source, f"{source}-{number}") for source in ("farm", "zoo") for number in range(3)]
    assert split_clips(clips, data) == Split(training=[0, 2], held_out=[3, 4], unseen=[])


def test_what_an_unseen_label_names_is_unseen_whoever_recorded_it() -> None:
    data = replace(SMALL_RECIPE.data, held_out_sources=("zoo",), unseen_labels=("bell", "rain"))
    clips = [
        make_clip(source, f"{source}-{kind}", kind) for source in ("farm", "zoo") for kind in ("bell", "dog", "rain")
    ]
    assert split_clips(clips, data) == Split(training=[1], held_out=[4], unseen=[0, 2, 3, 5])


def test_a_held_out_source_that_is_not_there_is_a_slip_of_the_pen() -> None:
    with pytest.raises(TrainerError, match="south"):
        split_clips([make_clip("zoo", "a")], SMALL_RECIPE.data)


def test_a_corpus_computes_the_features_it_lacks_and_names_its_parts(
    recipe: Recipe, small_shared: Path, tmp_path: Path
) -> None:
    corpus = load_corpus(recipe, small_shared, tmp_path / "run" / "features", workers=1)
    assert [clip.source for clip in corpus.clips] == ["a"] * 3 + ["b"] * 3 + ["c"] * 3
    assert corpus.split == Split(training=[1, 3, 4], held_out=[6, 7], unseen=[2, 5, 8])
    assert [clip.recording for clip in corpus.training_clips][:2] == ["train/a/middle tone.wav", "train/b/low tone.wav"]
    assert len(corpus.mixtures) == 6
    assert set(corpus.mixtures.clips.flatten().tolist()) <= set(corpus.split.training)
    assert len(corpus.features.clip_scores) == 9 + 6
    assert corpus.tag_names[0] == "Band 0"
    once_more = load_corpus(recipe, small_shared, tmp_path / "run" / "features", workers=1)
    assert torch.equal(once_more.features.levels, corpus.features.levels)


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
    items, shares = drawing_shares(replace(corpus, clips=clips, split=Split([0, 1, 2, 3, 4], [], [])), 0.2)
    assert items.tolist() == [0, 1, 2, 3, 4]
    torch.testing.assert_close(shares, torch.tensor([4.0, 4.0 / 2, 0.5 / 2, 15.0, 1.0]).sqrt())


@pytest.mark.parametrize("mixture_share", [0.0, 0.15, 0.5])
def test_mixtures_get_their_share_of_all_draws(small_corpus: Corpus, mixture_share: float) -> None:
    items, shares = drawing_shares(small_corpus, mixture_share)
    assert items.tolist() == [*small_corpus.split.training, 16, 17]
    assert (shares[-2:].sum() / shares.sum()).item() == pytest.approx(mixture_share)
    assert shares[-1] == shares[-2]
