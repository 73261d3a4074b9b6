"""Classes rather than sentences: an ear with a classifier behind it, frozen or fine-tuned (C26, C27, D21, D24, D28)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import average_precision_score
from torch import Tensor, nn
from torch.nn import functional

from engine.clap.towers.audio_tower import AudioTower
from engine.clap.towers.encoded import Encoded, mean_of_valid
from engine.clap.towers.patches import PatchTower
from trainer.assembling import save_audio_side
from trainer.augmentations import mixup, mixup_share, random_resize_crop, spec_augment, structured_patchout
from trainer.clip_levels import Sound, frames_of_clip
from trainer.errors import TrainerError
from trainer.manifest import Clip
from trainer.paired_sounds import Material, Pairs, row_of
from trainer.recipe import PaperRecipe
from trainer.tasks.held_out import evaluating, heard_by
from trainer.tasks.masked_autoencoder import heard_alike, patch_tower
from trainer.tasks.rows import as_batch, drawn_rows, repeated
from trainer.tasks.task import Batch, Representations

HEARD_S = 10.0  # of a held-out sound


def labels_of(sound: Sound) -> tuple[str, ...]:
    if not isinstance(sound, Clip):
        return ()
    return sound.labels or ((sound.label,) if sound.label else ())


def clip_features(audio: AudioTower, encoded: Encoded) -> Tensor:
    """The mean over time of a column's states, all rows of frequency side by side (B, rows × D): D24, 3840 numbers.

    For all patches of a sound; of a tower without patches it is its own pooled state.
    """
    if not isinstance(audio, PatchTower):
        return audio.pool(encoded)
    return mean_of_valid(Encoded(audio.frame_features(encoded), encoded.valid[:, :: audio.rows]))


class Classifier(nn.Module):
    """Fully connected layers, the inner ones as wide as what comes in (C26: 1 or 3)."""

    def __init__(self, width: int, layers: int, classes: int) -> None:
        super().__init__()
        inner = [nn.Sequential(nn.Linear(width, width), nn.ReLU()) for _ in range(layers - 1)]
        self.layers = nn.Sequential(*inner, nn.Linear(width, classes))

    def forward(self, features: Tensor) -> Tensor:
        logits: Tensor = self.layers(features)
        return logits


class SupervisedEar(nn.Module):
    def __init__(self, audio: AudioTower, recipe: PaperRecipe, classes: int) -> None:
        super().__init__()
        self.audio = audio
        self.drops_patches = recipe.fine_tuning.structured_patchout > 0.0
        by_row = isinstance(audio, PatchTower) and not self.drops_patches
        width = audio.width * (audio.rows if by_row else 1)
        self.classifier = Classifier(width, recipe.fine_tuning.layers, classes)

    def forward(self, levels: Tensor, frames: Tensor, kept: Tensor | None = None) -> Tensor:
        """-> logits (B, classes). Where patches drop out, columns are not whole: the mean of all states then (D28)."""
        encoded = self.audio(levels, frames, kept)
        return self.classifier(self.audio.pool(encoded) if self.drops_patches else clip_features(self.audio, encoded))


class SupervisedTask:
    """Softmax over one class a sound and accuracy (M5), or a sigmoid for each class and mAP (M6)."""

    def __init__(self, audio: AudioTower, audio_head: nn.Module, recipe: PaperRecipe, material: Material) -> None:
        """audio_head : handed on to the next stage, not trained. Raises TrainerError if no sound has a label."""
        self.audio, self.audio_head, self.recipe, self.material = audio, audio_head, recipe, material
        self.pairs = material.training
        self.labelled = [at for at, sound in enumerate(self.pairs.sounds) if labels_of(sound)]
        if not self.labelled:
            raise TrainerError(f"The recipe {recipe.name} learns labels, and no sound of the manifests has one.")
        self.classes = sorted({label for at in self.labelled for label in labels_of(self.pairs.sounds[at])})
        self.better = ("class_map" if recipe.fine_tuning.many_labels else "accuracy", True)
        self.rows = len(self.labelled)
        self.clip_frames = frames_of_clip(recipe.mel, recipe.pairs.clip_s)
        self._number = {label: number for number, label in enumerate(self.classes)}
        audio.requires_grad_(not recipe.frozen.audio)
        with torch.random.fork_rng():
            torch.manual_seed(recipe.descent.seed)
            self.ear = SupervisedEar(audio, recipe, len(self.classes))
        if recipe.fine_tuning.positions == "freeze embedding":
            freeze_embedding(patch_tower(audio, recipe))
        self.module: nn.Module = self.ear

    # --- a batch ------------------------------------------------------------------------------------------------------

    def batch(self, step: int, rows: range) -> Batch:
        """levels (B, M, F), frames (B,), wanted (B, classes), 0 to 1, and with structured patchout kept (B, K)."""
        descent, settings = self.recipe.descent, self.recipe.fine_tuning
        levels, frames, wanted, kept = [], [], [], []
        for at, random in drawn_rows(self.rows, descent.rows_per_step, descent.seed, step, rows):
            row, sounding, target = self._mixed(self.labelled[at], random)
            levels.append(self._augmented(row, random))
            frames.append(sounding)
            wanted.append(target)
            if settings.structured_patchout:
                kept.append(self._patches_left(random))
        batch = {"levels": as_batch(levels), "frames": torch.tensor(frames), "wanted": torch.stack(wanted)}
        return batch | {"kept": torch.stack(kept)} if kept else batch

    def _mixed(self, at: int, random: torch.Generator) -> tuple[Tensor, int, Tensor]:
        levels, frames = self._row(at, random)
        wanted = self._wanted(self.pairs.sounds[at])
        if not self.recipe.fine_tuning.mixup:
            return levels, frames, wanted
        share = mixup_share(self.recipe.fine_tuning.mixup, random)
        beside = self.labelled[int(torch.randint(self.rows, (), generator=random))]
        other, of_other = self._row(beside, random)
        both = share * wanted + (1.0 - share) * self._wanted(self.pairs.sounds[beside])
        return mixup(levels, other, share, self.recipe.mel), max(frames, of_other), both

    def _row(self, at: int, random: torch.Generator) -> tuple[Tensor, int]:
        """Where patches drop out a short sound is repeated: all that is left of it might be silence otherwise."""
        levels, frames, _ = row_of(self.pairs, at, random, self.clip_frames)
        if self.recipe.fine_tuning.structured_patchout:
            return repeated(levels, frames), self.clip_frames
        return levels, max(1, frames)

    def _augmented(self, levels: Tensor, random: torch.Generator) -> Tensor:
        settings = self.recipe.fine_tuning
        if settings.random_resize_crop:
            levels = random_resize_crop(levels, random)
        if settings.spec_augment_bands or settings.spec_augment_frames:
            bands, frames = settings.spec_augment_bands, settings.spec_augment_frames
            levels = spec_augment(levels, random, most_bands=bands, most_frames=frames)
        return levels

    def _patches_left(self, random: torch.Generator) -> Tensor:
        columns = -(-self.clip_frames // self.audio.frames_per_column)
        return structured_patchout(columns, self.audio.rows, self.recipe.fine_tuning.structured_patchout, random)

    def _wanted(self, sound: Sound) -> Tensor:
        """(classes,): 1 for each label, in all 1 where a sound has one class."""
        numbers = [self._number[label] for label in labels_of(sound) if label in self._number]
        wanted = torch.zeros(len(self.classes))
        wanted[numbers] = 1.0 if self.recipe.fine_tuning.many_labels else 1.0 / max(1, len(numbers))
        return wanted

    # --- a step -------------------------------------------------------------------------------------------------------

    def represent(self, batch: Batch) -> Representations:
        """classified (B,): what each row costs."""
        logits = self.ear(batch["levels"], batch["frames"], batch.get("kept")).float()
        if self.recipe.fine_tuning.many_labels:
            every = functional.binary_cross_entropy_with_logits(logits, batch["wanted"], reduction="none")
            return {"classified": every.mean(1)}
        return {"classified": functional.cross_entropy(logits, batch["wanted"], reduction="none")}

    def losses(self, represented: Representations) -> dict[str, Tensor]:
        return {"loss": represented["classified"].mean()}

    def before_step(self, step: int, steps: int) -> None:
        """Nothing changes with progress."""

    def after_step(self, step: int, steps: int) -> None:
        """Nothing follows the ear."""

    # --- figures and what comes of it ---------------------------------------------------------------------------------

    def validate(self) -> dict[str, float]:
        """Accuracy (M5) or mAP (M6) on held-out sounds of known classes, and how sounds find others like them."""
        pairs = self.material.held_out
        if not len(pairs):
            return {}
        with evaluating(self.module) as device:
            figures = heard_alike(self.audio, self.material, self.recipe, device)
            known = [at for at, sound in enumerate(pairs.sounds) if set(labels_of(sound)) & set(self.classes)]
            if known:
                most_frames = frames_of_clip(self.recipe.mel, HEARD_S)
                levels = pairs.levels.at(known)
                logits = heard_by(self.ear, levels, most_frames=most_frames, device=device)
                figures |= self._figures(logits, self._all_wanted(pairs, known))
        return figures

    def _all_wanted(self, pairs: Pairs, known: Sequence[int]) -> Tensor:
        return torch.stack([self._wanted(pairs.sounds[at]) for at in known]) > 0

    def _figures(self, logits: Tensor, wanted: Tensor) -> dict[str, float]:
        """Logits and what is right (sounds, classes)."""
        if not self.recipe.fine_tuning.many_labels:
            right = wanted.gather(1, logits.argmax(1, keepdim=True))
            return {"accuracy": float(right.float().mean())}
        met = np.flatnonzero(wanted.any(0).numpy())  # classes without positives are skipped
        return {"class_map": float(average_precision_score(wanted.numpy()[:, met], logits.numpy()[:, met]))}

    def export(self, folder: Path, card: str) -> str | None:
        """The ear alone: the classes have served."""
        save_audio_side(folder, self.recipe, self.audio, self.audio_head, card)
        return None


def freeze_embedding(audio: PatchTower) -> None:
    """What turns a patch into numbers stays as it is (D28). Positions are waves: no length needs adjusting."""
    for name, parameter in audio.named_parameters():
        if name.split(".")[0] == "project":
            parameter.requires_grad_(False)
