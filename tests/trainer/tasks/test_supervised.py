from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.clap.towers.audio_tower import make_audio_tower
from engine.clap.towers.encoded import Encoded
from tests.small_pairs import KINDS, MEL, RECIPES, descend, make_material, make_small_task, with_settings
from trainer.errors import TrainerError
from trainer.manifest import Clip
from trainer.paired_sounds import Pairs
from trainer.recipe import PaperRecipe, load_paper_recipe
from trainer.tasks.supervised import SupervisedTask, clip_features

RECIPE = RECIPES["supervised"]


def supervised(recipe: PaperRecipe = RECIPE) -> SupervisedTask:
    task = make_small_task(recipe, make_material())
    assert isinstance(task, SupervisedTask)
    return task


def with_labels(pairs: Pairs, **labels: Any) -> Pairs:
    return replace(pairs, sounds=[replace(sound, **labels) for sound in pairs.sounds if isinstance(sound, Clip)])


def test_the_classes_are_those_of_the_training_sounds() -> None:
    assert supervised().classes == sorted(KINDS)


@pytest.mark.parametrize("variant", ["freeze_1", "freeze_3", "fine_tune_1", "fine_tune_3"])
def test_one_or_three_layers_behind_an_ear_that_is_frozen_or_not(variant: str) -> None:  # C26, C27
    paper = load_paper_recipe(f"clap2022:{variant}")
    recipe = replace(RECIPES["contrastive"], task="supervised", frozen=paper.frozen, fine_tuning=paper.fine_tuning)
    task = supervised(recipe)
    linear = [each for each in task.ear.classifier.modules() if isinstance(each, torch.nn.Linear)]
    assert len(linear) == int(variant[-1])
    before = {name: value.clone() for name, value in task.audio.state_dict().items()}
    descend(task, recipe, 2)
    same = all(torch.equal(value, before[name]) for name, value in task.audio.state_dict().items())
    assert same == variant.startswith("freeze")


def test_features_of_a_patch_tower_are_means_of_whole_columns() -> None:  # D24
    paper = load_paper_recipe("m2d2_stage1_1")
    with torch.device("meta"):
        tower = make_audio_tower(paper.audio, paper.mel)
    assert tower.width * tower.rows == 3840
    small = make_audio_tower(RECIPE.audio, MEL)
    states = torch.arange(24.0).reshape(1, 6, 4).repeat(1, 1, 4)  # three columns of two rows
    valid = torch.tensor([[True, True, True, True, False, False]])
    features = clip_features(small, Encoded(states, valid))
    torch.testing.assert_close(features[0, :16], states[0, [0, 2]].mean(0))
    torch.testing.assert_close(features[0, 16:], states[0, [1, 3]].mean(0))


@pytest.mark.parametrize(
    "variant", ["m2d2_stage1_1", "m2d2_stage1_1:as20k", "m2d2_stage1_1:esc50", "m2d2_stage1_1:vc1"]
)
def test_every_column_of_the_fine_tuning_table_can_be_trained(variant: str) -> None:  # D28
    settings = load_paper_recipe(variant).fine_tuning
    settings = replace(settings, spec_augment_bands=4, spec_augment_frames=10)  # a small picture
    recipe = replace(RECIPE, fine_tuning=settings)
    task = supervised(recipe)
    batch = task.batch(0, range(8))
    assert ("kept" in batch) == (settings.structured_patchout > 0)
    if settings.mixup:
        assert ((batch["wanted"] > 0) & (batch["wanted"] < 1)).any()
    torch.testing.assert_close(batch["wanted"].sum(1), torch.ones(8))
    was = task.audio.get_parameter("project.weight").clone()
    descend(task, recipe, 2)
    assert torch.equal(was, task.audio.get_parameter("project.weight")) == (settings.positions == "freeze embedding")
    figures = task.validate()
    assert 0.0 <= figures["class_map" if settings.many_labels else "accuracy"] <= 1.0


def test_sounds_without_labels_cannot_be_learned() -> None:
    material = make_material()
    unlabelled = replace(material, training=with_labels(material.training, label=""))
    with pytest.raises(TrainerError, match="no sound of the manifests has one"):
        make_small_task(RECIPE, unlabelled)


def test_of_many_labels_each_is_wanted() -> None:
    material = make_material()
    both = replace(material, training=with_labels(material.training, labels=("dog", "rain")))
    for many, wanted in ((True, 1.0), (False, 0.5)):
        task = make_small_task(with_settings(RECIPE, fine_tuning__many_labels=many), both)
        assert task.batch(0, range(2))["wanted"].tolist() == [[wanted, wanted]] * 2
