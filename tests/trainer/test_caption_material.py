"""What a captioner learns from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.stored_embeddings import FileEmbeddings
from trainer.caption_material import (
    OWN,
    WRITTEN,
    Gap,
    captioned,
    encoded,
    plain,
    read_written,
    said_of,
    unit,
    vocabulary,
)
from trainer.errors import TrainerError
from trainer.manifest import Clip

FILES = {name: column for files in WRITTEN.values() for name, column in files.items()}
SENTENCES = ("A dog barks.", "Rain falls on a roof", "A dog barks, then a car passes", "a bell is ringing far away")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Each file says the same."""
    for name, column in FILES.items():
        lines = [f"id,{column}", *(f'{number},"{sentence}"' for number, sentence in enumerate(SENTENCES))]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def clip(caption: str, label: str = "dog") -> Clip:
    return Clip(Path(f"{caption}.ogg"), "source", "recording", label, caption, 1.0, "CC0")


def test_sentences_of_others_are_read_once_and_without_an_order(folder: Path) -> None:
    assert read_written(folder, ["audiocaps", "clotho"], refused=(), most_words=6) == [
        "a bell is ringing far away",
        "a dog barks",
        "rain falls on a roof",
    ]


def test_what_is_measured_on_and_what_is_long_is_left_out(folder: Path) -> None:
    assert read_written(folder, ["audiocaps", "clotho"], refused=["A DOG BARKS"], most_words=5) == [
        "rain falls on a roof"
    ]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "audiocaps_val.csv").unlink()
    with pytest.raises(TrainerError, match=r"audiocaps_val\.csv are missing"):
        read_written(folder, ["audiocaps", "clotho"], refused=(), most_words=6)


def test_the_files_that_are_measured_on_elsewhere_are_not_read() -> None:
    assert not any("test" in name or "evaluation" in name for name in FILES)


def test_what_earmark_says_of_each_kind_needs_no_file(tmp_path: Path) -> None:
    sentences = read_written(tmp_path, [OWN], refused=["a dog barks"], most_words=10)
    assert "a car passes" in sentences or "a vehicle passes" in sentences
    assert "a dog barks" not in sentences


def test_a_collection_that_there_is_not_is_said(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="no collection of captions 'poems': choose of ontology, audiocaps, clotho"):
        read_written(tmp_path, ["poems"], refused=(), most_words=10)


def test_sentences_are_compared_without_capitals_and_stops() -> None:
    assert plain(" A dog, barking. ") == "a dog, barking"


def test_a_word_is_said_if_it_is_used_often_or_belongs_to_our_sounds() -> None:
    assert vocabulary(["a dog barks", "a cat"], ["an owl"], least_uses=2) == ("a", "an", "owl")


def test_what_is_in_brackets_cannot_be_heard() -> None:
    assert said_of(clip("a loud note (D5) on an oboe", "oboe")) == "oboe"
    assert said_of(clip("a dog barking")) == "a dog barking"


def test_vectors_are_kept_until_the_texts_or_the_network_change(tmp_path: Path) -> None:
    read: list[list[str]] = []

    def encode(texts) -> np.ndarray:
        read.append(list(texts))
        return np.ones((len(texts), 2), dtype=np.float32)

    for texts, network in ((["a"], "one"), (["a"], "one"), (["a", "b"], "one"), (["a", "b"], "two")):
        assert encoded(texts, encode, tmp_path / "run" / "written.npz", network).shape == (len(texts), 2)
    assert read == [["a"], ["a", "b"], ["a", "b"]]


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "written.npz").write_bytes(b"PK nonsense")
    assert encoded(["a"], lambda texts: np.zeros((len(texts), 2)), tmp_path / "written.npz", "one").shape == (1, 2)


def test_sounds_without_a_caption_are_not_heard(tmp_path: Path) -> None:
    def hear(clips) -> list[FileEmbeddings]:
        return [FileEmbeddings(np.eye(3, dtype=np.float32), np.ones(3, dtype=np.float32)) for _ in clips]

    clips = [clip("a dog"), clip(""), clip("a cat")]
    for _ in range(2):  # heard, and then kept
        sounds = captioned(clips, hear, tmp_path / "sounds.npz", "one")
        assert list(sounds.captions) == ["a dog", "a cat"]
        assert [pieces.shape for pieces in sounds.pieces] == [(3, 3), (3, 3)]
    assert captioned([replace(clips[0], caption="an owl")], hear, tmp_path / "sounds.npz", "one").captions == ["an owl"]


# --- the gap between sentences and sounds -----------------------------------------------------------------------------


def test_sentences_cross_to_where_sounds_are() -> None:
    random = np.random.default_rng(0)
    captions = random.normal(size=(400, 8))
    sounds = 3.0 + 0.5 * (captions - captions.mean(axis=0)) + 0.1 * random.normal(size=(400, 8))
    gap = Gap.between(sounds, captions)
    assert gap.slope == pytest.approx(0.5, abs=0.02)
    np.testing.assert_allclose(gap.crossed(captions, random, 0.0), unit(sounds - gap.residuals), atol=1e-6)


def test_they_stray_as_sounds_do() -> None:
    random = np.random.default_rng(0)
    gap = Gap(np.zeros(4), np.zeros(4), 1.0, np.eye(4))
    crossed = gap.crossed(np.repeat(np.ones((1, 4)), 50, axis=0), random, 1.0)
    assert len({tuple(row.round(3)) for row in crossed}) == 4  # each with one of the residuals
    np.testing.assert_allclose(np.linalg.norm(crossed, axis=1), 1.0)
