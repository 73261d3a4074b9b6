from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.aiming import Aim
from engine.embedding import Embedder
from engine.evidence import Backgrounds
from engine.indexing import index_folders
from engine.library import Library
from engine.library_rows import Scope
from engine.question import Example, Question
from engine.target import Target
from engine.vector_index import VectorIndex

WriteSound = Callable[..., Path]


@pytest.fixture
def paths(sounds: Path, write_sound: WriteSound) -> dict[str, Path]:
    return {
        "low": write_sound(sounds / "low.wav", hz=400, seconds=2),
        "high": write_sound(sounds / "high.wav", hz=2010, seconds=3),
        "both": write_sound(sounds / "both.wav", hz=[400, 2010], seconds=1),
    }


@pytest.fixture
def aim(library: Library, sounds: Path, paths: dict[str, Path], tone_embedder: Embedder) -> Aim:
    index_folders(library, tone_embedder, [sounds])
    index = VectorIndex(library.index_db, tone_embedder.checkpoint_id)
    return Aim(library, index, tone_embedder, Backgrounds(index))


def texts(target: Target) -> list[tuple[str, bool, bool]]:
    return [(sound.text, sound.negated, sound.beside) for sound in target.sounds]


def test_words_alone(aim: Aim) -> None:
    target = aim.target_of(Question("low then high without noise"), 10)
    assert texts(target) == [("low", False, False), ("high", False, False), ("noise", True, False)]
    assert (target.part, target.without) == (None, frozenset())
    assert target.asked_words == 2


def test_example_alone_is_the_whole_question(aim: Aim, paths: dict[str, Path], library: Library) -> None:
    target = aim.target_of(Question(examples=(Example(paths["low"]),)), 10)
    assert texts(target) == [("like low.wav", False, False)]
    assert target.whole is target.sounds[0].vector
    file = library.file_at(paths["low"])
    assert file is not None
    assert target.without == {file.id}


def test_example_comes_beside_the_words_and_before_what_must_not_be_heard(aim: Aim, paths: dict[str, Path]) -> None:
    examples = (Example(paths["low"]), Example(paths["both"]))
    target = aim.target_of(Question("high without noise", examples=examples), 10)
    assert texts(target) == [
        ("high", False, False),
        ("like low.wav and both.wav", False, True),
        ("noise", True, False),
    ]
    assert len(target.without) == 2


def test_words_that_only_point_at_the_example_are_no_sounds(aim: Aim, paths: dict[str, Path], library: Library) -> None:
    question = Question("like this, but longer, without noise", examples=(Example(paths["low"]),))
    target = aim.target_of(question, 10)
    assert texts(target) == [("like low.wav", False, False), ("noise", True, False)]
    assert [str(condition) for condition in aim.query_of(question).filters] == ["duration:>2s"]
    longer = library.file_at(paths["high"])
    assert longer is not None
    assert target.part is not None
    assert target.part.tolist() == [longer.id]


def test_length_is_that_of_the_part_and_of_several_the_mean(aim: Aim, paths: dict[str, Path]) -> None:
    def written(*examples: Example) -> list[str]:
        return [str(condition) for condition in aim.query_of(Question("longer", examples=examples)).filters]

    assert written(Example(paths["high"], 0.5, 1.25)) == ["duration:>0.75s"]
    assert written(Example(paths["low"]), Example(paths["high"])) == ["duration:>2.5s"]
    assert written() == []


def test_what_was_liked_is_the_example_where_words_want_nothing(aim: Aim, paths: dict[str, Path]) -> None:
    liked = (Example(paths["high"]),)
    target = aim.target_of(Question("without low", liked=liked), 10)
    assert texts(target) == [("like high.wav", False, False), ("low", True, False)]
    assert target.without == frozenset()
    assert len(target.right) == 1
    beside = aim.target_of(Question("low", liked=liked), 10)
    assert texts(beside) == [("low", False, False)]
    assert beside.sounds[0].vector @ target.whole > aim.target_of(Question("low"), 10).whole @ target.whole


def test_what_was_disliked_alone_must_not_be_heard(aim: Aim, paths: dict[str, Path]) -> None:
    target = aim.target_of(Question(disliked=(Example(paths["high"]),)), 10)
    assert texts(target) == [("like high.wav", True, False)]
    assert np.allclose(target.whole, -target.sounds[0].vector)
    assert len(target.wrong) == 1


def test_part_of_the_library(aim: Aim, sounds: Path, paths: dict[str, Path]) -> None:
    question = Question("like this", Scope(folder=sounds / "none"), examples=(Example(paths["low"]),))
    target = aim.target_of(question, 10)
    assert target.part is not None
    assert target.part.tolist() == []
