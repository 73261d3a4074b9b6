from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.audio import read_audio
from engine.clap.config import MelConfig
from engine.clap.mel import LogMel
from tests.small_corpora import make_clip
from tests.tones import write_sound
from trainer import clip_levels
from trainer.clip_levels import frames_of_clip, levels_of_waveform, load_levels, waveform_of
from trainer.errors import TrainerError
from trainer.joined_sounds import join
from trainer.manifest import Clip
from trainer.waveform_changes import ChangedClip

MEL = MelConfig(8000, 256, 200, 80, mels=8, low_hz=50.0, high_hz=4000.0, mean_db=-40.0, deviation_db=20.0)


@pytest.fixture
def clips(tmp_path: Path) -> list[Clip]:
    """Tones of 0.1, 0.2, ... 0.5 s."""
    return [
        make_clip(
            "zoo", f"{n}", path=write_sound(tmp_path / f"{n}.wav", hz=300.0 * n, seconds=n / 10, sample_rate_hz=8000)
        )
        for n in range(1, 6)
    ]


def test_levels_are_those_of_the_engines_front_end(clips: list[Clip], tmp_path: Path) -> None:
    levels = load_levels(clips, MEL, tmp_path / "cache", workers=1)
    assert len(levels) == 5
    for number, clip in enumerate(clips):
        y = torch.from_numpy(read_audio(clip.path, sample_rate_hz=8000))
        expected = LogMel(MEL)(y.unsqueeze(0))[0].T
        assert levels.frames_of(number) == len(expected)
        torch.testing.assert_close(levels.stretch(number, 0, len(expected)), expected, atol=4e-3, rtol=0)
        torch.testing.assert_close(levels.stretch(number, 3, 4), expected[3:7], atol=4e-3, rtol=0)


def test_beyond_its_end_a_sound_is_silent(clips: list[Clip], tmp_path: Path) -> None:
    levels = load_levels(clips, MEL, tmp_path / "cache", workers=1)
    row = levels.stretch(0, 8, 6)  # the sound has 11 frames
    assert row.shape == (6, 8)
    assert (row[3:] == levels.silence).all()
    assert levels.silence == (-100.0 + 40.0) / 20.0
    assert row[:3].max() > 0
    assert (levels.stretch(0, 40, 2) == levels.silence).all()


def test_a_crop_of_5_s_at_44_khz_has_690_frames() -> None:
    mel = MelConfig(44100, 1024, 1024, 320, mels=64, low_hz=50.0, high_hz=8000.0)
    assert frames_of_clip(mel, 5.0) == 690  # C11, reviewer test 000 (d)
    assert levels_of_waveform(np.zeros(220_500, np.float32), mel).shape == (690, 64)
    assert frames_of_clip(replace(MEL, sample_rate_hz=16000, hop_samples=160), 10.24) == 1024  # 512 patches, K24


def test_a_sound_shorter_than_the_window_has_levels(tmp_path: Path) -> None:
    click = make_clip("zoo", "click", path=write_sound(tmp_path / "click.wav", seconds=0.001, sample_rate_hz=8000))
    levels = load_levels([click], MEL, tmp_path / "cache", workers=1)
    assert levels.frames_of(0) == 1
    assert torch.isfinite(levels.stretch(0, 0, 1)).all()


def test_the_longest_stretch_is_kept(clips: list[Clip], tmp_path: Path) -> None:
    levels = load_levels(clips, MEL, tmp_path / "cache", longest_s=0.2, workers=1)
    assert [levels.frames_of(number) for number in range(5)] == [11, 21, 21, 21, 21]


def test_some_sounds_and_those_of_another_list(clips: list[Clip], tmp_path: Path) -> None:
    one = load_levels(clips[:3], MEL, tmp_path / "cache", workers=1)
    other = load_levels(clips[3:], MEL, tmp_path / "cache", workers=1)
    both = one.followed_by(other).at([4, 0, 3])
    assert [both.frames_of(number) for number in range(3)] == [51, 11, 41]
    assert torch.equal(both.stretch(0, 5, 9), other.stretch(1, 5, 9))
    assert torch.equal(both.stretch(1, 0, 11), one.stretch(0, 0, 11))


