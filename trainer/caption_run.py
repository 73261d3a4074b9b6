"""From recordings and sentences to a captioner in a network's folder."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from engine.clap import captioner
from engine.clap.captioner import CaptionDecoder
from engine.embedding import Embedder
from engine.stored_embeddings import FileEmbeddings
from trainer.caption_material import Captioned, Gap, captioned, encoded, read_written, vocabulary
from trainer.caption_recipe import CaptionerRecipe
from trainer.captioning import DROPOUT, Row, Rows, train_captioner
from trainer.errors import TrainerError
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.manifest import Clip

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CaptionerData:
    """training, checked : captioned clips, to learn from and to measure the loss on
    captions : the folder of what people wrote; refused : captions that are measured on, and must not be among them
    """

    training: Sequence[Clip]
    checked: Sequence[Clip]
    captions: Path
    refused: Sequence[str]


def make_captioner(recipe: CaptionerRecipe, embedder: Embedder, data: CaptionerData, run: Path) -> CaptionDecoder:
    """Train a captioner for a network, or go on with the run. Raises TrainerError if there is nothing to learn from."""
    if not data.training or not data.checked:
        raise TrainerError("A captioner needs sounds with captions, some to train on and some to check it.")
    sentences = read_written(
        data.captions, recipe.rows.written, refused=data.refused, most_words=recipe.rows.most_words
    )
    vectors = encoded(sentences, embedder.embed_text, run / "written.npz", embedder.checkpoint_id)

    def hear(clips: Sequence[Clip]) -> list[FileEmbeddings]:
        return Sounds(clips, embedder.sample_rate_hz).heard_by(NetworkSystem(embedder))

    sounds = captioned(data.training, hear, run / "sounds.npz", embedder.checkpoint_id)
    checked = captioned(data.checked, hear, run / "checked.npz", embedder.checkpoint_id)
    captions = sorted(set(sounds.captions))
    of_caption = dict(zip(captions, embedder.embed_text(captions), strict=True))
    gap = Gap.between(sounds.clips, np.stack([of_caption[caption] for caption in sounds.captions]))
    log.info("gap: slope %.3f, residual %.3f", gap.slope, float(np.linalg.norm(gap.residuals, axis=1).mean()))
    words = vocabulary(sentences, [*captions, ", then followed by while and"], least_uses=recipe.rows.least_uses)
    torch.manual_seed(recipe.optimizer.seed)
    decoder = CaptionDecoder(recipe.decoder.of(words, embedder.dim), DROPOUT)
    said = [number for number, sentence in enumerate(sentences) if decoder.numbers(sentence)]
    heard = f"{len(sounds.captions)} sounds with {len(captions)} captions"
    log.info("%d sentences, %s, %d words", len(said), heard, len(words))
    rows = Rows([sentences[number] for number in said], vectors[said], sounds, gap, recipe.rows)
    return train_captioner(recipe, decoder, rows, _one_of_each(checked), run)


def write_captioner(decoder: CaptionDecoder, network: Path) -> int:
    """Put it into a network's folder; returns how many bytes it takes there."""
    before = _bytes_in(network)
    captioner.save(network, decoder)
    return _bytes_in(network) - before


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _one_of_each(sounds: Captioned) -> list[Row]:
    """One sound of each caption: what many have must not decide alone."""
    by_caption = {caption: Row(pieces, caption) for pieces, caption in zip(sounds.pieces, sounds.captions, strict=True)}
    return list(by_caption.values())
