from __future__ import annotations

import logging
import shutil
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.audio import read_audio
from engine.clap.mel import LogMel
from tests.small_corpora import SMALL_MEL, make_clip, make_mixtures
from tests.tones import write_sound
from trainer import features
from trainer.corpus import teacher_files
from trainer.errors import TrainerError
from trainer.features import Features, decode_levels, decode_scores, encode_levels, encode_scores
from trainer.manifest import Clip
from trainer.mixtures import Mixtures
from trainer.teachers import COLUMN_S, Teachers

SHARDS = ["items-0000000.safetensors", "items-0000002.safetensors"]
MIXTURES = replace(make_mixtures((1, 0)), offsets_s=torch.tensor([0.5]))  # the short sound over the long one


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    """A tone of 0.1 s at another rate, and one of 1 s."""
    folder = tmp_path_factory.mktemp("sounds")
    short = write_sound(folder / "short.wav", hz=3000, seconds=0.1, sample_rate_hz=44100)
    long = write_sound(folder / "long.wav", hz=1000, seconds=1.0)
    return [make_clip("zoo", "short", path=short), make_clip("farm", "long", path=long)]


@pytest.fixture(autouse=True)
def two_items_per_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "ITEMS_PER_SHARD", 2)


@pytest.fixture
def cache(made_once: Path, tmp_path: Path) -> Path:
    """The features of both clips and the mixture, a copy that may be changed."""
    return Path(shutil.copytree(made_once, tmp_path / "features"))


@pytest.fixture(scope="module")
def made_once(clips: list[Clip], small_shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "features"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "ITEMS_PER_SHARD", 2)
        compute(clips, MIXTURES, small_shared, folder)
    return folder


@pytest.fixture
def loaded(cache: Path, clips: list[Clip]) -> Features:
    return features.load(cache, clips, MIXTURES, SMALL_MEL)


def compute(clips: list[Clip], mixtures: Mixtures, shared: Path, folder: Path) -> None:
    features.compute(clips, mixtures, SMALL_MEL, teacher_files(shared), folder)


def levels_of(loaded: Features, item: int) -> Tensor:
    """(frames, mels) dB."""
    return decode_levels(loaded.levels[loaded.starts[item] : loaded.starts[item + 1]])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def assert_same(one: Features, other: Features) -> None:
    for part in fields(Features):
        assert torch.equal(getattr(one, part.name), getattr(other, part.name)), part.name


def test_levels_are_kept_within_a_quarter_of_a_db() -> None:
    levels_db = torch.linspace(-100.0, 27.0, 1000)
    stored = encode_levels(levels_db)
    assert stored.dtype == torch.uint8
    torch.testing.assert_close(decode_levels(stored), levels_db, atol=0.2501, rtol=0)
    assert decode_levels(encode_levels(torch.tensor([-130.0, 60.0]))).tolist() == [-100.0, 27.5]


def test_scores_are_kept_finest_near_zero() -> None:
    scores = torch.tensor([0.0, 1e-4, 1e-3, 0.01, 0.1, 0.5, 1.0])
    stored = encode_scores(scores)
    assert stored.dtype == torch.uint8
    errors = (decode_scores(stored) - scores).abs()
    assert errors[0] == errors[-1] == 0.0
    assert torch.all(errors[1:-1] <= scores[1:-1].sqrt() / 255.0 + 1e-5)


def test_every_item_has_levels_and_labels_of_equal_length(loaded: Features) -> None:
    assert loaded.column_starts.diff().tolist() == [1, 3, 3]
    assert loaded.starts.diff().tolist() == [32, 96, 96]
    assert loaded.frames_per_column == features.column_frames(SMALL_MEL) == 32
    assert loaded.levels.shape == (224, SMALL_MEL.mels)
    assert loaded.column_scores.shape == (7, 527)
    assert loaded.clip_scores.shape == (3, 527)
    assert loaded.embeddings.shape == (3, 384 + 1024)
    assert [loaded.levels.dtype, loaded.column_scores.dtype] == [torch.uint8, torch.uint8]


def test_levels_are_those_that_the_network_will_hear_before_standardisation(
    loaded: Features, clips: list[Clip]
) -> None:
    y = read_audio(clips[1].path, sample_rate_hz=SMALL_MEL.sample_rate_hz)
    heard = LogMel(SMALL_MEL)(torch.from_numpy(y[None]))[0].T * SMALL_MEL.deviation_db + SMALL_MEL.mean_db
    frames = 94  # those that end before the waveform was cut to whole columns
    above_rounding = heard[:frames] > -75.0  # of samples to 16 bits
    stored = levels_of(loaded, 1)[:frames]
    torch.testing.assert_close(stored[above_rounding], heard[:frames][above_rounding], atol=0.35, rtol=0)
    assert above_rounding.any(1).all()


def test_labels_are_what_the_teachers_say(loaded: Features, clips: list[Clip], small_shared: Path) -> None:
    y = read_audio(clips[1].path, sample_rate_hz=SMALL_MEL.sample_rate_hz)
    said = Teachers(teacher_files(small_shared)).label_all([y])[0]
    columns = slice(*loaded.column_starts[1:3].tolist())
    # scores are rounded to bytes, samples to 16 bits
    assert_close = partial(torch.testing.assert_close, atol=0.02, rtol=0)
    assert_close(decode_scores(loaded.column_scores[columns]), said.column_scores[0])
    assert_close(loaded.clip_scores[1], said.clip_scores[0])
    assert_close(loaded.embeddings[1].float(), said.embeddings[0])


