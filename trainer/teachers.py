"""Two small AudioSet taggers that label real audio for distillation; neither is part of Earmark.

    mn04     EfficientAT, MobileNetV3 width 0.4 (https://github.com/fschmid56/EfficientAT, MIT): the better ear
    YAMNet   (https://github.com/tensorflow/models/tree/master/research/audioset/yamnet, Apache-2.0): better on short
             sounds and in time

Their front ends differ from ours and are needed only here. Both are brought to the same 527 AudioSet classes.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from engine.errors import display_path
from trainer.errors import TrainerError

COLUMN_S = 0.32  # labels are given for every column of this length
MN04_RATE_HZ, YAMNET_RATE_HZ = 32_000, 16_000
MN04_DIM, YAMNET_DIM = 384, 1024  # of their embeddings
_MN04_WINDOW = 10 * MN04_RATE_HZ  # mn04 was trained on clips of 10 s: shorter sound is tiled to it


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
    """What the teachers say of one clip."""

    column_scores: np.ndarray  # (columns, 527) in [0, 1], one row for every COLUMN_S
    clip_scores: np.ndarray  # (527,)
    embedding: np.ndarray  # (MN04_DIM + YAMNET_DIM,), each part L2-normalised


@dataclass(frozen=True)
class _Opinion:
    """What one teacher says, in its own classes and at its own times."""

    moments_s: np.ndarray  # (moments,), their centres, ascending
    moment_scores: np.ndarray  # (moments, classes)
    clip_scores: np.ndarray  # (classes,)
    embedding: np.ndarray  # (dim,)

    def by_column(self, columns: int) -> np.ndarray:
        """(columns, classes): for every column the moment whose centre is nearest."""
        centres_s = COLUMN_S * (np.arange(columns) + 0.5)
        nearest = np.abs(centres_s[:, None] - self.moments_s).argmin(axis=1)
        return np.asarray(self.moment_scores[nearest])


class Teachers:
    """Both taggers, with their scores averaged: together they beat either."""

    def __init__(self, files: TeacherFiles, *, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._mn04 = onnxruntime.InferenceSession(files.folder / "mn04.onnx", options)
        self._yamnet = onnxruntime.InferenceSession(files.folder / "yamnet.onnx", options)
        self._mn04_bank = mel_bank(128, 0.0, 15_000.0, fft=1024, rate_hz=MN04_RATE_HZ)
        self._yamnet_bank = mel_bank(64, 125.0, 7_500.0, fft=512, rate_hz=YAMNET_RATE_HZ)
        positions = {mid: position for position, (mid, _) in enumerate(_read_classes(files.class_list))}
        yamnet_classes = _read_classes(files.folder / "yamnet_class_map.csv")
        self._yamnet_to_mn04 = np.array([positions[mid] for mid, _ in yamnet_classes])

    def label(self, at_32k: np.ndarray, at_16k: np.ndarray) -> Labels:
        """The same mono sound at 32 and at 16 kHz (samples,), not empty, levels as recorded."""
        columns = _columns_in(len(at_32k))
        mn04, yamnet = self._ask_mn04(at_32k), self._ask_yamnet(at_16k)
        # in time mn04 is the weaker one: what it says of the clip as a whole steadies its columns
        mn04_columns = 0.5 * (mn04.by_column(columns) + mn04.clip_scores)
        return Labels(
            column_scores=self._mean(mn04_columns, yamnet.by_column(columns)),
            clip_scores=self._mean(mn04.clip_scores, yamnet.clip_scores),
            embedding=np.concatenate([_unit(mn04.embedding), _unit(yamnet.embedding)]),
        )

    def _mean(self, mn04_scores: np.ndarray, yamnet_scores: np.ndarray) -> np.ndarray:
        """(..., 527): the mean of both; of mn04's alone where YAMNet lacks a class."""
        mean = np.array(mn04_scores, dtype=np.float32)
        mean[..., self._yamnet_to_mn04] = 0.5 * (mean[..., self._yamnet_to_mn04] + yamnet_scores)
        return mean

    def _ask_mn04(self, y: np.ndarray) -> _Opinion:
        starts = list(range(0, len(y), _MN04_WINDOW))
        if len(starts) > 1 and len(y) - starts[-1] < _MN04_WINDOW // 2:
            starts[-1] -= _MN04_WINDOW // 2  # a short rest is heard together with what comes before it
        moments_s, moment_scores, clip_scores, embeddings, lengths = [], [], [], [], []
        for start in starts:
            part = y[start : start + _MN04_WINDOW]
            tiled = np.resize(part, _MN04_WINDOW)
            scores, embedding, column_scores, _ = self._mn04.run(None, {"log_mel": self._mn04_log_mel(tiled)})
            columns = min(_columns_in(len(part)), column_scores.shape[1])
            moments_s.append(start / MN04_RATE_HZ + COLUMN_S * (np.arange(columns) + 0.5))
            moment_scores.append(column_scores[0, :columns])
            clip_scores.append(scores[0])
            embeddings.append(embedding[0])
            lengths.append(len(part))
        return _Opinion(
            np.concatenate(moments_s),
            np.concatenate(moment_scores),
            np.average(clip_scores, axis=0, weights=lengths),
            np.average(embeddings, axis=0, weights=lengths),
        )

    def _mn04_log_mel(self, y: np.ndarray) -> np.ndarray:
        emphasised = y[1:] - 0.97 * y[:-1]
        padded = np.pad(emphasised, 512, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, 1024)[::320]
        window = np.pad(np.hanning(800), 112).astype(np.float32)
        power = np.abs(np.fft.rfft(frames * window, axis=1).astype(np.complex64)) ** 2
        levels = (np.log(power @ self._mn04_bank + 1e-5) + 4.5) / 5.0
        return levels.T[None, None].astype(np.float32)

    def _ask_yamnet(self, y: np.ndarray) -> _Opinion:
        patch_samples, hop_samples = 400 + 95 * 160, 48 * 160  # 96 frames, every 48
        hops = max(0, -(-(len(y) - patch_samples) // hop_samples))
        padded = np.pad(y, (0, max(0, patch_samples + hops * hop_samples - len(y))))
        frames = np.lib.stride_tricks.sliding_window_view(padded, 400)[::160]
        window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)).astype(np.float32)
        magnitude = np.abs(np.fft.rfft(frames * window, n=512, axis=1))
        log_mel = np.log(magnitude @ self._yamnet_bank + 1e-3).astype(np.float32)
        patches = np.stack([log_mel[first : first + 96] for first in range(0, hops * 48 + 1, 48)])
        scores, embeddings = self._yamnet.run(None, {"log_mel": patches})
        centres_s = 0.48 + 0.48 * np.arange(len(patches))
        return _Opinion(centres_s, scores, scores.mean(axis=0), embeddings.mean(axis=0))


