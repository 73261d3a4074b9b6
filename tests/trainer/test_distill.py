from __future__ import annotations

import json
import logging
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.small_corpora import SMALL_KINDS, SMALL_RECIPE, make_untrained_network
from trainer import distill
from trainer.config import PretrainingConfig, Recipe
from trainer.corpus import Corpus
from trainer.distill import Objective, train
from trainer.errors import TrainerError
from trainer.run_state import load_newest_state
from trainer.scenes import Rows
from trainer.student import Student, make_student
from trainer.texts import gather_texts


def new_student(corpus: Corpus) -> Student:
    clip_scores = corpus.features.clip_scores[corpus.split.training]
    return make_student(make_untrained_network(), corpus.tag_names, corpus.training_clips, clip_scores)


def new_objective(corpus: Corpus, student: Student, recipe: Recipe = SMALL_RECIPE) -> Objective:
    return Objective(recipe, corpus, student, gather_texts(corpus, SMALL_KINDS, student.encode, seed=1))


def run(recipe: Recipe, corpus: Corpus, folder: Path) -> Student:
    return train(recipe, corpus, make_untrained_network(), SMALL_KINDS, folder)


def with_settings(**settings: Any) -> Recipe:
    return replace(SMALL_RECIPE, optimizer=replace(SMALL_RECIPE.optimizer, **settings))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def rows_of(corpus: Corpus, seed: int = 0, rows: int = 8) -> Rows:
    return distill._scene_maker(SMALL_RECIPE, corpus).batch(rows, seeded(seed))


def parts_of(corpus: Corpus, student: Student, rows: Rows, *, progress: float = 0.9) -> dict[str, float]:
    objective = new_objective(corpus, student)
    parts = objective(student.eval(), rows, progress=progress, generator=seeded())[1]
    return {name: part.item() for name, part in parts.items()}


def entries_of(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def newest(folder: Path) -> dict[str, Any]:
    state = load_newest_state(folder)
    assert state is not None
    return state


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


EVERYTHING = replace(with_settings(sharpness_starts=0.6, patience=5), pretraining=PretrainingConfig("columns", steps=2))


@pytest.mark.parametrize("recipe", [SMALL_RECIPE, EVERYTHING], ids=["plain", "everything"])
def test_a_resumed_run_ends_with_the_very_same_weights(
    recipe: Recipe, small_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distill, "SAVE_EVERY", 3)
    monkeypatch.setattr(distill, "VALIDATE_EVERY", 2)
    uninterrupted = run(recipe, small_corpus, tmp_path / "one")
    # as if the process had been killed after its third step, while it wrote the next state
    (tmp_path / "two").mkdir()
    shutil.copy(tmp_path / "one" / "state-00000003.pt", tmp_path / "two")
    (tmp_path / "two" / "state-00000006.part").write_bytes(b"cut off")
    resumed = run(recipe, small_corpus, tmp_path / "two")
    assert_same(uninterrupted.state_dict(), resumed.state_dict())
    one, two = (newest(tmp_path / each) for each in ("one", "two"))
    assert one["step"] == two["step"] == 6
    for part in ("student", "average", "best"):
        assert_same(one[part], two[part])


def test_a_finished_run_only_gives_its_network_back(small_corpus: Corpus, tmp_path: Path) -> None:
    finished = run(SMALL_RECIPE, small_corpus, tmp_path)
    again = run(SMALL_RECIPE, small_corpus, tmp_path)
    assert_same(finished.state_dict(), again.state_dict())
    assert not again.training


def test_a_run_of_another_shape_is_not_gone_on_with(small_corpus: Corpus, tmp_path: Path) -> None:
    run(SMALL_RECIPE, small_corpus, tmp_path)
    state = newest(tmp_path)
    state["student"]["embedding_head.bias"] = torch.zeros(3)
    torch.save(state, tmp_path / "state-00000009.pt")
    with pytest.raises(TrainerError, match="another shape"):
        run(SMALL_RECIPE, small_corpus, tmp_path)


def test_what_can_be_learned_is_learned(small_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distill, "LOG_EVERY", 1)
    untrained = parts_of(small_corpus, new_student(small_corpus), rows_of(small_corpus))
    early_texts = replace(SMALL_RECIPE.losses, text_starts=0.0)
    recipe = replace(with_settings(steps=60, learning_rate=5e-3), losses=early_texts)
    trained = parts_of(small_corpus, run(recipe, small_corpus, tmp_path), rows_of(small_corpus))
    for part in ("column_scores", "event_scores", "bridge", "caption"):
        assert trained[part] < 0.75 * untrained[part], part
    assert trained["embedding"] < 0.95 * untrained["embedding"]  # 1408 numbers: the slowest to learn
    losses = [entry["loss"] for entry in entries_of(tmp_path) if "loss" in entry]
    assert len(losses) == 60
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[5:15])  # when the text objectives have come in


