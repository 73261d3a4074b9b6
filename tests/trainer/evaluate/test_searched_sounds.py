from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.embedding import Embedder
from engine.question import Question
from engine.stored_embeddings import FileEmbeddings
from tests.tones import make_waveform
from trainer.evaluate.searched_sounds import SearchedSounds

TONES_HZ = (300, 1100, 1900, 2700)


@pytest.fixture
def heard(tone_embedder: Embedder) -> list[FileEmbeddings]:
    return [tone_embedder.embed_audio(make_waveform(hz, 2.0, 8000)) for hz in TONES_HZ]


def test_the_sound_that_is_asked_for_is_found_first(heard: list[FileEmbeddings], tone_embedder: Embedder) -> None:
    with SearchedSounds(heard, tone_embedder) as sounds:
        answer = sounds.find(Question("a tone of 1900 Hz"))
        assert sounds.positions(answer)[0] == 2
        assert sorted(sounds.positions(answer)) == [0, 1, 2, 3]
        assert len(sounds.find(Question("a tone of 1900 Hz"), 1).hits) == 1


def test_scores_are_those_of_the_answer(heard: list[FileEmbeddings], tone_embedder: Embedder) -> None:
    with SearchedSounds(heard, tone_embedder) as sounds:
        scores = sounds.scores("1900 Hz")
        answer = sounds.find(Question("1900 Hz"))
        assert scores[sounds.positions(answer)].tolist() == [hit.score for hit in answer.hits]


def test_of_a_part_the_scores_are_the_same(heard: list[FileEmbeddings], tone_embedder: Embedder) -> None:
    with SearchedSounds(heard, tone_embedder) as sounds:
        np.testing.assert_allclose(sounds.scores("1900 Hz", [1, 2]), sounds.scores("1900 Hz") * [0, 1, 1, 0])


def test_no_file_says_anything(heard: list[FileEmbeddings], tone_embedder: Embedder) -> None:
    with SearchedSounds(heard, tone_embedder) as sounds:
        words = [
            hit.words
            for number in range(4)
            for hit in sounds.find(Question(f"sounds of the library, wav, take {number}")).hits
        ]
        assert len(words) == 16
        assert not any(words)


def test_the_same_sound_twice_is_two_files(heard: list[FileEmbeddings], tone_embedder: Embedder) -> None:
    with SearchedSounds([heard[0], heard[0], heard[1]], tone_embedder) as sounds:
        assert set(sounds.positions(sounds.find(Question("300 Hz")))[:2]) == {0, 1}


def test_nothing_is_left_behind(
    heard: list[FileEmbeddings], tone_embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with SearchedSounds(heard, tone_embedder):
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
