from __future__ import annotations

from pathlib import Path

import pytest

from trainer.config import CONFIGS, PretrainingConfig, load_recipe
from trainer.errors import TrainerError

RECIPES = [CONFIGS / "default.toml", CONFIGS / "distill.toml"]


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_in_the_repository_can_be_read(path: Path) -> None:
    recipe = load_recipe(path.stem)
    assert recipe == load_recipe(str(path))
    assert recipe.scenes.columns * recipe.audio.frames_per_column % 32 == 0  # rows are whole labelled columns
    assert recipe.audio.stem_channels  # a list in the file, a tuple here: recipes can be compared and are never changed
    assert hash(recipe) == hash(load_recipe(path.stem))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_small_variant_is_the_recipe_with_other_numbers(path: Path) -> None:
    recipe, small = load_recipe(path.stem), load_recipe(path.stem, {"optimizer.warmup_steps": 3}, small=True)
    assert small.optimizer.steps < recipe.optimizer.steps
    assert small.optimizer.warmup_steps == 3  # what is set from outside comes last
    assert small.losses == recipe.losses
    assert small.data.held_out_sources == recipe.data.held_out_sources


def test_a_recipe_without_a_small_variant_says_so(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("name = 'own'")
    with pytest.raises(TrainerError, match="has no small variant"):
        load_recipe(str(path), small=True)


def test_settings_can_be_changed_from_outside() -> None:
    recipe = load_recipe(
        "default",
        {
            "optimizer.steps": 100,
            "losses.caption": 1,
            "audio.stem_channels": [8, 8],
            "tag_view.dim": 16,
            "name": "mine",
        },
    )
    assert (recipe.optimizer.steps, recipe.losses.caption, recipe.tag_view.dim, recipe.name) == (100, 1, 16, "mine")
    assert recipe.audio.stem_channels == (8, 8)
    assert recipe.optimizer.rows_per_step == load_recipe("default").optimizer.rows_per_step


def test_pretraining_is_a_kind_and_a_number_of_steps() -> None:
    recipe = load_recipe("default", {"pretraining.kind": "columns", "pretraining.steps": 1000})
    assert recipe.pretraining == PretrainingConfig("columns", 1000)
    assert load_recipe("default").data.unseen_labels


@pytest.mark.parametrize("setting", ["optimizer.stesp", "optimiser.steps", "steps", "name.first", ""])
def test_a_setting_that_no_recipe_has_is_refused(setting: str) -> None:
    with pytest.raises(TrainerError, match="no setting"):
        load_recipe("default", {setting: 1})


@pytest.mark.parametrize("value", ["many", 1.5, True, [1], None])
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(TrainerError, match=r"optimizer\.steps is \d+ in the recipe and cannot be"):
        load_recipe("default", {"optimizer.steps": value})


def test_a_recipe_that_does_not_exist_is_named() -> None:
    with pytest.raises(TrainerError, match=r"There is no recipe .*nowhere\.toml"):
        load_recipe("nowhere")


@pytest.mark.parametrize(
    ("was", "becomes", "what"),
    [
        ("steps = ", "stesp = ", "stesp"),  # a slip of the pen
        ("name = ", "names = ", "names"),
        ("seed = 1", "", "seed"),  # something is missing
        ("[mel]", "[mel", "line"),  # not TOML
    ],
)
def test_a_broken_recipe_says_what_is_wrong_in_it(tmp_path: Path, was: str, becomes: str, what: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text((CONFIGS / "default.toml").read_text().replace(was, becomes))
    with pytest.raises(TrainerError, match=rf"mine\.toml is not a recipe: .*{what}"):
        load_recipe(str(path))