def test_a_joined_and_a_changed_sound_are_heard_as_what_they_are(clips: list[Clip], tmp_path: Path) -> None:
    joined = join((clips[4], "low"), (clips[3], "high"), "after", part_s=0.4, cross_fade_s=0.1)
    y = waveform_of(joined, 8000, 60.0)
    assert len(y) == round((0.4 + 0.4 - 0.1) * 8000)
    np.testing.assert_allclose(y[:2400], read_audio(clips[4].path, sample_rate_hz=8000)[:2400])  # heard first
    changed = ChangedClip(clips[4], seed=1)
    levels = load_levels([joined, changed, clips[4]], MEL, tmp_path / "cache", workers=1)
    assert levels.frames_of(0) == 71
    assert not torch.equal(levels.stretch(1, 0, 30), levels.stretch(2, 0, 30))


def test_an_interrupted_run_goes_on_where_it_stopped(
    clips: list[Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_levels, "SOUNDS_PER_GROUP", 2)
    whole = load_levels(clips, MEL, tmp_path / "cache", workers=1)
    lost, *kept = sorted((tmp_path / "cache").glob("*/levels-*.npy"))
    expected = whole.stretch(1, 0, 21)
    assert len(kept) == 2
    lost.unlink()
    for clip in clips[2:]:
        clip.path.unlink()  # they are not read again
    assert torch.equal(load_levels(clips, MEL, tmp_path / "cache", workers=1).stretch(1, 0, 21), expected)


def test_the_cache_is_of_one_front_end_and_of_these_sounds(clips: list[Clip], tmp_path: Path) -> None:
    load_levels(clips, MEL, tmp_path / "cache", workers=1)
    load_levels(clips, replace(MEL, mels=16), tmp_path / "cache", workers=1)
    load_levels(clips[1:], MEL, tmp_path / "cache", workers=1)
    load_levels([replace(clip, caption="said otherwise") for clip in clips], MEL, tmp_path / "cache", workers=1)
    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_two_processes_compute_the_same(clips: list[Clip], tmp_path: Path) -> None:
    many = [replace(clip, recording=f"{copy}") for copy in range(4) for clip in clips]  # more than one is given at once
    one, two = (load_levels(many, MEL, tmp_path / f"{workers}", workers=workers) for workers in (1, 2))
    assert all(torch.equal(one.stretch(n, 0, 60), two.stretch(n, 0, 60)) for n in range(len(many)))


def test_what_cannot_be_read_is_named_and_the_rest_is_kept(
    clips: list[Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_levels, "SOUNDS_PER_GROUP", 5)
    broken = [make_clip("zoo", f"b{n}", path=tmp_path / f"broken {n}.wav") for n in range(7)]
    for clip in broken:
        clip.path.write_bytes(b"no sound")
    with pytest.raises(
        TrainerError, match=r"cannot be read; .*\(.*broken 0\.wav: .*broken 4\.wav: [^;]*; and 2 more\)\.$"
    ):
        load_levels([*clips, *broken], MEL, tmp_path / "cache", workers=1)
    assert [path.name for path in (tmp_path / "cache").glob("*/levels-*")] == ["levels-0000000.npy"]


def test_a_damaged_cache_is_named(clips: list[Clip], tmp_path: Path) -> None:
    load_levels(clips, MEL, tmp_path / "cache", workers=1)
    (stored,) = (tmp_path / "cache").glob("*/levels-*.npy")
    stored.write_bytes(stored.read_bytes()[:200])
    with pytest.raises(TrainerError, match="damaged; delete that folder"):
        load_levels(clips, MEL, tmp_path / "cache", workers=1)
