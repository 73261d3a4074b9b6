"""The second stage of M2D2: text encoder and audio projector meet an ear that stays as it is (D20, D22)."""

from __future__ import annotations

from engine.clap.assembled import AssembledNetwork
from trainer.errors import TrainerError
from trainer.paired_sounds import Material
from trainer.recipe import PaperRecipe
from trainer.tasks.contrastive import ContrastiveTask


class FrozenAudioTask(ContrastiveTask):
    """Every number of the audio tower is the same bit for bit when training ends."""

    def __init__(self, network: AssembledNetwork, recipe: PaperRecipe, material: Material) -> None:
        """Raises TrainerError if the ear would learn, or never has."""
        if not recipe.frozen.audio:
            raise TrainerError(f"The recipe {recipe.name} must not train the audio tower; set frozen.audio to true.")
        if not recipe.start.audio:
            raise TrainerError(
                f"The recipe {recipe.name} needs an ear that has learned: name the run of an earlier stage with "
                "--set start.audio=RUN."
            )
        super().__init__(network, recipe, material)
