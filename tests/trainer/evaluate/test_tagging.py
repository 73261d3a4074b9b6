"""Are the right tags suggested? A network that hears labels, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.embedding import Embedder
from engine.ontology import sound_kinds
from engine.stored_embeddings import FileEmbeddings
from engine.tag_vectors import TagVectors, make_tag_vectors
from trainer.errors import TrainerError
from trainer.evaluate import tagging
from trainer.evaluate.systems import Sounds
from trainer.evaluate.tagging import (
    Labelled,
    evidence_of,
    labelled_by_names,
    measured,
    remembered,
    suggestion_table,
    tagging_tables,
)
from trainer.manifest import Clip

KINDS = sound_kinds()
LABELS = ("dog", "cow", "rain", "guitar", "car", "bell")
PERFECT = TagVectors(tuple(kind.id for kind in KINDS), np.eye(len(KINDS), dtype=np.float32))


@pytest.fixture
def labelled(clips: list[Clip]) -> Labelled:
    named = [replace(clip, label=label) for clip, label in zip(clips, (*LABELS, *LABELS), strict=False)]
    column = {kind.synonyms[0]: number for number, kind in enumerate(KINDS)}
    rows = [PERFECT.vectors[column[clip.label] if clip.label != "cow" else column["cattle"]] for clip in named]
    return labelled_by_names(named, [FileEmbeddings(row[np.newaxis], row) for row in rows], KINDS)


def test_a_label_names_a_kind_and_implies_its_parents(labelled: Labelled) -> None:
    named = {KINDS[number].name for number in np.flatnonzero(labelled.named[0])}
    implied = {KINDS[number].name for number in np.flatnonzero(labelled.implied[0])}
    assert named == {"Dog"}
    assert {"Dog", "Animal"} < implied


def test_clips_whose_label_names_nothing_are_left_out(clips: list[Clip]) -> None:
    some = [replace(clips[0], label="Rain"), replace(clips[1], label="qwertz"), replace(clips[2], label="")]
    row = PERFECT.vectors[0]
    found = labelled_by_names(some, [FileEmbeddings(row[np.newaxis], row)] * 3, KINDS)
    assert len(found.heard) == len(found.recordings) == len(found.named) == 1
    with pytest.raises(TrainerError, match="No label"):
        labelled_by_names(some[1:], found.heard * 2, KINDS)


def test_a_network_that_hears_labels_has_them_first(labelled: Labelled) -> None:
    assert measured(labelled, PERFECT)["top-1"].value == 1.0


def test_vectors_that_know_nothing_are_worse(labelled: Labelled) -> None:
    unknowing = replace(PERFECT, vectors=np.roll(PERFECT.vectors, 7, axis=0))
    assert measured(labelled, unknowing)["top-1"].value == 0.0
    assert measured(labelled, unknowing)["mAP"].value < measured(labelled, PERFECT)["mAP"].value
    assert measured(labelled, unknowing)["pairs"].value < measured(labelled, PERFECT)["pairs"].value


def test_evidence_of_every_sound_and_kind(labelled: Labelled) -> None:
    assert evidence_of(labelled.heard, PERFECT).shape == labelled.named.shape


def test_suggested_tags_are_right_where_labels_are_heard(labelled: Labelled) -> None:
    table = suggestion_table(labelled, PERFECT, segment_s=0.5)
    assert table.figure("very likely", "right").value == 1.0
    assert table.figure("maybe", "right") is None


def test_each_text_is_read_once() -> None:
    read: list[str] = []

    def embed(texts: Sequence[str]) -> np.ndarray:
        read.extend(texts)
        return np.array([[len(text), 1.0] for text in texts])

    recall = remembered(embed)
    assert recall(["a", "bb", "a"]).tolist() == [[1, 1], [2, 1], [1, 1]]
    assert recall(["bb", "ccc"]).tolist() == [[2, 1], [3, 1]]
    assert read == ["a", "bb", "ccc"]
    assert make_tag_vectors(KINDS[:3], recall).vectors.shape == (3, 2)


def test_other_prompts_stand_beside_ours(
    clips: list[Clip], tone_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "RECIPES", {"2 sentences": tagging.RECIPES["2 sentences"]})
    labels = {"low tone": "dog", "middle tone": "rain", "high tone": "bell"}
    named = [replace(clip, label=labels[clip.label]) for clip in clips if clip.label in labels]
    other = replace(next(kind for kind in KINDS if kind.name == "Dog"), descriptions=("low",), scenes=("a low tone",))
    table, _ = tagging_tables(tone_embedder, Sounds(named, tone_embedder.sample_rate_hz), [other])
    added = [row.name for row in table.rows if "other" in row.name]
    assert added[:3] == ["1 other sentences", "name and 1 other sentences", "names and 1 other sentences"]
    assert len(added) == 15
    ours, others = (table.figure(row, "mAP") for row in ("2 sentences", "2 other sentences"))
    assert ours is not None
    assert others is not None
    assert others.value > ours.value  # they say what a dog sounds like here