def _columns_in(samples_at_32k: int) -> int:
    return max(1, round(samples_at_32k / MN04_RATE_HZ / COLUMN_S))


def _read_classes(path: Path) -> list[tuple[str, str]]:
    """(AudioSet's id, its name) of every class in a class list."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [(row["mid"], row["display_name"]) for row in csv.DictReader(file)]
    except FileNotFoundError as error:
        raise TrainerError(f"There is no class list {display_path(path)}.") from error


def mel_bank(mels: int, low_hz: float, high_hz: float, *, fft: int, rate_hz: int) -> np.ndarray:
    """Triangles that are linear in mel (1127 ln(1 + f / 700)), shape (fft // 2 + 1, mels); no Nyquist bin."""
    bins_mel = 1127.0 * np.log1p(np.arange(fft // 2 + 1) * rate_hz / fft / 700.0)
    edges = np.linspace(1127.0 * np.log1p(low_hz / 700.0), 1127.0 * np.log1p(high_hz / 700.0), mels + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins_mel[:, None] - low) / (centre - low), (high - bins_mel[:, None]) / (high - centre)
    bank = np.maximum(0.0, np.minimum(rising, falling))
    bank[-1] = 0.0
    return bank.astype(np.float32)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(1e-9, float(np.linalg.norm(vector)))
