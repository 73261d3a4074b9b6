from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.small_pairs import RECIPES, SMALL, descend, make_material, make_network, with_settings
from trainer.assembling import assemble, save_audio_side
from trainer.errors import TrainerError
from trainer.tasks.frozen_audio import FrozenAudioTask

STAGE_2 = with_settings(
    SMALL,
    task="frozen_audio",
    audio_head=RECIPES["masked_duo"].audio_head,
    text_head__kind="none",
    text__vocabulary=30522,
    frozen__audio=True,
    loss__hidden_share=0.3,
)


def test_the_second_stage_leaves_every_number_of_the_ear_as_it_was(tmp_path: Path) -> None:
    # reviewer test of the fourth paper
    first = make_network(RECIPES["masked_duo"])
    save_audio_side(tmp_path, RECIPES["masked_duo"], first.audio, first.audio_head, "A card.\n")
    recipe = with_settings(STAGE_2, start__audio=str(tmp_path))
    task = FrozenAudioTask(assemble(recipe), recipe, make_material())
    before = {name: value.clone() for name, value in task.network.state_dict().items()}
    for name, value in first.audio_head.state_dict().items():  # the projector goes on from where it was
        assert torch.equal(value, before[f"audio_head.{name}"])
    descend(task, recipe, 3)
    after = task.network.state_dict()
    for name, value in first.audio.state_dict().items():
        assert torch.equal(value, after[f"audio.{name}"])
    for part in ("audio_head.blocks", "text.model"):
        assert any(not torch.equal(before[name], after[name]) for name in before if name.startswith(part))


def test_an_ear_that_learns_or_never_has_is_refused() -> None:
    network, material = make_network(SMALL), make_material()
    with pytest.raises(TrainerError, match="must not train the audio tower"):
        FrozenAudioTask(network, with_settings(STAGE_2, frozen__audio=False), material)
    with pytest.raises(TrainerError, match="needs an ear that has learned"):
        FrozenAudioTask(network, STAGE_2, material)
