from __future__ import annotations

import numpy as np

from trainer.evaluate.zero_shot import PROMPTS, class_vectors, hits, prompts_for


def test_every_label_is_asked_in_every_prompt() -> None:
    assert prompts_for(["dog", "rain"]) == ["dog", "the sound of dog", "rain", "the sound of rain"]


def test_a_class_is_the_direction_between_its_prompts() -> None:
    assert len(PROMPTS) == 2
    east, north = np.eye(2)
    classes = class_vectors(np.stack([east, north, north, north]))
    np.testing.assert_allclose(classes, [[np.sqrt(0.5), np.sqrt(0.5)], [0.0, 1.0]])


def test_no_classes_and_no_sounds_give_no_hits() -> None:
    classes = class_vectors(np.empty((0, 3)))
    assert classes.shape == (0, 3)
    assert hits(np.empty((0, 3)), classes, np.empty(0, dtype=int)).shape == (0,)


def test_a_sound_is_a_hit_if_its_own_class_is_the_nearest() -> None:
    classes = np.eye(3)
    sounds = np.array([[0.9, 0.1, 0.0], [0.9, 0.1, 0.0], [0.0, 0.2, 0.8]])
    np.testing.assert_array_equal(hits(sounds, classes, np.array([0, 1, 2])), [1.0, 0.0, 1.0])


def test_a_tie_is_no_hit() -> None:
    sounds = np.array([[0.5, 0.5, 0.0], [np.nan, 0.5, 0.0]])
    np.testing.assert_array_equal(hits(sounds, np.eye(3), np.array([0, 0])), [0.0, 0.0])
