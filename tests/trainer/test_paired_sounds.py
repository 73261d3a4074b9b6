from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.clap.config import MelConfig
from engine.clap.towers.config import AudioTowerConfig
from tests.small_corpora import make_clip
from tests.tones import write_sound
from trainer.clip_levels import frames_of_clip
from trainer.errors import TrainerError
from trainer.joined_sounds import JoinedClip
from trainer.paired_sounds import (
    captions_of,
    load_material,
    order_of_epoch,
    positions_of_step,
    row_of,
    split_clips,
    steps_of_epoch,
    texts_of,
)
from trainer.recipe import PairsConfig, PaperRecipe

MEL = MelConfig(8000, 256, 200, 80, mels=8, low_hz=50.0, high_hz=4000.0, mean_db=-40.0, deviation_db=20.0)
COLUMNS = ("path", "source", "recording", "label", "caption", "seconds", "licence", "split")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten sounds of 0.3 to 0.75 s from two sources; the last of each source has a label and no caption."""
    folder = tmp_path_factory.mktemp("sounds")
    rows = []
    for number in range(10):
        path = write_sound(
            folder / f"{number}.wav", hz=200.0 * (number + 1), seconds=0.3 + 0.05 * number, sample_rate_hz=8000
        )
        source = "farm" if number < 5 else "zoo"
        caption = "" if number in (4, 9) else f"a dog barks {number} times"
        rows.append((path.name, source, f"{source}/{number}", "dog", caption, 1.0, "CC0", ""))
    with (folder / "sounds.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return folder / "sounds.csv"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def recipe(**pairs: object) -> PaperRecipe:
    settings = PairsConfig(clip_s=0.5, **pairs)  # type: ignore[arg-type]
    return PaperRecipe("small", "contrastive", "", MEL, AudioTowerConfig("patches"), 8, pairs=settings)


def drawn(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_captioned_sounds_are_split_by_source(manifest: Path, cache: Path) -> None:
    material = load_material(recipe(held_out_sources=("zoo",)), [manifest], cache, workers=1)
    assert [captions[0] for captions in material.training.captions] == [f"a dog barks {n} times" for n in range(4)]
    assert [captions[0] for captions in material.held_out.captions] == [f"a dog barks {n} times" for n in range(5, 9)]
    for pairs, first in ((material.training, 0), (material.held_out, 5)):
        lengths = [pairs.levels.frames_of(number) for number in range(len(pairs))]
        assert lengths == [31 + 5 * (first + number) for number in range(4)]
    assert material.mel == MEL
    assert texts_of(material.training) == sorted(f"a dog barks {n} times" for n in range(4))


def test_recipes_that_hold_out_something_else_share_a_cache(manifest: Path, tmp_path: Path) -> None:
    for source in ("zoo", "farm"):
        load_material(recipe(held_out_sources=(source,)), [manifest], tmp_path, workers=1)
    (folder,) = tmp_path.iterdir()
    load_material(recipe(held_out_sources=("farm",)), [manifest], tmp_path, workers=1, need_captions=False)
    assert len(list(tmp_path.iterdir())) == 2  # and one of those that nobody described
    assert folder.exists()


def test_sounds_without_captions_are_heard_where_none_are_needed(manifest: Path, cache: Path) -> None:
    material = load_material(recipe(), [manifest], cache, workers=1, need_captions=False)
    lengths = [material.training.levels.frames_of(number) for number in range(10)]
    assert lengths == [31 + 5 * number for number in range(10)]
    assert material.training.captions[4] == ()
    assert row_of(material.training, 4, drawn(1), 50)[2] == ""
    assert len(material.held_out) == 0


def test_a_label_becomes_a_sentence() -> None:
    settings = PairsConfig(label_sentence="The sound of {labels}")
    clip = replace(make_clip("zoo", "a"), caption="", label="dog")
    assert captions_of(clip, settings) == ("The sound of dog",)  # D15
    assert captions_of(replace(clip, labels=("dog", "rain")), settings) == ("The sound of dog, rain",)
    assert captions_of(replace(clip, caption="woof", other_captions=("yap",)), settings) == ("woof", "yap")
    assert captions_of(replace(clip, label=""), settings) == ()
    assert captions_of(clip, PairsConfig()) == ()


def test_a_row_is_a_random_crop_or_goes_on_in_silence(manifest: Path, cache: Path) -> None:
    pairs = load_material(recipe(), [manifest], cache, workers=1, need_captions=False).training
    clip_frames = frames_of_clip(MEL, 0.5)
    assert clip_frames == 50
    short, frames, caption = row_of(pairs, 0, drawn(1), clip_frames)
    assert (short.shape, frames, caption) == ((50, 8), 31, "a dog barks 0 times")
    assert (short[31:] == pairs.levels.silence).all()
    whole = pairs.levels.stretch(9, 0, 76)
    crops = [row_of(pairs, 9, drawn(seed), clip_frames) for seed in range(200)]
    assert {frames for _, frames, _ in crops} == {50}
    begins = {begin for row, _, _ in crops for begin in range(27) if torch.equal(row, whole[begin : begin + 50])}
    assert {0, 26} <= begins
    assert torch.equal(row_of(pairs, 9, drawn(3), clip_frames)[0], crops[3][0])


def test_joined_pairs_follow_and_fit_into_a_clip(manifest: Path, cache: Path) -> None:
    settings = recipe(joined_pairs=6, cross_fade_s=0.1, held_out_sources=("zoo",))
    material = load_material(settings, [manifest], cache, workers=1)
    assert [isinstance(sound, JoinedClip) for sound in material.training.sounds] == [False] * 4 + [True] * 6
    assert not any(isinstance(sound, JoinedClip) for sound in material.held_out.sounds)
    for number in range(4, 10):
        joined = material.training.sounds[number]
        assert isinstance(joined, JoinedClip)
        assert material.training.captions[number] == (joined.caption,)
        assert material.training.levels.frames_of(number) <= 51
        assert {joined.first.source, joined.second.source} == {"farm"}
    again = load_material(settings, [manifest], cache, workers=1)
    assert again.training.captions == material.training.captions


def test_training_captions_alone_are_rewritten_or_cut(manifest: Path, cache: Path) -> None:
    settings = recipe(rewrites=4, keep_share=0.0, held_out_sources=("zoo",), kept_words="nouns and verbs")
    material = load_material(settings, [manifest], cache, workers=1)
    assert material.training.captions[0] == ("dog barks times",)
    assert len(material.training.rewrites["dog barks times"]) == 4
    assert row_of(material.training, 0, drawn(1), 50)[2] in material.training.rewrites["dog barks times"]
    assert set(material.training.rewrites["dog barks times"]) < set(texts_of(material.training))
    assert row_of(material.held_out, 0, drawn(1), 50)[2] == "a dog barks 5 times"


def test_augmented_rows_are_of_their_generator_and_held_out_ones_stay(manifest: Path, cache: Path) -> None:
    plain = load_material(recipe(held_out_sources=("zoo",)), [manifest], cache, workers=1)
    material = load_material(recipe(augment=True, held_out_sources=("zoo",)), [manifest], cache, workers=1)
    rows = [row_of(material.training, 1, drawn(seed), 50) for seed in range(20)]
    assert len({float(row.sum()) for row, _, _ in rows}) == 20
    assert len({frames for _, frames, _ in rows}) == 2  # as recorded, and at another speed
    assert all((row[frames:] == material.training.levels.silence).all() for row, frames, _ in rows)
    assert torch.equal(row_of(material.training, 1, drawn(3), 50)[0], rows[3][0])
    assert torch.equal(row_of(material.held_out, 1, drawn(3), 50)[0], row_of(plain.held_out, 1, drawn(3), 50)[0])


def test_nothing_recorded_for_the_other_side_is_trained_on() -> None:
    clips = [
        make_clip("farm", "one"),
        make_clip("farm", "two"),
        make_clip("zoo", "two"),  # the same recording in a set that is held out
        replace(make_clip("set", "three"), split="test"),
        make_clip("farm", "three"),
        replace(make_clip("set", "four"), split="validation"),
        replace(make_clip("set", "five"), split="train"),
    ]
    training, held_out = split_clips(clips, PairsConfig(held_out_sources=("zoo",)), seed=1)
    assert [clips[at].recording for at in training] == ["one", "five"]
    assert held_out == [1, 2, 5]


def test_a_share_of_recordings_is_held_out_whoever_else_is_there() -> None:
    clips = [make_clip("farm", f"{number // 2}") for number in range(2000)]
    training, held_out = split_clips(clips, PairsConfig(held_out_share=0.2), seed=1)
    assert 150 < len(held_out) / 2 < 250
    assert sorted([*training, *held_out]) == list(range(2000))
    assert not {clips[at].recording for at in training} & {clips[at].recording for at in held_out}
    fewer, _ = split_clips(clips[:100], PairsConfig(held_out_share=0.2), seed=1)
    assert fewer == [at for at in training if at < 100]
    assert split_clips(clips, PairsConfig(held_out_share=0.2), seed=2)[1] != held_out


def test_nothing_to_train_on_is_said(manifest: Path, cache: Path) -> None:
    with pytest.raises(TrainerError, match="nothing to train on"):
        load_material(recipe(held_out_sources=("farm", "zoo")), [manifest], cache, workers=1)
    with pytest.raises(TrainerError, match="zo0"):
        load_material(recipe(held_out_sources=("zo0",)), [manifest], cache, workers=1)


@pytest.mark.parametrize(("rows", "rows_per_step"), [(10, 3), (8, 4), (5, 5), (3, 8)])
def test_steps_go_through_every_epoch_in_an_order_of_its_own(rows: int, rows_per_step: int) -> None:
    steps = steps_of_epoch(rows, rows_per_step)
    assert steps == max(1, rows // rows_per_step)
    epochs = []
    for epoch in range(3):
        of_epoch = torch.cat([positions_of_step(rows, rows_per_step, 7, epoch * steps + step) for step in range(steps)])
        assert len(of_epoch) == steps * rows_per_step
        assert len(set(of_epoch.tolist())) == min(rows, len(of_epoch))
        epochs.append(of_epoch.tolist())
    assert len({tuple(epoch) for epoch in epochs}) > 1
    assert epochs[1] != positions_of_step(rows, rows_per_step, 8, steps).tolist()
    assert order_of_epoch(rows, 7, 1).sort().values.tolist() == list(range(rows))
