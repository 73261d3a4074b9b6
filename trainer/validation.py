"""How a student does on held-out sources while it is trained, from cached levels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from engine.clap.network import Columns, EarmarkNetwork
from trainer.config import Recipe
from trainer.corpus import Corpus
from trainer.evaluate.retrieval import rank
from trainer.features import Features, decode_levels
from trainer.objectives.distillation import score_loss
from trainer.student import Student

VALIDATION_FRAMES = 1024  # the first 10 s of a clip, in whole columns


def listen(network: EarmarkNetwork, levels_db: Tensor, recipe: Recipe) -> Columns:
    """Levels (B, frames, mels) through the audio side, in bfloat16 where it is safe."""
    standardised = (levels_db - recipe.mel.mean_db) / recipe.mel.deviation_db
    with torch.autocast(levels_db.device.type, torch.bfloat16):
        return network.encode_columns(standardised.transpose(1, 2))


@torch.no_grad()
def validate(student: Student, weights: Mapping[str, Tensor], corpus: Corpus, recipe: Recipe) -> dict[str, float]:
    """How these weights, put in place of the student's own for the moment, do on held-out sources.

    Mean average precision and R@10 of the captions, for the joint embedding and for each view alone, and `tags`, the
    score loss against the teachers over all held-out clips: it needs no captions and scatters less.
    """
    trained = {name: value.clone() for name, value in student.trained_state().items()}
    student.load_trained_state(weights)
    student.eval()
    figures = _figures(student.network, corpus, recipe) if corpus.split.held_out else {}
    student.load_trained_state(trained)
    student.train()
    return figures


def _figures(network: EarmarkNetwork, corpus: Corpus, recipe: Recipe) -> dict[str, float]:
    held_out = corpus.split.held_out
    heard = [_hear_cached(network, corpus.features, item, recipe) for item in held_out]
    scores = torch.cat([of_clip for _, of_clip in heard])
    everywhere = torch.ones(len(scores), device=scores.device)
    tags = score_loss(torch.logit(scores.clamp(1e-6, 1.0 - 1e-6)), corpus.features.clip_scores[held_out], everywhere)
    captions = [corpus.clips[item].caption for item in held_out]
    captioned = [position for position, caption in enumerate(captions) if caption]
    if not captioned:
        return {"tags": float(tags)}
    texts = sorted({captions[position] for position in captioned})
    relevant = np.array([[captions[position] == text for position in captioned] for text in texts])
    sounds = torch.cat([heard[position][0] for position in captioned])
    queries = network.embed_text(texts)
    found = {"tags": float(tags)}
    split = network.config.text_view_dim
    for name, view in {"both": slice(None), "text_view": slice(0, split), "tag_view": slice(split, None)}.items():
        likeness = queries[:, view] @ nn.functional.normalize(sounds[:, view], dim=-1).T
        ranking = rank(likeness.cpu().numpy(), relevant)
        found |= {f"{name}_map": ranking.mean_average_precision(), f"{name}_r10": ranking.recall_at(10)}
    return found


def _hear_cached(network: EarmarkNetwork, features: Features, item: int, recipe: Recipe) -> tuple[Tensor, Tensor]:
    """The clip embedding (1, dim) and the tag scores (1, tags) of an item, from its cached levels."""
    first = int(features.starts[item])
    beyond = min(int(features.starts[item + 1]), first + VALIDATION_FRAMES)
    columns = listen(network, decode_levels(features.levels[first:beyond]).unsqueeze(0), recipe)
    span = torch.ones(1, 1, columns.vectors.shape[1], device=features.device)
    scores = columns.pool(columns.tag_logits.float().sigmoid(), span)
    joined = network.join_views(columns.pool(columns.vectors.float(), span), scores)
    return joined[:, 0], scores[:, 0]