def test_short_sound_is_padded_with_silence(loaded: Features) -> None:
    levels_db = levels_of(loaded, 0)
    assert levels_db[:8].max() > -40.0
    assert (levels_db[13:] == -100.0).all()


def test_a_mixture_is_rendered_and_labelled_like_a_clip(loaded: Features) -> None:
    long, mixed = levels_of(loaded, 1), levels_of(loaded, 2)
    torch.testing.assert_close(mixed[:48], long[:48], atol=0.51, rtol=0)
    added = (mixed - long)[52:58]
    assert added.max() > 20.0  # the second sound, in its own band
    assert loaded.clip_scores[2].argmax() in loaded.clip_scores[:2].argmax(1)


def test_shards_are_whole_and_nothing_else_lies_there(cache: Path) -> None:
    assert names(cache) == ["fingerprint", *SHARDS]


def test_a_complete_cache_is_not_computed_again(cache: Path, clips: list[Clip], small_shared: Path) -> None:
    before = times(cache)
    compute(clips, MIXTURES, small_shared, cache)
    assert times(cache) == before


def test_a_killed_computation_goes_on_where_it_was(
    cache: Path, loaded: Features, clips: list[Clip], small_shared: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = times(cache)
    # killed while it wrote the second shard
    (cache / SHARDS[1]).unlink()
    (cache / SHARDS[1]).with_suffix(".part").write_bytes(b"cut off")
    with caplog.at_level(logging.INFO):
        compute(clips, MIXTURES, small_shared, cache)
    assert "features: 1 of 1 groups of sounds" in caplog.text
    assert names(cache) == ["fingerprint", *SHARDS]
    assert times(cache)[SHARDS[0]] == before[SHARDS[0]]
    assert_same(features.load(cache, clips, MIXTURES, SMALL_MEL), loaded)


def test_items_are_the_same_however_they_are_grouped(
    loaded: Features, clips: list[Clip], small_shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "ITEMS_PER_SHARD", 2000)
    monkeypatch.setattr(features, "AUDIO_S_AT_ONCE", {"cpu": 0.0})  # one by one
    folder = tmp_path / "in one"
    compute(clips, MIXTURES, small_shared, folder)
    assert names(folder) == ["fingerprint", SHARDS[0]]
    again = features.load(folder, clips, MIXTURES, SMALL_MEL)
    assert torch.equal(again.starts, loaded.starts)
    torch.testing.assert_close(again.clip_scores, loaded.clip_scores, atol=0.01, rtol=0)
    for item, frames in enumerate((30, 94, 94)):  # the last frames reach into what follows
        torch.testing.assert_close(levels_of(again, item)[:frames], levels_of(loaded, item)[:frames], atol=0.51, rtol=0)


def test_the_cache_of_other_sounds_or_another_front_end_is_refused(
    cache: Path, clips: list[Clip], small_shared: Path
) -> None:
    louder = replace(MIXTURES, gains_db=torch.tensor([3.0]))
    for others in [
        (clips[:1], make_mixtures(), SMALL_MEL),
        (clips, louder, SMALL_MEL),
        (clips, MIXTURES, replace(SMALL_MEL, mels=8)),
    ]:
        with pytest.raises(TrainerError, match="other sounds or another front end"):
            features.compute(*others, teacher_files(small_shared), cache)
        with pytest.raises(TrainerError, match="other sounds or another front end"):
            features.load(cache, *others)


def test_an_unreadable_sound_is_named_before_anything_is_computed(
    clips: list[Clip], small_shared: Path, tmp_path: Path
) -> None:
    broken = make_clip("zoo", "broken", path=tmp_path / "broken.wav")
    broken.path.write_bytes(b"no sound")
    folder = tmp_path / "features"
    with pytest.raises(TrainerError, match=r"sounds that cannot be read; .*broken\.wav"):
        compute([*clips, broken], MIXTURES, small_shared, folder)
    assert names(folder) == ["fingerprint"]
    write_sound(broken.path, hz=500, seconds=0.5)
    compute([*clips, broken], MIXTURES, small_shared, folder)
    loaded = features.load(folder, [*clips, broken], MIXTURES, SMALL_MEL)
    assert loaded.column_starts.diff().tolist() == [1, 3, 2, 3]


def test_a_network_that_hears_at_another_rate_cannot_be_taught(
    clips: list[Clip], small_shared: Path, tmp_path: Path
) -> None:
    mel = replace(SMALL_MEL, sample_rate_hz=16000, high_hz=8000.0)
    with pytest.raises(TrainerError, match="The teachers hear at 32000 Hz"):
        features.compute(clips, MIXTURES, mel, teacher_files(small_shared), tmp_path / "features")
    assert not (tmp_path / "features").exists()


def test_a_column_is_320_ms_of_frames_whatever_the_hop() -> None:
    for hop in (160, 320, 640):
        assert features.column_frames(replace(SMALL_MEL, hop_samples=hop)) * hop / 32000 == pytest.approx(COLUMN_S)
