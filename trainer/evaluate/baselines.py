"""What a network must beat: chance, and statistics of the spectrogram with ridge regression into the sentence space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

PENALTIES = (0.01, 0.1, 1.0, 10.0)
RANDOM_FEATURES = 2000  # of the Gaussian kernel (Rahimi and Recht 2007)


def mel_statistics(levels_db: np.ndarray) -> np.ndarray:
    """Levels (frames, mels) -> (5 * mels,): mean, deviation, 10th and 90th percentile, mean step between frames."""
    levels_db = levels_db.astype(np.float32)
    low, high = np.percentile(levels_db, [10, 90], axis=0)
    steps = np.abs(np.diff(levels_db, axis=0)).mean(axis=0) if len(levels_db) > 1 else np.zeros(levels_db.shape[1])
    return np.concatenate([levels_db.mean(axis=0), levels_db.std(axis=0), low, high, steps]).astype(np.float32)


@dataclass(frozen=True)
class RidgeBaseline:
    """Random-feature ridge regression from mel statistics to sentence vectors."""

    pipeline: Pipeline
    penalty: float

    def embed(self, statistics: np.ndarray) -> np.ndarray:
        """(clips, 5 * mels) -> unit vectors (clips, dim) in the sentence space."""
        vectors = self.pipeline.predict(statistics)
        return np.asarray(vectors / np.maximum(1e-9, np.linalg.norm(vectors, axis=1, keepdims=True)))


def fit_ridge(
    training: tuple[np.ndarray, np.ndarray], held_out: tuple[np.ndarray, np.ndarray], *, seed: int = 0
) -> RidgeBaseline:
    """Fit on captioned training clips; the penalty is the one with the best mean cosine on held-out sources.

    training, held_out : statistics (clips, 5 * mels) and unit sentence vectors (clips, dim).
    """
    statistics, targets = held_out
    fitted = [_fit(*training, penalty, seed) for penalty in PENALTIES]
    cosines = [float((model.embed(statistics) * targets).sum(axis=1).mean()) for model in fitted]
    return fitted[int(np.argmax(cosines))]


def _fit(statistics: np.ndarray, targets: np.ndarray, penalty: float, seed: int) -> RidgeBaseline:
    features = RBFSampler(gamma=1.0 / (2.0 * statistics.shape[1]), n_components=RANDOM_FEATURES, random_state=seed)
    pipeline = make_pipeline(StandardScaler(), features, Ridge(alpha=penalty))
    return RidgeBaseline(pipeline.fit(statistics, targets), penalty)


def chance_scores(queries: int, sounds: int, *, seed: int = 0) -> np.ndarray:
    """Scores that know nothing: (queries, sounds)."""
    return np.random.default_rng(seed).random((queries, sounds))
