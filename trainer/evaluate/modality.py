"""How far the sounds of the shared space lie from the sentences: the modality gap (seed M9), and a picture of both.

gap        the length of the mean embedding of sounds less that of their captions
own        cosine of a sound and its caption
all        cosine of a sound and the captions of all sounds, on average
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.errors import display_path
from trainer.errors import TrainerError
from trainer.evaluate.both_ways import Described, described
from trainer.evaluate.figures import Row, Table, figure_of
from trainer.evaluate.systems import Sounds, System

COLUMNS = ("gap", "cosine with own captions", "with all captions")
MOST_POINTS = 1000  # of a modality in a picture: t-SNE takes seconds then
LEAST_POINTS = 5
SEED = 0


def modality_table(systems: Sequence[System], sounds: Sounds, plots: Path | None = None) -> Table:
    """plots : the folder of the pictures, made if need be, or None for none.

    Raises TrainerError if no sound has a caption, or if a picture cannot be written.
    """
    asked = described(sounds.clips)
    rows, notes = [], [f"modality gap: {len(asked.positions)} sounds with {len(asked.texts)} captions"]
    for system in systems:
        heard = _unit(sounds.clips_heard_by(system)[asked.positions])
        read = _unit(system.read(asked.texts))
        rows.append(row_of(system.name, heard, read, asked))
        if plots and len(heard) >= LEAST_POINTS and len(read) >= LEAST_POINTS:
            picture = plots / f"modalities-{'-'.join(system.name.split())}.png"
            draw_modalities(picture, heard, read, system.name)
            notes.append(f"{system.name}: {display_path(picture)}")
    notes.append("in brackets: 95 % bootstrap over recordings; that of a gap leans upwards where there are few")
    return Table("modality gap", COLUMNS, tuple(rows), tuple(notes))


def modality_gap(heard: np.ndarray, read: np.ndarray, counts: np.ndarray | None = None) -> float:
    """The length of the difference between the mean sound and the mean sentence (M9).

    heard, read : unit vectors (pairs, dim) of sounds and of their sentences; counts : (pairs,), how often each counts
    """
    return float(np.linalg.norm(np.average(heard - read, axis=0, weights=counts)))


def row_of(name: str, heard: np.ndarray, read: np.ndarray, asked: Described) -> Row:
    """Every sound counts once, with the mean of its captions. heard : (sounds, dim); read : (texts, dim)."""
    captions = (asked.relevant.T / asked.relevant.sum(axis=0)[:, None]) @ read  # (sounds, dim)
    own = (heard * captions).sum(axis=1)

    def gap(counts: np.ndarray) -> float:
        return modality_gap(heard, captions, counts)

    def with_own(counts: np.ndarray) -> float:
        return float(np.average(own, weights=counts))

    def with_all(counts: np.ndarray) -> float:
        return float(np.average(heard, axis=0, weights=counts) @ np.average(captions, axis=0, weights=counts))

    return Row(name, tuple(figure_of(each, asked.recordings) for each in (gap, with_own, with_all)))


def in_two_dimensions(vectors: np.ndarray) -> np.ndarray:
    """Unit vectors (n, dim), n at least 4 -> (n, 2): neighbours stay neighbours (t-SNE, van der Maaten 2008)."""
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(vectors) - 1) / 3)
    points: np.ndarray = TSNE(2, perplexity=perplexity, init="pca", random_state=SEED).fit_transform(vectors)
    return points


def draw_modalities(path: Path, heard: np.ndarray, read: np.ndarray, title: str) -> None:
    """A picture of sounds (n, dim) and sentences (m, dim), in colours of their own; at most MOST_POINTS of each.

    Raises TrainerError if it cannot be written.
    """
    from matplotlib.figure import Figure

    parts = [_some(heard), _some(read)]
    points = in_two_dimensions(np.concatenate(parts))
    picture = Figure(figsize=(7, 7), layout="constrained")
    axes = picture.subplots()
    for name, of_part in zip(("sounds", "captions"), np.split(points, [len(parts[0])]), strict=True):
        axes.scatter(of_part[:, 0], of_part[:, 1], s=8, label=f"{len(of_part)} {name}")
    axes.set(xticks=[], yticks=[])
    axes.set_title(f"{title}: t-SNE of embeddings", parse_math=False)
    axes.legend()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.savefig(path, dpi=150)
    except OSError as error:
        raise TrainerError(f"{display_path(path)} cannot be written: {error.strerror or error}.") from error


def _some(vectors: np.ndarray) -> np.ndarray:
    if len(vectors) <= MOST_POINTS:
        return vectors
    return vectors[np.random.default_rng(SEED).choice(len(vectors), MOST_POINTS, replace=False)]


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))
