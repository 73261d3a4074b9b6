from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.cut import K_OF
from engine.embedding import Embedder
from engine.question import Question
from engine.stored_embeddings import FileEmbeddings
from tests.tones import make_waveform
from trainer.errors import TrainerError
from trainer.evaluate.cut import CURVE, Case, cases_of, curve, cut_table
from trainer.evaluate.searched_sounds import SearchedSounds
from trainer.evaluate.shelves import Shelf

TONES_HZ = [200 + 250 * number for number in range(14)]


@pytest.fixture(scope="module")
def shelf(tone_embedder: Embedder) -> Shelf:
    """Fourteen tones, the first of them twice; two more are never heard."""
    tones = [*TONES_HZ, TONES_HZ[0]]
    heard = [tone_embedder.embed_audio(make_waveform(hz, 2.0, 8000)) for hz in tones]
    texts = [[f"a tone of {hz} Hz"] for hz in tones]
    recordings = [str(number) for number in range(len(tones))]
    return Shelf("tones", heard, texts, recordings, absent=["a tone of 3720 Hz", "silence"])


def test_every_text_is_asked_with_and_without_its_sounds(shelf: Shelf, tone_embedder: Embedder) -> None:
    cases = cases_of(shelf, tone_embedder)
    everything = tuple(range(15))
    asked = {case.query: case for case in cases if case.matches}
    taken_out = {case.query: case for case in cases if case.library != everything}
    assert len(asked) == len(taken_out) == 14
    assert asked["a tone of 200 Hz"].matches == {0, 14}
    assert asked["a tone of 200 Hz"].library == everything
    assert taken_out["a tone of 200 Hz"].library == tuple(range(1, 14))
    assert [case.query for case in cases if case.never_there] == ["a tone of 3720 Hz", "silence"]


def test_sounds_that_are_called_alike_are_taken_out_too(shelf: Shelf, tone_embedder: Embedder) -> None:
    alike = replace(shelf, texts=[["200 Hz beep"], *shelf.texts[1:]])
    taken_out = {case.query: case for case in cases_of(alike, tone_embedder) if not case.matches}
    assert taken_out["a tone of 200 Hz"].library == tuple(range(1, 14))


def test_a_query_and_what_is_taken_out_for_it_are_one_witness(shelf: Shelf, tone_embedder: Embedder) -> None:
    witnesses: dict[str, set[int]] = {}
    for case in cases_of(shelf, tone_embedder):
        witnesses.setdefault(case.query, set()).add(case.witness)
    assert all(len(of_query) == 1 for of_query in witnesses.values())
    assert len(set.union(*witnesses.values())) == len(witnesses)


def test_nothing_can_be_taken_out_of_one_kind_of_sound(shelf: Shelf, tone_embedder: Embedder) -> None:
    with pytest.raises(TrainerError, match="two kinds"):
        cut_table(replace(shelf, heard=shelf.heard[:1], texts=shelf.texts[:1], recordings=["0"]), tone_embedder)


def test_pure_tones_are_kept_and_missed(shelf: Shelf, tone_embedder: Embedder) -> None:
    table = cut_table(shelf, tone_embedder)
    for column in ("taken out: says so", "never there: says so", "keeps the best", "keeps", "right, of the kept"):
        assert table.figure(f"normal ({K_OF['normal']:g})", column).value == 1.0, column
    assert table.notes[0].startswith(
        "cut, tones: 15 sounds from 15 recordings; 14 queries with 15 matches; 14 without their sounds, 2 for what is"
    )


def test_the_higher_k_is_the_less_is_kept(shelf: Shelf, tone_embedder: Embedder) -> None:
    noisy = replace(shelf, heard=[_blurred(each, number) for number, each in enumerate(shelf.heard)])
    rows = [row.figures for row in cut_table(noisy, tone_embedder).rows if row.name.startswith("k ")]
    assert len(rows) == len(CURVE)
    says_so, keeps = [row[0].value for row in rows if row[0]], [row[3].value for row in rows if row[3]]
    assert says_so == sorted(says_so)
    assert keeps == sorted(keeps, reverse=True)
    assert says_so[0] < says_so[-1]


def _blurred(heard: FileEmbeddings, seed: int) -> FileEmbeddings:
    """With so much noise that a tone is hardly heard."""

    def unit(rows: np.ndarray) -> np.ndarray:
        noisy = rows + 0.6 * np.random.default_rng(seed).standard_normal(rows.shape)
        return np.asarray(noisy / np.linalg.norm(noisy, axis=-1, keepdims=True), np.float32)

    return FileEmbeddings(unit(heard.segments), unit(heard.clip))


def test_the_curve_leaves_strictness_as_it_was_and_is_the_product_at_its_own_k(
    shelf: Shelf, tone_embedder: Embedder
) -> None:
    before = dict(K_OF)
    case = Case("a tone of 200 Hz", tuple(range(15)), frozenset({0, 14}), 0)
    k = K_OF["strict"]
    ((outcome,),) = curve(shelf, [case], [k], lambda heard: SearchedSounds(heard, tone_embedder)).values()
    assert before == K_OF
    with SearchedSounds(shelf.heard, tone_embedder) as sounds:
        answer = sounds.find(Question("a tone of 200 Hz", strictness="strict"))
        assert list(outcome.kept) == sounds.positions(answer)[: answer.cut]
    assert outcome.best_match in {0, 14}
    assert outcome.right == 2


def test_another_search_can_be_measured(shelf: Shelf, tone_embedder: Embedder) -> None:
    libraries = []

    def searching(heard: Sequence[FileEmbeddings]) -> SearchedSounds:
        libraries.append(len(heard))
        return SearchedSounds(heard, tone_embedder)

    cut_table(shelf, tone_embedder, searching=searching)
    assert sorted(libraries) == [13, *[14] * 13, 15]
