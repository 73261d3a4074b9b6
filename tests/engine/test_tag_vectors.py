"""From the words of the ontology to one vector for each kind, and how they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.clap import checkpoint
from engine.ontology import SoundKind, sound_kinds
from engine.paths import default_network_folder
from engine.tag_vectors import (
    PromptRecipe,
    TagVectors,
    keep_tag_vectors,
    kept_tag_vectors,
    make_tag_vectors,
    prompts_of,
)

DOG = SoundKind(
    "dog", "Dog", ("dog", "hound"), ("a hoarse yap", "a rough burst"), ("a dog barks at the door", "a walk")
)
CAT = SoundKind("cat", "Cat", ("cat", "kitty"), ("a thin cry", "a high slide"), ("a cat wants to be let in", "a lap"))
NAMES_ONLY = PromptRecipe(names=1, descriptions=0, scenes=0)


def embed(texts: Sequence[str]) -> np.ndarray:
    """What all texts share, whether it is a dog or a cat, and how it is put."""
    vectors = np.array([[3.0, "dog" in text, "cat" in text, text.startswith("the sound")] for text in texts])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_prompts_are_names_in_templates_then_descriptions_then_scenes() -> None:
    assert prompts_of(DOG, PromptRecipe(2, 1, 1)) == [
        *("dog", "the sound of dog"),
        *("hound", "the sound of hound"),
        "a hoarse yap",
        "a dog barks at the door",
    ]


def test_a_vector_is_the_mean_of_its_prompts() -> None:
    made = make_tag_vectors([DOG, CAT], embed, NAMES_ONLY, centred=False)
    of_dog = embed(["dog", "the sound of dog"]).mean(axis=0)
    assert made.kinds == ("dog", "cat")
    assert made.vectors.dtype == np.float32
    assert np.allclose(made.vectors[0], of_dog / np.linalg.norm(of_dog))


def test_what_all_kinds_share_is_taken_away() -> None:
    dog, cat = make_tag_vectors([DOG, CAT], embed, NAMES_ONLY).vectors
    assert np.allclose(dog, [0, 0.5**0.5, -(0.5**0.5), 0], atol=1e-6)
    assert np.allclose(cat, -dog, atol=1e-6)


def test_a_kind_alone_keeps_its_vector() -> None:
    assert np.isclose(np.linalg.norm(make_tag_vectors([DOG], embed).vectors), 1)


@pytest.fixture
def vectors() -> TagVectors:
    return make_tag_vectors([DOG, CAT], embed)


def test_what_is_kept_is_found_again(tmp_path: Path, vectors: TagVectors) -> None:
    keep_tag_vectors(tmp_path / "new", "network", [DOG, CAT], vectors)
    kept = kept_tag_vectors(tmp_path / "new", "network", [DOG, CAT])
    assert kept is not None
    assert kept.kinds == vectors.kinds
    assert np.array_equal(kept.vectors, vectors.vectors)
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_another_network_or_another_word_finds_nothing(tmp_path: Path, vectors: TagVectors) -> None:
    keep_tag_vectors(tmp_path, "network", [DOG, CAT], vectors)
    assert kept_tag_vectors(tmp_path, "other", [DOG, CAT]) is None
    assert kept_tag_vectors(tmp_path, "network", [DOG, replace(CAT, scenes=("a cat purrs",))]) is None
    assert kept_tag_vectors(tmp_path, "network", [DOG]) is None
    assert kept_tag_vectors(tmp_path / "nowhere", "network", [DOG, CAT]) is None


def test_at_half_precision_they_are_directions_still(tmp_path: Path, vectors: TagVectors) -> None:
    keep_tag_vectors(tmp_path, "network", [DOG, CAT], vectors, halved=True)
    kept = kept_tag_vectors(tmp_path, "network", [DOG, CAT])
    assert kept is not None
    np.testing.assert_allclose(np.linalg.norm(kept.vectors, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(kept.vectors, vectors.vectors, atol=1e-3)


def test_the_network_that_ships_has_read_the_ontology() -> None:
    """If this fails: `earmark-train tag-vectors resources/default_network`."""
    folder, kinds = default_network_folder(), sound_kinds()
    kept = kept_tag_vectors(folder, checkpoint.verify(folder), kinds)
    assert kept is not None
    assert kept.kinds == tuple(kind.id for kind in kinds)
    assert len(list(folder.glob("tags-*.npy"))) == 1


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"not an array at all"])
def test_a_damaged_file_counts_as_none(tmp_path: Path, vectors: TagVectors, damage: bytes) -> None:
    keep_tag_vectors(tmp_path, "network", [DOG, CAT], vectors)
    next(tmp_path.iterdir()).write_bytes(damage)
    assert kept_tag_vectors(tmp_path, "network", [DOG, CAT]) is None


@pytest.mark.parametrize("wrong", [np.nan, 0.0, 7.0])
def test_vectors_that_are_no_directions_count_as_none(tmp_path: Path, vectors: TagVectors, wrong: float) -> None:
    vectors.vectors[1] = wrong
    keep_tag_vectors(tmp_path, "network", [DOG, CAT], vectors)
    assert kept_tag_vectors(tmp_path, "network", [DOG, CAT]) is None
