"""Contrastive and captioning at once, with one pass through each tower (K20 to K24)."""

from __future__ import annotations

from torch import Tensor

from engine.clap.assembled import AssembledNetwork
from trainer.errors import TrainerError
from trainer.objectives.next_tokens import caption_losses
from trainer.paired_sounds import Material
from trainer.recipe import PaperRecipe
from trainer.tasks.contrastive import ContrastiveTask
from trainer.tasks.task import Batch, Representations


class CaptioningTask(ContrastiveTask):
    """L = L_con + lambda_cap L_cap (K20). Without the latter, as an ablation, the decoder learns nothing.

    The text tower is causal, so that the decoder on top of it is never shown what it must say (K21).
    """

    def __init__(self, network: AssembledNetwork, recipe: PaperRecipe, material: Material) -> None:
        """Raises TrainerError if the recipe has no decoder."""
        super().__init__(network, recipe, material)
        if network.decoder is None:
            raise TrainerError(f"The recipe {recipe.name} has no decoder; set decoder.layers above 0.")
        self.decoder = network.decoder
        self.decoder.requires_grad_(recipe.loss.captioning > 0.0)

    def represent(self, batch: Batch) -> Representations:
        """As that of `ContrastiveTask`, and captioning (B,): what each row's caption costs."""
        heard, read = self.hear(batch), self.read(batch)
        represented = self.embedded(batch, heard, read)
        if self.recipe.loss.captioning > 0.0:
            represented["captioning"] = caption_losses(self.decoder(read, heard), batch["ids"], batch["mask"])
        return represented

    def losses(self, represented: Representations) -> dict[str, Tensor]:
        losses = super().losses(represented)
        if "captioning" in represented:
            losses["captioning"] = represented["captioning"].mean()
            losses["loss"] = losses["loss"] + self.recipe.loss.captioning * losses["captioning"]
        return losses
