from __future__ import annotations

import torch
from torch import Tensor

from tests.small_pairs import RECIPES, changed_where, descend, make_material, make_small_task
from trainer.recipe import load_paper_recipe
from trainer.tasks.masked_duo import MaskedDuoTask

RECIPE = RECIPES["masked_duo"]


def duo() -> MaskedDuoTask:
    task = make_small_task(RECIPE, make_material())
    assert isinstance(task, MaskedDuoTask)
    return task


def test_the_online_ear_sees_visible_patches_only_and_its_copy_hidden_ones_only() -> None:
    # reviewer test of the fourth paper
    task = duo()
    batch = task.batch(0, range(4))
    received: dict[str, list[Tensor]] = {"online": [], "target": []}
    task.duo.audio.blocks[0].register_forward_pre_hook(lambda _, inputs: received["online"].append(inputs[0]))
    task.duo.target.blocks[0].register_forward_pre_hook(lambda _, inputs: received["target"].append(inputs[0]))
    task.represent(batch)
    task.represent(batch | {"levels": changed_where(batch["levels"], batch["hidden"])})
    task.represent(batch | {"levels": changed_where(batch["levels"], batch["visible"])})
    plain, hidden_changed, visible_changed = received["online"]
    assert torch.equal(plain, hidden_changed)
    assert not torch.equal(plain, visible_changed)
    plain, hidden_changed, visible_changed = received["target"]
    assert torch.equal(plain, visible_changed)
    assert not torch.equal(plain, hidden_changed)
    assert plain.shape[1] == 12  # of 16, the others go to the online ear


def test_sentences_are_met_by_what_is_seen_alone() -> None:  # D09
    task = duo()
    batch = task.batch(0, range(4))
    met = task.represent(batch)["audio"]
    torch.testing.assert_close(
        task.represent(batch | {"levels": changed_where(batch["levels"], batch["hidden"])})["audio"], met
    )
    (gradient,) = torch.autograd.grad(met.sum(), [task.duo.predictor.leave.weight], allow_unused=True)
    assert gradient is None


def test_the_copy_has_no_gradient_and_moves_only_by_following() -> None:
    task = duo()
    task.losses(task.represent(task.batch(0, range(8))))["loss"].backward()
    assert all(weight.grad is None and not weight.requires_grad for weight in task.duo.target.parameters())
    before = [weight.clone() for weight in task.duo.target.parameters()]
    descend(task, RECIPE, 1)  # at step 0 nine tenths stay
    for was, now, online in zip(before, task.duo.target.parameters(), task.duo.audio.parameters(), strict=True):
        torch.testing.assert_close(now, 0.9 * was + 0.1 * online, atol=1e-6, rtol=1e-5)


def test_the_decay_is_exact_at_the_first_step_and_at_the_last() -> None:
    task = duo()
    task.recipe = load_paper_recipe("m2d2_stage1")
    assert task.decay(0, 300_000) == 0.99995
    assert task.decay(299_999, 300_000) == 0.99999
    assert 0.99995 < task.decay(150_000, 300_000) < 0.99999


def test_both_losses_are_weighted_as_in_the_paper() -> None:  # D13
    task = duo()
    losses = task.losses(task.represent(task.batch(0, range(8))))
    torch.testing.assert_close(losses["loss"], losses["masked"] + 0.01 * losses["contrastive"])
    assert 0.0 <= losses["masked"] <= 4.0


def test_the_text_tower_rests_while_vectors_stand_for_it() -> None:
    task = duo()
    frozen = {name.split(".")[1] for name, weight in task.module.named_parameters() if not weight.requires_grad}
    assert {"text", "text_head"} <= frozen
