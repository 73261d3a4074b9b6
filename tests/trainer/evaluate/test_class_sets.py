from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from engine.stored_embeddings import FileEmbeddings
from trainer.errors import TrainerError
from trainer.evaluate import class_sets as module
from trainer.evaluate.class_sets import (
    class_set_tables,
    class_sets,
    clearest,
    label_vectors,
    probabilities,
    zero_shot,
)
from trainer.evaluate.systems import Chance, NetworkSystem, Sounds
from trainer.manifest import Clip


def clip(number: int, label: str, source: str = "set", **others: object) -> Clip:
    recording = f"{number % 5 + 1}-{number}-A.ogg"
    return replace(Clip(Path("x"), source, recording, label, "", 1.0, "CC0"), **others)  # type: ignore[arg-type]


class Told:
    """Hears the vectors it was told, and reads a text as the vector of its last letter."""

    name, rate_hz, segment_s = "told", 8000, 0.5

    def __init__(self, vectors: Sequence[Sequence[float]], of_letter: dict[str, Sequence[float]]) -> None:
        self._heard = [FileEmbeddings(np.array([v]), np.array(v)) for v in vectors]
        self._of_letter = of_letter

    def hear(self, waveforms: Sequence[np.ndarray]) -> list[FileEmbeddings]:
        return self._heard

    def read(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([self._of_letter[text[-1]] for text in texts], dtype=float)


def test_sets_are_what_sources_published_and_the_small_ones_are_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEAST_SOUNDS", 4)
    large = [clip(number, "dog_bark" if number % 2 else "rain") for number in range(6)]
    small = [clip(7, "rain", "b"), clip(8, "", "b"), clip(9, "wind", "c")]
    both = class_sets([*large, *small])
    assert [one.name for one in both] == ["set", "other sources"]
    assert both[0].labels == ["dog bark", "rain"]
    assert both[0].folds == ["1", "2", "3", "4", "5", "1"]
    assert both[1].positions.tolist() == [6, 8]
    assert not both[0].several
    assert both[0].size_note() == "set: 6 sounds from 6 recordings, 2 classes, 5 folds"
    with pytest.raises(TrainerError, match="two different labels"):
        class_sets([clip(0, "rain"), clip(1, "rain")])


def test_accuracy_is_the_mean_over_folds() -> None:
    (one,) = class_sets([clip(0, "a", split="fold1"), *(clip(n, "b", split="fold2") for n in range(1, 4))])
    scores = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])  # all right, and one of three
    assert one.figure(scores).value == pytest.approx((1 + 1 / 3) / 2)


def test_of_sounds_with_several_classes_mean_average_precision_is_measured() -> None:
    random = np.random.default_rng(0)
    labels = ("a", "b", "c")
    clips = [clip(n, "a", labels=tuple(each for each in labels if random.random() < 0.6) or ("b",)) for n in range(40)]
    (one,) = class_sets(clips)
    assert one.several
    assert one.measure == "mAP"
    likeness = random.uniform(-1, 1, one.truth.shape)
    found = one.figure(probabilities(likeness, several=True))
    assert found.value == pytest.approx(average_precision_score(one.truth, likeness, average="macro"))


def test_probabilities_are_a_softmax_or_a_sigmoid_for_each() -> None:
    likeness = np.array([[0.5, 0.1, -0.2]])
    np.testing.assert_allclose(probabilities(likeness, several=False).sum(axis=1), 1.0)
    np.testing.assert_allclose(probabilities(likeness, several=True, scale=2.0), 1 / (1 + np.exp(-2 * likeness)))


def test_of_equal_scores_none_is_the_clearest() -> None:
    assert clearest(np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([0, 1])).tolist() == [0.0, 1.0]


def test_a_class_is_the_mean_direction_of_its_prompts() -> None:
    system = Told([], {"a": [3.0, 0.0], "b": [0.0, 1.0], "c": [0.0, -2.0]})
    vectors = label_vectors([["a", "b"], ["c"]], system)
    np.testing.assert_allclose(vectors, [[np.sqrt(0.5)] * 2, [0, -1]])


def test_every_way_to_ask_has_a_row_beside_chance(
    clips: list[Clip], tone_system: NetworkSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_SOUNDS", 5)
    named = [replace(each, label="rain" if each.label == "low tone" else each.label) for each in clips]
    (table,) = class_set_tables(tone_system, Chance(8000), Sounds(named[:12], 8000))
    assert table.section == "zero shot: esc10"
    assert [row.name for row in table.rows] == [
        "chance",
        "sound (C21)",
        "i can hear (C25)",
        "this is an audio of (C25)",
        "label alone (C25)",
        "this is (C25)",
        "this is a sound of (C25)",
        "can be heard (D26)",
        "2 scenes (R05)",
        "2 descriptions (R12)",
        "label and 2 scenes",
    ]
    assert table.figure("2 scenes (R05)", "accuracy") is not None  # of rain; the other two are asked for plainly
    (table,) = class_set_tables(tone_system, Chance(8000), Sounds(clips[:12], 8000))
    assert table.figure("sound (C21)", "accuracy").value == 1.0
    assert "2 scenes (R05)" not in [row.name for row in table.rows]
    assert table.notes[0] == (
        "zero shot: esc10: 12 sounds from 6 recordings, 3 classes, 1 folds, of which 0 have descriptions and scenes"
    )


def test_sounds_need_not_have_length_one(clips: list[Clip]) -> None:
    (one,) = class_sets([clip(0, "a"), clip(1, "b")])
    system = Told([[9.0, 0.0], [0.1, 0.2]], {"a": [1, 0], "b": [0, 1]})
    assert zero_shot(system, [["a"], ["b"]], one, Sounds(clips[:2], 8000)).value == 1.0
