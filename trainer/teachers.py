"""Two small AudioSet taggers that label real audio for distillation; neither is part of Earmark.

    mn04     EfficientAT, MobileNetV3 width 0.4 (https://github.com/fschmid56/EfficientAT, MIT): the better ear
    YAMNet   (https://github.com/tensorflow/models/tree/master/research/audioset/yamnet, Apache-2.0): better on short
             sounds and in time

Their front ends differ from ours and are needed only here. Both are brought to the same 527 AudioSet classes.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.errors import display_path
from trainer.errors import TrainerError
from trainer.onnx_network import OnnxNetwork

COLUMN_S = 0.32  # labels are given for every column of this length
TEACHER_RATE_HZ, YAMNET_RATE_HZ = 32_000, 16_000
MN04_DIM, YAMNET_DIM = 384, 1024  # of their embeddings
_MN04_WINDOW = 10 * TEACHER_RATE_HZ  # mn04 was trained on clips of 10 s: shorter sound is tiled to it
_MN04_HOP, _MN04_FFT, _MN04_HANN = 320, 1024, 800
_YAMNET_HOP, _YAMNET_FFT, _YAMNET_HANN, _PATCH, _PATCH_HOP = 160, 512, 400, 96, 48
_WINDOWS_AT_ONCE, _PATCHES_AT_ONCE = 256, 2048


@dataclass(frozen=True)
class TeacherFiles:
    """Where the teachers and the list of their classes lie."""

    folder: Path
    class_list: Path

    def class_names(self) -> list[str]:
        """The AudioSet classes, in the order of the scores."""
        return [name for _, name in _read_classes(self.class_list)]


@dataclass(frozen=True)
class Labels:
    """What the teachers say of a batch of sounds; C is the columns of the longest."""

    column_scores: Tensor  # (B, C, 527) in [0, 1], one for every COLUMN_S; beyond a sound's own columns meaningless
    columns: Tensor  # (B,), how many columns each sound has
    clip_scores: Tensor  # (B, 527)
    embeddings: Tensor  # (B, MN04_DIM + YAMNET_DIM), each part L2-normalised


@dataclass(frozen=True)
class _Opinion:
    """What one teacher says of a batch, in its own classes."""

    column_scores: Tensor  # (B, C, classes)
    clip_scores: Tensor  # (B, classes)
    embeddings: Tensor  # (B, dim)


class Teachers:
    """Both taggers, with their scores averaged: together they beat either."""

    def __init__(self, files: TeacherFiles, *, device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        self._mn04 = OnnxNetwork(files.folder / "mn04.onnx").to(self.device)
        self._yamnet = OnnxNetwork(files.folder / "yamnet.onnx").to(self.device)
        self._mn04_bank = mel_bank(128, 0.0, 15_000.0, fft=_MN04_FFT, rate_hz=TEACHER_RATE_HZ).to(self.device)
        self._yamnet_bank = mel_bank(64, 125.0, 7_500.0, fft=_YAMNET_FFT, rate_hz=YAMNET_RATE_HZ).to(self.device)
        positions = {mid: position for position, (mid, _) in enumerate(_read_classes(files.class_list))}
        yamnet_classes = _read_classes(files.folder / "yamnet_class_map.csv")
        self._yamnet_to_mn04 = torch.tensor([positions[mid] for mid, _ in yamnet_classes], device=self.device)

    @torch.inference_mode()
    def label(self, waveforms: Tensor, lengths: Tensor) -> Labels:
        """What is heard in mono sounds (B, samples) at TEACHER_RATE_HZ, levels as recorded.

        lengths : (B,) in samples, at least 1; beyond them a sound is all zeros
        """
        waveforms, lengths = waveforms.to(self.device), lengths.to(self.device)
        columns = columns_in(lengths)
        centres_s = COLUMN_S * (torch.arange(int(columns.max()), device=self.device) + 0.5)
        mn04 = self._ask_mn04(waveforms, lengths, centres_s)
        yamnet = self._ask_yamnet(waveforms, lengths, centres_s)
        # in time mn04 is the weaker one: what it says of the clip as a whole steadies its columns
        mn04_columns = 0.5 * (mn04.column_scores + mn04.clip_scores.unsqueeze(1))
        return Labels(
            column_scores=self._mean(mn04_columns, yamnet.column_scores),
            columns=columns,
            clip_scores=self._mean(mn04.clip_scores, yamnet.clip_scores),
            embeddings=torch.cat([functional.normalize(each.embeddings, dim=-1) for each in (mn04, yamnet)], dim=-1),
        )

    def label_all(self, waveforms: Sequence[np.ndarray]) -> list[Labels]:
        """Sounds of any lengths, (samples,) each, one by one: a batch of one for each."""
        return [self.label(torch.from_numpy(y).unsqueeze(0), torch.tensor([len(y)])) for y in waveforms]

    def _mean(self, mn04_scores: Tensor, yamnet_scores: Tensor) -> Tensor:
        """(..., 527): the mean of both; of mn04's alone where YAMNet lacks a class."""
        mean = mn04_scores.clone()
        mean[..., self._yamnet_to_mn04] = 0.5 * (mn04_scores[..., self._yamnet_to_mn04] + yamnet_scores)
        return mean

    def _ask_mn04(self, waveforms: Tensor, lengths: Tensor, centres_s: Tensor) -> _Opinion:
        """Windows of 10 s, each heard on its own; a short rest is heard together with what comes before it."""
        rows, starts, ends = _windows(lengths)
        said = [
            self._mn04_windows(waveforms, *part)
            for part in zip(*(each.split(_WINDOWS_AT_ONCE) for each in (rows, starts, ends)), strict=True)
        ]
        scores, embeddings, column_scores = (torch.cat(part) for part in zip(*said, strict=True))
        # each column is told by the last window that begins before its centre
        centres = centres_s * TEACHER_RATE_HZ
        first = torch.searchsorted(rows, torch.arange(len(lengths), device=self.device))
        begun = torch.zeros(len(lengths), len(centres), dtype=torch.int64, device=self.device)
        begun.index_add_(0, rows, (starts.unsqueeze(1) <= centres).long())
        window = first.unsqueeze(1) + begun - 1  # (B, C)
        column = ((centres - starts[window]) / (COLUMN_S * TEACHER_RATE_HZ)).long()
        own = columns_in(ends - starts)[window].clamp_max(column_scores.shape[1])
        weights = (ends - starts).float().unsqueeze(1)
        return _Opinion(
            column_scores[window, torch.minimum(column, own - 1)],
            _row_means(scores, weights, rows, len(lengths)),
            _row_means(embeddings, weights, rows, len(lengths)),
        )

    def _mn04_windows(self, waveforms: Tensor, rows: Tensor, starts: Tensor, ends: Tensor) -> tuple[Tensor, ...]:
        """(windows, ...) scores, embeddings and column scores of stretches that are tiled to 10 s."""
        samples = torch.arange(_MN04_WINDOW, device=self.device)
        tiled = waveforms[rows.unsqueeze(1), starts.unsqueeze(1) + samples % (ends - starts).unsqueeze(1)]
        said = self._run(self._mn04, self._mn04_log_mel(tiled).unsqueeze(1), _WINDOWS_AT_ONCE)
        return said["scores"], said["embedding"], said["column_scores"]

    def _mn04_log_mel(self, waveforms: Tensor) -> Tensor:
        """(B, samples) -> (B, 128, frames)."""
        emphasised = waveforms[:, 1:] - 0.97 * waveforms[:, :-1]
        window = torch.hann_window(_MN04_HANN, periodic=False, device=self.device)
        spectra = torch.stft(
            emphasised, _MN04_FFT, _MN04_HOP, _MN04_HANN, window, pad_mode="reflect", return_complex=True
        )
        return (torch.log(self._mn04_bank.T @ _power(spectra) + 1e-5) + 4.5) / 5.0

    def _ask_yamnet(self, waveforms: Tensor, lengths: Tensor, centres_s: Tensor) -> _Opinion:
        """Patches of 0.96 s, one every 0.48 s."""
        patch_samples, hop_samples = _YAMNET_HANN + (_PATCH - 1) * _YAMNET_HOP, _PATCH_HOP * _YAMNET_HOP
        lengths = -(-lengths // 2)  # at half the rate
        patches = 1 + (-((patch_samples - lengths) // hop_samples)).clamp_min(0)  # rounded up
        levels = self._yamnet_log_mel(halve_rate(waveforms), int(patches.max()))
        every = levels.unfold(1, _PATCH, _PATCH_HOP).transpose(2, 3)  # (B, patches, 96, 64)
        heard = torch.arange(every.shape[1], device=self.device) < patches.unsqueeze(1)
        said = self._run(self._yamnet, every[heard], _PATCHES_AT_ONCE)
        scores, embeddings = said["scores"], said["embedding"]
        rows = torch.arange(len(lengths), device=self.device).repeat_interleave(patches)
        first = torch.cumsum(patches, 0) - patches
        nearest = torch.round(centres_s / 0.48 - 1.0).long().clamp_min(0)  # a patch is centred 0.48 s after it begins
        own = torch.minimum(nearest, patches.unsqueeze(1) - 1)  # (B, C)
        alike = torch.ones(len(rows), 1, device=self.device)
        return _Opinion(
            scores[first.unsqueeze(1) + own],
            _row_means(scores, alike, rows, len(lengths)),
            _row_means(embeddings, alike, rows, len(lengths)),
        )

    def _yamnet_log_mel(self, at_16k: Tensor, patches: int) -> Tensor:
        """(B, samples) -> (B, frames, 64), as many frames as fill so many patches: silence follows the sound."""
        frames = _PATCH + (patches - 1) * _PATCH_HOP
        # a shorter window lies in the middle of its FFT frame
        before = (_YAMNET_FFT - _YAMNET_HANN) // 2
        samples = _YAMNET_FFT + (frames - 1) * _YAMNET_HOP
        padded = functional.pad(at_16k, (before, max(0, samples - before - at_16k.shape[1])))[:, :samples]
        window = torch.hann_window(_YAMNET_HANN, device=self.device)
        spectra = torch.stft(padded, _YAMNET_FFT, _YAMNET_HOP, _YAMNET_HANN, window, center=False, return_complex=True)
        return torch.log(self._yamnet_bank.T @ _power(spectra).sqrt() + 1e-3).transpose(1, 2)

    def _run(self, network: OnnxNetwork, levels: Tensor, at_once: int) -> dict[str, Tensor]:
        """The outputs for any number of inputs, `at_once` together."""
        said = [self._run_batch(network, part, at_once) for part in levels.split(at_once)]
        return {name: torch.cat([of_part[name] for of_part in said]) for name in network.outputs}

    def _run_batch(self, network: OnnxNetwork, levels: Tensor, size: int) -> dict[str, Tensor]:
        count = len(levels)
        if self.device.type == "cuda":  # for every new shape the card would look for its best algorithms anew
            levels = functional.pad(levels, (0, 0) * (levels.ndim - 1) + (0, size - count))
        # half the bits are twice as fast on a graphics card and change no score by more than a hundredth
        with torch.autocast(self.device.type, torch.float16, enabled=self.device.type == "cuda"):
            return {name: values[:count].float() for name, values in network(levels).items()}


def columns_in(lengths: Tensor) -> Tensor:
    """How many labels a sound of so many samples at TEACHER_RATE_HZ has."""
    return torch.round(lengths / TEACHER_RATE_HZ / COLUMN_S).long().clamp_min(1)


def halve_rate(waveforms: Tensor) -> Tensor:
    """(B, samples) -> (B, samples / 2, rounded up): every second sample after a low pass."""
    taps = torch.arange(-64, 65, device=waveforms.device)
    window = torch.kaiser_window(len(taps), periodic=False, beta=8.0, device=waveforms.device)
    low_pass = 0.47 * torch.sinc(0.47 * taps) * window
    return functional.conv1d(waveforms.unsqueeze(1), low_pass.view(1, 1, -1), stride=2, padding=64).squeeze(1)


def _windows(lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Rows, starts and ends of mn04's windows in order: (windows,) each."""
    counts = -(-lengths // _MN04_WINDOW)
    rows = torch.arange(len(lengths), device=lengths.device).repeat_interleave(counts)
    number = torch.arange(len(rows), device=lengths.device) - (torch.cumsum(counts, 0) - counts)[rows]
    starts = number * _MN04_WINDOW
    short = (number > 0) & (lengths[rows] - starts < _MN04_WINDOW // 2)
    starts = starts - short * (_MN04_WINDOW // 2)
    return rows, starts, torch.minimum(starts + _MN04_WINDOW, lengths[rows])


def _row_means(values: Tensor, weights: Tensor, rows: Tensor, count: int) -> Tensor:
    """Weighted means of values (n, d) that belong to the same row: (count, d)."""
    sums = torch.zeros(count, values.shape[1], device=values.device).index_add_(0, rows, values * weights)
    return sums / torch.zeros(count, 1, device=values.device).index_add_(0, rows, weights)


def _power(spectra: Tensor) -> Tensor:
    squares = torch.view_as_real(spectra).square()
    return squares[..., 0] + squares[..., 1]


def _read_classes(path: Path) -> list[tuple[str, str]]:
    """(AudioSet's id, its name) of every class in a class list."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [(row["mid"], row["display_name"]) for row in csv.DictReader(file)]
    except FileNotFoundError as error:
        raise TrainerError(f"There is no class list {display_path(path)}.") from error


def mel_bank(mels: int, low_hz: float, high_hz: float, *, fft: int, rate_hz: int) -> Tensor:
    """Triangles that are linear in mel (1127 ln(1 + f / 700)), shape (fft // 2 + 1, mels); no Nyquist bin."""
    bins_mel = 1127.0 * np.log1p(np.arange(fft // 2 + 1) * rate_hz / fft / 700.0)
    edges = np.linspace(1127.0 * np.log1p(low_hz / 700.0), 1127.0 * np.log1p(high_hz / 700.0), mels + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins_mel[:, None] - low) / (centre - low), (high - bins_mel[:, None]) / (high - centre)
    bank = np.maximum(0.0, np.minimum(rising, falling))
    bank[-1] = 0.0
    return torch.from_numpy(bank.astype(np.float32))
