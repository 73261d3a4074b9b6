"""One vector for each kind of sound that may be suggested as a tag, computed once for each network and ontology.

Prompt augmentation after ReCLAP (seeds R05): names in templates, acoustic descriptions and scenes of a kind are read by
the network, and the mean of them stands for it. What all kinds have in common is taken away, since it says nothing
of any of them.

The recipe was chosen on 196 sounds of held-out sources and 1026 that training left out for their labels, all of which
name a kind. Mean average precision by tag, the same over all pairs of a tag and a sound, and the share of sounds whose
clearest tag their label names, each on the first sounds and on the second. N sentences are a description, a scene, a
description and so on in turn:

    plain label                    .561 .495   .311 .249   .296 .096
    template                       .559 .488   .331 .259   .316 .084
    all names in both templates    .551 .503   .324 .273   .306 .085
    descriptions only              .322 .329   .143 .059   .184 .019
    scenes only                    .515 .486   .279 .206   .286 .104
    4 sentences                    .496 .477   .258 .140   .316 .121
    one name and 4 sentences       .554 .510   .327 .235   .352 .092
    names and 1 sentence           .548 .507   .325 .265   .301 .082
    names and 2 sentences          .553 .509   .326 .273   .316 .087
    names and 3 sentences          .554 .509   .325 .268   .327 .090
    names and 4 sentences          .552 .512   .328 .271   .337 .090
    names and 5 sentences          .544 .513   .325 .268   .332 .096
    names and all 8                .540 .511   .321 .265   .332 .088
    names and 4, not centred       .549 .518   .324 .239   .347 .094

Names and 4 sentences have the best mean of the first four columns. Most differences are smaller than their intervals,
but descriptions alone are far worse, and centring helped pairs in every recipe.
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
    """Those that `keep_tag_vectors` wrote for this network and these kinds; None if there are none, or damaged ones.

    The network that ships brings its own, at half precision.
    """
    try:
        vectors = np.load(_file(folder, checkpoint_id, kinds), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    if vectors.dtype not in (np.float16, np.float32) or vectors.ndim != 2 or len(vectors) != len(kinds):
        return None
    if vectors.dtype == np.float16:
        vectors = _normalised(vectors.astype(np.float32))
    norms = np.linalg.norm(vectors, axis=1)
    if not ((norms > 0.99) & (norms < 1.01)).all():  # false for NaN too
        return None
    return TagVectors(tuple(kind.id for kind in kinds), vectors)


def keep_tag_vectors(
    folder: Path, checkpoint_id: str, kinds: Sequence[SoundKind], vectors: TagVectors, *, halved: bool = False
) -> None:
    """Write them so that a reader finds all of them or none; `halved` at half precision. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    np.save(content, vectors.vectors.astype(np.float16) if halved else vectors.vectors, allow_pickle=False)
    write_over(_file(folder, checkpoint_id, kinds), content.getvalue())


def vectors_id(checkpoint_id: str, kinds: Sequence[SoundKind]) -> str:
    """Of everything that shapes the vectors: another network or another word in the ontology makes another one."""
    words = hashlib.sha256(checkpoint_id.encode())
    for kind in kinds:
        words.update("\n".join(["", kind.id, *prompts_of(kind)]).encode())
    return words.hexdigest()[:32]


def _file(folder: Path, checkpoint_id: str, kinds: Sequence[SoundKind]) -> Path:
    return folder / f"tags-{vectors_id(checkpoint_id, kinds)}.npy"


def _normalised(vectors: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)
