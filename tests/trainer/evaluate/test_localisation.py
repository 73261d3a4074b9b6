from __future__ import annotations

import numpy as np
import pytest

from engine.embedding import Embedder
from tests.small_networks import make_small_network
from tests.tones import make_tone_embedder
from trainer.evaluate.localisation import (
    CHANCE,
    COLUMNS,
    ENERGY,
    ENERGY_IN_TIME,
    Truth,
    View,
    area_under_curve,
    localisation_tables,
    measures,
    powers_of,
    truths_of,
)
from trainer.evaluate.localised_scenes import MixedScene
from trainer.evaluate.placement import PlacedEvent
from trainer.evaluate.systems import Sounds
from trainer.manifest import Clip

RATE_HZ = 8000


@pytest.mark.parametrize(
    ("right", "wrong", "area"),
    [
        ([3, 4], [1, 2], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([2, 2], [2, 2, 2], 0.5),
        ([1, 3], [2], 0.5),
        ([3, 1], [2, 0], 0.75),
    ],
)
def test_area_is_the_share_of_pairs_in_the_right_order(right: list[int], wrong: list[int], area: float) -> None:
    assert area_under_curve(np.array(right), np.array(wrong)) == area


def test_no_pair_has_no_area() -> None:
    assert np.isnan(area_under_curve(np.array([]), np.array([1.0])))


def test_power_is_found_at_its_time_and_frequency() -> None:
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    y = np.where(time_s < 2, np.sin(2 * np.pi * 500 * time_s), np.sin(2 * np.pi * 2500 * time_s))
    powers = powers_of(y[np.newaxis], RATE_HZ, np.array([50.0, 1000.0, 2000.0, 4000.0]), 8, 0.5)
    assert powers.shape == (1, 3, 8)
    assert powers[0].argmax(axis=0).tolist() == [0, 0, 0, 0, 2, 2, 2, 2]


def test_region_is_where_an_event_is_louder_than_all_else_and_not_faint() -> None:
    events = (PlacedEvent(0, 0.0, 2.0), PlacedEvent(1, 1.0, 3.0), PlacedEvent(2, 3.0, 4.0))
    scene = MixedScene(events, (0.0, 0.0, 0.0), bed=3, limited=False)
    powers = np.zeros((4, 2, 4))  # of three events and the bed, in two rows and four steps of a second
    powers[0, 0] = [1.0, 1.0, 0.0, 0.0]
    powers[0, 1] = [5e-4, 0.0, 0.0, 0.0]  # 33 dB below its loudest
    powers[1] = [[0.0, 0.7, 2.0, 0.0], [0.0, 1.0, 1.0, 0.0]]
    powers[2] = [[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.1]]
    powers[3] = 0.2
    powers[3, 1, 0] = 0.0
    first, second, third = truths_of(scene, powers, 1.0)
    assert first.inside.tolist() == [True, True, False, False]
    assert first.both.tolist() == [False, True, False, False]
    assert first.region.tolist() == [[True, True, False, False], [False, False, False, False]]
    assert second.region.tolist() == [[False, False, True, False], [False, True, True, False]]
    assert third.region.tolist() == [[False, False, False, True], [False, False, False, False]]
    assert first.other is second.region
    assert third.other is None


def truth() -> Truth:
    """Of four steps and two rows: an event in the lower row of the middle steps, beside another in the upper row."""
    here, there = np.zeros((2, 4), bool), np.zeros((2, 4), bool)
    here[0, 1:3] = there[1, 1:3] = True
    both = np.array([False, True, True, False])
    return Truth(both, here, there, both)


def test_a_view_that_is_right_reaches_1_everywhere() -> None:
    heat = truth().region.astype(float)
    assert measures(View(np.array([0.0, 0.5, 1.0, 0.2]), heat), truth()) == (1.0, 1.0, 1.0, 1.0, 1.0)


def test_a_view_of_the_other_sound_reaches_nothing_but_the_time() -> None:
    heat = np.zeros((2, 4))
    heat[1, 1:3] = 1.0
    in_time, in_region, area, share, apart = measures(View(np.array([0.0, 0.5, 1.0, 0.2]), heat), truth())
    assert (in_time, in_region, share, apart) == (1.0, 0.0, 0.0, 0.0)
    assert area < 0.5


def test_a_view_of_time_alone_has_one_figure() -> None:
    in_time, *others = measures(View(np.array([1.0, 0.0, 0.0, 0.0]), None), truth())
    assert in_time == 0.0
    assert np.isnan(others).all()


def test_a_network_that_hears_and_reads_points_into_its_events(long_sounds: Sounds) -> None:
    whole, limited = localisation_tables(make_tone_embedder(), long_sounds, scenes=10)
    assert whole.section == "localisation"
    assert limited.section == "localisation, of two limited"
    assert whole.figure("tones", "in time").value > 0.9
    assert whole.figure(CHANCE, "in time").high < 0.6
    assert all(whole.figure("tones", column) is None for column in COLUMNS[1:])  # it has no heat maps


def test_heat_maps_are_measured_beside_chance_and_energy(long_clips: list[Clip]) -> None:
    embedder = Embedder(make_small_network(), "small-1", threads=1)
    whole, _ = localisation_tables(embedder, Sounds(long_clips, embedder.sample_rate_hz), scenes=6)
    assert [row.name for row in whole.rows] == [CHANCE, ENERGY, ENERGY_IN_TIME, "small"]
    assert whole.figure(CHANCE, "AUC").value == pytest.approx(0.5, abs=0.1)
    assert whole.figure(ENERGY, "AUC").value > 0.8  # the tones are the loudest of what is there
    assert whole.figure(ENERGY, "told apart").value == pytest.approx(
        0.5
    )  # what is so much louder is not so the other way
    assert all(whole.figure("small", column) is not None for column in COLUMNS)
