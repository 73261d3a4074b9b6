from __future__ import annotations

import pytest
import torch

from tests.small_pairs import RECIPES, descend, make_material, make_small_task, with_settings
from trainer.errors import TrainerError
from trainer.recipe import PaperRecipe
from trainer.tasks.captioning import CaptioningTask

RECIPE = RECIPES["captioning"]


def captioning(recipe: PaperRecipe = RECIPE) -> CaptioningTask:
    task = make_small_task(recipe, make_material())
    assert isinstance(task, CaptioningTask)
    task.module.eval()
    return task


def test_a_later_token_changes_nothing_that_is_said_before_it() -> None:  # reviewer test of the second paper
    task = captioning()
    batch = task.batch(0, range(4))
    ids = batch["ids"].clone()
    ids[:, 2] = (ids[:, 2] + 1) % 15 + 4
    heard = task.hear(batch)
    one, other = (task.read({"ids": each, "mask": batch["mask"]}) for each in (batch["ids"], ids))
    torch.testing.assert_close(one.states[:, :2], other.states[:, :2])
    assert (one.states[:, 2:] - other.states[:, 2:]).abs().max() > 1e-3
    said, otherwise = task.decoder(one, heard), task.decoder(other, heard)
    torch.testing.assert_close(said[:, :2], otherwise[:, :2], atol=1e-5, rtol=0)


def test_both_losses_are_added() -> None:
    task = captioning(with_settings(RECIPE, loss__captioning=0.5))
    losses = task.losses(task.represent(task.batch(0, range(8))))
    torch.testing.assert_close(losses["loss"], losses["contrastive"] + 0.5 * losses["captioning"])


def test_without_captions_the_decoder_learns_nothing() -> None:
    recipe = with_settings(RECIPE, loss__captioning=0.0)
    task = captioning(recipe)
    assert "captioning" not in task.represent(task.batch(0, range(8)))
    before = [weight.clone() for weight in task.decoder.parameters()]
    descend(task, recipe, 2)
    assert all(torch.equal(was, now) for was, now in zip(before, task.decoder.parameters(), strict=True))


def test_of_longer_sounds_patches_are_drawn_and_shorter_ones_are_whole() -> None:  # K24
    task = captioning()
    batch = task.batch(0, range(8))
    assert batch["kept"].shape == (8, 8)
    of_sound = (batch["kept"] < 2 * -(-batch["frames"] // 8).unsqueeze(1)).sum(1)
    assert torch.equal(of_sound, (2 * -(-batch["frames"] // 8)).clamp_max(8))
    assert torch.equal(task.hear(batch).valid.sum(1), of_sound)


def test_a_recipe_without_a_decoder_is_refused() -> None:
    with pytest.raises(TrainerError, match="has no decoder"):
        captioning(with_settings(RECIPE, decoder__layers=0))
