from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.embedding import Embedder
from engine.search import Searcher
from engine.stored_embeddings import FileEmbeddings
from engine.vector_index import VectorIndex
from tests.tones import make_waveform
from trainer.evaluate.absent_files import library_of
from trainer.evaluate.sentence_systems import (
    CHECKPOINT,
    ClipEmbedding,
    InAnyOrder,
    OrderedSearch,
    reading_once,
)
from trainer.evaluate.systems import NetworkSystem

LOW, HIGH, BELL = "a tone of 300 Hz", "a tone of 3000 Hz", "a tone of 1500 Hz"
SENTENCES = [f"{LOW} then {HIGH}", f"{HIGH} then {LOW}", f"{LOW} while {HIGH}", LOW, f"{LOW} without {HIGH}"]


@pytest.fixture(scope="module")
def heard(tone_system: NetworkSystem) -> list[FileEmbeddings]:
    return tone_system.hear([make_waveform(hz, 2.0, 8000) for hz in ([300, 3000], [3000, 300], [300, 1500], 1500, 300)])


@pytest.fixture(scope="module")
def background(tone_system: NetworkSystem) -> list[FileEmbeddings]:
    return tone_system.hear([make_waveform(hz, 3.0, 8000) for hz in range(150, 3900, 125)])


@pytest.fixture(scope="module")
def search(tone_system: NetworkSystem, background: list[FileEmbeddings]) -> OrderedSearch:
    return OrderedSearch(tone_system.read, tone_system.segment_s, background)


def test_the_file_in_the_right_order_is_the_best(search: OrderedSearch, heard: list[FileEmbeddings]) -> None:
    scores = search.scores(SENTENCES, heard)
    assert scores.shape == (5, 5)
    assert scores[:2].argmax(axis=1).tolist() == [0, 1]
    assert scores[0, 0] == pytest.approx(scores[1, 1], abs=1e-3)


def test_in_any_order_both_files_are_alike(search: OrderedSearch, heard: list[FileEmbeddings]) -> None:
    scores = InAnyOrder(search).scores(SENTENCES, heard)
    in_order = search.scores(SENTENCES, heard)
    assert scores[0] == pytest.approx(scores[1], abs=1e-3)
    assert scores[0, :2] == pytest.approx([in_order[0, 0], in_order[1, 1]])
    assert scores[2:] == pytest.approx(in_order[2:])  # what has no order is not changed


def test_it_ranks_as_earmark_does(
    search: OrderedSearch,
    background: list[FileEmbeddings],
    heard: list[FileEmbeddings],
    tone_system: NetworkSystem,
    tone_embedder: Embedder,
) -> None:
    """One way to judge for what is measured and for what people see."""
    everything = [*heard, *background]
    scores = OrderedSearch(tone_system.read, tone_system.segment_s, []).scores(SENTENCES, everything)
    with library_of(everything, CHECKPOINT, tone_system.segment_s) as (library, ids):
        searcher = Searcher(library, VectorIndex(library.index_db, CHECKPOINT), tone_embedder)
        for sentence, of_sentence in zip(SENTENCES, scores, strict=True):
            found = {hit.file_id: hit.score for hit in searcher.search(sentence, limit=len(everything))}
            shown = np.array([found[file_id] for file_id in ids])
            assert shown == pytest.approx(1 / (1 + np.exp(3 - of_sentence)), abs=1e-5)


def test_one_vector_each_is_blind_for_order(tone_system: NetworkSystem, heard: list[FileEmbeddings]) -> None:
    scores = ClipEmbedding(tone_system.read).scores(SENTENCES[:2], heard)
    assert scores[0].tolist() == scores[1].tolist()
    assert scores[0, 0] == pytest.approx(scores[0, 1])


def test_a_sentence_is_read_once(tone_system: NetworkSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def read(texts: Sequence[str]) -> np.ndarray:
        asked.extend(texts)
        return np.ones((len(texts), 2))

    monkeypatch.setattr(tone_system, "read", read)
    once = reading_once(tone_system)
    assert once(["b", "a", "b"]).shape == (3, 2)
    assert once(["c", "a"]).shape == (2, 2)
    assert asked == ["a", "b", "c"]
