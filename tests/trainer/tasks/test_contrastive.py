from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tests.small_pairs import RECIPES, SMALL, changed_where, descend, make_material, make_small_task, with_settings
from trainer.assembling import freeze
from trainer.recipe import PaperRecipe, load_paper_recipe
from trainer.tasks.contrastive import ContrastiveTask, kept_patches

RECIPE = RECIPES["contrastive"]


def contrastive(recipe: PaperRecipe = RECIPE) -> ContrastiveTask:
    task = make_small_task(recipe, make_material())
    assert isinstance(task, ContrastiveTask)
    return task


def test_the_scale_never_exceeds_the_most_after_a_step() -> None:  # reviewer test (b) of the first paper
    task = contrastive()
    with torch.no_grad():
        task.network.log_scale.fill_(4.6)  # e^4.6 = 99.5
    optimizer = torch.optim.SGD([task.network.log_scale], lr=100.0)
    (-task.network.log_scale).backward()
    optimizer.step()
    task.after_step(0, 10)
    assert task.represent(task.batch(0, range(4)))["scale"].max() <= 100.0
    assert task.network.log_scale.exp() <= 100.0 + 1e-3  # and can come back


@pytest.mark.parametrize("variant", ["both_frozen", "only_audio_trained", "only_text_trained", "both_trained"])
def test_only_what_is_not_frozen_moves(variant: str) -> None:  # reviewer test (e), the rows of C28
    frozen = load_paper_recipe(f"clap2022:{variant}").frozen
    task = contrastive(replace(RECIPE, frozen=frozen))
    freeze(task.network, frozen)
    parts = ("audio", "text", "audio_head", "text_head")
    before = {name: [each.clone() for each in task.network.get_submodule(name).state_dict().values()] for name in parts}
    descend(task, RECIPE, 2)
    moved = {
        name: any(
            not torch.equal(was, now)
            for was, now in zip(before[name], task.network.get_submodule(name).state_dict().values(), strict=True)
        )
        for name in parts
    }
    assert moved == {"audio": not frozen.audio, "text": not frozen.text, "audio_head": True, "text_head": True}


def test_sentences_in_another_order_are_wrong_answers_where_there_are_any() -> None:
    material = make_material()
    for at in (0, 2):
        material.training.captions[at] = ("a dog barks before rain falls",)
    recipe = with_settings(RECIPE, loss__swapped_negatives=True, descent__rows_per_step=36)
    task = make_small_task(recipe, material)
    batch = task.batch(0, range(36))
    assert int(batch["is_swapped"].sum()) == 2
    swapped = batch["is_swapped"].bool()
    assert torch.equal(batch["swapped_ids"][~swapped], batch["ids"][~swapped])
    assert torch.equal(batch["swapped_ids"][swapped].sort().values, batch["ids"][swapped].sort().values)  # same words
    represented = task.represent(batch)
    with_them = task.losses(represented)["loss"]
    represented["is_swapped"] = torch.zeros_like(represented["is_swapped"])
    assert with_them > task.losses(represented)["loss"]


def test_equal_captions_can_be_spared() -> None:
    task = contrastive()  # six captions on eight rows
    spared = contrastive(with_settings(RECIPE, loss__spare_equal_captions=True))
    represented = task.represent(task.batch(0, range(8)))
    assert spared.losses(represented)["loss"] < task.losses(represented)["loss"]


def test_the_aggregator_hears_the_order_of_chunks_and_the_mean_does_not() -> None:
    # reviewer test of the fifth paper
    mlp = with_settings(RECIPE, audio_head__kind="mlp", audio_head__hidden=16)
    by_chunks = replace(mlp, chunk_s=0.16)
    aggregator = with_settings(by_chunks, audio_head__kind="aggregator", audio_head__layers=2, audio_head__heads=2)
    levels = torch.randn(1, 16, 64, generator=torch.Generator().manual_seed(0))
    turned = levels.unflatten(2, (4, 16)).flip(2).flatten(2)  # four chunks, the last one first
    for recipe, heeds in ((aggregator, True), (by_chunks, False)):
        network = contrastive(recipe).network.eval()
        one, other = (network.audio_embedding(network.hear(each)) for each in (levels, turned))
        assert ((one - other).abs().max() > 1e-3) == heeds


@pytest.mark.parametrize(
    ("name", "patches", "kept"),
    [("cacophony_coca", 1536, 512), ("m2d2_stage2", 315, 220), ("m2d2_stage2_1", 315, 315), ("clap2022", 22, 22)],
)
def test_as_many_patches_are_kept_as_the_papers_say(name: str, patches: int, kept: int) -> None:
    assert kept_patches(load_paper_recipe(name), patches) == kept  # K24; D20: 0.7 of 63 columns; D22: all


def test_of_patches_that_are_left_out_nothing_is_heard() -> None:
    task = contrastive(with_settings(SMALL, loss__hidden_share=0.5))
    batch = task.batch(0, range(4))
    assert batch["kept"].shape == (4, 8)
    heard = task.represent(batch)["audio"]
    left_out = [sorted(set(range(16)) - set(kept)) for kept in batch["kept"].tolist()]
    changed = changed_where(batch["levels"], torch.tensor(left_out))
    torch.testing.assert_close(task.represent(batch | {"levels": changed})["audio"], heard)
    assert (task.represent(batch | {"levels": batch["levels"] + 1.0})["audio"] - heard).abs().max() > 1e-3
