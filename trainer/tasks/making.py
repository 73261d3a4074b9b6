"""From a recipe and its material to the task that the recipe names."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from trainer.assembling import assemble, assemble_audio
from trainer.errors import TrainerError
from trainer.paired_sounds import Material
from trainer.recipe import PaperRecipe
from trainer.sentence_vectors import SentenceVectors, make_sentence_encoder, sentence_vectors
from trainer.tasks.captioning import CaptioningTask
from trainer.tasks.contrastive import ContrastiveTask
from trainer.tasks.frozen_audio import FrozenAudioTask
from trainer.tasks.masked_autoencoder import MaskedAutoencoderTask
from trainer.tasks.masked_duo import MaskedDuoTask
from trainer.tasks.supervised import SupervisedTask
from trainer.tasks.task import Task


def make_task(recipe: PaperRecipe, material: Material, cache: Path | None = None) -> Task:
    """cache : keeps sentence vectors (D11), which are computed anew without one.

    Raises TrainerError if the recipe's parts or starts do not fit together."""
    match recipe.task:
        case "contrastive":
            return ContrastiveTask(assemble(recipe), recipe, material)
        case "captioning":
            return CaptioningTask(assemble(recipe), recipe, material)
        case "frozen_audio":
            return FrozenAudioTask(assemble(recipe), recipe, material)
        case "masked_autoencoder":
            return MaskedAutoencoderTask(*assemble_audio(recipe), recipe, material)
        case "supervised":
            return SupervisedTask(*assemble_audio(recipe), recipe, material)
        case "masked_duo":
            return MaskedDuoTask(assemble(recipe), recipe, material, _vectors(recipe, material, cache))


def _vectors(recipe: PaperRecipe, material: Material, cache: Path | None) -> SentenceVectors:
    """Of all that may be said of any sound. Raises TrainerError if the recipe names no encoder of sentences."""
    if not recipe.start.vectors:
        raise TrainerError(
            f"The recipe {recipe.name} needs sentence vectors; set start.vectors to earmark or a folder."
        )
    pairs = (material.training, material.held_out)
    texts = [caption for part in pairs for captions in part.captions for caption in captions]
    texts += [text for part in pairs for rewrites in part.rewrites.values() for text in rewrites]
    encoder = make_sentence_encoder(recipe.start.vectors)
    if cache is not None:
        return sentence_vectors(texts, encoder, cache)
    with TemporaryDirectory() as folder:
        return sentence_vectors(texts, encoder, Path(folder))
