from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import torch
from torch import Tensor

from engine.clap.audio_encoder import AudioEncoder
from tests.small_corpora import SMALL_RECIPE, make_small_corpus
from trainer import pretraining
from trainer.config import PretrainingConfig, Recipe
from trainer.corpus import Corpus, drawing_shares
from trainer.pretraining import batches, pretrain
from trainer.scenes import SceneMaker


def make_scenes(corpus: Corpus) -> SceneMaker:
    return SceneMaker(corpus.features, *drawing_shares(corpus, 0.2), SMALL_RECIPE.scenes, columns=4)


def make_encoder() -> AudioEncoder:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return AudioEncoder(SMALL_RECIPE.audio, SMALL_RECIPE.mel.mels)


def recipe_of(kind: Literal["none", "columns"], *, steps: int) -> Recipe:
    optimizer = replace(SMALL_RECIPE.optimizer, learning_rate=5e-3)
    return replace(SMALL_RECIPE, pretraining=PretrainingConfig(kind, steps), optimizer=optimizer)


def weights_of(encoder: AudioEncoder) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in encoder.state_dict().items()}


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


def test_most_recipes_do_without(small_corpus: Corpus, tmp_path: Path) -> None:
    encoder = make_encoder()
    before = weights_of(encoder)
    pretrain(encoder, make_scenes(small_corpus), recipe_of("none", steps=5), tmp_path / "pretraining")
    assert_same(weights_of(encoder), before)
    assert not (tmp_path / "pretraining").exists()


def test_an_ear_learns_from_sounds_alone(small_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretraining, "LOG_EVERY", 1)
    encoder = make_encoder()
    before = weights_of(encoder)
    pretrain(encoder, make_scenes(small_corpus), recipe_of("columns", steps=40), tmp_path)
    assert not all(torch.equal(value, before[name]) for name, value in weights_of(encoder).items())
    losses = [json.loads(line)["loss"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert len(losses) == 40
    assert sum(losses[-10:]) < 0.95 * sum(losses[:10])


def test_what_is_finished_is_taken_over(small_corpus: Corpus, tmp_path: Path) -> None:
    recipe, scenes = recipe_of("columns", steps=3), make_scenes(small_corpus)
    encoder, again = make_encoder(), make_encoder()
    pretrain(encoder, scenes, recipe, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state-00000003.pt"]
    written = (tmp_path / "state-00000003.pt").stat().st_mtime_ns
    pretrain(again, scenes, recipe, tmp_path)
    assert_same(weights_of(again), weights_of(encoder))
    assert (tmp_path / "state-00000003.pt").stat().st_mtime_ns == written


def test_the_same_recipe_gives_the_same_ear(small_corpus: Corpus, tmp_path: Path) -> None:
    ears = []
    for run in ("one", "two"):
        torch.manual_seed(0)  # as `new_network` does
        encoder = make_encoder()
        pretrain(encoder, make_scenes(make_small_corpus()), recipe_of("columns", steps=3), tmp_path / run)
        ears.append(weights_of(encoder))
    assert_same(*ears)


def test_rows_depend_on_the_seed_and_the_step_alone(small_corpus: Corpus) -> None:
    scenes, settings = make_scenes(small_corpus), SMALL_RECIPE.optimizer
    from_start = {step: rows for step, rows, _ in batches(scenes, settings, 0, 5)}
    gone_on = {step: rows for step, rows, _ in batches(scenes, settings, 3, 5)}
    assert list(from_start) == [0, 1, 2, 3, 4]
    assert list(gone_on) == [3, 4]
    assert len(from_start[0].levels) == settings.rows_per_step
    assert torch.equal(gone_on[4].levels, from_start[4].levels)
    assert not torch.equal(from_start[3].levels, from_start[4].levels)
    (_, other, _) = next(batches(scenes, replace(settings, seed=2), 3, 5))
    assert not torch.equal(other.levels, from_start[3].levels)


def test_so_does_the_generator_that_comes_with_them(small_corpus: Corpus) -> None:
    scenes, settings = make_scenes(small_corpus), SMALL_RECIPE.optimizer
    drawn = [[torch.rand(3, generator=each) for _, _, each in batches(scenes, settings, first, 4)] for first in (0, 2)]
    for one, other in zip(drawn[0][2:], drawn[1], strict=True):
        assert torch.equal(one, other)
