from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trainer.evaluate.frozen_heads import (
    ANSWERING,
    LINEAR,
    ONE_LAYER,
    SHALLOW,
    THREE_LAYERS,
    HeadSettings,
    Labelled,
    learn_head,
)


def circles(rows: int, seed: int) -> Labelled:
    """Inside or outside: no line parts them."""
    random = np.random.default_rng(seed)
    angle, outside = random.uniform(0, 2 * np.pi, rows), random.integers(0, 2, rows)
    radius = 1.0 + outside + 0.1 * random.standard_normal(rows)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1) * 40 + 7
    return Labelled(points, np.eye(2, dtype=bool)[outside])


def right(labelled: Labelled, scores: np.ndarray) -> float:
    return float((scores.argmax(axis=1) == labelled.truth.argmax(axis=1)).mean())


def test_the_papers_heads_are_what_they_say() -> None:
    assert (ONE_LAYER.layers, ONE_LAYER.learning_rate, ONE_LAYER.epochs, ONE_LAYER.patience) == (1, 1e-3, 30, 0)
    assert (THREE_LAYERS.layers, THREE_LAYERS.learning_rate, THREE_LAYERS.epochs) == (3, 1e-3, 30)
    assert (LINEAR.layers, LINEAR.learning_rate, LINEAR.epochs, LINEAR.patience) == (1, 3e-5, 200, 20)
    assert SHALLOW.layers == 2
    assert ANSWERING.layers == 4


@pytest.mark.parametrize(("layers", "learns"), [(1, False), (3, True)])
def test_several_layers_learn_what_one_cannot(layers: int, learns: bool) -> None:
    settings = HeadSettings(layers, 1e-2, 30, hidden=16)
    head = learn_head(circles(200, 0), circles(40, 1), settings)
    test = circles(200, 2)
    assert (right(test, head.scores(test.features)) > 0.9) is learns


def test_the_same_seed_gives_the_same_head() -> None:
    settings, training = HeadSettings(2, 1e-2, 2, hidden=4, dropout=0.5), circles(50, 0)
    one, same = (learn_head(training, training, settings).scores(training.features) for _ in range(2))
    np.testing.assert_array_equal(one, same)
    other = learn_head(training, training, settings, seed=1).scores(training.features)
    assert not np.array_equal(one, other)


def test_patience_takes_the_head_that_did_best_on_the_validation_sounds() -> None:
    """They contradict the training sounds: the longer it learns, the worse it does on them."""
    training = circles(60, 0)
    contradiction = replace(circles(60, 1), truth=~circles(60, 1).truth)
    settings = HeadSettings(3, 1e-2, 40, hidden=16, patience=5)
    stopped = learn_head(training, contradiction, settings)
    trained = learn_head(training, contradiction, replace(settings, patience=0))
    test = circles(100, 2)
    assert right(test, trained.scores(test.features)) > right(test, stopped.scores(test.features)) + 0.1


def test_a_sound_may_have_several_classes() -> None:
    random = np.random.default_rng(0)
    features = random.standard_normal((300, 4))
    labelled = Labelled(features, features[:, :3] > 0, several=True)
    head = learn_head(labelled, labelled, HeadSettings(1, 3e-2, 30))
    assert ((head.scores(features) > 0) == labelled.truth).mean() > 0.95
