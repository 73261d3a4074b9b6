from __future__ import annotations

import json
import logging
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.small_corpora import SMALL_RECIPE, make_small_corpus, make_untrained_network
from trainer import distill
from trainer.config import Recipe
from trainer.corpus import Corpus
from trainer.distill import Objective, train, validate
from trainer.errors import TrainerError
from trainer.optimizer import WeightAverage
from trainer.run_state import load_newest_state
from trainer.scenes import Rows
from trainer.student import Student, caption_bank, make_student


def new_student(corpus: Corpus) -> Student:
    clip_scores = corpus.features.clip_scores[corpus.training]
    return make_student(make_untrained_network(), corpus.tag_names, corpus.training_clips, clip_scores)


def new_objective(corpus: Corpus, student: Student, recipe: Recipe = SMALL_RECIPE) -> Objective:
    return Objective(recipe, corpus, student, caption_bank(student.network, corpus.training_clips))


def recipe_of(*, steps: int, **losses: float) -> Recipe:
    return replace(
        SMALL_RECIPE,
        optimizer=replace(SMALL_RECIPE.optimizer, steps=steps, learning_rate=5e-3),
        losses=replace(SMALL_RECIPE.losses, **losses),
    )


def rows_of(corpus: Corpus, seed: int = 0, rows: int = 8) -> Rows:
    return distill._scene_maker(SMALL_RECIPE, corpus).batch(rows, np.random.default_rng(seed))


def parts_of(corpus: Corpus, student: Student, rows: Rows, *, progress: float = 0.9, seed: int = 0) -> dict[str, float]:
    return new_objective(corpus, student)(student.eval(), rows, progress=progress, seed=seed)[1]


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


def test_a_resumed_run_ends_with_the_very_same_weights(
    small_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distill, "SAVE_EVERY", 3)
    uninterrupted = train(SMALL_RECIPE, small_corpus, make_untrained_network(), tmp_path / "one")
    # as if the process had been killed after its third step, while it wrote the next state
    (tmp_path / "two").mkdir()
    shutil.copy(tmp_path / "one" / "state-00000003.pt", tmp_path / "two")
    (tmp_path / "two" / "state-00000006.part").write_bytes(b"cut off")
    resumed = train(SMALL_RECIPE, small_corpus, make_untrained_network(), tmp_path / "two")
    assert_same(uninterrupted.state_dict(), resumed.state_dict())
    states = [load_newest_state(tmp_path / run) for run in ("one", "two")]
    assert states[0] is not None
    assert states[1] is not None
    assert states[0]["step"] == states[1]["step"] == 6
    for part in ("student", "average"):
        assert_same(states[0][part], states[1][part])


def test_a_finished_run_only_gives_its_network_back(small_corpus: Corpus, tmp_path: Path) -> None:
    finished = train(SMALL_RECIPE, small_corpus, make_untrained_network(), tmp_path)
    again = train(SMALL_RECIPE, small_corpus, make_untrained_network(), tmp_path)
    assert_same(finished.state_dict(), again.state_dict())
    assert not again.training


def test_a_run_of_another_shape_is_not_gone_on_with(small_corpus: Corpus, tmp_path: Path) -> None:
    train(SMALL_RECIPE, small_corpus, make_untrained_network(), tmp_path)
    state = load_newest_state(tmp_path)
    assert state is not None
    state["student"]["embedding_head.bias"] = torch.zeros(3)
    torch.save(state, tmp_path / "state-00000009.pt")
    with pytest.raises(TrainerError, match="another shape"):
        train(SMALL_RECIPE, small_corpus, make_untrained_network(), tmp_path)


def test_what_can_be_learned_is_learned(small_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distill, "LOG_EVERY", 1)
    untrained = parts_of(small_corpus, new_student(small_corpus), rows_of(small_corpus))
    student = train(recipe_of(steps=60, text_starts=0.0), small_corpus, make_untrained_network(), tmp_path)
    trained = parts_of(small_corpus, student, rows_of(small_corpus))
    for part in ("column_scores", "event_scores", "bridge", "caption"):
        assert trained[part] < 0.7 * untrained[part], part
    assert trained["embedding"] < 0.95 * untrained["embedding"]  # 1408 numbers: the slowest to learn
    entries = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    losses = [entry["loss"] for entry in entries]
    assert len(losses) == 60
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[5:15])  # when the text objectives have come in


def test_progress_is_told_to_the_log_and_kept(
    small_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(distill, "LOG_EVERY", 2)
    monkeypatch.setattr(distill, "VALIDATE_EVERY", 6)
    with caplog.at_level(logging.INFO):
        train(SMALL_RECIPE, small_corpus, make_untrained_network(), tmp_path)
    entries = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in entries] == [2, 4, 6, 6]
    parts = {"column_scores", "event_scores", "embedding", "bridge", "caption"}
    assert set(entries[0]) == {"step", "loss", "rows_per_s", "minutes_left"} | parts
    assert entries[0]["loss"] == pytest.approx(sum(entries[0][part] for part in parts), abs=0.01)
    assert entries[2]["minutes_left"] == 0.0
    views = ("both", "text_view", "tag_view")
    assert set(entries[3]) == {"step", *(f"{view}_{figure}" for view in views for figure in ("map", "r10"))}
    assert "step 2 of 6  loss " in caplog.text


