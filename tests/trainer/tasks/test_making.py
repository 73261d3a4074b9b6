"""What holds for the tasks of all papers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch

from engine.clap.loading import load_network
from tests.small_pairs import RECIPES, descend, make_material, make_small_task, with_settings
from trainer.assembling import load_audio_side
from trainer.errors import TrainerError
from trainer.paired_sounds import Material
from trainer.tasks.making import make_task
from trainer.tasks.task import Task

EVERY_TASK = pytest.mark.parametrize("name", RECIPES)


@cache
def material() -> Material:
    return make_material()


def task_of(name: str) -> Task:
    return make_small_task(RECIPES[name], material())


@EVERY_TASK
def test_a_row_is_the_same_in_whatever_part_of_a_batch_it_is_made(name: str) -> None:
    task = task_of(name)
    whole, part = task.batch(3, range(8)), task.batch(3, range(2, 5))
    for key, values in whole.items():
        of_part, width = part[key], min(values.shape[-1], part[key].shape[-1])
        assert torch.equal(values[2:5, ..., :width] if values.ndim > 1 else values[2:5], of_part[..., :width])
    other = task.batch(4, range(8))
    assert any(not torch.equal(values, other[key]) for key, values in whole.items() if other[key].shape == values.shape)


@EVERY_TASK
def test_a_row_is_represented_by_itself(name: str) -> None:
    task = task_of(name)
    task.module.eval()
    whole, part = (task.represent(task.batch(0, rows)) for rows in (range(8), range(4, 7)))
    for key, values in whole.items():
        torch.testing.assert_close(part[key], values[4:7], atol=1e-5, rtol=0)
        assert len(values) == 8


@EVERY_TASK
def test_what_is_trained_beats_its_untrained_start_on_held_out_sounds(name: str) -> None:
    task = task_of(name)
    figure, more = task.better
    before = task.validate()
    losses = descend(task, RECIPES[name], 25)
    after = task.validate()
    assert sum(losses[-5:]) < sum(losses[:5])
    assert (after[figure] > before[figure]) if more else (after[figure] < before[figure])
    assert task.validate() == after


@EVERY_TASK
def test_what_comes_of_it_can_be_loaded_by_the_next_stage(name: str, tmp_path: Path) -> None:
    task = task_of(name)
    checkpoint_id = task.export(tmp_path / "run" / "network", "A card.\n")
    side = load_audio_side(tmp_path / "run")
    assert side.audio == RECIPES[name].audio
    if name in ("contrastive", "captioning", "masked_duo"):
        assert load_network(tmp_path / "run" / "network")[1] == checkpoint_id
    else:
        assert checkpoint_id is None


def test_nothing_is_measured_where_nothing_is_held_out() -> None:
    full = material()
    empty = replace(full, held_out=replace(full.held_out, sounds=[], captions=[], levels=full.held_out.levels.at([])))
    for recipe in RECIPES.values():
        assert make_small_task(recipe, empty).validate() == {}


@pytest.mark.parametrize("name", ["captioning", "supervised"])
def test_a_recipe_names_its_task(name: str) -> None:
    recipe = with_settings(RECIPES[name], text__vocabulary=30522)  # the words of the network in the box
    task = make_task(recipe, material())
    assert type(task) is type(task_of(name))
    assert task.module.state_dict().keys() == task_of(name).module.state_dict().keys()
    same = make_task(recipe, material()).module.state_dict()
    assert all(torch.equal(value, same[key]) for key, value in task.module.state_dict().items())


def test_sentence_vectors_are_those_of_the_encoder_that_the_recipe_names(tmp_path: Path) -> None:
    recipe = with_settings(RECIPES["masked_duo"], text__vocabulary=30522)
    with pytest.raises(TrainerError, match="needs sentence vectors"):
        make_task(recipe, material())
    task = make_task(with_settings(recipe, start__vectors="earmark"), material(), tmp_path)
    assert task.batch(0, range(2))["vectors"].shape == (2, 384)
    assert task.export(tmp_path / "network", "A card.\n") is None  # its own text tower is another


def test_a_tower_without_patches_cannot_hide_any() -> None:
    recipe = with_settings(RECIPES["masked_autoencoder"], audio=RECIPES["contrastive"].audio)
    with pytest.raises(TrainerError, match="Only a tower of patches"):
        make_task(recipe, material())


def test_parts_that_do_not_fit_are_told_in_one_sentence() -> None:
    with pytest.raises(TrainerError, match="cannot be assembled: a decoder needs a causal text tower"):
        make_task(with_settings(RECIPES["captioning"], text__vocabulary=30522, text__causal=False), material())
