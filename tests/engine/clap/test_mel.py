from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import ClapFeatureExtractor

from engine.clap.config import MelConfig
from engine.clap.mel import LogMel, hz_to_mel, mel_bank, mel_to_hz
from tests.small_networks import SMALL_CONFIG, make_extractor

PUBLISHED = MelConfig(48000, 1024, 1024, 480, mels=64, low_hz=50.0, high_hz=14000.0)
TIME_S = np.arange(480000) / 48000
SOUNDS = {
    "noise": np.random.default_rng(0).standard_normal(480000) * 0.1,
    "very quiet noise": np.random.default_rng(1).standard_normal(480000) * 1e-5,
    "full-scale tone": np.sin(2 * np.pi * 997.3 * TIME_S),
    "tone below the lowest band": np.sin(2 * np.pi * 40 * TIME_S),
    "sweep": np.sin(2 * np.pi * (50 * TIME_S + 600 * TIME_S**2)),
    "click": (np.arange(480000) == 5000).astype(np.float64),
    "constant": np.full(480000, 0.5),
    "silence": np.zeros(480000),
}


@pytest.mark.parametrize("sound", SOUNDS)
def test_levels_are_those_of_the_published_extractor(sound: str) -> None:
    waveform = SOUNDS[sound].astype(np.float32)
    expected = make_extractor()(waveform, sampling_rate=48000, return_tensors="np")["input_features"][0, 0]
    levels = LogMel(PUBLISHED)(torch.from_numpy(waveform).double().unsqueeze(0))[0].numpy()
    np.testing.assert_allclose(levels, expected.T, atol=1e-3, rtol=0)


def test_htk_levels_are_those_of_the_published_extractor_of_fused_networks() -> None:
    waveform = SOUNDS["noise"].astype(np.float32)
    extractor = ClapFeatureExtractor(frequency_min=50, truncation="fusion")
    expected = extractor(waveform, sampling_rate=48000, return_tensors="np")["input_features"][0, 0]
    log_mel = LogMel(MelConfig(48000, 1024, 1024, 480, 64, 50.0, 14000.0, scale="htk", unit_area=False))
    levels = log_mel(torch.from_numpy(waveform).double().unsqueeze(0))[0].numpy()
    np.testing.assert_allclose(levels, expected.T, atol=1e-3, rtol=0)


def test_float32_agrees_with_float64_wherever_a_band_holds_sound() -> None:
    waveform = torch.from_numpy(SOUNDS["noise"]).unsqueeze(0)
    log_mel = LogMel(PUBLISHED)
    assert log_mel(waveform.float()).dtype == torch.float32
    torch.testing.assert_close(
        log_mel(waveform.float()).double(), log_mel(waveform.float().double()), atol=1e-3, rtol=0
    )


@pytest.mark.parametrize("samples", [257, 1600, 1601, 1759, 1760, 40960])
def test_a_frame_stands_at_every_hop_from_the_first_sample_on(samples: int) -> None:
    assert LogMel(SMALL_CONFIG.mel)(torch.zeros(3, samples)).shape == (3, 16, 1 + samples // 160)


def test_silence_is_the_floor_and_levels_are_standardised() -> None:
    levels = LogMel(SMALL_CONFIG.mel)(torch.zeros(1, 1600))
    assert torch.all(levels == (-100.0 - -40.0) / 20.0)


def test_ten_times_the_amplitude_is_twenty_decibels_more() -> None:
    waveform = torch.from_numpy(SOUNDS["noise"][None, :48000])
    torch.testing.assert_close(LogMel(PUBLISHED)(10 * waveform), LogMel(PUBLISHED)(waveform) + 20.0)


def test_levels_keep_float32_under_autocast() -> None:
    waveform = torch.from_numpy(SOUNDS["noise"][None, :48000]).float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        levels = LogMel(PUBLISHED)(waveform)
    torch.testing.assert_close(levels, LogMel(PUBLISHED)(waveform), atol=0, rtol=0)


def test_front_end_stores_nothing_in_a_checkpoint() -> None:
    assert LogMel(PUBLISHED).state_dict() == {}


@pytest.mark.parametrize("scale", ["htk", "slaney"])
@given(hz=st.floats(0.0, 96_000.0))
def test_mel_scales_have_inverses(scale: str, hz: float) -> None:
    assert mel_to_hz(hz_to_mel(np.array(hz), scale), scale) == pytest.approx(hz, abs=1e-6)


def test_mel_scales_pass_through_their_anchors() -> None:
    # both scales were made so that 1000 Hz is a round number of mels
    assert hz_to_mel(np.array([0.0, 1000.0, 6400.0]), "slaney") == pytest.approx([0.0, 15.0, 42.0])
    assert hz_to_mel(np.array([0.0, 1000.0]), "htk") == pytest.approx([0.0, 1000.0], abs=0.02)


def test_every_triangle_of_unit_area_has_area_one() -> None:
    fine = MelConfig(48000, 1 << 16, 1024, 480, mels=64, low_hz=50.0, high_hz=14000.0)
    hz_per_bin = 48000 / (1 << 16)
    np.testing.assert_allclose(mel_bank(fine).sum(axis=1) * hz_per_bin, 1.0, atol=1e-3)


def test_triangles_without_unit_area_have_height_one() -> None:
    fine = MelConfig(48000, 1 << 16, 1024, 480, 64, 50.0, 14000.0, unit_area=False)
    np.testing.assert_allclose(mel_bank(fine).max(axis=1), 1.0, atol=0.02)
