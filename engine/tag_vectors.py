"""One vector for each kind of sound that may be suggested as a tag, computed once for each network and ontology.

Prompt augmentation after ReCLAP (seeds R05): names in templates, acoustic descriptions and scenes of a kind are read by
the network, and the mean of them stands for it. What all kinds have in common is taken away, since it says nothing
of any of them.

The recipe was chosen on 154 sounds of held-out sources and 426 of labels that were kept from training. Mean average
precision by tag, the same over all pairs of a tag and a sound, and the share of sounds whose clearest tag their label
names, each on the first sounds and on the second; all with the clip alone, not stretches of it:

    plain label                        .555 .521   .206 .238   .273 .141
    template                           .567 .514   .202 .243   .292 .120
    all names in both templates        .541 .529   .222 .245   .273 .124
    descriptions only                  .351 .334   .116 .061   .162 .021
    names, 1 description, 1 scene      .561 .531   .224 .245   .266 .138
    names, 2 descriptions, 2 scenes    .536 .533   .227 .244   .305 .136
    names, 3 and 3                     .534 .531   .227 .242   .286 .138
    names, 4 and 4                     .536 .532   .228 .237   .292 .136
    names, 2 and 2, not centred        .551 .542   .208 .221   .318 .157

Most differences are smaller than their intervals. Descriptions alone are far worse; centring helped pairs in every
recipe, but hardly once stretches were judged too.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.ontology import SoundKind
from engine.safe_files import write_over

TEMPLATES = ("{name}", "the sound of {name}")


@dataclass(frozen=True)
class PromptRecipe:
    """How many of a kind's texts speak for it: names, each in all templates, then descriptions and scenes."""

    names: int
    descriptions: int
    scenes: int
    templates: tuple[str, ...] = TEMPLATES


RECIPE = PromptRecipe(names=5, descriptions=2, scenes=2)


@dataclass(frozen=True)
class TagVectors:
    """`kinds` : ids (tags,); `vectors` : (tags, dim) float32, L2-normalised."""

    kinds: tuple[str, ...]
    vectors: np.ndarray


def prompts_of(kind: SoundKind, recipe: PromptRecipe = RECIPE) -> list[str]:
    names = [template.format(name=name) for name in kind.synonyms[: recipe.names] for template in recipe.templates]
    return [*names, *kind.descriptions[: recipe.descriptions], *kind.scenes[: recipe.scenes]]


def make_tag_vectors(
    kinds: Sequence[SoundKind],
    embed_text: Callable[[Sequence[str]], np.ndarray],
    recipe: PromptRecipe = RECIPE,
    *,
    centred: bool = True,
) -> TagVectors:
    """Takes seconds: `embed_text` reads several texts for each kind, and gives (texts, dim), L2-normalised."""
    prompts = [prompts_of(kind, recipe) for kind in kinds]
    embedded = embed_text([text for of_kind in prompts for text in of_kind])
    firsts = np.cumsum([0, *map(len, prompts[:-1])])
    means = np.add.reduceat(embedded, firsts) / np.array([len(of_kind) for of_kind in prompts])[:, np.newaxis]
    if centred and len(kinds) > 1:
        means = means - means.mean(axis=0)
    return TagVectors(tuple(kind.id for kind in kinds), _normalised(means))


def kept_tag_vectors(folder: Path, checkpoint_id: str, kinds: Sequence[SoundKind]) -> TagVectors | None:
    """Those that `keep_tag_vectors` wrote for this network and these kinds; None if there are none, or damaged ones."""
    try:
        vectors = np.load(_file(folder, checkpoint_id, kinds), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    if vectors.dtype != np.float32 or vectors.ndim != 2 or len(vectors) != len(kinds):
        return None
    norms = np.linalg.norm(vectors, axis=1)
    if not ((norms > 0.99) & (norms < 1.01)).all():  # false for NaN too
        return None
    return TagVectors(tuple(kind.id for kind in kinds), vectors)


def keep_tag_vectors(folder: Path, checkpoint_id: str, kinds: Sequence[SoundKind], vectors: TagVectors) -> None:
    """Write them so that a reader finds all of them or none. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    np.save(content, vectors.vectors, allow_pickle=False)
    write_over(_file(folder, checkpoint_id, kinds), content.getvalue())


def _file(folder: Path, checkpoint_id: str, kinds: Sequence[SoundKind]) -> Path:
    """Named by everything that shapes the vectors: another network or another word in the ontology is another file."""
    words = hashlib.sha256(checkpoint_id.encode())
    for kind in kinds:
        words.update("\n".join(["", kind.id, *prompts_of(kind)]).encode())
    return folder / f"tags-{words.hexdigest()[:32]}.npy"


def _normalised(vectors: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)