def test_progress_is_told_to_the_log_and_kept(
    small_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(distill, "LOG_EVERY", 2)
    monkeypatch.setattr(distill, "VALIDATE_EVERY", 4)
    with caplog.at_level(logging.INFO):
        run(SMALL_RECIPE, small_corpus, tmp_path)
    start, *entries = entries_of(tmp_path)
    assert start["step"] == 0  # what there is to beat
    assert "both_map" in start
    assert [entry["step"] for entry in entries] == [2, 4, 4, 6, 6]  # the last one is always validated
    ear = {"column_scores", "event_scores", "embedding", "bridge"}
    pace = {"step", "loss", "rows_per_s", "minutes_left"}
    assert set(entries[0]) == pace | ear  # the words come later
    assert set(entries[1]) == pace | ear | {"caption"}
    for entry, parts in [(entries[0], ear), (entries[1], ear | {"caption"})]:
        assert entry["loss"] == pytest.approx(sum(entry[part] for part in parts), abs=0.01)
    assert entries[3]["minutes_left"] == 0.0
    assert "both_map" in entries[2]
    assert "step 2 of 6  loss " in caplog.text


@pytest.mark.parametrize(("patience", "steps"), [(0, 6), (1, 2), (2, 3)])
def test_a_run_that_gets_no_better_ends_when_patience_does(
    patience: int, steps: int, small_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distill, "VALIDATE_EVERY", 1)
    for held_out in small_corpus.split.held_out:  # of sounds that all say the same, every order is a perfect one
        small_corpus.clips[held_out] = replace(small_corpus.clips[held_out], caption="a sound")
    recipe = with_settings(patience=patience)
    student = run(recipe, small_corpus, tmp_path)
    assert newest(tmp_path)["step"] == steps
    assert_same(run(recipe, small_corpus, tmp_path).state_dict(), student.state_dict())  # it is over for good
    assert newest(tmp_path)["step"] == steps


def test_without_held_out_captions_there_is_nothing_to_lose_patience_over(
    small_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distill, "VALIDATE_EVERY", 1)
    for held_out in small_corpus.split.held_out:
        small_corpus.clips[held_out] = replace(small_corpus.clips[held_out], caption="")
    student = run(with_settings(patience=1), small_corpus, tmp_path)
    assert newest(tmp_path)["step"] == 6
    assert_same(student.trained_state(), newest(tmp_path)["average"])


def test_the_best_weights_are_those_of_the_best_figure(small_corpus: Corpus) -> None:
    judged = distill._Run(new_student(small_corpus), with_settings(patience=2).optimizer)
    weights = judged.average.values["embedding_head.bias"]
    ends = []
    for number, figure in enumerate((0.2, 0.5, 0.4, 0.5)):
        weights.fill_(number)
        judged.compare(figure)
        ends.append(judged.is_over)
    assert ends == [False, False, False, True]
    assert judged.best["embedding_head.bias"].unique().tolist() == [1.0]


def test_without_patience_the_newest_weights_are_the_best(small_corpus: Corpus) -> None:
    judged = distill._Run(new_student(small_corpus), SMALL_RECIPE.optimizer)
    judged.compare(0.5)
    judged.average.values["embedding_head.bias"].fill_(7.0)
    judged.compare(0.1)
    assert judged.best["embedding_head.bias"].unique().tolist() == [7.0]
    assert not judged.is_over


def test_the_ear_is_pretrained_once_before_the_first_step(small_corpus: Corpus, tmp_path: Path) -> None:
    recipe = replace(SMALL_RECIPE, pretraining=PretrainingConfig("columns", steps=3))
    student = run(recipe, small_corpus, tmp_path)
    assert (tmp_path / "pretraining" / "state-00000003.pt").is_file()
    without = run(SMALL_RECIPE, small_corpus, tmp_path / "without")
    ears = [each.network.audio_encoder.state_dict() for each in (student, without)]
    assert not all(torch.equal(value, ears[1][name]) for name, value in ears[0].items())


def test_the_ear_is_learned_before_the_words(small_corpus: Corpus) -> None:
    student, rows = new_student(small_corpus), rows_of(small_corpus)
    early, late = (parts_of(small_corpus, student, rows, progress=progress) for progress in (0.25, 0.5))
    assert "caption" not in early
    assert late["caption"] > 0.0
    assert early["bridge"] == pytest.approx(0.2 * late["bridge"])
    for part in ("column_scores", "event_scores", "embedding"):
        assert early[part] == late[part]


def test_weights_of_zero_silence_their_parts(small_corpus: Corpus) -> None:
    student = new_student(small_corpus)
    silenced = replace(SMALL_RECIPE.losses, column_scores=0.0, event_scores=0.0, embedding=0.0, bridge=0.0, caption=0.0)
    objective = new_objective(small_corpus, student, replace(SMALL_RECIPE, losses=silenced))
    loss, parts = objective(student, rows_of(small_corpus), progress=0.9, generator=seeded())
    assert loss.item() == 0.0
    assert {part.item() for part in parts.values()} == {0.0}


def test_covered_events_teach_no_whole_clip(small_corpus: Corpus) -> None:
    student, rows = new_student(small_corpus), rows_of(small_corpus)
    covered = parts_of(small_corpus, student, replace(rows, alone=torch.zeros_like(rows.alone)))
    assert covered["embedding"] == covered["event_scores"] == covered["caption"] == 0.0
    assert covered["column_scores"] > 0.0


def test_a_mixture_is_told_by_its_own_sentence(small_corpus: Corpus) -> None:
    # which is no candidate for other sounds, but must be one for itself
    student, rows = new_student(small_corpus), rows_of(small_corpus)
    mixtures = replace(rows, items=torch.where(rows.items >= 0, 16, -1))
    objective = new_objective(
        small_corpus, student, replace(SMALL_RECIPE, losses=replace(SMALL_RECIPE.losses, own_text_share=1.0))
    )
    sentence = objective.texts.vectors[objective.texts.candidates]
    vectors = sentence.expand(8, rows.items.shape[1], -1)
    mask = (mixtures.items >= 0).float()
    said = objective._caption(vectors, mixtures.items, mask, seeded())
    other = objective._caption(objective.texts.vectors[0].expand_as(vectors), mixtures.items, mask, seeded())
    assert said < 0.5 * other


def test_clips_of_held_out_sources_are_not_in_what_the_targets_are_centred_on(small_corpus: Corpus) -> None:
    small_corpus.features.embeddings[small_corpus.split.held_out] += 100.0
    objective = new_objective(small_corpus, new_student(small_corpus))
    of_training = small_corpus.features.embeddings[small_corpus.split.training].float().mean(0)
    torch.testing.assert_close(objective.mean_embedding, of_training)
    assert objective.mean_embedding.abs().max() < 10.0


def test_a_step_that_minds_sharpness_hears_the_same_texts_twice(small_corpus: Corpus) -> None:
    # with a radius of nearly nothing it is the plain step
    recipe = replace(with_settings(), losses=replace(SMALL_RECIPE.losses, text_starts=0.0))
    moved = []
    for starts in (0.0, 1.0):
        torch.manual_seed(0)
        student = new_student(small_corpus)
        minding = distill._Run(student, replace(recipe.optimizer, sharpness_starts=starts, sharpness_radius=1e-9))
        student.eval()  # or statistics of batches would be gathered twice
        minding.step(new_objective(small_corpus, student, recipe), rows_of(small_corpus), seeded(), step=3)
        moved.append(student.trained_state())
    for name, value in moved[0].items():
        torch.testing.assert_close(value, moved[1][name], atol=1e-5, rtol=0)


def test_a_radius_leads_elsewhere(small_corpus: Corpus, tmp_path: Path) -> None:
    plain = run(SMALL_RECIPE, small_corpus, tmp_path / "plain")
    flat = run(with_settings(sharpness_starts=0.0, sharpness_radius=0.1), small_corpus, tmp_path / "flat")
    assert not torch.equal(plain.network.tag_head.weight, flat.network.tag_head.weight)


def test_a_run_that_breaks_down_stops_and_stores_nothing(small_corpus: Corpus, tmp_path: Path) -> None:
    broken = replace(small_corpus.features, embeddings=torch.full_like(small_corpus.features.embeddings, torch.nan))
    with pytest.raises(TrainerError, match="no longer a number"):
        run(SMALL_RECIPE, replace(small_corpus, features=broken), tmp_path)
    assert load_newest_state(tmp_path) is None
