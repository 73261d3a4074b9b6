from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from trainer.config import CONFIGS
from trainer.errors import TrainerError
from trainer.tuning_recipe import load_tuning_recipe


def test_the_small_variant_is_the_recipe_with_fewer_strangers_and_steps() -> None:
    recipe, small = load_tuning_recipe(), load_tuning_recipe(small=True)
    assert recipe == load_tuning_recipe(str(CONFIGS / "personal.toml"))
    assert small.rows.strangers < recipe.rows.strangers
    assert small.descent.steps < recipe.descent.steps < recipe.descent.longer_steps
    descent = replace(small.descent, steps=recipe.descent.steps, longer_steps=recipe.descent.longer_steps)
    assert replace(small, rows=replace(small.rows, strangers=recipe.rows.strangers), descent=descent) == recipe


def test_settings_can_be_changed_from_outside() -> None:
    changed = load_tuning_recipe(overrides={"descent.steps": 60, "objective.replay": 0}, small=True)
    assert (changed.descent.steps, changed.objective.replay) == (60, 0)


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("descent.stesp", 3, "no setting"),
        ("descent.steps", 0, "steps is 0, which is too small"),
        ("objective.held_out_every", 0, "too small"),
        ("rows.first_s", "long", "cannot be"),
        ("descent.seed", -1, "too small"),
    ],
)
def test_what_cannot_be_is_refused(setting: str, value: Any, reason: str) -> None:
    with pytest.raises(TrainerError, match=reason):
        load_tuning_recipe(overrides={setting: value})


def test_a_number_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text((CONFIGS / "personal.toml").read_text().replace("rank = 8", "rank = 'eight'"))
    with pytest.raises(TrainerError, match=r"own\.toml is not a recipe: rank is 'eight', not a count"):
        load_tuning_recipe(str(path))


@pytest.mark.parametrize("other", ["default", "clap2022", "captioner"])
def test_a_recipe_of_another_kind_is_no_recipe_of_tuning(other: str) -> None:
    with pytest.raises(TrainerError, match="is not a recipe"):
        load_tuning_recipe(other)
