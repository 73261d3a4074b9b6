from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.audio import read_audio
from engine.clap.mel import LogMel
from tests.small_corpora import SMALL_RECIPE, make_clip
from tests.tones import write_sound
from trainer import features
from trainer.corpus import teacher_files
from trainer.errors import TrainerError
from trainer.features import Features, Item
from trainer.mixtures import Mixture
from trainer.teachers import COLUMN_S, Labels

MEL = SMALL_RECIPE.mel
DIM = 5


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    """A tone of 1 s, one of 0.1 s at another rate, and both mixed."""
    folder = tmp_path_factory.mktemp("sounds")
    long = make_clip("farm", "long", path=write_sound(folder / "long.wav", hz=1000, seconds=1.0))
    short = make_clip(
        "zoo", "short", path=write_sound(folder / "short.wav", hz=3000, seconds=0.1, sample_rate_hz=44100)
    )
    return [long, short, Mixture(long, short, 0.5, 0.0)]


@pytest.fixture(scope="module")
def cache(items: list[Item], small_shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The features of all items, in shards of two."""
    folder = tmp_path_factory.mktemp("run") / "features"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "ITEMS_PER_SHARD", 2)
        features.compute(items, MEL, teacher_files(small_shared), folder, workers=1)
    return folder


@pytest.fixture
def loaded(cache: Path, items: list[Item], monkeypatch: pytest.MonkeyPatch) -> Features:
    monkeypatch.setattr(features, "ITEMS_PER_SHARD", 2)
    return features.load(cache, items, MEL)


def test_every_item_has_levels_and_labels_of_equal_length(loaded: Features) -> None:
    assert np.diff(loaded.column_starts).tolist() == [3, 1, 3]
    assert np.diff(loaded.starts).tolist() == [96, 32, 96]
    assert loaded.frames_per_column == features.column_frames(MEL) == 32
    assert loaded.levels.shape == (224, MEL.mels)
    assert loaded.column_scores.shape == (7, 527)
    assert loaded.clip_scores.shape == (3, 527)
    assert loaded.embeddings.shape == (3, 384 + 1024)
    assert loaded.levels.dtype == np.float16


def test_levels_are_those_that_the_network_will_hear_before_standardisation(
    loaded: Features, items: list[Item]
) -> None:
    assert not isinstance(items[0], Mixture)
    y = read_audio(items[0].path, sample_rate_hz=MEL.sample_rate_hz)
    heard = LogMel(MEL)(torch.from_numpy(y[None]))[0].T.numpy() * MEL.deviation_db + MEL.mean_db
    frames = 94  # those that end before the waveform was cut to whole columns
    np.testing.assert_allclose(loaded.levels[:frames], heard[:frames], atol=0.05)


def test_short_sound_is_padded_with_silence(loaded: Features) -> None:
    levels = loaded.levels[96:128]
    assert levels[:8].max() > -40.0
    assert np.all(levels[12:] == -100.0)


def test_a_mixture_is_rendered_and_labelled_like_a_clip(loaded: Features) -> None:
    first, mixed = loaded.levels[:96].astype(np.float32), loaded.levels[128:].astype(np.float32)
    np.testing.assert_allclose(mixed[:48], first[:48], atol=0.05)
    added = (mixed - first)[52:58]
    assert added.max() > 20.0  # the second sound, in its own band
    assert np.median(added) == pytest.approx(0.0, abs=3.0)


def test_shards_are_whole_and_nothing_else_lies_there(cache: Path) -> None:
    assert sorted(path.name for path in cache.iterdir()) == ["fingerprint", "items-000000.npz", "items-000002.npz"]


def test_a_complete_cache_is_not_computed_again(
    cache: Path, items: list[Item], small_shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "ITEMS_PER_SHARD", 2)
    before = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    features.compute(items, MEL, teacher_files(small_shared), cache, workers=1)
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir()} == before


def test_the_cache_of_other_sounds_or_another_front_end_is_refused(
    cache: Path, items: list[Item], small_shared: Path
) -> None:
    for other_items, other_mel in [(items[:2], MEL), (items, replace(MEL, mels=8))]:
        with pytest.raises(TrainerError, match="other sounds or another front end"):
            features.compute(other_items, other_mel, teacher_files(small_shared), cache, workers=1)
        with pytest.raises(TrainerError, match="other sounds or another front end"):
            features.load(cache, other_items, other_mel)


def test_one_unreadable_sound_is_named_and_what_is_missing_is_computed_later(
    items: list[Item],
    small_shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(features, "ITEMS_PER_SHARD", 2)
    broken = make_clip("zoo", "broken", path=tmp_path / "broken.wav")
    broken.path.write_bytes(b"no sound")
    folder = tmp_path / "features"
    with pytest.raises(TrainerError, match=r"sounds that cannot be read \(.*broken\.wav: [^;]*\)"):
        features.compute([*items[:2], broken], MEL, teacher_files(small_shared), folder, workers=1)
    assert sorted(path.name for path in folder.iterdir()) == ["fingerprint", "items-000000.npz"]
    write_sound(broken.path, hz=500, seconds=0.5)
    with caplog.at_level(logging.INFO):
        features.compute([*items[:2], broken], MEL, teacher_files(small_shared), folder, workers=1)
    assert "features: 1 of 1 groups of sounds" in caplog.text
    assert np.diff(features.load(folder, [*items[:2], broken], MEL).column_starts).tolist() == [3, 1, 2]


def test_other_processes_compute_the_same(
    loaded: Features, items: list[Item], small_shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    features.compute(items, MEL, teacher_files(small_shared), tmp_path, workers=2)
    again = features.load(tmp_path, items, MEL)
    for name in ("levels", "starts", "column_scores", "column_starts", "clip_scores", "embeddings"):
        np.testing.assert_array_equal(getattr(again, name), getattr(loaded, name))


def test_a_shard_gives_back_what_was_stored(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    levels = [random.standard_normal((32 * columns, 4)).astype(np.float16) for columns in (1, 3)]
    labels = [Labels(random.random((columns, 7)), random.random(7), random.standard_normal(DIM)) for columns in (1, 3)]
    features.write_shard(tmp_path / "items-000000.npz", levels, labels)
    clips: list[Item] = [make_clip("zoo", "a"), make_clip("zoo", "b")]
    loaded = features.load(tmp_path, clips, MEL)
    np.testing.assert_array_equal(loaded.levels[loaded.starts[1] : loaded.starts[2]], levels[1])
    stored = loaded.column_scores[loaded.column_starts[1] : loaded.column_starts[2]]
    np.testing.assert_allclose(stored, labels[1].column_scores, atol=1e-3)
    np.testing.assert_allclose(loaded.embeddings[1], labels[1].embedding, rtol=1e-3)


def test_a_column_is_320_ms_of_frames_at_any_rate() -> None:
    for rate_hz, hop in [(16000, 160), (32000, 320), (48000, 480)]:
        mel = replace(MEL, sample_rate_hz=rate_hz, hop_samples=hop)
        assert features.column_frames(mel) * hop / rate_hz == pytest.approx(COLUMN_S)
