"""Zero-shot classification: a sound belongs to the class whose prompts it is most like (seeds C20, R05)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

PROMPTS = ("{label}", "the sound of {label}")


def prompts_for(labels: Sequence[str]) -> list[str]:
    """Every label in every prompt, label by label."""
    return [prompt.format(label=label) for label in labels for prompt in PROMPTS]


def class_vectors(prompt_vectors: np.ndarray) -> np.ndarray:
    """Vectors of `prompts_for` (labels * prompts, dim) -> one unit vector a label: the mean of its prompts."""
    mean = prompt_vectors.reshape(-1, len(PROMPTS), prompt_vectors.shape[1]).mean(axis=1)
    return np.asarray(mean / np.maximum(1e-9, np.linalg.norm(mean, axis=1, keepdims=True)))


def hits(sounds: np.ndarray, classes: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """1 where the true class is the most similar one, alone at the top: ties count against us.

    sounds : (n, dim); classes : (c, dim); truth : (n,) class numbers.
    """
    likeness = sounds @ classes.T
    of_truth = likeness[np.arange(len(truth)), truth]
    return ((likeness >= of_truth[:, None]).sum(axis=1) == 1).astype(float)
