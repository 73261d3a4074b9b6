"""The first stage of M2D2: an ear says what a slow copy of itself hears in the patches that are hidden from it, and
meets the sentences by those it sees (D03 to D13).
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from engine.clap import assembled_checkpoint
from engine.clap.assembled import AssembledNetwork
from engine.clap.towers.encoded import Encoded
from engine.clap.towers.heads import make_head
from engine.clap.towers.patches import PatchTower
from trainer.assembling import save_audio_side
from trainer.objectives.hidden_patches import decay_at, follow, heard_losses, slow_copy, take
from trainer.objectives.info_nce import info_nce
from trainer.paired_sounds import Material
from trainer.recipe import PaperRecipe
from trainer.sentence_vectors import SentenceVectors
from trainer.tasks.contrastive import window_frames
from trainer.tasks.held_out import evaluating, heard_by, queries_of, retrieval_figures
from trainer.tasks.masked_autoencoder import MaskedRows, make_predictor, patch_tower
from trainer.tasks.rows import numbers_of
from trainer.tasks.task import Batch, Representations


class MaskedDuo(nn.Module):
    """network : its audio tower is the online encoder, its audio head the projector (D10)
    target : the slow copy; sentence_head : from sentence vectors to the shared space (D11)
    """

    def __init__(self, network: AssembledNetwork, recipe: PaperRecipe, vector_dim: int) -> None:
        super().__init__()
        self.network = network
        self.target = slow_copy(patch_tower(network.audio, recipe))
        self.predictor = make_predictor(self.audio, recipe, self.audio.width)
        self.sentence_head = make_head(recipe.text_head, vector_dim, recipe.dim)

    @property
    def audio(self) -> PatchTower:
        assert isinstance(self.network.audio, PatchTower)
        return self.network.audio

    def masked(self, batch: Batch) -> tuple[Tensor, Encoded]:
        """What each row's guess costs (B,), and the states of the visible patches.

        The online encoder receives the visible patches only, its copy the hidden ones only (D03).
        """
        visible, hidden = batch["visible"], batch["hidden"]
        patches = self.audio.patches(batch["levels"])
        seen = self.audio.encode(take(self.audio.enter(patches), visible))
        said = self.predictor(seen, visible, hidden, self.audio.positions_of(patches.shape[1]))
        with torch.no_grad():
            heard = self.target.encode(take(self.target.enter(patches), hidden))
        return heard_losses(said, heard), Encoded(seen, torch.ones_like(visible, dtype=torch.bool))

    def sentences(self, vectors: Tensor) -> Tensor:
        """Sentence vectors (B, vector_dim) -> (B, dim), L2-normalised."""
        encoded = Encoded(vectors.unsqueeze(1), torch.ones(len(vectors), 1, dtype=torch.bool, device=vectors.device))
        return normalize(self.sentence_head(encoded, lambda each: each.states[:, 0]), dim=-1)


class MaskedDuoTask:
    better = ("map", True)

    def __init__(
        self, network: AssembledNetwork, recipe: PaperRecipe, material: Material, vectors: SentenceVectors
    ) -> None:
        """vectors : of every caption, computed before (D11). Raises TrainerError if the ear has no patches"""
        network.text.requires_grad_(False)  # the vectors stand for it
        network.text_head.requires_grad_(False)
        self.network, self.recipe, self.material, self.vectors = network, recipe, material, vectors
        with torch.random.fork_rng():
            torch.manual_seed(recipe.descent.seed)
            self.duo = MaskedDuo(network, recipe, vectors.width)
        self.module: nn.Module = self.duo
        self.rows = len(material.training)
        self._rows = MaskedRows(self.duo.audio, recipe, material)

    def batch(self, step: int, rows: range) -> Batch:
        """As that of masked autoencoding, and vectors (B, D) and caption (B,) of what is said of each row."""
        batch, captions = self._rows.training(step, rows)
        batch["vectors"] = self.vectors.of(captions)
        batch["caption"] = numbers_of(captions)
        return batch

    def represent(self, batch: Batch) -> Representations:
        """masked (B,); audio, from the visible patches alone (D09), and text (B, dim), unit rows; scale and caption."""
        masked, seen = self.duo.masked(batch)
        return {
            "masked": masked,
            "audio": self.network.audio_embedding(seen).float(),
            "text": self.duo.sentences(batch["vectors"]).float(),
            "scale": self.network.scale(self.recipe.loss.most_scale).expand(len(masked)),
            "caption": batch["caption"],
        }

    def losses(self, represented: Representations) -> dict[str, Tensor]:
        """D13."""
        weights = self.recipe.loss
        masked = represented["masked"].mean()
        contrastive = info_nce(
            represented["audio"],
            represented["text"],
            represented["scale"].mean(),
            captions=represented["caption"] if weights.spare_equal_captions else None,
        )
        loss = weights.masked * masked + weights.contrastive * contrastive
        return {"loss": loss, "masked": masked, "contrastive": contrastive}

    def before_step(self, step: int, steps: int) -> None:
        """Nothing changes with progress."""

    def after_step(self, step: int, steps: int) -> None:
        """Let the slow copy follow (D07), and the scale not go too far (C08)."""
        follow(self.duo.target, self.duo.audio, self.decay(step, steps))
        self.network.limit_scale(self.recipe.loss.most_scale)

    def decay(self, step: int, steps: int) -> float:
        """Of the slow copy: exactly `first_decay` at step 0 and `last_decay` at the last."""
        return decay_at(step / max(1, steps - 1), self.recipe.loss.first_decay, self.recipe.loss.last_decay)

    def validate(self) -> dict[str, float]:
        pairs = self.material.held_out
        if not len(pairs):
            return {}
        network, queries = self.network, queries_of(pairs.captions)
        with evaluating(self.module) as device:
            batch = {name: value.to(device) for name, value in self._rows.held_out().items()}
            masked = float(self.duo.masked(batch)[0].mean())
            sounds = heard_by(
                lambda levels, frames: network.audio_embedding(network.hear(levels, frames)),
                pairs.levels,
                most_frames=window_frames(network),
                device=device,
            )
            texts = self.duo.sentences(self.vectors.of(queries).to(device)).float().cpu()
        return {"held_out_masked": masked, **retrieval_figures(sounds, pairs.captions, queries, texts)}

    def export(self, folder: Path, card: str) -> str | None:
        """A whole network where the sentence vectors are those of its own text tower; the ear alone otherwise (D23)."""
        start = self.recipe.start
        if start.vectors != start.text:
            save_audio_side(folder, self.recipe, self.network.audio, self.network.audio_head, card)
            return None
        self.network.text_head.load_state_dict(self.duo.sentence_head.state_dict())
        return assembled_checkpoint.save(folder, self.network, card=card)
