from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.clap.network import EarmarkNetwork
from engine.clap.saliency import BANDS, HeardWindow, costs_of_bands, hear_window, row_edges_hz
from tests.small_networks import SMALL_CONFIG, make_small_network

RATE_HZ, COLUMN = 16_000, 2_560  # samples of 160 ms


@pytest.fixture(scope="module")
def network() -> EarmarkNetwork:
    return make_small_network()


def noise(samples: int) -> np.ndarray:
    return (0.1 * np.random.default_rng(0).standard_normal(samples)).astype(np.float32)


def heard(network: EarmarkNetwork, sound: np.ndarray, *, with_bands: bool = True) -> HeardWindow:
    with torch.inference_mode():
        return hear_window(network, sound, with_bands=with_bands)


@pytest.mark.parametrize(("samples", "columns"), [(16 * COLUMN, 16), (5 * COLUMN, 5), (5 * COLUMN + 1000, 6), (1, 1)])
def test_a_window_has_a_column_for_every_160_ms_that_hold_sound(
    network: EarmarkNetwork, samples: int, columns: int
) -> None:
    window = heard(network, noise(samples))
    assert window.columns.shape == (columns, network.dim)
    assert window.without.shape == (BANDS, columns, network.dim)
    assert window.levels_db.shape == (16, columns)  # as many rows as mels, since there are fewer than 32
    assert np.linalg.norm(window.columns, axis=1) == pytest.approx(np.ones(columns), abs=1e-5)


def test_bands_are_left_out_only_if_asked_for(network: EarmarkNetwork) -> None:
    assert heard(network, noise(4 * COLUMN), with_bands=False).without.shape == (0, 4, network.dim)


def test_levels_are_those_of_the_sound(network: EarmarkNetwork) -> None:
    time_s = np.arange(8 * COLUMN) / RATE_HZ
    levels_db = heard(network, np.sin(2 * np.pi * 3000 * time_s).astype(np.float32)).levels_db
    edges_hz = row_edges_hz(SMALL_CONFIG.mel)
    loudest = levels_db.mean(axis=1).argmax()
    assert edges_hz[loudest] <= 3000 <= edges_hz[loudest + 1]
    assert levels_db.max() > levels_db.min() + 40


def test_rows_span_what_the_network_hears() -> None:
    edges_hz = row_edges_hz(SMALL_CONFIG.mel)
    assert len(edges_hz) == 17
    assert (edges_hz[0], edges_hz[-1]) == pytest.approx((50.0, 8000.0))
    assert (np.diff(edges_hz) > 0).all()


def test_a_band_costs_what_likeness_falls_without_it() -> None:
    text = np.array([1.0, 0.0])
    columns = np.tile(text, (4, 1))
    without = np.tile(text, (BANDS, 4, 1))
    without[2] = [0.4, 0.0]  # the third band costs .6, the others nothing
    costs = costs_of_bands(HeardWindow(columns, without, np.zeros((2 * BANDS, 4))), text)
    assert costs[4] == pytest.approx(np.full(4, 0.45))  # each row lies a quarter of a band beside its middle
    assert costs[5] == pytest.approx(np.full(4, 0.45))
    assert costs[3] == pytest.approx(np.full(4, 0.15))
    assert costs[8:] == pytest.approx(np.zeros((8, 4)))


def test_costs_are_smoothed_over_neighbours_in_time() -> None:
    text = np.array([1.0])
    without = np.ones((BANDS, 5, 1))
    without[:, 2] = 0.0
    costs = costs_of_bands(HeardWindow(np.ones((5, 1)), without, np.zeros((BANDS, 5))), text)
    assert costs == pytest.approx(np.tile([0.0, 0.25, 0.5, 0.25, 0.0], (BANDS, 1)))


def test_a_quiet_band_costs_nothing(network: EarmarkNetwork) -> None:
    """What is left out of silence was not there."""
    window = heard(network, np.zeros(16 * COLUMN, np.float32))
    assert window.without == pytest.approx(np.tile(window.columns, (BANDS, 1, 1)), abs=1e-4)
