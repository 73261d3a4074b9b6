"""The first stage of Cacophony: an ear that draws what is hidden from it, standardised patch by patch (K13 to K17)."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from engine.clap.towers.audio_tower import AudioTower
from engine.clap.towers.patches import PatchTower
from trainer.assembling import save_audio_side
from trainer.clip_levels import frames_of_clip
from trainer.errors import TrainerError
from trainer.objectives.hidden_patches import PatchPredictor, draw_patches, drawn_losses, take
from trainer.paired_sounds import Material, row_of
from trainer.recipe import PaperRecipe
from trainer.tasks.held_out import by_example_figures, evaluating, heard_by
from trainer.tasks.rows import as_batch, drawn_rows, repeated
from trainer.tasks.task import Batch, Representations

HELD_OUT_ROWS = 128  # of the loss on held-out sounds
HEARD_S = 10.0  # of a held-out sound


class MaskedRows:
    """Rows of sound with patches to hide. A sound that is shorter than a clip is repeated: silence teaches nothing."""

    def __init__(self, audio: PatchTower, recipe: PaperRecipe, material: Material) -> None:
        self.recipe, self.material = recipe, material
        self.clip_frames = frames_of_clip(recipe.mel, recipe.pairs.clip_s)
        self.patches = -(-self.clip_frames // audio.frames_per_column) * audio.rows

    def training(self, step: int, rows: range) -> tuple[Batch, list[str]]:
        """levels (B, M, F), visible (B, V) and hidden (B, H): positions of patches; and what is said of each row."""
        descent = self.recipe.descent
        drawn = drawn_rows(len(self.material.training), descent.rows_per_step, descent.seed, step, rows)
        pairs = self.material.training
        return self._batch([(*row_of(pairs, at, random, self.clip_frames), random) for at, random in drawn])

    def held_out(self) -> Batch:
        """Some held-out sounds, the same and with the same patches hidden every time."""
        pairs, random = self.material.held_out, torch.Generator().manual_seed(0)
        sounds = range(min(HELD_OUT_ROWS, len(pairs)))
        return self._batch([(*row_of(pairs, at, random, self.clip_frames), random) for at in sounds])[0]

    def _batch(self, rows: list[tuple[Tensor, int, str, torch.Generator]]) -> tuple[Batch, list[str]]:
        loss = self.recipe.loss
        places = [draw_patches(self.patches, loss.hidden_share, random, loss.most_patches) for *_, random in rows]
        batch = {
            "levels": as_batch([repeated(levels, frames) for levels, frames, _, _ in rows]),
            "visible": torch.stack([visible for visible, _ in places]),
            "hidden": torch.stack([hidden for _, hidden in places]),
        }
        return batch, [caption for _, _, caption, _ in rows]


class MaskedAutoencoder(nn.Module):
    """The ear, and what is discarded afterwards: the transformer that draws."""

    def __init__(self, audio: PatchTower, recipe: PaperRecipe) -> None:
        super().__init__()
        self.audio = audio
        self.predictor = make_predictor(audio, recipe, audio.patch_numbers)

    def forward(self, batch: Batch) -> Tensor:
        """What each row's drawing costs (B,). The ear never receives a hidden patch."""
        patches = self.audio.patches(batch["levels"])
        encoded = self.audio.encode(take(self.audio.enter(patches), batch["visible"]))
        places = self.audio.positions_of(patches.shape[1])
        drawn = self.predictor(encoded, batch["visible"], batch["hidden"], places)
        return drawn_losses(drawn, take(patches, batch["hidden"]))


class MaskedAutoencoderTask:
    better = ("held_out_masked", False)

    def __init__(self, audio: AudioTower, audio_head: nn.Module, recipe: PaperRecipe, material: Material) -> None:
        """audio_head : handed on to the next stage, not trained. Raises TrainerError if the ear has no patches."""
        self.audio, self.audio_head = patch_tower(audio, recipe), audio_head
        self.recipe, self.material = recipe, material
        with torch.random.fork_rng():
            torch.manual_seed(recipe.descent.seed)
            self.autoencoder = MaskedAutoencoder(self.audio, recipe)
        self.module: nn.Module = self.autoencoder
        self.rows = len(material.training)
        self._rows = MaskedRows(self.audio, recipe, material)

    def batch(self, step: int, rows: range) -> Batch:
        return self._rows.training(step, rows)[0]

    def represent(self, batch: Batch) -> Representations:
        return {"masked": self.autoencoder(batch)}

    def losses(self, represented: Representations) -> dict[str, Tensor]:
        masked = represented["masked"].mean()
        return {"loss": self.recipe.loss.masked * masked, "masked": masked}

    def before_step(self, step: int, steps: int) -> None:
        """Nothing changes with progress."""

    def after_step(self, step: int, steps: int) -> None:
        """Nothing follows the ear."""

    def validate(self) -> dict[str, float]:
        """The loss, and how well sounds find others of the same name by the mean of their states."""
        if not len(self.material.held_out):
            return {}
        with evaluating(self.module) as device:
            batch = {name: value.to(device) for name, value in self._rows.held_out().items()}
            masked = float(self.autoencoder(batch).mean())
            return {"held_out_masked": masked, **heard_alike(self.audio, self.material, self.recipe, device)}

    def export(self, folder: Path, card: str) -> str | None:
        save_audio_side(folder, self.recipe, self.audio, self.audio_head, card)
        return None


def heard_alike(audio: AudioTower, material: Material, recipe: PaperRecipe, device: torch.device) -> dict[str, float]:
    """Held-out sounds that are asked for by others of the same caption, with the tower's own pooled states."""
    pairs = material.held_out
    most_frames = frames_of_clip(recipe.mel, HEARD_S)
    sounds = heard_by(
        lambda levels, frames: audio.pool(audio(levels, frames)), pairs.levels, most_frames=most_frames, device=device
    )
    return by_example_figures(sounds, [captions[0] if captions else "" for captions in pairs.captions])


def patch_tower(audio: AudioTower, recipe: PaperRecipe) -> PatchTower:
    """Raises TrainerError unless the tower has patches that can be hidden."""
    if not isinstance(audio, PatchTower):
        raise TrainerError(
            f"Only a tower of patches can have some hidden; set audio.kind of {recipe.name} to patches "
            f"in place of {recipe.audio.kind}."
        )
    return audio


def make_predictor(audio: PatchTower, recipe: PaperRecipe, numbers: int) -> PatchPredictor:
    """As wide as the tower if the recipe says nothing else, and with the same proportions (K15)."""
    width = recipe.loss.predictor_width or recipe.audio.width
    return PatchPredictor(
        audio.width,
        numbers,
        width=width,
        layers=recipe.loss.predictor_layers,
        heads=recipe.loss.predictor_heads or recipe.audio.heads,
        hidden=round(width * recipe.audio.hidden / recipe.audio.width),
        activation=recipe.audio.activation,
    )
