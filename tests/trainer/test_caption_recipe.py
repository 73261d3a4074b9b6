"""The recipe of a captioner."""

from __future__ import annotations

import pytest

from engine.clap.captioner import CaptionDecoder
from trainer.caption_recipe import load_captioner_recipe
from trainer.errors import TrainerError


def test_the_recipe_is_read_and_changed() -> None:
    recipe = load_captioner_recipe("captioner", {"optimizer.steps": 3})
    assert recipe.name == "captioner-1"
    assert recipe.optimizer.steps == 3


def test_its_captioner_is_small_enough_to_be_shipped() -> None:
    words = tuple(f"word{number}" for number in range(3500))
    decoder = CaptionDecoder(load_captioner_recipe("captioner").decoder.of(words, dim=512))
    assert sum(weight.numel() for weight in decoder.parameters()) < 1_600_000  # a byte each


def test_a_setting_that_it_has_not_is_refused() -> None:
    with pytest.raises(TrainerError, match=r"no setting rows\.colour"):
        load_captioner_recipe("captioner", {"rows.colour": 1})


def test_a_recipe_of_something_else_is_refused() -> None:
    with pytest.raises(TrainerError, match="is not a recipe"):
        load_captioner_recipe("default")