def test_validation_leaves_the_run_as_it_was(small_corpus: Corpus) -> None:
    student = new_student(small_corpus).train()
    before = {name: value.clone() for name, value in student.state_dict().items()}
    average = WeightAverage({name: value + 0.1 for name, value in student.trained_state().items()}, decay=0.9)
    figures = validate(student, average, small_corpus, SMALL_RECIPE)
    assert all(0.0 <= figure <= 1.0 for figure in figures.values())
    assert_same(student.state_dict(), before)
    assert student.training


def test_validation_is_of_the_averaged_weights(small_corpus: Corpus) -> None:
    student, other = new_student(small_corpus), new_student(small_corpus)
    torch.nn.init.normal_(student.network.tag_head.weight)
    average = WeightAverage(other.trained_state(), decay=0.9)
    assert validate(student, average, small_corpus, SMALL_RECIPE) == validate(
        other, average, small_corpus, SMALL_RECIPE
    )


def test_without_held_out_captions_there_is_nothing_to_validate(small_corpus: Corpus) -> None:
    student = new_student(small_corpus)
    average = WeightAverage(student.trained_state(), decay=0.9)
    assert validate(student, average, replace(small_corpus, held_out=[]), SMALL_RECIPE) == {}


def test_the_ear_is_learned_before_the_words(small_corpus: Corpus) -> None:
    student, rows = new_student(small_corpus), rows_of(small_corpus)
    early, late = (parts_of(small_corpus, student, rows, progress=progress) for progress in (0.25, 0.5))
    assert early["caption"] == 0.0
    assert late["caption"] > 0.0
    assert early["bridge"] == pytest.approx(0.2 * late["bridge"])
    for part in ("column_scores", "event_scores", "embedding"):
        assert early[part] == late[part]


def test_weights_of_zero_silence_their_parts(small_corpus: Corpus) -> None:
    student = new_student(small_corpus)
    recipe = recipe_of(steps=6, column_scores=0.0, event_scores=0.0, embedding=0.0, bridge=0.0, caption=0.0)
    loss, parts = new_objective(small_corpus, student, recipe)(student, rows_of(small_corpus), progress=0.9, seed=0)
    assert loss.item() == 0.0
    assert set(parts.values()) == {0.0}


def test_covered_events_teach_no_whole_clip(small_corpus: Corpus) -> None:
    student, rows = new_student(small_corpus), rows_of(small_corpus)
    covered = parts_of(small_corpus, student, replace(rows, alone=np.zeros_like(rows.alone)))
    assert covered["embedding"] == covered["event_scores"] == covered["caption"] == 0.0
    assert covered["column_scores"] > 0.0


def test_caption_and_label_take_turns_and_mixtures_have_neither() -> None:
    corpus = make_small_corpus()
    corpus.clips[1] = replace(corpus.clips[1], caption="")
    student = new_student(corpus)
    bank = caption_bank(student.network, corpus.training_clips)
    objective = Objective(SMALL_RECIPE, corpus, student, bank)
    items = torch.tensor([[0, 1, corpus.mixtures[0], -1]])
    wanted = torch.cat([objective._wanted_texts(items, seed) for seed in range(30)])
    assert set(wanted[:, 0].tolist()) == {bank.position["a dog barks"], bank.position["dog"]}
    assert set(wanted[:, 1].tolist()) == {-1, bank.position["dog"]}
    assert set(wanted[:, 2:].flatten().tolist()) == {-1}
    torch.testing.assert_close(objective._wanted_texts(items, 3), objective._wanted_texts(items, 3))


def test_clips_of_held_out_sources_are_not_in_what_the_targets_are_centred_on(small_corpus: Corpus) -> None:
    small_corpus.features.embeddings[small_corpus.held_out] += 1.0
    objective = new_objective(small_corpus, new_student(small_corpus))
    torch.testing.assert_close(
        objective.embeddings[small_corpus.training].mean(0), torch.zeros(1408), atol=1e-3, rtol=0
    )
    assert objective.embeddings[small_corpus.held_out].mean() > 0.9


def test_a_run_that_breaks_down_stops_and_stores_nothing(small_corpus: Corpus, tmp_path: Path) -> None:
    broken = replace(small_corpus.features, embeddings=np.full_like(small_corpus.features.embeddings, np.nan))
    with pytest.raises(RuntimeError, match="non-finite"):
        train(SMALL_RECIPE, replace(small_corpus, features=broken), make_untrained_network(), tmp_path)
    assert load_newest_state(tmp_path) is None
