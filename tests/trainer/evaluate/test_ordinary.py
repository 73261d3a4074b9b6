from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.embedding import Embedder
from engine.ontology import SoundKind
from tests.tones import write_sound
from trainer.errors import TrainerError
from trainer.evaluate.ordinary import Descriptions, answers_to, notes_of, ordinary_table, scenes_of
from trainer.evaluate.systems import Sounds
from trainer.manifest import Clip

DOG = SoundKind(
    "/m/0bt9lr", "Dog", ("dog", "dog barking"), ("a rough short noise",), ("a dog barks and a child laughs",)
)
CAT = SoundKind("/m/01yrx", "Cat", ("cat",), ("a thin long noise",), ("a cat asks for food",))


def labelled(clip: Clip, label: str) -> Clip:
    return replace(clip, label=label)


def test_scenes_describe_the_sounds_that_have_the_label(clips: list[Clip]) -> None:
    sounds = [labelled(clips[0], "Dog barking"), labelled(clips[1], "cow"), labelled(clips[2], "dog")]
    scenes = scenes_of(sounds, [DOG, CAT])
    assert scenes.sentences == ["a dog barks and a child laughs"]
    assert scenes.relevant.tolist() == [[True, False, True]]
    assert scenes_of(sounds[1:2], [DOG, CAT]).sentences == []


def test_only_what_is_split_is_asked_twice() -> None:
    scores = {
        "{wind and rain}": [1.0, 0.0],
        "wind and rain": [0.0, 1.0],
        "{wind}": [1.0, 0.0],
    }
    both = Descriptions("captions", ["wind and rain", "wind"], np.array([[True, False], [True, False]]))
    answers = answers_to(both, lambda sentence: np.array(scores[sentence]))
    assert answers.split.tolist() == [True, False]
    assert answers.one.tolist() == [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    assert answers.several.tolist() == [[0.0, 1.0, 0.5], [1.0, 1.0, 1.0]]


@pytest.fixture
def two_tones(tmp_path: Path, clips: list[Clip]) -> list[Clip]:
    """Beside single tones one file in which two follow one another, the second one briefly."""
    path = write_sound(tmp_path / "two.wav", hz=[500] * 7 + [3000], seconds=1.0)
    return [*clips, Clip(path, "loops", "two", "tone", "500 Hz and 3000 Hz", 8.0, "CC0")]


def test_rows_say_what_splitting_changes(two_tones: list[Clip], tone_embedder: Embedder) -> None:
    table = ordinary_table(tone_embedder, Sounds(two_tones, 8000))
    assert [row.name for row in table.rows] == [
        "captions, as one sound",
        "captions, as several",
        "  difference",
        "captions that are split, as one sound",
        "captions that are split, as several",
        "  difference",
    ]
    assert table.figure("captions that are split, as several", "R@1").value == 1.0
    assert "captions: 1 of 7 are split" in table.notes[1]


def test_where_nothing_is_split_nothing_differs(clips: list[Clip], tone_embedder: Embedder) -> None:
    table = ordinary_table(tone_embedder, Sounds(clips, 8000))
    assert [figure.value for figure in table.rows[2].figures if figure] == [0.0, 0.0, 0.0]
    assert len(table.rows) == 3


def test_what_loses_most_is_shown_as_it_was_understood() -> None:
    scores = {"{wind and rain}": [1.0, 0.0], "wind and rain": [0.0, 1.0]}
    both = Descriptions("captions", ["wind and rain"], np.array([[True, False]]))
    notes = notes_of(both, answers_to(both, lambda sentence: np.array(scores[sentence])))
    assert notes == [
        "captions: 1 of 1 are split; 1 of them lose and 0 win average precision. Most is lost by",
        "  -0.500  {wind} and {rain}",
    ]


def test_sounds_that_nobody_described(clips: list[Clip], tone_embedder: Embedder) -> None:
    with pytest.raises(TrainerError, match="has a caption"):
        ordinary_table(tone_embedder, Sounds([replace(clip, caption="") for clip in clips], 8000))
