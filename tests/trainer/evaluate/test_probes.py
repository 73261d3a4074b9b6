from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.embedding import Embedder
from trainer.errors import TrainerError
from trainer.evaluate import probes
from trainer.evaluate.class_sets import class_sets
from trainer.evaluate.divisions import Division
from trainer.evaluate.frozen_heads import HeadSettings, Labelled
from trainer.evaluate.probes import majority, nearest, probe_tables, probed, with_enough_recordings
from trainer.evaluate.systems import Sounds
from trainer.manifest import Clip


@pytest.fixture(scope="module")
def many(clips: list[Clip]) -> list[Clip]:
    """Every tone from six recordings; the three loops are too few for a class."""
    return [
        *(
            replace(clip, recording=f"{number % 3 + 1}-{number}{copy}-A.ogg")
            for number, clip in enumerate(clips[:12])
            for copy in range(2)
        ),
        *(replace(clip, source="esc10") for clip in clips[12:]),
    ]


def test_a_network_that_hears_is_easily_read(
    many: list[Clip], tone_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "HEADS", {"1 layer": HeadSettings(1, 3e-2, 20)})
    (table,) = probe_tables(tone_embedder, Sounds(many, 8000))
    assert table.section == "probes: all sources"
    assert [row.name for row in table.rows] == ["majority", "embedding: nearest", "embedding: 1 layer"]
    assert table.figure("embedding: 1 layer", "accuracy").value == 1.0
    assert table.figure("embedding: nearest", "accuracy").value == 1.0
    assert table.figure("majority", "accuracy").value < 0.5
    assert table.notes[0].startswith("probes: all sources: 24 sounds from 24 recordings, 3 classes")


def test_classes_of_few_recordings_are_left_out(many: list[Clip]) -> None:
    (one,) = class_sets(many)
    learnable = with_enough_recordings(one)
    assert learnable is not None
    assert learnable.labels == ["high tone", "low tone", "middle tone"]
    assert learnable.truth.shape == (24, 3)
    assert with_enough_recordings(one.of(np.arange(6))) is None


def test_a_split_without_enough_sounds_is_refused(clips: list[Clip], tone_embedder: Embedder) -> None:
    with pytest.raises(TrainerError, match="5 recordings"):
        next(probe_tables(tone_embedder, Sounds(clips, 8000)))


def test_nothing_of_the_tested_sounds_is_shown_to_what_classifies_them(many: list[Clip]) -> None:
    learnable = with_enough_recordings(class_sets(many)[0])
    assert learnable is not None
    rows = np.arange(24)
    division = Division(rows[::3], rows[1::3], rows[2::3])

    def shows(training: Labelled, validation: Labelled, others: np.ndarray) -> np.ndarray:
        shown = np.concatenate([training.features, validation.features])
        assert set(shown[:, 0]).isdisjoint(others[:, 0])
        return np.zeros((len(others), 3))

    features = np.arange(len(many), dtype=float)[:, None]
    assert probed(learnable, features, [division], shows).value == 0.0  # all the same: ties count against us


def test_baselines_by_hand() -> None:
    training = Labelled(
        np.array([[0.0, 1.0], [0.0, 2.0], [1.0, 0.0]]), np.array([[True, False], [True, False], [False, True]])
    )
    others = np.array([[0.1, 3.0], [3.0, 0.1]])
    assert majority(training, training, others).tolist() == [[1, 0], [1, 0]]
    assert nearest(training, training, others).argmax(axis=1).tolist() == [0, 1]
    shares = majority(replace(training, several=True), training, others)
    np.testing.assert_allclose(shares, [[2 / 3, 1 / 3]] * 2)
