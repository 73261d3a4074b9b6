from __future__ import annotations

import json

import numpy as np
import pytest

from trainer.evaluate.figures import Figure, Row, Table, figure, ratio

TABLE = Table(
    "hearing",
    ("R@1", "error in s"),
    (Row("chance", (Figure(0.1, 0.0, 0.25), None)), Row("network", (Figure(0.5, 0.4, 0.6), Figure(1.0, 0.5, 12.0)))),
    ("hearing: 3 sounds",),
)


def test_a_figure_is_a_mean_with_the_interval_over_groups() -> None:
    found = figure(np.array([0.0, 0.0, 1.0, 1.0]), ["a", "a", "b", "b"])
    assert found == Figure(0.5, 0.0, 1.0)
    assert str(found) == "0.500 [0.000, 1.000]"


def test_a_ratio_is_of_what_was_measured_on_the_same() -> None:
    below = np.random.default_rng(0).random(50) + 0.5
    found = ratio(2 * below, below, range(50))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 2.0, 2.0))
    assert ratio(below, np.zeros(50), range(50)) is None


def test_a_table_is_aligned_and_ends_with_its_notes() -> None:
    assert TABLE.text().splitlines() == [
        "hearing  R@1                   error in s",
        "chance   0.100 [0.000, 0.250]  -",
        "network  0.500 [0.400, 0.600]  1.000 [0.500, 12.000]",
        "hearing: 3 sounds",
    ]


def test_a_cell_is_found_by_its_row_and_column() -> None:
    assert TABLE.figure("network", "R@1") == Figure(0.5, 0.4, 0.6)
    assert TABLE.figure("chance", "error in s") is None
    with pytest.raises(KeyError):
        TABLE.figure("network", "R@5")


def test_a_table_can_be_stored_as_json() -> None:
    stored = json.loads(json.dumps(TABLE.to_dict()))
    assert stored["rows"]["chance"] == {"R@1": {"value": 0.1, "low": 0.0, "high": 0.25}, "error in s": None}
    assert stored["notes"] == ["hearing: 3 sounds"]
