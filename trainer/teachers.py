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

COLUMN_S = 0.32  # labels are given for every column of this length
MN04_RATE_HZ, YAMNET_RATE_HZ = 32_000, 16_000
_MN04_CLIP_S = 10.0  # mn04 was trained on clips of this length: shorter sound is tiled to it


@dataclass(frozen=True)
class Labels:
    """What the teachers say of one clip."""

    column_scores: np.ndarray  # (columns, 527) in [0, 1], one row for every COLUMN_S
    clip_scores: np.ndarray  # (527,)
    embedding: np.ndarray  # (384 + 1024,) mn04's and YAMNet's, each L2-normalised


class Teachers:
    """Both taggers, with their scores averaged: together they beat either."""

    def __init__(self, folder: Path, class_names: Path, *, threads: int = 2) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._mn04 = onnxruntime.InferenceSession(folder / "mn04.onnx", options)
        self._yamnet = onnxruntime.InferenceSession(folder / "yamnet.onnx", options)
        self._mn04_bank = _mel_bank(128, 0.0, 15_000.0, fft=1024, rate_hz=MN04_RATE_HZ)
        self._yamnet_bank = _mel_bank(64, 125.0, 7_500.0, fft=512, rate_hz=YAMNET_RATE_HZ)
        rows = _mids(class_names)
        self.class_names = [name for _, name in rows]
        positions = {mid: position for position, (mid, _) in enumerate(rows)}
        self._yamnet_to_527 = np.array([positions[mid] for mid, _ in _mids(folder / "yamnet_class_map.csv")])

    def label(self, at_32k: np.ndarray, at_16k: np.ndarray) -> Labels:
        """The same mono sound at 32 and at 16 kHz (samples,), levels as recorded."""
        columns = max(1, round(len(at_32k) / MN04_RATE_HZ / COLUMN_S))
        mn04_columns, mn04_clip, mn04_embedding = self._run_mn04(at_32k, columns)
        yamnet_columns, yamnet_clip, yamnet_embedding = self._run_yamnet(at_16k, columns)
        return Labels(
            column_scores=_mean_where_known(0.5 * (mn04_columns + mn04_clip), yamnet_columns, self._yamnet_to_527),
            clip_scores=_mean_where_known(mn04_clip, yamnet_clip, self._yamnet_to_527),
            embedding=np.concatenate([_unit(mn04_embedding), _unit(yamnet_embedding)]),
        )

    def _run_mn04(self, y: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        window = int(_MN04_CLIP_S * MN04_RATE_HZ)
        parts = [y[start : start + window] for start in range(0, len(y), window)]
        if len(parts) > 1 and len(parts[-1]) < window // 2:
            parts[-1] = y[-window:][-len(parts[-1]) - window // 2 :]
        by_column, scores, embeddings, weights = [], [], [], []
        for part in parts:
            log_mel = self._mn04_log_mel(np.resize(part, window))
            clip, embedding, column_scores, _ = self._mn04.run(None, {"log_mel": log_mel})
            by_column.append(column_scores[0][: max(1, round(len(part) / MN04_RATE_HZ / COLUMN_S))])
            scores.append(clip[0])
            embeddings.append(embedding[0])
            weights.append(len(part))
        return (
            _fit_length(np.concatenate(by_column), columns),
            np.average(scores, axis=0, weights=weights),
            np.average(embeddings, axis=0, weights=weights),
        )

    def _mn04_log_mel(self, y: np.ndarray) -> np.ndarray:
        emphasised = y[1:] - 0.97 * y[:-1]
        padded = np.pad(emphasised, 512, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, 1024)[::320]
        window = np.pad(np.hanning(800), 112).astype(np.float32)
        power = np.abs(np.fft.rfft(frames * window, axis=1).astype(np.complex64)) ** 2
        levels = (np.log(power @ self._mn04_bank + 1e-5) + 4.5) / 5.0
        return levels.T[None, None].astype(np.float32)

    def _run_yamnet(self, y: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        patch_samples = 400 + 95 * 160
        hops = max(0, -(-(len(y) - patch_samples) // (48 * 160)))
        padded = np.pad(y, (0, max(0, patch_samples + hops * 48 * 160 - len(y))))
        frames = np.lib.stride_tricks.sliding_window_view(padded, 400)[::160]
        window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)).astype(np.float32)
        magnitude = np.abs(np.fft.rfft(frames * window, n=512, axis=1))
        log_mel = np.log(magnitude @ self._yamnet_bank + 1e-3).astype(np.float32)
        patches = np.stack([log_mel[first : first + 96] for first in range(0, hops * 48 + 1, 48)])
        scores, embeddings = self._yamnet.run(None, {"log_mel": patches})
        patch_centres_s = 0.48 + 0.48 * np.arange(len(patches))
        column_centres_s = COLUMN_S * (np.arange(columns) + 0.5)
        nearest = np.abs(column_centres_s[:, None] - patch_centres_s[None]).argmin(axis=1)
        return scores[nearest], scores.mean(axis=0), embeddings.mean(axis=0)


def _mids(path: Path) -> list[tuple[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [(row["mid"], row["display_name"]) for row in csv.DictReader(file)]


def _mel_bank(mels: int, low_hz: float, high_hz: float, *, fft: int, rate_hz: int) -> np.ndarray:
    """Triangles that are linear in mel (1127 ln(1 + f / 700)), shape (fft // 2 + 1, mels); no Nyquist bin."""
    bins_mel = 1127.0 * np.log1p(np.arange(fft // 2 + 1) * rate_hz / fft / 700.0)
    edges = np.linspace(1127.0 * np.log1p(low_hz / 700.0), 1127.0 * np.log1p(high_hz / 700.0), mels + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins_mel[:, None] - low) / (centre - low), (high - bins_mel[:, None]) / (high - centre)
    bank = np.maximum(0.0, np.minimum(rising, falling))
    bank[-1] = 0.0
    return bank.astype(np.float32)


def _mean_where_known(mn04: np.ndarray, yamnet: np.ndarray, yamnet_to_527: np.ndarray) -> np.ndarray:
    merged = np.array(mn04, dtype=np.float32)
    merged[..., yamnet_to_527] = 0.5 * (merged[..., yamnet_to_527] + yamnet)
    return merged


def _fit_length(rows: np.ndarray, length: int) -> np.ndarray:
    return rows[np.minimum(np.arange(length), len(rows) - 1)]


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(1e-9, float(np.linalg.norm(vector)))
