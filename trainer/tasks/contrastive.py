"""Pairs of sounds and sentences: each must know the other among all of the batch (C01 to C09, R01, W01, W04)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.clap import assembled_checkpoint
from engine.clap.assembled import AssembledNetwork
from engine.clap.towers.encoded import Encoded
from trainer.clip_levels import frames_of_clip
from trainer.evaluate.sentences import clauses_swapped
from trainer.objectives.hidden_patches import draw_kept
from trainer.objectives.info_nce import info_nce
from trainer.paired_sounds import Material, row_of
from trainer.recipe import PaperRecipe
from trainer.tasks.held_out import evaluating, heard_by, queries_of, retrieval_figures
from trainer.tasks.rows import as_batch, drawn_rows, numbers_of, tokens_of
from trainer.tasks.task import Batch, Representations

TEXTS_AT_ONCE = 256


class ContrastiveTask:
    """Trains an assembled network, all or parts of it as `[frozen]` says (C28)."""

    better = ("map", True)

    def __init__(self, network: AssembledNetwork, recipe: PaperRecipe, material: Material) -> None:
        self.network, self.recipe, self.material = network, recipe, material
        self.module: nn.Module = network
        self.rows = len(material.training)
        self.clip_frames = frames_of_clip(recipe.mel, recipe.pairs.clip_s)
        self.patches = -(-self.clip_frames // network.audio.frames_per_column) * network.audio.rows
        self.kept = kept_patches(recipe, self.patches)

    # --- a batch ------------------------------------------------------------------------------------------------------

    def batch(self, step: int, rows: range) -> Batch:
        """levels (B, M, F), frames (B,), ids and mask (B, L), caption (B,) and, as the recipe wants them, kept (B, K)
        and sentences in another order: swapped_ids and swapped_mask (B, L), is_swapped (B,).
        """
        descent = self.recipe.descent
        levels, frames, captions, kept = [], [], [], []
        for position, generator in drawn_rows(self.rows, descent.rows_per_step, descent.seed, step, rows):
            row, sounding, caption = row_of(self.material.training, position, generator, self.clip_frames)
            levels.append(row)
            frames.append(max(1, sounding))
            captions.append(caption)
            kept.append(self._draw_kept(frames[-1], generator))
        batch = {"levels": as_batch(levels), "frames": torch.tensor(frames), "caption": numbers_of(captions)}
        if self.kept < self.patches:
            batch["kept"] = torch.stack(kept)
        return batch | self._words(captions)

    def _draw_kept(self, frames: int, generator: torch.Generator) -> Tensor:
        audio = self.network.audio
        sounding = -(-frames // audio.frames_per_column) * audio.rows
        share = 1.0 - self.recipe.loss.hidden_share
        return draw_kept(sounding, self.patches, self.kept, share, generator)

    def _words(self, captions: Sequence[str]) -> Batch:
        if not self.recipe.loss.swapped_negatives:
            ids, mask = tokens_of(self.network.tokenizer, captions)
            return {"ids": ids, "mask": mask}
        swapped = [clauses_swapped(caption) for caption in captions]
        ids, mask = tokens_of(self.network.tokenizer, [*captions, *swapped])
        count = len(captions)
        differs = [one != other for one, other in zip(captions, swapped, strict=True)]
        return {
            "ids": ids[:count],
            "mask": mask[:count],
            "swapped_ids": ids[count:],
            "swapped_mask": mask[count:],
            "is_swapped": torch.tensor(differs, dtype=torch.int64),
        }

    # --- a step -------------------------------------------------------------------------------------------------------

    def represent(self, batch: Batch) -> Representations:
        """audio, text and perhaps swapped (B, dim), unit rows; scale (B,), the same in all; caption and is_swapped."""
        heard, read = self.hear(batch), self.read(batch)
        return self.embedded(batch, heard, read)

    def hear(self, batch: Batch) -> Encoded:
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.recipe.frozen.audio):
            return self.network.hear(batch["levels"], batch["frames"], batch.get("kept"))

    def read(self, batch: Batch) -> Encoded:
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.recipe.frozen.text):
            return self.network.read(batch["ids"], batch["mask"])

    def embedded(self, batch: Batch, heard: Encoded, read: Encoded) -> Representations:
        represented = {
            "audio": self.network.audio_embedding(heard).float(),
            "text": self.network.text_embedding(read).float(),
            "scale": self.network.scale(self.recipe.loss.most_scale).expand(len(heard.states)),
            "caption": batch["caption"],
        }
        if "swapped_ids" in batch:
            swapped = self.read({"ids": batch["swapped_ids"], "mask": batch["swapped_mask"]})
            represented["swapped"] = self.network.text_embedding(swapped).float()
            represented["is_swapped"] = batch["is_swapped"]
        return represented

    def losses(self, represented: Representations) -> dict[str, Tensor]:
        contrastive = self.contrastive(represented)
        return {"loss": self.recipe.loss.contrastive * contrastive, "contrastive": contrastive}

    def contrastive(self, represented: Representations) -> Tensor:
        swapped = represented["swapped"][represented["is_swapped"].bool()] if "swapped" in represented else None
        return info_nce(
            represented["audio"],
            represented["text"],
            represented["scale"].mean(),
            swapped=swapped,
            captions=represented["caption"] if self.recipe.loss.spare_equal_captions else None,
        )

    def before_step(self, step: int, steps: int) -> None:
        """Nothing changes with progress."""

    def after_step(self, step: int, steps: int) -> None:
        """C08: a scale beyond the most would never come back."""
        self.network.limit_scale(self.recipe.loss.most_scale)

    # --- figures and what comes of it ---------------------------------------------------------------------------------

    def validate(self) -> dict[str, float]:
        pairs = self.material.held_out
        if not len(pairs):
            return {}
        network, queries = self.network, queries_of(pairs.captions)
        with evaluating(self.module) as device:
            sounds = heard_by(
                lambda levels, frames: network.audio_embedding(network.hear(levels, frames)),
                pairs.levels,
                most_frames=window_frames(network),
                device=device,
            )
            texts = torch.cat(
                [
                    network.embed_text(queries[first : first + TEXTS_AT_ONCE]).float().cpu()
                    for first in range(0, len(queries), TEXTS_AT_ONCE)
                ]
            )
        return retrieval_figures(sounds, pairs.captions, queries, texts)

    def export(self, folder: Path, card: str) -> str | None:
        return assembled_checkpoint.save(folder, self.network, card=card)


def kept_patches(recipe: PaperRecipe, patches: int) -> int:
    """Of how many patches a row is made: those of a clip, less what is hidden (D20), at most so many (K24)."""
    shown = max(1, round(patches * (1.0 - recipe.loss.hidden_share)))
    return min(shown, recipe.loss.most_patches or shown)


def window_frames(network: AssembledNetwork) -> int:
    """How many frames the network is given at once where it is used."""
    return network.frames_per_segment * network.segments_per_window
