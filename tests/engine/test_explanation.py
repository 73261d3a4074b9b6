"""Explanations cross from one process to another."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np

from engine.explanation import Explanation, HeatMap, Relevance


def test_an_explanation_is_the_same_in_another_process() -> None:
    relevance = Relevance("a dog barks", 0.0, 0.16, np.array([0.1, 0.9], np.float32))
    heat = HeatMap("a dog barks", 0.0, 0.32, np.array([40.0, 400.0, 4000.0]), np.eye(2, dtype=np.float32))
    one = Explanation(Path("dog.wav"), (relevance,), (heat,))
    other = pickle.loads(pickle.dumps(one))
    assert (other.path, other.relevance[0].text) == (one.path, "a dog barks")
    np.testing.assert_array_equal(other.relevance[0].values, relevance.values)
    np.testing.assert_array_equal(other.heat_maps[0].heat, heat.heat)
