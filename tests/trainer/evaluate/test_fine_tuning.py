from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.embedding import Embedder
from tests.small_networks import make_small_assembled
from trainer.errors import TrainerError
from trainer.evaluate import fine_tuning
from trainer.evaluate.fine_tuning import TUNINGS, Tuning, fine_tuning_tables, recipe_of
from trainer.evaluate.systems import Sounds
from trainer.manifest import Clip
from trainer.recipe import DescentConfig, FineTuningConfig


def test_the_papers_tunings_are_what_they_say() -> None:
    one, three, patches = TUNINGS.values()
    for tuning, layers in ((one, 1), (three, 3)):
        assert tuning.settings.layers == layers
        assert (tuning.descent.kind, tuning.descent.learning_rate, tuning.epochs) == ("adam", 1e-4, 30)
    assert (patches.descent.kind, patches.descent.learning_rate, patches.epochs) == ("sgd", 0.5, 200)
    assert patches.settings.structured_patchout == 0.5
    recipe = recipe_of(make_small_assembled(), patches, several=False, rows=1600)
    assert recipe.schedule.kind == "cosine"
    assert recipe.schedule.warmup_steps == 65  # 5 epochs


def test_an_ear_learns_the_classes_and_stays_as_it_was(clips: list[Clip], monkeypatch: pytest.MonkeyPatch) -> None:
    quick = Tuning(FineTuningConfig(layers=1), DescentConfig("adam", 1e-2, rows_per_step=12), 15)
    monkeypatch.setattr(fine_tuning, "TUNINGS", {"quick": quick})
    monkeypatch.setattr(fine_tuning, "WORKERS", 1)
    network = make_small_assembled()
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    many = [
        replace(clip, recording=f"{number} {split}", split=split)
        for number, clip in enumerate(clips[:12])
        for split in ("train", "val", "test")
    ]
    (table,) = fine_tuning_tables(Embedder(network, "a-1"), Sounds(many, network.sample_rate_hz))
    assert table.section == "fine-tuned: all sources"
    assert [row.name for row in table.rows] == ["majority", "quick"]
    assert table.figure("majority", "accuracy").value == pytest.approx(1 / 3)
    assert table.figure("quick", "accuracy").value > 0.6
    assert all(torch.equal(weight, before[name]) for name, weight in network.state_dict().items())


def test_only_an_assembled_network_is_fine_tuned(clips: list[Clip], tone_embedder: Embedder) -> None:
    with pytest.raises(TrainerError, match="Only the ear"):
        next(fine_tuning_tables(tone_embedder, Sounds(clips, 8000)))


def test_a_class_that_no_training_sound_has_is_the_least_likely() -> None:
    columns = fine_tuning._in_columns(torch.tensor([[0.5, -3.0]]), ["a", "c"], ["a", "b", "c"])
    assert columns.argsort(axis=1).tolist() == [[1, 2, 0]]
    assert np.isfinite(columns).all()
