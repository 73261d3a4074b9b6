from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from tests.small_corpora import SMALL_RECIPE, make_untrained_network
from trainer import validation
from trainer.corpus import Corpus
from trainer.features import decode_levels
from trainer.student import Student, make_student
from trainer.validation import listen, validate


@pytest.fixture
def student(small_corpus: Corpus) -> Student:
    return new_student(small_corpus)


def new_student(corpus: Corpus) -> Student:
    clip_scores = corpus.features.clip_scores[corpus.split.training]
    return make_student(make_untrained_network(), corpus.tag_names, corpus.training_clips, clip_scores)


def figures_of(student: Student, weights: Mapping[str, Tensor], corpus: Corpus) -> dict[str, float]:
    return validate(student, weights, corpus, SMALL_RECIPE)


def test_the_network_hears_standardised_levels(student: Student, small_corpus: Corpus) -> None:
    levels_db = decode_levels(small_corpus.features.levels[:64]).unsqueeze(0)
    mel = SMALL_RECIPE.mel
    with torch.no_grad():
        found = listen(student.eval().network, levels_db, SMALL_RECIPE)
        expected = student.network.encode_columns((levels_db - mel.mean_db).transpose(1, 2) / mel.deviation_db)
    assert found.vectors.shape[:2] == (1, 4)
    likeness = torch.nn.functional.cosine_similarity(found.vectors.float(), expected.vectors, dim=-1)
    assert likeness.min() > 0.999  # 8 bits of mantissa


def test_every_view_is_measured(student: Student, small_corpus: Corpus) -> None:
    figures = figures_of(student, student.trained_state(), small_corpus)
    views = ("both", "text_view", "tag_view")
    assert set(figures) == {"tags", *(f"{view}_{figure}" for view in views for figure in ("map", "r10"))}
    assert all(0.0 <= figure <= 1.0 for name, figure in figures.items() if name != "tags")


def test_tags_are_measured_by_their_distance_from_what_the_teachers_say(student: Student, small_corpus: Corpus) -> None:
    # whatever it hears, the student says 0.02; the teachers say so too, but of one tag of each clip, which has 0.9
    torch.nn.init.zeros_(student.network.tag_head.weight)
    torch.nn.init.constant_(student.network.tag_head.bias, math.log(0.02 / 0.98))
    expected = 0.9 * math.log(0.9 / 0.02) + 0.1 * math.log(0.1 / 0.98)
    figures = figures_of(student, student.trained_state(), small_corpus)
    assert figures["tags"] == pytest.approx(expected, abs=0.01)


def test_validation_leaves_the_run_as_it_was(student: Student, small_corpus: Corpus) -> None:
    student.train()
    before = {name: value.clone() for name, value in student.state_dict().items()}
    figures_of(student, {name: value + 0.1 for name, value in student.trained_state().items()}, small_corpus)
    for name, value in student.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert student.training


def test_validation_is_of_the_weights_that_are_given(student: Student, small_corpus: Corpus) -> None:
    other = new_student(small_corpus)
    torch.nn.init.normal_(student.network.tag_head.weight)
    weights = {name: value.clone() for name, value in other.trained_state().items()}
    assert figures_of(student, weights, small_corpus) == figures_of(other, weights, small_corpus)


def test_only_the_beginning_of_a_long_clip_is_heard(
    student: Student, small_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "VALIDATION_FRAMES", 32)
    before = figures_of(student, student.trained_state(), small_corpus)
    features = small_corpus.features
    for item in small_corpus.split.held_out:
        features.levels[features.starts[item] + 32 : features.starts[item + 1]] = 255
    assert figures_of(student, student.trained_state(), small_corpus) == before


def test_without_held_out_captions_only_tags_can_be_measured(student: Student, small_corpus: Corpus) -> None:
    for held_out in small_corpus.split.held_out:
        small_corpus.clips[held_out] = replace(small_corpus.clips[held_out], caption="")
    assert set(figures_of(student, student.trained_state(), small_corpus)) == {"tags"}


def test_without_held_out_clips_there_is_nothing_to_measure(student: Student, small_corpus: Corpus) -> None:
    nobody = replace(small_corpus, split=replace(small_corpus.split, held_out=[]))
    assert figures_of(student, student.trained_state(), nobody) == {}
