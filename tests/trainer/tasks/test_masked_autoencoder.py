from __future__ import annotations

import torch
from torch import Tensor

from engine.clap.config import MelConfig
from tests.small_pairs import PATCHES, RECIPES, changed_where, make_material, make_small_task, with_settings
from trainer.objectives.hidden_patches import take
from trainer.paired_sounds import Material
from trainer.recipe import PaperRecipe, load_paper_recipe
from trainer.tasks.masked_autoencoder import MaskedAutoencoderTask

RECIPE = RECIPES["masked_autoencoder"]


def masked(recipe: PaperRecipe = RECIPE, material: Material | None = None) -> MaskedAutoencoderTask:
    task = make_small_task(recipe, material or make_material())
    assert isinstance(task, MaskedAutoencoderTask)
    return task


def test_in_the_papers_geometry_600_patches_are_hidden_and_750_are_drawn_over() -> None:
    # reviewer test of the second paper: the ear sees 150, the other transformer 750 of 94 columns of 8
    paper = load_paper_recipe("cacophony_mae")
    material = make_material()
    recipe = with_settings(
        RECIPE,
        mel=MelConfig(16000, 512, 400, 160, mels=16, low_hz=0.0, high_hz=8000.0),
        audio=PATCHES,
        pairs=paper.pairs,
        loss__hidden_share=paper.loss.hidden_share,
        loss__most_patches=paper.loss.most_patches,
    )
    recipe = with_settings(recipe, audio__patch_frames=16, audio__patch_bands=2)
    task = masked(recipe, material)
    batch = task.batch(0, range(1))
    assert (batch["visible"].shape, batch["hidden"].shape) == ((1, 150), (1, 600))
    seen: list[int] = []
    task.autoencoder.audio.blocks[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[1]))
    task.autoencoder.predictor.blocks[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[1]))
    assert task.represent(batch)["masked"].isfinite().all()
    assert seen == [150, 750]


def test_the_ear_never_receives_a_hidden_patch() -> None:
    task = masked()
    batch = task.batch(0, range(4))
    received: list[Tensor] = []
    task.autoencoder.audio.blocks[0].register_forward_pre_hook(lambda _, inputs: received.append(inputs[0]))
    one = task.represent(batch)["masked"]
    other = task.represent(batch | {"levels": changed_where(batch["levels"], batch["hidden"])})["masked"]
    torch.testing.assert_close(received[0], received[1], rtol=0, atol=0)
    task.represent(batch | {"levels": changed_where(batch["levels"], batch["visible"])})
    assert (received[0] - received[2]).abs().max() > 1e-3
    assert one.shape == other.shape == (4,)


def test_a_short_sound_is_repeated_and_silence_costs_something_finite() -> None:
    task = masked()
    material = make_material()
    levels = task.batch(0, range(8))["levels"]
    assert (levels > -3.0).all()  # no padding anywhere
    silent = {**task.batch(0, range(2)), "levels": torch.full((2, 16, 64), -3.0)}
    assert task.represent(silent)["masked"].isfinite().all()
    assert len(material.training) == task.rows


def test_what_is_wanted_is_what_was_hidden() -> None:
    task = masked()
    batch = task.batch(0, range(2))
    patches = task.audio.patches(batch["levels"])
    assert take(patches, batch["hidden"]).shape == (2, 12, 64)
    both = torch.cat([batch["visible"], batch["hidden"]], dim=1).sort(1).values
    assert both.tolist() == [list(range(16))] * 2
