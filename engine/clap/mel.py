"""Log-mel spectrograms, written once: the same code serves training, indexing and every published family.

Slaney's scale is linear below 1 kHz and logarithmic above (Auditory Toolbox, Technical Report 1998-010);
the HTK scale is 2595 log10(1 + f / 700) (The HTK Book, section 5.4).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from engine.clap.config import MelConfig

_SLANEY_HZ_PER_MEL = 200.0 / 3.0
_SLANEY_KNEE_HZ = 1000.0
_SLANEY_KNEE_MEL = _SLANEY_KNEE_HZ / _SLANEY_HZ_PER_MEL
_SLANEY_LOG_STEP = math.log(6.4) / 27.0


def hz_to_mel(hz: np.ndarray, scale: str) -> np.ndarray:
    """Frequencies on the mel scale; any shape."""
    if scale == "htk":
        return np.asarray(2595.0 * np.log10(1.0 + hz / 700.0))
    above = _SLANEY_KNEE_MEL + np.log(np.maximum(hz, _SLANEY_KNEE_HZ) / _SLANEY_KNEE_HZ) / _SLANEY_LOG_STEP
    return np.where(hz < _SLANEY_KNEE_HZ, hz / _SLANEY_HZ_PER_MEL, above)


def mel_to_hz(mel: np.ndarray, scale: str) -> np.ndarray:
    """The inverse of `hz_to_mel`."""
    if scale == "htk":
        return np.asarray(700.0 * (10.0 ** (mel / 2595.0) - 1.0))
    above = _SLANEY_KNEE_HZ * np.exp(_SLANEY_LOG_STEP * (np.maximum(mel, _SLANEY_KNEE_MEL) - _SLANEY_KNEE_MEL))
    return np.where(mel < _SLANEY_KNEE_MEL, mel * _SLANEY_HZ_PER_MEL, above)


def mel_bank(config: MelConfig) -> np.ndarray:
    """Triangular filters, shape (mels, fft_samples // 2 + 1), float64; triangles are linear in hertz."""
    edges_mel = np.linspace(
        hz_to_mel(np.array(config.low_hz), config.scale),
        hz_to_mel(np.array(config.high_hz), config.scale),
        config.mels + 2,
    )
    edges_hz = mel_to_hz(edges_mel, config.scale)
    bins_hz = np.linspace(0.0, config.sample_rate_hz / 2.0, config.fft_samples // 2 + 1)
    low, centre, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    bank = np.maximum(0.0, np.minimum((bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre)))
    return np.asarray(bank * (2.0 / (high - low)) if config.unit_area else bank)


class LogMel(nn.Module):
    """Waveforms (batch, samples), float32 in [-1, 1] -> levels in dB (batch, mels, 1 + samples // hop_samples).

    Levels are 10 log10(power), never below `floor_db`, standardised by `mean_db` and `deviation_db`.
    The ends are reflected by half an FFT frame, so a waveform must be longer than fft_samples / 2.
    float64 waveforms give float64 levels: beside a loud pure tone, float32 rounding reaches up to a floor of -100 dB.
    """

    def __init__(self, config: MelConfig) -> None:
        super().__init__()
        self.config = config
        window = torch.hann_window(config.window_samples, periodic=True, dtype=torch.float64)
        before = (config.fft_samples - config.window_samples) // 2
        after = config.fft_samples - config.window_samples - before
        # not buffers: they stay float64 on the CPU whatever the network is moved to, and are cast where they are used
        self.window = nn.functional.pad(window, (before, after))  # (fft_samples,)
        self.bank = torch.from_numpy(mel_bank(config)).T.contiguous()  # (bins, mels)

    def forward(self, waveforms: Tensor) -> Tensor:
        config = self.config
        if waveforms.dtype != torch.float64:
            waveforms = waveforms.float()
        window, bank = self.window.to(waveforms), self.bank.to(waveforms)
        half = config.fft_samples // 2
        padded = nn.functional.pad(waveforms, (half, half), mode="reflect")
        with torch.autocast(waveforms.device.type, enabled=False):  # levels need float32 whatever follows
            # on a CPU one at a time: a batch's spectra would not fit in the cache, which costs five times as long
            parts = padded.unsqueeze(0) if padded.is_cuda else padded.unsqueeze(1)
            power = torch.cat([self._power(part, window) @ bank for part in parts])  # (batch, frames, mels)
            levels_db = 10.0 * torch.log10(power.clamp_min(10.0 ** (config.floor_db / 10.0)))
            return ((levels_db - config.mean_db) / config.deviation_db).transpose(1, 2)

    def _power(self, padded: Tensor, window: Tensor) -> Tensor:
        """Power of every bin in every frame, (batch, frames, bins), of waveforms with both ends reflected."""
        frames = padded.unfold(1, self.config.fft_samples, self.config.hop_samples)  # (batch, frames, fft_samples)
        squares = torch.view_as_real(torch.fft.rfft(frames * window)).square()
        return squares[..., 0] + squares[..., 1]
