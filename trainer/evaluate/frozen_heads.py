"""Classifiers of a few layers on features that stay as they are (seeds C26, D27, K31, K32)."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

SEED = 0


@dataclass(frozen=True)
class HeadSettings:
    """layers : fully connected; hidden : units of all but the last; patience : epochs in a row without a lower
    validation loss, after which the best head is taken; 0: all epochs are trained and the last head is taken
    """

    layers: int
    learning_rate: float
    epochs: int
    hidden: int = 512
    patience: int = 0
    dropout: float = 0.0
    rows_per_step: int = 64


ONE_LAYER = HeadSettings(1, 1e-3, 30)  # C26, Freeze L1
THREE_LAYERS = HeadSettings(3, 1e-3, 30)  # C26, Freeze L3
LINEAR = HeadSettings(1, 3e-5, 200, patience=20)  # D27
SHALLOW = HeadSettings(2, 1e-3, 200, hidden=1024, patience=20, dropout=0.1)  # as hear-eval-kit's default (K32)
ANSWERING = HeadSettings(4, 1e-3, 200, patience=20, dropout=0.1)  # K31


@dataclass(frozen=True)
class Labelled:
    """features : (rows, width); truth : (rows, classes) bool, one in each row unless `several` may be true."""

    features: np.ndarray
    truth: np.ndarray
    several: bool = False

    def rows(self, chosen: np.ndarray) -> Labelled:
        return Labelled(self.features[chosen], self.truth[chosen], self.several)


class FrozenHead:
    """A trained classifier. Features are standardised by what it was trained on."""

    def __init__(self, layers: nn.Module, mean: np.ndarray, deviation: np.ndarray) -> None:
        self._layers, self._mean, self._deviation = layers, mean, deviation

    @torch.no_grad()
    def scores(self, features: np.ndarray) -> np.ndarray:
        """(rows, width) -> logits (rows, classes)."""
        scores: np.ndarray = self._layers(self._standardised(features)).numpy()
        return scores

    def _standardised(self, features: np.ndarray) -> Tensor:
        return torch.from_numpy(((features - self._mean) / self._deviation).astype(np.float32))


def learn_head(training: Labelled, validation: Labelled, settings: HeadSettings, *, seed: int = SEED) -> FrozenHead:
    """Trained by Adam, on the processor; the same for the same seed."""
    mean, deviation = training.features.mean(axis=0), np.maximum(training.features.std(axis=0), 1e-6)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = _layers(training.features.shape[1], training.truth.shape[1], settings)
        head = FrozenHead(layers, mean, deviation)
        _train(layers, _tensors(head, training), _tensors(head, validation), settings, training.several)
    return head


def _layers(width: int, classes: int, settings: HeadSettings) -> nn.Sequential:
    parts: list[nn.Module] = []
    for _ in range(settings.layers - 1):
        parts += [nn.Linear(width, settings.hidden), nn.ReLU(), nn.Dropout(settings.dropout)]
        width = settings.hidden
    return nn.Sequential(*parts, nn.Linear(width, classes))


def _tensors(head: FrozenHead, part: Labelled) -> tuple[Tensor, Tensor]:
    return head._standardised(part.features), torch.from_numpy(part.truth.astype(np.float32))


def _train(
    layers: nn.Sequential,
    training: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    settings: HeadSettings,
    several: bool,
) -> None:
    loss_of = functional.binary_cross_entropy_with_logits if several else functional.cross_entropy
    descent = torch.optim.Adam(layers.parameters(), settings.learning_rate)
    best, best_state, waited = float("inf"), copy.deepcopy(layers.state_dict()), 0
    for _ in range(settings.epochs):
        layers.train()
        for rows in torch.randperm(len(training[0])).split(settings.rows_per_step):
            descent.zero_grad()
            loss_of(layers(training[0][rows]), training[1][rows]).backward()
            descent.step()
        layers.eval()
        if not settings.patience:
            continue
        with torch.no_grad():
            now = float(loss_of(layers(validation[0]), validation[1]))
        if now < best:
            best, best_state, waited = now, copy.deepcopy(layers.state_dict()), 0
        elif (waited := waited + 1) >= settings.patience:
            break
    if settings.patience:
        layers.load_state_dict(best_state)
    layers.eval()
