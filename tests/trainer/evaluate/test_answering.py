from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trainer.errors import TrainerError
from trainer.evaluate import answering
from trainer.evaluate.answering import Question, answering_tables, made_questions, read_questions
from trainer.evaluate.frozen_heads import HeadSettings
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.manifest import Clip


@pytest.fixture
def many(clips: list[Clip]) -> list[Clip]:
    """Every tone sixteen times: half to train, a quarter each to choose and to test."""
    return [
        replace(clip, label=f"{clip.caption.split()[3]} Hz", recording=f"{number} {split}", split=split.split()[0])
        for number, clip in enumerate(clips[:12])
        for split in ("train", "train 2", "val", "test")
    ]


def test_questions_of_labels_are_as_often_true_as_not(many: list[Clip]) -> None:
    asked = made_questions([*many, replace(many[0], label="")])
    assert Counter(each.answer for each in asked)["yes"] == Counter(each.answer for each in asked)["no"] == 48
    assert {each.text for each in asked if each.answer == "no"} == {f"is {hz} Hz heard?" for hz in (200, 1000, 3000)}
    for each in asked:
        own = many[each.sound].label
        expected = {"yes": own in each.text, "no": own not in each.text}.get(each.answer, each.answer == own)
        assert expected


def test_a_head_hears_what_it_is_asked_for(
    many: list[Clip], tone_system: NetworkSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "ANSWERING", HeadSettings(3, 1e-2, 25, hidden=32, patience=25, rows_per_step=16))
    binary, words = answering_tables(tone_system._embedder, Sounds(many, 8000))
    assert [row.name for row in binary.rows] == ["majority", "the question", "sound and question"]
    assert binary.columns == ("accuracy",)
    assert binary.figure("sound and question", "accuracy").value > 0.9
    assert binary.figure("the question", "accuracy").value < 0.7
    assert binary.figure("majority", "accuracy").value < 0.7
    assert words.columns == ("R@1", "R@5", "R@10")
    assert words.figure("sound and question", "R@1").value == 1.0
    assert words.figure("the question", "R@1").value < 0.5
    assert words.figure("majority", "R@5").value == 1.0  # of three answers
    assert binary.notes[0].startswith(
        "answering, yes or no: 24 questions measured of 96, 3 different ones, about 48 sounds from 48 recordings"
    )


def test_the_majority_answer_is_that_of_the_same_question() -> None:
    texts = ["a", "a", "b", "b", "b", "a", "c"]
    truth = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [0, 1], [0, 1], [1, 0]], dtype=bool)
    scores = answering._commonest(texts, truth, np.arange(5), np.array([5, 6]))
    assert scores.argmax(axis=1).tolist() == [0, 1]  # "c" was never asked: the commonest answer of all


def test_questions_are_read_from_a_file_of_clotho_aqa(many: list[Clip], tmp_path: Path) -> None:
    name = many[0].path.name
    path = tmp_path / "questions.csv"
    lines = [
        "file_name,QuestionText,answer,confidence",
        f"{name},Is it a tone?,yes,yes",
        f"{name},Is it a tone?,no,yes",
        f"{name},Is it a tone?,Yes,maybe",
        f'{name},"What, then?",tone,yes',
        "elsewhere.wav,Is it?,yes,yes",
    ]
    path.write_text("\n".join(lines) + "\n")
    assert read_questions(path, many[:1]) == [Question(0, "Is it a tone?", "yes"), Question(0, "What, then?", "tone")]
    with pytest.raises(TrainerError, match="asks nothing"):
        read_questions(path, [replace(many[0], path=Path("other.wav"))])
    path.write_text("file,answer\na,b\n")
    with pytest.raises(TrainerError, match="has no columns file_name, QuestionText, answer"):
        read_questions(path, many)
    with pytest.raises(TrainerError, match=r"nowhere\.csv cannot be read"):
        read_questions(tmp_path / "nowhere.csv", many)


def test_too_few_questions_are_refused(many: list[Clip], tone_system: NetworkSystem) -> None:
    with pytest.raises(TrainerError, match="fewer than two answers"):
        list(answering_tables(tone_system._embedder, Sounds([replace(many[0], label="")], 8000)))
